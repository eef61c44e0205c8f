"""What would come of a list, line by line, without anything being written: the dry run, and what is done afterwards.

A line says of an address only what its reader sees elsewhere too: whoever is known in the reader's own groups is known
here, everybody else gets an invitation, whether there is an account or not.
"""

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import addresses, directory, refusals
from ..cleaning import clean_address, clean_name
from ..models import (
    DELEGATION_ROLES,
    OFFICE_ROLES,
    Accreditation,
    Group,
    Invitation,
    MemberState,
    Office,
    Person,
    Role,
)
from ..oversight import is_administrator, known_people, may_manage
from ..places import fits, open_at, seat
from ..rights import Rights
from . import reading
from .naming import Unclear, Words


class Outcome(TextChoices):
    """What comes of one role of one line."""

    INVITE = "invite", gettext_lazy("New invitation")
    GIVE = "give", gettext_lazy("New role for a known person")
    NOTHING = "nothing", gettext_lazy("Changes nothing")


@dataclass(frozen=True)
class Step:
    """One role in one group: what would come of it. `why` says it where nothing changes."""

    group: Group
    outcome: Outcome
    why: str = ""


@dataclass(frozen=True)
class Entry:
    """A line of the list with what it means; `steps` are empty where there are `problems`."""

    line: reading.Line
    name: str = ""
    email: str = ""
    role: Role | None = None
    state: MemberState | None = None
    office: Office | None = None
    groups: tuple[Group, ...] = ()
    language: str = "en"
    problems: tuple[str, ...] = ()
    person: Person | None = None
    steps: tuple[Step, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def number(self) -> int:
        return self.line.number

    @property
    def place(self) -> str:
        """The delegation or office as people read it, or the words of the line where they mean none."""
        if self.state is not None:
            return f"{self.state.name} ({self.state.iso3})"
        if self.office is not None:
            return self.office.name
        return " ".join(filter(None, (self.line.cells.get(each, "") for each in reading.PLACES)))

    @property
    def role_words(self) -> str:
        return str(self.role.label) if self.role else self.line.cells.get(reading.ROLE, "")

    @property
    def group_words(self) -> str:
        return ", ".join(group.code for group in self.groups) or self.line.cells.get(reading.GROUPS, "")

    @property
    def is_good(self) -> bool:
        return not self.problems

    @property
    def outcomes(self) -> str:
        """ "problem", or the outcomes of its roles: "invite", "invite+nothing"."""
        return "+".join(step.outcome.value for step in self.steps) or "problem"

    @property
    def mark(self) -> str:
        """What was shown of the line, short: two lines with one mark are shown alike and do the same."""
        shown = [
            self.number,
            addresses.folded(self.email),
            self.name,
            self.language,
            self.role,
            self.state.pk if self.state else None,
            self.office.pk if self.office else None,
            self.person.pk if self.person else None,
            [(step.group.pk, step.outcome) for step in self.steps],
            sorted(self.line.cells.items()) if self.problems else [],
            list(self.problems),
        ]
        digest = hashlib.sha256(json.dumps(shown).encode()).hexdigest()[:16]
        return f"{self.outcomes}:{digest}"


@dataclass(frozen=True)
class Plan:
    """What would come of a list at an instant, for one reader."""

    entries: tuple[Entry, ...]
    notes: tuple[str, ...] = field(default=())

    @property
    def wrong(self) -> list[Entry]:
        return [entry for entry in self.entries if not entry.is_good]

    @property
    def good(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.is_good]

    def count(self, outcome: Outcome) -> int:
        """Roles of which that would come."""
        return sum(step.outcome == outcome for entry in self.entries for step in entry.steps)

    @property
    def invites(self) -> int:
        return self.count(Outcome.INVITE)

    @property
    def gives(self) -> int:
        return self.count(Outcome.GIVE)

    @property
    def stays(self) -> int:
        return self.count(Outcome.NOTHING)

    @property
    def does_something(self) -> list[Entry]:
        """Lines of which something would come."""
        return [entry for entry in self.good if any(step.outcome != Outcome.NOTHING for step in entry.steps)]

    @property
    def group_ids(self) -> list[int]:
        return sorted({step.group.pk for entry in self.entries for step in entry.steps})

    @property
    def shown(self) -> str:
        """What a reader was shown, for a form to carry until it is confirmed."""
        return ".".join(entry.mark for entry in self.entries)


def judge(
    sheet: reading.Sheet,
    *,
    rights: Rights,
    default_group: Group | None = None,
    default_language: str = "en",
) -> Plan:
    """What would come of the list if these rights imported it at their instant. A fixed number of queries."""
    words = Words(directory.groups_to_invite_to(rights))
    entries = [_meaning(line, words, rights, default_group, default_language) for line in sheet.lines]
    entries = _against_each_other(entries)
    return Plan(tuple(_against_the_record(entries, rights)), sheet.notes)


# --- A line by itself ---------------------------------------------------------------------------------------------


def _meaning(
    line: reading.Line, words: Words, rights: Rights, default_group: Group | None, default_language: str
) -> Entry:
    """The line with everything that is wrong with it by itself."""
    cells, problems = line.cells, list(line.problems)
    if line.broken:
        name, email = cells.get(reading.NAME, ""), cells.get(reading.ADDRESS, "")
        return Entry(line, name, email, problems=line.problems)

    def told(column: str, read: Callable[..., Any], *args: Any) -> Any:
        """What the cell means; None, with the reason put to the problems, where it means nothing."""
        if column in line.unfit:
            return None
        try:
            return read(cells.get(column, ""), *args)
        except (Unclear, refusals.Refused) as wrong:
            problems.append(str(wrong))
            return None

    name = told(reading.NAME, clean_name)
    email = told(reading.ADDRESS, _address)
    role = told(reading.ROLE, words.role)
    state, office = (None, None) if line.unfit & set(reading.PLACES) else _place(cells, role, words, problems)
    groups: list[Group] = []
    if reading.GROUPS not in line.unfit:
        groups, wrong = words.groups_named(cells.get(reading.GROUPS, ""), default_group)
        problems += wrong
    language = told(reading.LANGUAGE, words.language, default_language)
    if email and addresses.same(email, rights.holder.email):
        problems.append(str(refusals.NotYourself.sentence))
    if role is not None and not problems:
        problems += _not_entitled(role, state, groups, rights)
    return Entry(
        line,
        name or cells.get(reading.NAME, ""),
        email or cells.get(reading.ADDRESS, ""),
        role,
        state,
        office,
        tuple(groups),
        language or default_language,
        tuple(dict.fromkeys(problems)),
    )


def _address(text: str) -> str:
    if not text:
        raise Unclear(_("The e-mail address is missing."))
    try:
        return clean_address(text)
    except refusals.AddressRefused:
        raise Unclear(_("“%(address)s” is not an e-mail address.") % {"address": text}) from None


def _place(
    cells: dict[str, str], role: Role | None, words: Words, problems: list[str]
) -> tuple[MemberState | None, Office | None]:
    """The delegation or office of the line, with what does not fit the role put to `problems`."""
    both = cells.get(reading.PLACE, "")
    of_state, of_office = cells.get(reading.STATE, ""), cells.get(reading.OFFICE, "")
    state: MemberState | None = None
    office: Office | None = None
    try:
        if of_state:
            state = words.state(of_state)
        if of_office:
            office = words.office(of_office)
        if both and role in OFFICE_ROLES and words.find_offices(both):
            office = words.office(both)
        elif both and (state := words.states.find(both)) is None:
            # Neither: what it was meant to be shows in the role, and in most lists it is a State.
            if words.find_offices(both) or role in OFFICE_ROLES:
                office = words.office(both)
            else:
                state = words.state(both)
    except Unclear as unclear:
        problems.append(str(unclear))
        return None, None
    if role is not None and not fits(role, state, office):
        problems.append(_misfit(role, state, office))
    return state, office


def _misfit(role: Role, state: MemberState | None, office: Office | None) -> str:
    named = " ".join(each.name for each in (state, office) if each is not None)
    if role in DELEGATION_ROLES:
        wanted = _("The role “%(role)s” goes with a Member State.")
    elif role in OFFICE_ROLES:
        wanted = _("The role “%(role)s” goes with an office.")
    else:
        wanted = _("The role “%(role)s” goes with no Member State and no office: leave that column empty.")
    found = _("The line names %(name)s.") % {"name": named} if named else _("The line names none.")
    return f"{wanted % {'role': role.label}} {found}"


def _not_entitled(role: Role, state: MemberState | None, groups: list[Group], rights: Rights) -> list[str]:
    if role == Role.ADMINISTRATOR and not is_administrator(rights):
        return [_("Only administrators make administrators.")]
    state_id = state.pk if state else None
    return [
        _("You may not give this role in %(group)s.") % {"group": group.code}
        for group in groups
        if not may_manage(rights, group_id=group.pk, role=role, state_id=state_id)
    ]


# --- Lines beside each other --------------------------------------------------------------------------------------


def _seat(entry: Entry, group: Group) -> tuple[object, ...]:
    """The place of this line in that group."""
    return seat(Invitation(group=group, role=entry.role or "", state=entry.state, office=entry.office))


def _against_each_other(entries: list[Entry]) -> list[Entry]:
    """One person stands in the list once for each place, and under one name."""
    first_seat: dict[tuple, int] = {}
    first_name: dict[str, Entry] = {}
    found = []
    for entry in entries:
        address, problems = addresses.folded(entry.email), []
        if address and "@" in address:
            named = first_name.setdefault(address, entry)
            if entry.name and named.name and entry.name.casefold() != named.name.casefold():
                problems.append(
                    _("Line %(line)d has another name for this address: %(name)s.")
                    % {"line": named.number, "name": named.name}
                )
            for group in entry.groups if entry.role else ():
                before = first_seat.setdefault((address, *_seat(entry, group)), entry.number)
                if before != entry.number:
                    problems.append(
                        _("This person stands in line %(line)d already, for the same place in %(group)s.")
                        % {"line": before, "group": group.code}
                    )
        found.append(replace(entry, problems=(*entry.problems, *problems)))
    return found


# --- Lines and what is on record ----------------------------------------------------------------------------------


def _against_the_record(entries: Iterable[Entry], rights: Rights) -> list[Entry]:
    entries = list(entries)
    asked = [entry.email for entry in entries if entry.is_good]
    groups = {group.pk for entry in entries for group in entry.groups}
    people = {
        addresses.folded(person.email): person for person in known_people(rights).filter(email__in=asked)
    }
    held: dict[tuple, Accreditation] = {}
    for role in Accreditation.objects.not_ended(rights.at).filter(
        person__in=list(people.values()), group__in=groups
    ):
        held[role.person_id, *seat(role)] = role
    invited: dict[tuple, Invitation] = {}
    for each in Invitation.objects.filter(open_at(rights.at), email__in=asked, group__in=groups):
        invited[addresses.folded(each.email), *seat(each)] = each
    return [_outcome(entry, people, held, invited) if entry.is_good else entry for entry in entries]


def _outcome(
    entry: Entry,
    people: dict[str, Person],
    held: dict[tuple, Accreditation],
    invited: dict[tuple, Invitation],
) -> Entry:
    address = addresses.folded(entry.email)
    person = people.get(address)
    steps: list[Step] = []
    problems: list[str] = []
    notes: list[str] = []
    for group in entry.groups:
        place = _seat(entry, group)
        has = held.get((person.pk, *place)) if person else None
        open_one = invited.get((address, *place))
        if has is not None and has.role != entry.role:
            problems.append(
                _(
                    "This person has the role “%(role)s” there already, in %(group)s. Change that role instead."
                )
                % {"role": has.get_role_display(), "group": group.code}
            )
        elif has is not None:
            steps.append(Step(group, Outcome.NOTHING, _("has this role already")))
        elif open_one is not None and open_one.role != entry.role:
            problems.append(
                _("There is an open invitation as “%(role)s” there, in %(group)s. Revoke it first.")
                % {"role": open_one.get_role_display(), "group": group.code}
            )
        elif open_one is not None:
            steps.append(Step(group, Outcome.NOTHING, _("is invited already")))
        elif person is None:
            steps.append(Step(group, Outcome.INVITE))
        elif person.is_active:
            steps.append(Step(group, Outcome.GIVE))
        else:
            problems.append(
                _("The account at this address is closed. Open it again first, or use another address.")
            )
    if problems:
        return replace(entry, person=person, problems=tuple(dict.fromkeys(problems)))
    if person is not None and person.name.casefold() != entry.name.casefold():
        notes.append(_("The account is in the name of %(name)s, which stays.") % {"name": person.name})
    return replace(entry, person=person, steps=tuple(steps), notes=tuple(notes))
