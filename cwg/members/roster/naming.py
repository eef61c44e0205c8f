"""What the words of a list mean: a Member State by its code or any of its names, an office, a role, groups, a language.

Names are compared by their letters alone, without case, accents, articles and apostrophes, as they are when States are
put in order. What several bear is never guessed: all of them are named.
"""

import difflib
import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Generic, TypeVar

from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from cwg.languages import LANGUAGE_CODES, LANGUAGE_NAMES, catalogue

from ..models import Group, MemberState, Office, Role
from ..sortkeys import sort_key

# Chinese names are told apart by their characters; their order, by pinyin, would not do that.
_SORTED_BY_LETTERS = tuple(code for code in LANGUAGE_CODES if code != "zh")
_SUGGESTIONS = 3
# An unknown name is looked for among all the names; a list of nothing but unknown ones must not take a minute.
_MOST_GUESSES = 40
_QUALIFIER = re.compile(r"\s*\([^)]*\)\s*")

Thing = TypeVar("Thing")


class Unclear(ValueError):
    """A word of the list means nothing, or several things; `str()` is a sentence."""


def letters(text: str) -> str:
    """Letters and digits of a word that is no name of a State."""
    return "".join(c for c in text.casefold() if c.isalnum())


def keys(name: str, language: str = "") -> set[str]:
    """By what `name` is found: as it sorts in `language`, or in each where that is not known."""
    languages = (language,) if language else _SORTED_BY_LETTERS
    sorted_by = {sort_key(name, each) for each in languages if each in _SORTED_BY_LETTERS}
    return {letters(each) for each in (*sorted_by, name)} - {""}


class Names(Generic[Thing]):
    """Things found by any of their names."""

    def __init__(self) -> None:
        self._found: dict[str, list[Thing]] = defaultdict(list)

    def add(self, thing: Thing, named: Iterable[str]) -> None:
        for key in named:
            if thing not in self._found[key]:
                self._found[key].append(thing)

    def get(self, named: Iterable[str]) -> list[Thing]:
        found: list[Thing] = []
        for key in named:
            found += [each for each in self._found.get(key, ()) if each not in found]
        return found


class States:
    """The Member States, read once for a list."""

    def __init__(self, rows: QuerySet[MemberState]):
        self._names: Names[MemberState] = Names()
        self._short: Names[MemberState] = Names()
        self._codes: dict[str, MemberState] = {}
        self._known: dict[str, MemberState | str] = {}
        self._guesses = 0
        self._suggested: dict[str, MemberState] = {}
        for state in rows:
            self._codes |= {state.iso3.casefold(): state} | (
                {state.iso2.casefold(): state} if state.iso2 else {}
            )
            for code in LANGUAGE_CODES:
                for name in (getattr(state, f"short_{code}"), getattr(state, f"formal_{code}")):
                    if name:
                        self._names.add(state, keys(name, code))
                short = getattr(state, f"short_{code}")
                # "Iran" for "Iran (Islamic Republic of)", unless a whole name says so of somebody else.
                self._short.add(state, keys(_QUALIFIER.sub(" ", short), code))
                self._suggested |= dict.fromkeys(keys(short, code), state)

    def find(self, text: str) -> MemberState | None:
        """The Member State of that code or name, None where none is of it. Raises Unclear where several are."""
        if (state := self._codes.get(text.casefold())) is not None:
            return state
        named = keys(text)
        found = self._names.get(named) or self._short.get(named)
        if len(found) > 1:
            both = ", ".join(f"{state.name} ({state.iso3})" for state in found)
            raise Unclear(
                _("“%(name)s” may be several Member States: %(states)s. Write the code.")
                % {"name": text, "states": both}
            )
        return found[0] if found else None

    def suggestions(self, text: str) -> str:
        """ " Did you mean France (FRA)?" for what is almost a name; "" where nothing is near."""
        if self._guesses >= _MOST_GUESSES:
            return ""
        self._guesses += 1
        near: list[MemberState] = []
        for key in keys(text):
            for match in difflib.get_close_matches(key, self._suggested, n=_SUGGESTIONS, cutoff=0.72):
                if self._suggested[match] not in near:
                    near.append(self._suggested[match])
        if not near:
            return ""
        named = ", ".join(f"{state.name} ({state.iso3})" for state in near[:_SUGGESTIONS])
        return " " + _("Did you mean %(states)s?") % {"states": named}


class Words:
    """All that a list may name, read in three queries. `groups` are those to which the reader may invite."""

    def __init__(self, groups: Iterable[Group]):
        self.states = States(MemberState.objects.all())
        self.groups = list(groups)
        self._offices: Names[Office] = Names()
        self._groups: Names[Group] = Names()
        self._roles: Names[Role] = Names()
        self._languages: Names[str] = Names()
        for office in Office.objects.all():
            self._offices.add(office, keys(office.name) | {letters(office.code)})
        for group in self.groups:
            self._groups.add(group, {letters(each) for each in (group.code, group.slug, group.short_name)})
        for code in LANGUAGE_CODES:
            with translation.override(catalogue(code)):
                for role in Role:
                    self._roles.add(role, {letters(role.value), letters(str(role.label))})
                for named, name in LANGUAGE_NAMES.items():
                    self._languages.add(named, {letters(str(name)), named})
        self._said: dict[str, str] = {}

    def role(self, text: str) -> Role:
        """Raises Unclear."""
        found = self._roles.get({letters(text)})
        if len(found) == 1:
            return found[0]
        roles = ", ".join(str(role.label) for role in Role)
        if not text:
            raise Unclear(_("The role is missing. There are: %(roles)s.") % {"roles": roles})
        raise Unclear(
            _("There is no role “%(role)s”. There are: %(roles)s.") % {"role": text, "roles": roles}
        )

    def state(self, text: str) -> MemberState:
        """Raises Unclear."""
        if (found := self.states.find(text)) is not None:
            return found
        if text not in self._said:
            said = _("There is no Member State “%(name)s”.") % {"name": text}
            self._said[text] = said + self.states.suggestions(text)
        raise Unclear(self._said[text])

    def office(self, text: str) -> Office:
        """Raises Unclear."""
        found = self.find_offices(text)
        if len(found) == 1:
            return found[0]
        if found:
            codes = ", ".join(office.code for office in found)
            raise Unclear(
                _("“%(name)s” may be several offices. Write one of the codes: %(codes)s.")
                % {"name": text, "codes": codes}
            )
        raise Unclear(_("There is no office “%(name)s”.") % {"name": text})

    def find_offices(self, text: str) -> list[Office]:
        return self._offices.get(keys(text))

    def groups_named(self, text: str, default: Group | None) -> tuple[list[Group], list[str]]:
        """The groups that a cell names, each once, and what is wrong with it. An empty cell names `default`."""
        words = [word.strip() for word in re.split(r"[;/,|]", text) if word.strip()]
        if not words:
            if default is not None:
                return [default], []
            return [], [_("Name a group, or choose one below the list for lines without.")]
        groups: list[Group] = []
        problems = []
        for word in words:
            exact = [group for group in self.groups if group.code.casefold() == word.casefold()]
            found = exact or self._groups.get({letters(word)})
            if len(found) == 1:
                groups += [group for group in found if group not in groups]
            else:
                # The same of a group that is not there and of one that is another secretariat's.
                problems.append(
                    _("“%(group)s” is not one of your groups. Yours: %(groups)s.")
                    % {"group": word, "groups": ", ".join(group.code for group in self.groups)}
                )
        return groups, problems

    def language(self, text: str, default: str) -> str:
        """One of the six, by its code or its name; `default` for an empty cell. Raises Unclear."""
        if not text:
            return default
        found = self._languages.get({letters(text)})
        if len(found) == 1:
            return found[0]
        raise Unclear(
            _("The portal does not write in “%(language)s”. Its languages: %(codes)s.")
            % {"language": text, "codes": ", ".join(LANGUAGE_CODES)}
        )
