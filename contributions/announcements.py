"""What contributions tell people by mail: registered, asked to submit, held, asked to join, the deadline near.

What concerns a draft goes to its own delegation only; what concerns a document goes to those who may read it.
"""

from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cwg.documents import rules
from cwg.documents.kinds import CONTRIBUTION_KINDS
from cwg.look.instants import duration_text, instant_text
from cwg.members.models import MemberState, Person
from cwg.members.rights import rights_of
from cwg.notices import audience, kinds, reminders
from cwg.notices.kinds import Mail, NoticeKind, Recipient
from cwg.notices.layout import moment, one_line
from cwg.notices.models import Event
from meetings.announcements import deadline_facts

from . import reminding
from .models import Contribution, Sponsorship


def register() -> None:
    kinds.register(
        NoticeKind("submission_asked", _focal_points_asked, _may_still_submit, _render_asked, of_drafts=True)
    )
    kinds.register(
        NoticeKind("contribution_held", _people_of_draft, _still_held, _render_held, of_drafts=True)
    )
    kinds.register(
        NoticeKind("sponsorship_asked", _asked_to_join, _still_to_answer, _render_join, of_drafts=True)
    )
    kinds.register(
        NoticeKind("sponsorship_answered", _people_of_lead, _still_answered, _render_answer, of_drafts=True)
    )
    kinds.register(
        NoticeKind(
            reminding.REMINDER,
            _owing,
            _still_owing,
            _render_reminder,
            label=gettext_lazy("Reminders of the deadline, until we have submitted"),
        )
    )
    kinds.register(
        NoticeKind(
            reminding.REMINDER_ALL_THE_SAME,
            _delivered,
            _still_delivered,
            _render_reminder,
            label=gettext_lazy("Reminders of the deadline, also after we have submitted"),
            default=False,
        )
    )
    reminders.register(reminding.due)


# --- Drafts: to their own delegation only -----------------------------------------------------------------------------


def _draft(pk: str) -> Contribution | None:
    of = Contribution.objects.select_related("group", "register", "state", "office", "held_from")
    return of.filter(pk=pk).first()


def _shown_draft(event: Event) -> Contribution:
    """The draft a mail is rendered of: whether it still matters was asked just before, and no draft is deleted."""
    draft = _draft(event.facts["contribution"])
    assert draft is not None
    return draft


def _draft_facts(draft: Contribution, person: Person | None) -> list[tuple[str, tuple[str, ...]]]:
    """Title, party, meeting and deadline of a draft."""
    facts: list[tuple[str, tuple[str, ...]]] = [
        (_("Title"), (one_line(draft.title) or _("Untitled draft"),)),
        (_("Source"), (str(draft.party),)),
    ]
    if draft.register is None:
        facts.append((_("Meeting"), (_("not yet convened"),)))
        return facts
    register = draft.register
    facts.append((_("Meeting"), (register.title, register.place)))
    facts.append((_("Opening"), moment(register.opens_at, register.zone, register.place, person)))
    facts.extend(deadline_facts(register, rules.deadlines_for(register, draft.kind), person))
    return facts


def _focal_points_asked(event: Event, now: datetime) -> list[Recipient]:
    """The focal points of the draft's delegation, except the one who asks."""
    draft = _draft(event.facts["contribution"])
    if draft is None:
        return []
    return [
        Recipient.of(rights.holder)
        for rights in audience.of_group(draft.group_id, now)
        if rights.holder.pk != event.facts["by"] and rights.submits_for(draft.in_hand)
    ]


def _may_still_submit(event: Event, person: Person | None, now: datetime) -> bool:
    draft = _draft(event.facts["contribution"])
    return draft is not None and draft.is_open and rights_of(person, now).submits_for(draft.in_hand)


def _render_asked(event: Event, person: Person | None, now: datetime) -> Mail:
    draft = _shown_draft(event)
    asker = one_line(Person.objects.get(pk=event.facts["by"]).name)
    return Mail(
        subject=_("%(person)s asks you to submit: %(title)s") % {"person": asker, "title": draft},
        template="submission_asked",
        context={"asker": asker},
        facts=tuple(_draft_facts(draft, person)),
        link=(_("Check and submit"), reverse("contributions:preview", args=[draft.pk])),
    )


def _people_of_draft(event: Event, now: datetime) -> list[Recipient]:
    draft = _draft(event.facts["contribution"])
    return _own_people(draft, now) if draft is not None else []


def _own_people(draft: Contribution, now: datetime) -> list[Recipient]:
    return [
        Recipient.of(rights.holder)
        for rights in audience.of_group(draft.group_id, now)
        if rights.works_for(draft.in_hand)
    ]


def _still_held(event: Event, person: Person | None, now: datetime) -> bool:
    draft = _draft(event.facts["contribution"])
    if draft is None or draft.status != Contribution.Status.HELD:
        return False
    return rights_of(person, now).works_for(draft.in_hand)


def _render_held(event: Event, person: Person | None, now: datetime) -> Mail:
    draft = _shown_draft(event)
    held_from = ((_("Held back from"), (draft.held_from.title,)),) if draft.held_from else ()
    return Mail(
        subject=_("Held for the next meeting: %(title)s") % {"title": draft},
        template="contribution_held",
        context={"convened": draft.register is not None},
        facts=(*_draft_facts(draft, person), *held_from),
        link=(_("Open the draft"), draft.get_absolute_url()),
    )


# --- Joint contributions ------------------------------------------------------------------------------------------------


def _sponsorship(event: Event) -> Sponsorship | None:
    of = Sponsorship.objects.select_related(
        "state",
        "contribution__group",
        "contribution__register",
        "contribution__state",
        "contribution__office",
    )
    return of.filter(pk=event.facts["sponsorship"]).first()


def _shown_sponsorship(event: Event) -> Sponsorship:
    """As `_shown_draft`."""
    sponsorship = _sponsorship(event)
    assert sponsorship is not None
    return sponsorship


def _asked_to_join(event: Event, now: datetime) -> list[Recipient]:
    """The focal points of the State that is asked."""
    sponsorship = _sponsorship(event)
    if sponsorship is None:
        return []
    return [
        Recipient.of(rights.holder)
        for rights in audience.of_group(sponsorship.contribution.group_id, now)
        if rights.submits_for(sponsorship.party)
    ]


def _still_to_answer(event: Event, person: Person | None, now: datetime) -> bool:
    sponsorship = _sponsorship(event)
    return (
        sponsorship is not None
        and sponsorship.status == Sponsorship.Status.ASKED
        and sponsorship.contribution.is_open
        and rights_of(person, now).submits_for(sponsorship.party)
    )


def _render_join(event: Event, person: Person | None, now: datetime) -> Mail:
    sponsorship = _shown_sponsorship(event)
    draft, state = sponsorship.contribution, sponsorship.state
    facts = [(_("Your delegation"), (state.name,)), *_draft_facts(draft, person)]
    if draft.revises is not None:
        said = _("%(kind)s of %(symbol)s") % {
            "kind": draft.get_revision_kind_display(),
            "symbol": draft.revises.symbol,
        }
        facts.insert(1, (_("What it is"), (said,)))
    return Mail(
        subject=_("%(lead)s asks your delegation to join: %(title)s")
        % {"lead": capfirst(draft.party.in_text), "title": draft},
        template="sponsorship_asked",
        context={"lead": draft.party},
        facts=tuple(facts),
        link=(_("Read and answer"), reverse("contributions:answer-sponsorship", args=[sponsorship.pk])),
    )


_ANSWERED = (Sponsorship.Status.CONFIRMED, Sponsorship.Status.DECLINED, Sponsorship.Status.LEFT)


def _people_of_lead(event: Event, now: datetime) -> list[Recipient]:
    sponsorship = _sponsorship(event)
    return _own_people(sponsorship.contribution, now) if sponsorship is not None else []


def _still_answered(event: Event, person: Person | None, now: datetime) -> bool:
    sponsorship = _sponsorship(event)
    return (
        sponsorship is not None
        and sponsorship.status in _ANSWERED
        and sponsorship.contribution.is_open
        and rights_of(person, now).works_for(sponsorship.contribution.in_hand)
    )


def _render_answer(event: Event, person: Person | None, now: datetime) -> Mail:
    sponsorship = _shown_sponsorship(event)
    draft, state = sponsorship.contribution, sponsorship.state
    words = {
        Sponsorship.Status.CONFIRMED: _("%(state)s joins: %(title)s"),
        Sponsorship.Status.DECLINED: _("%(state)s declines to join: %(title)s"),
        Sponsorship.Status.LEFT: _("%(state)s no longer joins: %(title)s"),
    }
    return Mail(
        subject=words[Sponsorship.Status(sponsorship.status)]
        % {
            "state": capfirst(state.in_text),
            "title": draft,
        },
        template="sponsorship_answered",
        context={"sponsorship": sponsorship},
        facts=((_("Delegation asked"), (state.name,)), *_draft_facts(draft, person)),
        link=(_("Open the draft"), draft.get_absolute_url()),
    )


# --- The deadline is near -----------------------------------------------------------------------------------------------


def _group_of(event: Event) -> int:
    """A reminder is an event of its register's group."""
    assert event.group_id is not None
    return event.group_id


def _owing(event: Event, now: datetime) -> list[Recipient]:
    """People of delegations that have an open draft or nothing yet."""
    standing = reminding.standing(event.facts["register"])
    return [
        Recipient.of(rights.holder)
        for rights in audience.of_group(_group_of(event), now)
        if standing.owing(rights, _group_of(event))
    ]


def _delivered(event: Event, now: datetime) -> list[Recipient]:
    """People of delegations that have submitted; told only those who ask for it."""
    standing = reminding.standing(event.facts["register"])
    return [
        Recipient.of(rights.holder)
        for rights in audience.of_group(_group_of(event), now)
        if rights.states_in(_group_of(event)) and not standing.owing(rights, _group_of(event))
    ]


def _mark_still_counts(event: Event, now: datetime) -> bool:
    """The meeting is as announced, its deadline as it was, and no nearer mark has been reached."""
    register = reminding.open_registers(now).filter(pk=event.facts["register"]).first()
    deadline = reminding.binding(register) if register is not None else None
    return (
        deadline is not None
        and deadline.pk == event.facts["deadline"]
        and reminding.mark_of(register, deadline, now) == event.facts["hours"]
    )


def _still_owing(event: Event, person: Person | None, now: datetime) -> bool:
    if not _mark_still_counts(event, now):
        return False
    standing = reminding.standing(event.facts["register"])
    return bool(standing.owing(rights_of(person, now), _group_of(event)))


def _still_delivered(event: Event, person: Person | None, now: datetime) -> bool:
    rights = rights_of(person, now)
    if not rights.states_in(_group_of(event)) or not _mark_still_counts(event, now):
        return False
    return not reminding.standing(event.facts["register"]).owing(rights, _group_of(event))


def _render_reminder(event: Event, person: Person | None, now: datetime) -> Mail:
    register = reminding.open_registers(now).get(pk=event.facts["register"])
    deadline = reminding.binding(register)
    assert deadline is not None  # `_mark_still_counts` has just found it
    others = (
        d for d in register.deadlines_in_force if any(d.as_rule.measures(k) for k in CONTRIBUTION_KINDS)
    )
    standing = reminding.standing(register.pk)
    states = rights_of(person, now).states_in(register.group_id)
    names = {s.pk: s.in_text for s in MemberState.objects.filter(pk__in=states)}
    left = duration_text(_rounded(deadline.instant - now).total_seconds())
    zone, place = register.zone, register.place
    return Mail(
        subject=_("%(left)s left: contributions to %(meeting)s by %(instant)s")
        % {
            "left": left,
            "meeting": register.title,
            "instant": instant_text(deadline.instant, zone, "short"),
        },
        template="deadline_reminder",
        context={
            "left": left,
            "consequence": deadline.consequence,
            "owing": bool(states - standing.delivered),
        },
        facts=(
            (_("Meeting"), (register.title, place)),
            (_("Deadline"), moment(deadline.instant, zone, place, person)),
            (_("Opening"), moment(register.opens_at, zone, place, person)),
            (_("Rule"), (deadline.terms["name"], *([deadline.departure] if deadline.departure else []))),
            *deadline_facts(register, (d for d in others if d != deadline), person),
            *((_standing_label(names[pk]), (_standing_words(pk, standing),)) for pk in sorted(states)),
        ),
        link=(_("Open My delegation"), reverse("contributions:delegation")),
    )


def _standing_label(name: str) -> str:
    return _("Delegation of %(state)s") % {"state": name}


def _standing_words(state_id: int, standing: reminding.Standing) -> str:
    if state_id in standing.delivered:
        return _("has submitted")
    if state_id in standing.drafting:
        return _("has a draft that is not submitted")
    return _("has not submitted anything yet")


def _rounded(left: timedelta) -> timedelta:
    """To the minute, upward: a mail that leaves some seconds after its mark says "48 hours" all the same."""
    minutes = -(-left // timedelta(minutes=1))
    return timedelta(minutes=minutes)
