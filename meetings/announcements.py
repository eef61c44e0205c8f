"""What a meeting tells people by mail: that it is announced, that it moved, that it is called off or corrected."""

from collections.abc import Callable, Iterable
from datetime import datetime

from django.utils.translation import gettext as _

from cwg.documents import rule_words
from cwg.documents.models import Deadline, Register
from cwg.look.instants import instant_text
from cwg.members.models import Person
from cwg.members.rights import Rights, rights_of
from cwg.notices import audience, kinds
from cwg.notices.kinds import Mail, NoticeKind, Recipient
from cwg.notices.layout import moment, one_line
from cwg.notices.models import Event

from .correcting import FIELD_LABELS
from .models import Meeting


def register() -> None:
    kinds.register(NoticeKind("meeting_announced", _readers, _open_and_visible, _render_announced))
    kinds.register(NoticeKind("meeting_moved", _readers, _open_and_visible, _render_moved))
    kinds.register(NoticeKind("meeting_corrected", _readers, _not_over_and_visible, _render_corrected))
    kinds.register(NoticeKind("meeting_cancelled", _readers, _cancelled_and_visible, _render_called_off))
    kinds.register(NoticeKind("meeting_postponed", _readers, _postponed_and_visible, _render_called_off))
    kinds.register(NoticeKind("opening_undone", _readers, _still_undone, _render_opening_undone))
    kinds.register(NoticeKind("deadlines_changed", _readers, _open_and_visible, _render_deadlines))


# --- Announced, moved: every reader of the group ------------------------------------------------------------------


def _meeting(event: Event) -> Meeting:
    of = Meeting.objects.select_related("register__group")
    return of.prefetch_related("register__deadlines").get(pk=event.facts["meeting"])


def _readers(event: Event, now: datetime) -> list[Recipient]:
    """Everybody who sees the meeting by the rights of its group."""
    meeting = _meeting(event)
    sees = sight_of(meeting)
    reading = [
        rights
        for rights in audience.of_group(meeting.register.group_id, now)
        if meeting.register.group_id in rights.readable_groups
    ]
    return [Recipient.of(rights.holder) for rights in audience.who_see(reading, sees)]


def sight_of(meeting: Meeting) -> Callable[[Rights], bool]:
    return lambda rights: Meeting.objects.visible_to(rights).filter(pk=meeting.pk).exists()


def _open_and_visible(event: Event, person: Person | None, now: datetime) -> bool:
    """The meeting is announced, has a date and is not closed, and the person still reads it in their own right."""
    meeting = _meeting(event)
    return meeting.state_at(now).is_open_to_contributions and _still_reads(meeting, person, now)


def _not_over_and_visible(event: Event, person: Person | None, now: datetime) -> bool:
    meeting = _meeting(event)
    return not meeting.state_at(now).is_over and _still_reads(meeting, person, now)


def _cancelled_and_visible(event: Event, person: Person | None, now: datetime) -> bool:
    meeting = _meeting(event)
    return meeting.state_at(now).is_cancelled and _still_reads(meeting, person, now)


def _postponed_and_visible(event: Event, person: Person | None, now: datetime) -> bool:
    """A date that was given meanwhile is told by the notice of the move."""
    meeting = _meeting(event)
    return meeting.state_at(now).is_postponed and _still_reads(meeting, person, now)


def _still_undone(event: Event, person: Person | None, now: datetime) -> bool:
    """The meeting is not over, and the opening was not recorded again meanwhile."""
    meeting = _meeting(event)
    number = event.facts["sitting"]
    if number is None:
        opened = meeting.register.opened_at is not None
    else:
        opened = meeting.sittings.filter(number=number, opened_at__isnull=False).exists()
    return not opened and not meeting.state_at(now).is_over and _still_reads(meeting, person, now)


def _still_reads(meeting: Meeting, person: Person | None, now: datetime) -> bool:
    """In the person's own right, as a member of the group."""
    rights = rights_of(person, now)
    return meeting.register.group_id in rights.readable_groups and sight_of(meeting)(rights)


def deadline_facts(
    register: Register, found: Iterable[Deadline], person: Person | None
) -> list[tuple[str, tuple[str, ...]]]:
    """Deadlines of the register: a label that names the rule, and its lines: when, what then, why not by the rule."""
    return [
        (
            _label_of(deadline.terms["name"]),
            (
                *moment(deadline.instant, register.zone, register.place, person),
                deadline.consequence,
                *([deadline.departure] if deadline.departure else []),
            ),
        )
        for deadline in found
    ]


def _label_of(rule: str) -> str:
    return _("Deadline (%(rule)s)") % {"rule": rule}


def _place(meeting: Meeting) -> tuple[str, tuple[str, ...]]:
    return (_("Place"), tuple(part for part in (meeting.register.place, meeting.venue) if part))


def _render_announced(event: Event, person: Person | None, now: datetime) -> Mail:
    meeting = _meeting(event)
    register = meeting.register
    return Mail(
        subject=_("Meeting announced: %(meeting)s, %(place)s, %(date)s")
        % {
            "meeting": register.title,
            "place": register.place,
            "date": instant_text(register.opens_at, register.zone, "date"),
        },
        template="meeting_announced",
        context={"meeting": one_line(register.title)},
        facts=(
            (_("Opening"), moment(register.opens_at, register.zone, register.place, person)),
            _place(meeting),
            *deadline_facts(register, register.deadlines_in_force, person),
            *((_label_of(each.terms["name"]), (each.ending,)) for each in register.deadlines_ended_here),
        ),
        link=(_("Open the meeting's page"), meeting.get_absolute_url()),
    )


def _render_moved(event: Event, person: Person | None, now: datetime) -> Mail:
    meeting, facts = _meeting(event), event.facts
    register = meeting.register
    zone, place = register.zone, register.place
    before, after = (datetime.fromisoformat(facts[name]) for name in ("before", "after"))
    return Mail(
        subject=_("Meeting moved: %(meeting)s now opens on %(instant)s")
        % {"meeting": register.title, "instant": instant_text(after, zone, "short")},
        template="meeting_moved",
        context={"meeting": one_line(register.title)},
        facts=(
            (_("New opening"), moment(after, zone, place, person)),
            (_("Opening before"), (_before_the_move(facts, before, zone),)),
            *(_shift_of(entry, zone) for entry in facts.get("sittings", ())),
            *(_change_of(entry, zone, place, person) for entry in facts["deadlines"]),
            (_("Reason"), (facts["reason"],)),
            _place(meeting),
        ),
        link=(_("Open the meeting's page"), meeting.get_absolute_url()),
    )


def _render_deadlines(event: Event, person: Person | None, now: datetime) -> Mail:
    meeting, facts = _meeting(event), event.facts
    register = meeting.register
    zone, place = register.zone, register.place
    return Mail(
        subject=_said_in_subject(facts["deadlines"])
        % {
            "meeting": register.title,
            "place": place,
            "date": instant_text(register.opens_at, zone, "date"),
        },
        template="deadlines_changed",
        context={"meeting": one_line(register.title)},
        facts=(
            *(_change_of(entry, zone, place, person) for entry in facts["deadlines"]),
            (_("Reason"), (facts["reason"],)),
            (_("Opening"), moment(register.opens_at, zone, place, person)),
            _place(meeting),
        ),
        link=(_("Open the meeting's page"), meeting.get_absolute_url()),
    )


def _said_in_subject(entries: list[dict]) -> str:
    """What happened, where it happened to one deadline."""
    changed = [entry for entry in entries if entry["before"] != entry["after"]]
    if len(changed) != 1:
        return _("Deadlines changed: %(meeting)s, %(place)s, %(date)s")
    (entry,) = changed
    if entry["after"] is None:
        return _("Deadline ended: %(meeting)s, %(place)s, %(date)s")
    if entry["before"] is None:
        return _("Deadline set: %(meeting)s, %(place)s, %(date)s")
    return _("Deadline changed: %(meeting)s, %(place)s, %(date)s")


def _before_the_move(facts: dict, before: datetime, zone: str) -> str:
    if facts.get("had_a_date", True):
        return instant_text(before, zone, "full")
    return _("postponed, without a date")


def _shift_of(entry: dict, zone: str) -> tuple[str, tuple[str, ...]]:
    """When a sitting begins after the move, and when it began before."""
    before, after = (datetime.fromisoformat(entry[name]) for name in ("before", "after"))
    return _sitting_label(entry["number"], entry["title"]), (
        instant_text(after, zone, "full"),
        _("Until now: %(instant)s") % {"instant": instant_text(before, zone, "full")},
    )


def _sitting_label(number: int, title: str) -> str:
    if not title:
        return _("Sitting %(number)d") % {"number": number}
    return _("Sitting %(number)d (%(title)s)") % {"number": number, "title": title}


def _render_corrected(event: Event, person: Person | None, now: datetime) -> Mail:
    meeting, facts = _meeting(event), event.facts
    return Mail(
        subject=_("Meeting corrected: %(meeting)s") % {"meeting": meeting.register.title},
        template="meeting_corrected",
        context={"meeting": one_line(meeting.register.title)},
        facts=(
            *(_correction_of(change, meeting.register.zone) for change in facts["changes"]),
            (_("Reason"), (facts["reason"],)),
        ),
        link=(_("Open the meeting's page"), meeting.get_absolute_url()),
    )


def _correction_of(change: dict, zone: str) -> tuple[str, tuple[str, ...]]:
    """One thing that is corrected: as it is now, and as it was."""
    before, after = change["before"], change["after"]
    if change["field"] != "sitting":
        label = str(FIELD_LABELS[change["field"]])
        return label, (after or _("none"), _("Until now: %(value)s") % {"value": before or _("none")})
    label = _sitting_label(change["number"], (after or before)["title"])
    if after is None:
        return label, (_("is not held"), _("Until now: %(value)s") % {"value": _sitting_times(before, zone)})
    if before is None:
        return label, (_sitting_times(after, zone), _("new"))
    return label, (
        _sitting_times(after, zone),
        _("Until now: %(value)s") % {"value": _sitting_times(before, zone)},
    )


def _sitting_times(told: dict, zone: str) -> str:
    starts = instant_text(datetime.fromisoformat(told["starts"]), zone, "full")
    if not told["ends"]:
        return starts
    ends = instant_text(datetime.fromisoformat(told["ends"]), zone, "short")
    return _("%(starts)s, until %(ends)s") % {"starts": starts, "ends": ends}


def _render_opening_undone(event: Event, person: Person | None, now: datetime) -> Mail:
    meeting, facts = _meeting(event), event.facts
    zone = meeting.register.zone
    opened = instant_text(datetime.fromisoformat(facts["opened"]), zone, "full")
    if facts["session"]:
        since = instant_text(datetime.fromisoformat(facts["session"]), zone, "full")
        session = _("in session since %(instant)s") % {"instant": since}
    else:
        session = _("not in session")
    sitting = (
        [(_("Sitting"), (_sitting_label(facts["sitting"], facts["title"]),))] if facts["sitting"] else []
    )
    return Mail(
        subject=_("Recorded by mistake: the opening of %(meeting)s") % {"meeting": meeting.register.title}
        if not sitting
        else _("Recorded by mistake: the opening of a sitting of %(meeting)s")
        % {"meeting": meeting.register.title},
        template="opening_undone",
        context={"meeting": one_line(meeting.register.title)},
        facts=(
            *sitting,
            (_("Recorded as opened"), (opened,)),
            (_("The meeting is now"), (session,)),
            (_("Reason"), (facts["reason"],)),
            _place(meeting),
        ),
        link=(_("Open the meeting's page"), meeting.get_absolute_url()),
    )


def _render_called_off(event: Event, person: Person | None, now: datetime) -> Mail:
    meeting, facts = _meeting(event), event.facts
    register = meeting.register
    planned = instant_text(datetime.fromisoformat(facts["opening"]), register.zone, "full")
    if event.kind == "meeting_cancelled":
        subject = _("Meeting cancelled: %(meeting)s") % {"meeting": register.title}
    else:
        subject = _("Meeting postponed without a date: %(meeting)s") % {"meeting": register.title}
    return Mail(
        subject=subject,
        template=event.kind,
        context={"meeting": one_line(register.title)},
        facts=(
            (_("It was to open"), (planned,)),
            (_("Reason"), (facts["reason"],)),
            _place(meeting),
        ),
        link=(_("Open the meeting's page"), meeting.get_absolute_url()),
    )


def _change_of(entry: dict, zone: str, place: str, person: Person | None) -> tuple[str, tuple[str, ...]]:
    """What the move does to one deadline. `before` is empty for one that is new."""
    after = datetime.fromisoformat(entry["after"]) if entry["after"] else None
    before = datetime.fromisoformat(entry["before"]) if entry["before"] else None
    label = _label_of(entry.get("name") or entry.get("rule", ""))
    if after is None:
        return label, (_no_deadline(entry, before, zone),)
    by_rule = datetime.fromisoformat(entry["by_rule"]) if entry.get("by_rule") else None
    departure = rule_words.departure(entry.get("basis", ""), by_rule, zone)
    lines = (*moment(after, zone, place, person), *([departure] if departure else []))
    if before == after:
        return label, (*lines, _("unchanged"))
    if before is None:
        return label, (*lines, _("new"))
    return label, (*lines, _("Until now: %(instant)s") % {"instant": instant_text(before, zone, "full")})


def _no_deadline(entry: dict, before: datetime | None, zone: str) -> str:
    if not entry.get("ended_here"):
        return _("no longer holds") if before else _("not set")
    if before is None:
        return _("stays ended for this meeting")
    return _("ended for this meeting. Until now: %(instant)s") % {
        "instant": instant_text(before, zone, "full")
    }
