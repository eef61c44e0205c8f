"""The workspace "today": what came in, what is due, what is stuck. Of drafts it knows how many, never what."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, F, Prefetch, QuerySet
from django.db.models.functions import Coalesce
from django.http import Http404, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from contributions.counts import open_drafts_by_party
from cwg.documents import file_findings, lost_numbers, recheck
from cwg.documents.models import Blob, Deadline, Document, File, Objection, Register, Revision, Slot
from cwg.documents.states import OPEN_TO_CONTRIBUTIONS, MeetingState
from cwg.look.polling import asked_by_pages
from cwg.members.oversight import seen_groups
from cwg.members.requests import PortalRequest
from cwg.members.rights import Rights
from cwg.notices import alarms, troubles
from cwg.notices.models import Notice
from cwg.notices.readiness import OUTBOX_EMPTIED_WITHIN
from cwg.record import chain_clock, copy_states, heartbeat, restore_guard
from cwg.record.models import VerificationRun
from meetings import offers as meeting_offers
from meetings import request_lines
from meetings.models import Addressee, Meeting, Request
from meetings.offers import MeetingAct
from meetings.request_lines import RequestLine

SUBMISSIONS_SHOWN = 20
MAIL_SHOWN = 3
FILES_SHOWN = 6
WEEK = timedelta(days=7)
# So long is shown what a restore lost: until then its sources have sent it again, or will not.
LOST_SHOWN_FOR = timedelta(days=90)
# So long, what a file may do or carries: who reads this page has then seen it, and the document goes on saying so.
FINDINGS_SHOWN_FOR = timedelta(days=14)


@require_safe
def today(request: PortalRequest) -> HttpResponse:
    """Where the secretariat lands. 404 for whoever is neither secretariat nor administrator nor auditor."""
    rights = request.rights
    if not rights.enters_console:
        raise Http404
    groups = seen_groups(rights)
    context: dict[str, Any] = {
        "health": _health(rights.at),
        "sees_groups": bool(groups),
        "mail": troubles.of(rights, shown=MAIL_SHOWN),
        "alarms": alarms.standing(),
        "damaged": _damaged(rights),
    }
    if groups:
        context |= {
            "drafts": open_drafts_by_party(rights.secretariat_groups),
            "sees_drafts": rights.is_secretariat,
            "submissions": _submissions(rights),
            "deadlines": _deadlines_of_the_week(rights),
            "in_session": _in_session(rights),
            "requests_due": _requests_due(rights),
            "unscanned": _unscanned(rights),
            "to_look_at": _to_look_at(rights),
            "lost": _lost(rights),
        }
    return TemplateResponse(request, "console/today.html", context)


@asked_by_pages
@require_safe
def submissions(request: PortalRequest) -> HttpResponse:
    """The list of submissions alone, as the page asks for it again and again."""
    if not request.rights.enters_console:
        raise Http404
    return TemplateResponse(
        request, "console/_submissions.html", {"submissions": _submissions(request.rights)}
    )


def _submissions(rights: Rights) -> QuerySet:
    shown = Document.objects.visible_to(rights).filter(register__group_id__in=seen_groups(rights))
    return (
        Revision.objects.filter(document__in=shown, received_at__isnull=False)
        .annotate(objected=Objection.objects.standing_against("document"))
        .select_related("document__register")
        .prefetch_related("sources")
        .order_by("-available_at", "-pk")[:SUBMISSIONS_SHOWN]
    )


def _deadlines_of_the_week(rights: Rights) -> QuerySet:
    return (
        Deadline.objects.in_force()
        .filter(
            instant__gte=rights.at,
            instant__lt=rights.at + WEEK,
            register__group_id__in=seen_groups(rights),
            register__in=Register.objects.in_state(rights.at, MeetingState.DRAFT, *OPEN_TO_CONTRIBUTIONS),
        )
        .select_related("register")
    )


def _in_session(rights: Rights) -> Iterable[tuple[Meeting, list[tuple[Request, str]], bool]]:
    """Meetings in session: the open requests of each with who has yet to answer, and whether this person may record one."""
    waiting = Addressee.objects.filter(slot__in=Slot.objects.open()).select_related("state", "office")
    asked = Request.objects.filter(addressees__in=waiting).distinct()
    found = (
        Meeting.objects.visible_to(rights)
        .in_state(rights.at, MeetingState.IN_SESSION)
        .filter(register__group_id__in=seen_groups(rights))
        .select_related("register")
        .prefetch_related(
            Prefetch(
                "requests",
                asked.prefetch_related(Prefetch("addressees", waiting, to_attr="waiting")),
                to_attr="open_requests",
            )
        )
    )
    return [
        (
            meeting,
            [(asked, request_lines.names(asked.waiting)) for asked in meeting.open_requests],
            MeetingAct.RECORD_REQUEST in meeting_offers.acts_for(rights, meeting.register),
        )
        for meeting in found
    ]


def _requests_due(rights: Rights) -> list[RequestLine]:
    """Dated requests that somebody has yet to answer, the most overdue first."""
    waiting = Addressee.objects.awaiting_document().filter(
        request__meeting__register__group_id__in=seen_groups(rights)
    )
    found = (
        Request.objects.filter(
            pk__in=waiting.values("request"), meeting__in=Meeting.objects.visible_to(rights)
        )
        .select_related("meeting__register")
        .prefetch_related(Prefetch("addressees", Addressee.objects.select_related(*Addressee.ANSWERED_WITH)))
        .order_by("due_on", "pk")
    )
    return [request_lines.line_of(request, rights.at) for request in found]


def _damaged(rights: Rights) -> dict[str, Any]:
    """Stored files that are known to be damaged or missing: how many of all, and those of registered documents seen here.

    Of drafts it is told how many files, and of no one whose.
    """
    count = recheck.damaged()
    return {
        "count": count,
        "rows": File.objects.visible_to(rights)
        .filter(version__revision__document__register__group_id__in=seen_groups(rights))
        .exclude(blob__damage="")
        .select_related("version__revision__document", "blob")
        .defer("blob__text")
        .order_by("blob__damaged_at", "pk")[:FILES_SHOWN]
        if count
        else [],
    }


def _lost(rights: Rights) -> list[lost_numbers.Lost]:
    """What a restore lost of the meetings of the groups that this person serves: somebody asks its sources to send it again."""
    served = Register.objects.filter(group_id__in=rights.secretariat_groups)
    return lost_numbers.of(served, since=rights.at - LOST_SHOWN_FOR) if rights.is_secretariat else []


def _unscanned(rights: Rights) -> dict[str, Any]:
    """Files of registered documents that no scanner has passed: how many in each state, and the newest.

    Not those of drafts: how much another delegation or group has uploaded is nobody's business.
    """
    # Where no scanner is set up nobody can do anything about files that none has looked at.
    fine = {Blob.Scan.CLEAN} if settings.CLAMD_ADDRESS else {Blob.Scan.CLEAN, Blob.Scan.NOT_SCANNED}
    unsafe = [scan for scan in Blob.Scan if scan not in fine]
    files = (
        File.objects.visible_to(rights)
        .filter(
            version__revision__document__register__group_id__in=seen_groups(rights), blob__scan__in=unsafe
        )
        .select_related("version__revision__document", "blob")
        .order_by("-version__revision__available_at", "pk")
    )
    counts = (
        files.order_by("blob__scan").values_list("blob__scan").annotate(count=Count("blob", distinct=True))
    )
    return {
        "counts": [(Blob.Scan(scan).label, scan, count) for scan, count in counts],
        "rows": files[:FILES_SHOWN],
        "scanner": bool(settings.CLAMD_ADDRESS),
    }


def _to_look_at(rights: Rights) -> list[tuple[File, list[str]]]:
    """Files of the last two weeks that may do or carry something, the newest first, each with its sentences.

    Not those of drafts, which are their delegations'.
    """
    came_at = Coalesce("version__added_at", "version__revision__available_at")
    files = (
        file_findings.to_look_at(File.objects.visible_to(rights))
        .filter(version__revision__document__register__group_id__in=seen_groups(rights))
        .annotate(came_at=came_at)
        .filter(came_at__gte=rights.at - FINDINGS_SHOWN_FOR)
        .select_related("version__revision__document", "blob")
        .defer("blob__text", "version__text")
        .order_by(F("came_at").desc(), "pk")
    )
    return [
        (file, [each["text"] for each in file_findings.for_readers(file.blob) if each["tone"] == "warning"])
        for file in files[:FILES_SHOWN]
    ]


def _health(at: datetime) -> dict[str, Any]:
    """What the worker does, how long the oldest mail has waited, whether every act has its copy and can be dated."""
    oldest = Notice.objects.oldest_due(at)
    waited = at - oldest if oldest else timedelta()
    verified = VerificationRun.objects.first()
    return {
        "worker": heartbeat.worker_state(at),
        "verified": verified,
        "copies_behind": copy_states.behind(at),
        "two_histories": restore_guard.of_two_histories(),
        "clock_behind": chain_clock.furthest_behind(),
        "outbox_waits": waited,
        "outbox_ok": waited <= OUTBOX_EMPTIED_WITHIN,
    }
