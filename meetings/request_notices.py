"""What is told by mail of a request of the Group: that it was recorded, and that its date is near.

Each person is told once of a request, however many of its addressees the person works for, and only of those.
"""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cwg.look.instants import date_text
from cwg.members.models import Person
from cwg.members.rights import Rights, rights_of
from cwg.notices import audience, kinds, reminders
from cwg.notices.kinds import Mail, NoticeKind, Recipient
from cwg.notices.layout import moment
from cwg.notices.models import Event

from . import request_lines, request_reminding
from .announcements import sight_of
from .models import Addressee, Request


def register() -> None:
    kinds.register(NoticeKind("request_recorded", _people, _still_requested, _render_recorded))
    kinds.register(
        NoticeKind(
            request_reminding.REMINDER,
            _people,
            _still_due,
            _render_reminder,
            label=gettext_lazy("Reminders of what the Group has requested of us, until it is answered"),
        )
    )
    reminders.register(request_reminding.due)


def _addressees(event: Event) -> list[Addressee]:
    found = Addressee.objects.shown().filter(request=event.facts["request"])
    return list(found.order_by("pk"))


def _open_ones(event: Event, now: datetime) -> list[Addressee]:
    return [one for one in _addressees(event) if one.standing_at(now).is_open]


def _own(addressees: list[Addressee], rights: Rights) -> list[Addressee]:
    return [one for one in addressees if rights.works_for(one.party)]


def _people(event: Event, now: datetime) -> list[Recipient]:
    """Everybody who works for one that has yet to answer; for a body without presence, the secretariat."""
    waiting = _open_ones(event, now)
    if not waiting:
        return []
    meeting = waiting[0].request.meeting
    asked = [rights for rights in audience.of_group(meeting.register.group_id, now) if _own(waiting, rights)]
    return [Recipient.of(rights.holder) for rights in audience.who_see(asked, sight_of(meeting))]


def _still_requested(event: Event, person: Person | None, now: datetime) -> bool:
    """An answer is still awaited of one that the person works for."""
    rights = rights_of(person, now)
    own = _own(_open_ones(event, now), rights)
    return bool(own) and sight_of(own[0].request.meeting)(rights)


def _still_due(event: Event, person: Person | None, now: datetime) -> bool:
    """The same, and no nearer mark has been reached."""
    request = Request.objects.select_related("meeting__register").get(pk=event.facts["request"])
    return request_reminding.mark_of(request, now) == event.facts["days"] and _still_requested(
        event, person, now
    )


def _mine(event: Event, person: Person | None, now: datetime) -> tuple[list[Addressee], list[Addressee]]:
    """Of those who were asked: the person's own that are still to answer, and all the others."""
    own = _own(_open_ones(event, now), rights_of(person, now))
    assert own  # `_still_requested` has just found one
    keys = {one.pk for one in own}
    return own, [one for one in _addressees(event) if one.pk not in keys]


def _facts(own: list[Addressee], others: list[Addressee]) -> list[tuple[str, tuple[str, ...]]]:
    request = own[0].request
    register = request.meeting.register
    facts: list[tuple[str, tuple[str, ...]]] = [(_("Addressed to"), tuple(one.who.name for one in own))]
    if others:
        facts.append((_("Also addressed to"), (request_lines.names(others),)))
    facts.append((_("Meeting"), (register.title, register.place)))
    if request.sitting is not None:
        facts.append((_("Sitting"), (str(request.sitting),)))
    facts.append((_("Agenda item"), (request.item,)))
    facts.append((_("Wording"), (request.wording,)))
    if request.due_on is not None:
        due = _("%(date)s, the end of the day in %(place)s") % {
            "date": date_text(request.due_on),
            "place": register.place,
        }
        facts.append((_("Due by"), (due,)))
    return facts


def _render_recorded(event: Event, person: Person | None, now: datetime) -> Mail:
    own, others = _mine(event, person, now)
    request = own[0].request
    register = request.meeting.register
    recorded = moment(event.happened_at, register.zone, register.place, person)
    return Mail(
        subject=_("Request of the Group to %(addressee)s: %(meeting)s")
        % {"addressee": request_lines.names_in_text(own), "meeting": register.title},
        template="request_recorded",
        context={"opens_slot": own[0].slot_id is not None, "joint": bool(others)},
        facts=(*_facts(own, others), (_("Recorded"), recorded)),
        link=(_("Open the request"), request.get_absolute_url()),
    )


def _render_reminder(event: Event, person: Person | None, now: datetime) -> Mail:
    own, others = _mine(event, person, now)
    request = own[0].request
    assert request.due_on is not None  # only what has a date is reminded of
    return Mail(
        subject=_("Due %(date)s: request of the Group to %(addressee)s")
        % {"date": date_text(request.due_on), "addressee": request_lines.names_in_text(own)},
        template="request_reminder",
        context={},
        facts=tuple(_facts(own, others)),
        link=(_("Open the request"), request.get_absolute_url()),
    )
