"""The acts of a request of the Group as sentences: recorded, withdrawn, answered by a document, the document taken off."""

from datetime import date

from django.utils.translation import gettext as _

from cwg.look.instants import date_text

from .act_words import Facts, with_reason
from .journal_names import Names
from .models import item_within
from .request_lines import and_others


def _addressees(facts: Facts, names: Names) -> str:
    """Whom a request is addressed to. Entries of before November 2026 name one, under another key, or none."""
    if "addressees" not in facts:
        return names.party(facts["addressee"])
    return and_others(names.party(each["party"]) for each in facts["addressees"])


def recorded(facts: Facts, names: Names, person: str) -> str:
    said = {
        "addressee": _addressees(facts, names),
        "person": person,
        "wording": facts["wording"],
        "item": item_within(facts["item"]),
    }
    if not facts["due_on"]:
        return _("Request to %(addressee)s under %(item)s recorded by %(person)s: “%(wording)s”") % said
    due = {**said, "due": date_text(date.fromisoformat(facts["due_on"]))}
    return (
        _("Request to %(addressee)s under %(item)s, due by %(due)s, recorded by %(person)s: “%(wording)s”")
        % due
    )


def withdrawn(facts: Facts, names: Names, person: str) -> str:
    if "addressees" not in facts:
        return with_reason(_("Request of the Group withdrawn by %(person)s") % {"person": person}, facts)
    said = {"person": person, "addressee": _addressees(facts, names)}
    return with_reason(_("Request to %(addressee)s withdrawn by %(person)s") % said, facts)


def _answer(facts: Facts, names: Names, person: str) -> dict[str, str]:
    return {
        "symbol": facts["symbol"],
        "addressee": names.party(facts["addressee"]),
        "meeting": facts["meeting"],
        "person": person,
    }


def answered(facts: Facts, names: Names, person: str) -> str:
    return _(
        "%(symbol)s linked by %(person)s as the answer of %(addressee)s to a request of the %(meeting)s"
    ) % _answer(facts, names, person)


def unlinked(facts: Facts, names: Names, person: str) -> str:
    said = _(
        "%(symbol)s no longer linked as the answer of %(addressee)s to a request of the %(meeting)s; taken off by %(person)s"
    ) % _answer(facts, names, person)
    return with_reason(said, facts)
