"""The acts of the journal: each as a sentence, and who may read its facts.

The one place that puts an act into words; the console's journal and the page of a meeting's record read it here. An
act that a verb writes and nobody has put into words fails `tests/meetings/test_acts.py`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cwg.documents.models import Register
from cwg.look.instants import date_text, instant_text
from cwg.members.oversight import seen_groups, sees_every_group
from cwg.members.rights import Rights
from cwg.record.models import JournalEntry, PortalJournal

from . import document_acts, request_acts
from .act_words import Facts, with_reason
from .correcting import FIELD_LABELS
from .journal_names import Names

Sentence = Callable[[Facts, Names, str], str]  # facts, names, the person who acted


class Audience(Enum):
    """Who reads the facts of an act, of those who see the register. Whoever oversees the group reads every act."""

    READERS = "readers"
    PARTY = "party"  # the party that the facts name, and nobody else of the readers
    OVERSEERS = "overseers"


@dataclass(frozen=True)
class Act:
    told: Sentence
    audience: Audience = Audience.READERS


def sentence(entry: JournalEntry, names: Names) -> str:
    """What the entry tells, in the active language; plain text, not escaped."""
    person = names.person(entry.actor_id)
    act = ACTS.get(entry.act)
    try:
        if act is not None:
            return act.told(entry.facts, names, person)
    except (KeyError, TypeError, ValueError):
        pass  # facts of a form that is gone: the page stands, and shows them as they are
    return _("%(act)s, by %(person)s") % {"act": entry.act, "person": person}


def reads_facts(rights: Rights, register: Register, entry: JournalEntry) -> bool:
    """Whether the facts of this entry of the chain of `register`, which the person sees, are theirs to read.

    Deny, then allow: an act that nobody has spoken of here is for overseers.
    """
    group_id = register.group_id
    if group_id in seen_groups(rights):
        return True
    act = ACTS.get(entry.act)
    if act is None or act.audience is Audience.OVERSEERS:
        return False
    if act.audience is Audience.READERS:
        return True
    return entry.facts.get("party") in {
        party.record for party in rights.own_parties if party.group_id == group_id
    }


def portal_entries(rights: Rights) -> QuerySet[JournalEntry]:
    """The entries of the portal's own chain that this person may read: none but for overseers of some group.

    What tells of a group is for its own overseers; where no group is named (a restore), for who oversees all.
    """
    groups = seen_groups(rights)
    if not groups:
        return JournalEntry.objects.none()
    entries = JournalEntry.objects.filter(chain__in=PortalJournal.objects.values("chain"))
    if sees_every_group(rights):
        return entries
    of_no_group = Q(act__in=("access-sealed", "signing_key_made", "signing_key_retired", "clock_explained"))
    return entries.filter(of_no_group | Q(facts__group=None) | Q(facts__group__in=sorted(groups)))


# --- The words of a fact ------------------------------------------------------------------------------------------


def _instant(text: str | None, names: Names) -> str:
    return instant_text(datetime.fromisoformat(text), names.zone, "short") if text else ""


# --- Deadlines ----------------------------------------------------------------------------------------------------


def _deadline(facts: Facts, names: Names, person: str) -> str:
    before, after = facts["before"], facts["deadline"]
    said = {
        "rule": facts["rule"]["name"],
        "before": _instant(before, names),
        "after": _instant(after, names),
        "person": person,
    }
    if after is None and facts.get("ended_here"):
        told = _("Deadline under “%(rule)s” (%(before)s) ended for this meeting by %(person)s") % said
    elif after is None:
        told = _("Deadline under “%(rule)s” (%(before)s) ended by %(person)s") % said
    elif before is None:
        told = _("Deadline under “%(rule)s” set to %(after)s by %(person)s") % said
    elif before == after:
        told = _("Deadline under “%(rule)s” left at %(after)s by %(person)s") % said
    else:
        told = _("Deadline under “%(rule)s” changed from %(before)s to %(after)s by %(person)s") % said
    return with_reason(told, facts)


def _deadline_rule(facts: Facts, names: Names, person: str) -> str:
    said = {"rule": facts["after"]["name"], "person": person}
    before, after = facts["before"], facts["after"]
    if after.get("replaces") and after["replaces"] != (before or {}).get("replaces"):
        told = _("Deadline rule “%(rule)s” put in the place of a general one by %(person)s") % said
    elif before is None:
        told = _("Deadline rule “%(rule)s” added by %(person)s") % said
    elif before.get("active") and not after.get("active"):
        told = _("Deadline rule “%(rule)s” switched off by %(person)s") % said
    elif after.get("active") and not before.get("active"):
        told = _("Deadline rule “%(rule)s” switched on by %(person)s") % said
    else:
        told = _("Deadline rule “%(rule)s” changed by %(person)s") % said
    return with_reason(told, facts)


# --- Meetings -----------------------------------------------------------------------------------------------------


def _convened(facts: Facts, names: Names, person: str) -> str:
    opening = _instant(facts["opening"], names)
    return _("Meeting convened, opening %(opening)s, by %(person)s") % {"opening": opening, "person": person}


def _announced(facts: Facts, names: Names, person: str) -> str:
    opening = _instant(facts["opening"], names)
    return _("Meeting announced, opening %(opening)s, by %(person)s") % {"opening": opening, "person": person}


def _moved(facts: Facts, names: Names, person: str) -> str:
    said = _("Meeting moved from %(before)s to %(after)s by %(person)s") % {
        "before": _instant(facts["before"], names),
        "after": _instant(facts["after"], names),
        "person": person,
    }
    return with_reason(said, facts)


def _deadlines_changed(facts: Facts, names: Names, person: str) -> str:
    changed = [each for each in facts["deadlines"] if each["choice"] != "keep"]
    said = ngettext(
        "%(count)d deadline of the meeting changed by %(person)s",
        "%(count)d deadlines of the meeting changed by %(person)s",
        len(changed),
    ) % {"count": len(changed), "person": person}
    return with_reason(said, facts)


def _sitting_opened(facts: Facts, names: Names, person: str) -> str:
    said = {"number": facts["sitting"], "opened": _instant(facts["opened"], names), "person": person}
    if facts["sitting"] is None:
        return _("Meeting opened at %(opened)s; recorded by %(person)s") % said
    if facts["opens_session"]:
        return _("Meeting opened with sitting %(number)d at %(opened)s; recorded by %(person)s") % said
    return _("Sitting %(number)d opened at %(opened)s; recorded by %(person)s") % said


def _opening_undone(facts: Facts, names: Names, person: str) -> str:
    said = {"number": facts["sitting"], "opened": _instant(facts["opened"], names), "person": person}
    if facts["sitting"] is None:
        told = _("Opening of the meeting at %(opened)s undone by %(person)s") % said
    else:
        told = _("Opening of sitting %(number)d at %(opened)s undone by %(person)s") % said
    if facts["session"] is None:
        told = _("%(sentence)s; the meeting is no longer in session") % {"sentence": told}
    return with_reason(told, facts)


def _corrected(facts: Facts, names: Names, person: str) -> str:
    what = ", ".join(dict.fromkeys(_what_changed(change) for change in facts["changes"]))
    said = _("Meeting corrected by %(person)s: %(what)s") % {"person": person, "what": what}
    return with_reason(said, facts)


def _what_changed(change: dict) -> str:
    if change["field"] == "sitting":
        said = {"number": change["number"]}
        if change["before"] is None:
            return _("sitting %(number)d added") % said
        if change["after"] is None:
            return _("sitting %(number)d removed") % said
        return _("sitting %(number)d") % said
    label = str(FIELD_LABELS.get(change["field"], change["field"]))
    return _("%(field)s from “%(before)s” to “%(after)s”") % {
        "field": label,
        "before": change["before"],
        "after": change["after"],
    }


def _cancelled(facts: Facts, names: Names, person: str) -> str:
    return with_reason(_("Meeting cancelled by %(person)s") % {"person": person}, facts)


def _postponed(facts: Facts, names: Names, person: str) -> str:
    return with_reason(_("Meeting postponed without a date by %(person)s") % {"person": person}, facts)


def _closed(facts: Facts, names: Names, person: str) -> str:
    unanswered = len(facts["unused_slots"])
    if not unanswered:
        return _("Meeting closed by %(person)s") % {"person": person}
    return ngettext(
        "Meeting closed by %(person)s; %(count)d request left unanswered",
        "Meeting closed by %(person)s; %(count)d requests left unanswered",
        unanswered,
    ) % {"person": person, "count": unanswered}


# --- The portal ---------------------------------------------------------------------------------------------------


def _restored(facts: Facts, names: Names, person: str) -> str:
    first, last = facts["first"], facts["last"]
    said = {"first": first, "last": last, "symbols": ", ".join(facts["symbols"]) or _("no document")}
    if first == last:
        return _("Restored from a backup that lacks what entry %(first)d tells of: %(symbols)s") % said
    return (
        _("Restored from a backup that lacks what entries %(first)d to %(last)d tell of: %(symbols)s") % said
    )


def _numbers_told(facts: Facts, names: Names, person: str) -> str:
    said = {"symbols": ", ".join(facts["symbols"])}
    if "backup" in facts:
        return _("Passed over, because another backup says that they were given: %(symbols)s") % said
    return _("Passed over, because receipts on paper name them: %(symbols)s") % said


def _restore_accepted(facts: Facts, names: Names, person: str) -> str:
    return _("Restored from a backup although it is not known what else was issued: %(reason)s") % {
        "reason": facts["reason"]
    }


def _demonstration(facts: Facts, names: Names, person: str) -> str:
    return _("Demonstration data entered by %(person)s, with the clock held at past times") % {
        "person": person
    }


def _clock_explained(facts: Facts, names: Names, person: str) -> str:
    told = _(
        "The clock of the database had been wrong; instants before this entry may be later than those after it"
    )
    return with_reason(told, facts)


def _access_sealed(facts: Facts, names: Names, person: str) -> str:
    return ngettext(
        "Access log of %(day)s sealed: %(count)d line",
        "Access log of %(day)s sealed: %(count)d lines",
        facts["count"],
    ) % {"day": date_text(date.fromisoformat(facts["day"])), "count": facts["count"]}


def _notice_sent_again(facts: Facts, names: Names, person: str) -> str:
    said = _("Mail %(number)d sent again by %(person)s") % {"number": facts["notice"], "person": person}
    return with_reason(said, facts)


def _notice_set_aside(facts: Facts, names: Names, person: str) -> str:
    said = _("Failed mail %(number)d set aside by %(person)s") % {
        "number": facts["notice"],
        "person": person,
    }
    return with_reason(said, facts)


def _key_made(facts: Facts, names: Names, person: str) -> str:
    return _("Signing key %(key)s made") % {"key": facts["key"]}


def _key_retired(facts: Facts, names: Names, person: str) -> str:
    return with_reason(_("Signing key %(key)s retired") % {"key": facts["key"]}, facts)


ACTS: dict[str, Act] = {
    "registered": Act(document_acts.registered),
    "revised": Act(document_acts.registered),
    # That a delegation has a draft, and sent it late, is its own affair.
    "late": Act(document_acts.late, Audience.PARTY),
    "withdrawn": Act(document_acts.withdrawn),
    "disclosure": Act(document_acts.disclosure),
    "translation": Act(document_acts.translation),
    "objected": Act(document_acts.objected),
    "objection_lifted": Act(document_acts.objection_lifted),
    "archive_opened": Act(document_acts.archive_opened),
    "archived": Act(document_acts.archived),
    "deadline": Act(_deadline),
    "deadline_rule": Act(_deadline_rule),
    "convened": Act(_convened),
    "announced": Act(_announced),
    "moved": Act(_moved),
    "deadlines_changed": Act(_deadlines_changed),
    "sitting_opened": Act(_sitting_opened),
    "opening_undone": Act(_opening_undone),
    "corrected": Act(_corrected),
    "cancelled": Act(_cancelled),
    "postponed": Act(_postponed),
    "closed": Act(_closed),
    "request": Act(request_acts.recorded),
    "request_withdrawn": Act(request_acts.withdrawn),
    "request_answered": Act(request_acts.answered),
    "request_unlinked": Act(request_acts.unlinked),
    "restored": Act(_restored),
    "numbers_told": Act(_numbers_told),
    "restore_accepted": Act(_restore_accepted, Audience.OVERSEERS),
    "clock_explained": Act(_clock_explained),
    "demonstration": Act(_demonstration),
    # Of the portal's own chain.
    "access-sealed": Act(_access_sealed, Audience.OVERSEERS),
    "notice_sent_again": Act(_notice_sent_again, Audience.OVERSEERS),
    "notice_set_aside": Act(_notice_set_aside, Audience.OVERSEERS),
    "signing_key_made": Act(_key_made),
    "signing_key_retired": Act(_key_retired),
}
