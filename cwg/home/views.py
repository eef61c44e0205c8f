"""Home: the nearest deadline and every open one, what I owe, what my delegation has sent."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from operator import itemgetter

from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from contributions.models import Contribution, Sponsorship
from cwg.documents import listing, offers, rules
from cwg.documents.kinds import Kind
from cwg.documents.models import Deadline, Document, Source
from cwg.documents.states import OPEN_TO_CONTRIBUTIONS, MeetingState
from cwg.members.requests import PortalRequest
from cwg.members.rights import Rights
from cwg.notices import troubles
from cwg.record import copy_states
from meetings import request_lines
from meetings.models import Meeting

RECENT = timedelta(days=14)
LAST_SHOWN = 10


@dataclass
class Ahead:
    """A meeting that is coming, in session or postponed, with what the person's parties have to do with it."""

    meeting: Meeting
    state: MeetingState
    deadline_lines: list[rules.DeadlineLine]
    submitted: listing.Rows = field(default_factory=listing.Rows)
    drafts: list[Contribution] = field(default_factory=list)
    may_contribute: bool = False
    as_delegation: bool = False

    @cached_property
    def door(self) -> rules.DeadlineLine | None:
        """The deadline that binds a contribution where several rules hold; None where no rule does."""
        binding = rules.deadline_for(self.meeting.register, Kind.CONTRIBUTION_ACTION)
        return next((line for line in self.deadline_lines if line.deadline == binding), None)

    @property
    def has_several_rules(self) -> bool:
        return len(self.deadline_lines) > 1


@dataclass(frozen=True)
class Task:
    """What is asked of the person about a draft, and until when: the deadline that binds it, None where none does."""

    draft: Contribution
    until: Deadline | None
    passed: bool
    sponsorship: Sponsorship | None = None
    may_answer: bool = True


@require_http_methods(["GET", "HEAD"])
def home(request: PortalRequest) -> HttpResponse:
    """The first page after sign-in. A constant number of queries, however many rows it shows."""
    rights, now = request.rights, request.server_now
    known = _ahead(rights, now)
    ahead = [entry for entry in known if entry.state in OPEN_TO_CONTRIBUTIONS]
    drafts = list(
        Contribution.objects.worked_for_by(rights)
        .open()
        .select_related("register", "revises", "state", "office", "group")
        .order_by("-changed_at", "-pk")[:50]
    )
    submitted = _submitted(rights, [entry.meeting.register_id for entry in ahead])
    for entry in ahead:
        register_id = entry.meeting.register_id
        entry.submitted = listing.Rows(d for d in submitted if d.register_id == register_id)
        entry.drafts = [d for d in drafts if d.register_id == register_id]
        starting = offers.starts_at(entry.meeting.register, rights)
        entry.may_contribute = bool(starting)
        entry.as_delegation = any(party.is_delegation for party in starting)
    coming = [entry for entry in ahead if entry.state is MeetingState.ANNOUNCED]
    doors = [(entry.door.deadline.instant, entry) for entry in ahead if entry.door is not None]
    # At the deadline's own instant a contribution is still in time.
    bands = [entry for instant, entry in sorted(doors, key=itemgetter(0)) if now <= instant]
    lead = next(iter([*bands, *coming]), None)
    shown = {d.pk for entry in ahead for d in entry.drafts}
    recent = _recent(rights, now)
    registers = {entry.meeting.register_id: entry.meeting.register for entry in ahead}

    def task(draft: Contribution, sponsorship: Sponsorship | None = None) -> Task:
        register = registers.get(draft.register_id or 0)
        until = rules.deadline_for(register, draft.kind) if register else None
        may_answer = sponsorship is None or rights.submits_for(sponsorship.party)
        return Task(draft, until, until is not None and until.instant < now, sponsorship, may_answer)

    return render(
        request,
        "home/home.html",
        {
            "lead": lead,
            "bands": bands,
            "in_session": [
                entry for entry in ahead if entry.state is MeetingState.IN_SESSION and entry is not lead
            ],
            "later": [entry for entry in coming if entry is not lead and entry not in bands],
            "postponed": [entry.meeting for entry in known if entry.state is MeetingState.POSTPONED],
            "other_drafts": [d for d in drafts if d.pk not in shown],
            "to_submit": [task(d) for d in drafts if d.asked_at and rights.submits_for(d.in_hand)],
            "to_join": [task(each.contribution, each) for each in _sponsorships(rights)],
            "asked": request_lines.asked_of(rights),
            "recent": listing.rows(recent.order_by("-available_at", "-pk")[:LAST_SHOWN], with_meeting=True),
            "mail": troubles.in_short(rights),
            "now": now,
            # Of those who can have it seen to; nobody else's work is touched by it.
            "copies_behind": copy_states.behind(now) if rights.enters_console else None,
        },
    )


def _ahead(rights: Rights, now) -> list[Ahead]:
    """Announced meetings not closed, nearest first: those in session, those to come, and those without a date."""
    meetings = (
        Meeting.objects.visible_to(rights)
        .in_state(now, *OPEN_TO_CONTRIBUTIONS, MeetingState.POSTPONED)
        .select_related("register__group")
        .prefetch_related("register__deadlines")
        .order_by("register__opens_at", "pk")
    )
    return [
        Ahead(
            meeting,
            meeting.state_at(now),
            rules.lines_for(meeting.register, Kind.CONTRIBUTION_ACTION),
        )
        for meeting in meetings
    ]


def _recent(rights: Rights, now: datetime) -> QuerySet[Document]:
    """What others have registered lately: what one sent oneself is no news, and what was withdrawn is closed."""
    own = Source.objects.worked_for_by(rights).filter(revision__document=OuterRef("pk"))
    lately = Document.objects.visible_to(rights).filter(available_at__gte=now - RECENT)
    return lately.exclude(Exists(own)).filter(withdrawn_at__isnull=True)


def _submitted(rights: Rights, register_ids: list[int]) -> listing.Rows:
    """What the person's delegation or office has registered for these meetings."""
    own = Source.objects.worked_for_by(rights).filter(revision__document=OuterRef("pk"))
    documents = Document.objects.visible_to(rights).filter(Exists(own), register_id__in=register_ids)
    return listing.rows(documents.order_by("available_at", "pk"), with_meeting=True)


def _sponsorships(rights: Rights) -> list[Sponsorship]:
    """What other delegations ask of the person's own."""
    return list(
        Sponsorship.objects.of_delegations(rights)
        .filter(status=Sponsorship.Status.ASKED)
        .of_open_drafts()
        .select_related("contribution__state", "contribution__group", "contribution__register", "state")
    )
