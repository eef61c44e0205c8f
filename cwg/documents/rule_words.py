"""A deadline rule in words: its name, the sentence it reads itself back as, an example with real dates.

All of it comes from the terms, so that no name and no page can say something else than what is judged.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cwg.look.instants import instant_text

from . import deadlines
from .deadlines import CONTRIBUTION_KINDS, Effect, Measured, Rule, Unit
from .kinds import Kind

NAME_LENGTH = 120


def name_of(rule: Rule) -> str:
    """The name a rule is kept under, in English like every stored name: "Posted 7 calendar days before the meeting"."""
    with translation.override("en"):
        name = _name(rule)
        if rule.kinds != CONTRIBUTION_KINDS:
            name = f"{name} ({_all_documents() if not rule.kinds else kinds_text(rule.kinds)})"
        return name if len(name) <= NAME_LENGTH else f"{name[: NAME_LENGTH - 1]}…"


def _name(rule: Rule) -> str:
    if rule.unit is Unit.DAYS:
        if rule.measured is Measured.RECEIVED:
            words = ngettext(
                "Received %(count)d calendar day before the meeting",
                "Received %(count)d calendar days before the meeting",
                rule.offset,
            )
        else:
            words = ngettext(
                "Posted %(count)d calendar day before the meeting",
                "Posted %(count)d calendar days before the meeting",
                rule.offset,
            )
    elif rule.measured is Measured.RECEIVED:
        words = ngettext(
            "Received %(count)d hour before the start of the meeting",
            "Received %(count)d hours before the start of the meeting",
            rule.offset,
        )
    else:
        words = ngettext(
            "%(count)d hour before the start of the meeting",
            "%(count)d hours before the start of the meeting",
            rule.offset,
        )
    return words % {"count": rule.offset}


def _all_documents() -> str:
    return _("all documents")


def kinds_text(kinds) -> str:
    """Kinds by their labels, in the order of `Kind`."""
    return ", ".join(str(kind.label) for kind in Kind if kind in kinds)


def binds(rule: Rule) -> str:
    """Which documents the rule measures: "Contributions"."""
    if rule.kinds == CONTRIBUTION_KINDS:
        return _("Contributions")
    if not rule.kinds:
        return _("All documents (except papers of the session)")
    return _("Documents of these kinds (%(kinds)s)") % {"kinds": kinds_text(rule.kinds)}


def demand(rule: Rule) -> str:
    """What has to be there by when: "Contributions must be available ... before the opening of the meeting."."""
    if rule.unit is Unit.HOURS:
        span = ngettext("%(count)d hour", "%(count)d hours", rule.offset) % {"count": rule.offset}
    else:
        span = ngettext("%(count)d calendar day", "%(count)d calendar days", rule.offset) % {
            "count": rule.offset
        }
    if rule.measured is Measured.RECEIVED:
        words = _(
            "%(what)s must be received by the secretariat not later than %(span)s before the opening of the meeting."
        )
    else:
        words = _(
            "%(what)s must be available on the website not later than %(span)s before the opening of the meeting."
        )
    return words % {"what": binds(rule), "span": span}


def effect_text(rule: Rule) -> str:
    """What becomes of a late one."""
    return str(_EFFECTS[rule.effect]())


_EFFECTS = {
    Effect.REFUSE_AND_KEEP: lambda: _("A late one is kept as a draft."),
    Effect.HOLD: lambda: _("A late one is held for the next meeting."),
    Effect.FLAG: lambda: _("A late one is accepted and marked late."),
}


def door_text(rule: Rule) -> str:
    """What the deadline of the rule means for who comes after it."""
    return str(_DOORS[rule.effect]())


_DOORS = {
    Effect.REFUSE_AND_KEEP: lambda: _("What comes later is kept as a draft."),
    Effect.HOLD: lambda: _("What comes later is held for the next meeting."),
    Effect.FLAG: lambda: _("What comes later is accepted, and marked late under this rule."),
}


def departure(basis: str, by_rule: datetime | None, zone: str) -> str:
    """Of a deadline that is not what its rule counts to (`Deadline.basis`): so, and what the rule says. Else nothing."""
    if by_rule is None:
        return ""
    words = _DEPARTURES[basis]()
    return words % {"instant": instant_text(by_rule, zone, "full")}


_DEPARTURES = {
    "kept": lambda: _("Kept when the opening moved: by the rule it would be %(instant)s."),
    "by_hand": lambda: _("Set by the secretariat: by the rule it would be %(instant)s."),
}


def ending(reason: str) -> str:
    """Of a deadline that was ended for one meeting (`Deadline.ended_because`)."""
    return _("Ended for this meeting by the secretariat: %(reason)s") % {"reason": reason}


def sentence(rule: Rule) -> str:
    """The whole rule, read back: what, by when, what becomes of a late one, who is exempt, where it comes from."""
    parts = [demand(rule), effect_text(rule)]
    if rule.exempt_kinds:
        parts.append(_("Exempt: %(kinds)s.") % {"kinds": kinds_text(rule.exempt_kinds)})
    parts.append(_("Source: %(source)s.") % {"source": rule.source.rstrip(".")})
    return " ".join(parts)


def example(rule: Rule, opens_at: datetime, zone: str, place: str, meeting: str = "") -> str:
    """The rule with real dates, for a meeting that opens at `opens_at` (aware) in `place`, in the time of `zone`.

    `meeting` names one that is convened; without it, it is any meeting that would open so.
    """
    due = deadlines.deadline(rule, opens_at, ZoneInfo(zone))
    if meeting:
        words = _("%(meeting)s opens on %(opening)s in %(place)s: %(deadline)s; binds %(what)s.")
    else:
        words = _("For a meeting opening on %(opening)s in %(place)s: %(deadline)s; binds %(what)s.")
    what = binds(rule)
    return words % {
        "meeting": meeting,
        "opening": instant_text(opens_at, zone, "full"),
        "place": place,
        "deadline": instant_text(due, zone, "full"),
        "what": what[:1].lower() + what[1:],
    }
