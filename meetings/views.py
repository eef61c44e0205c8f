"""Pages of meetings for everybody who reads them: the list, one meeting, pack and calendars."""

import secrets

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest
from django.db.models import prefetch_related_objects
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from cwg.documents import downloads, header_block, listing, lost_numbers, offers, pack, rules
from cwg.documents.filenames import content_disposition
from cwg.documents.models import Document, File
from cwg.documents.states import MeetingState
from cwg.languages import LANGUAGE_CODES, LANGUAGES, current_language, spoken
from cwg.members.accounts import address_of
from cwg.members.models import Person
from cwg.members.requests import PortalRequest, VisitorRequest
from cwg.members.rights import rights_of
from cwg.record import access

from . import answers, calendars, request_lines, visits
from . import offers as meeting_offers
from .finding import meeting_or_404
from .models import Meeting, MeetingQuerySet
from .sittings import in_session

CALENDAR_TYPE = "text/calendar; charset=utf-8"
SHORTEST_SECRET = 20


# How the list of meetings is divided: a heading, and the states under it.
SECTIONS = (
    (gettext_lazy("In session"), (MeetingState.IN_SESSION,)),
    (gettext_lazy("Upcoming"), (MeetingState.ANNOUNCED,)),
    (gettext_lazy("Postponed, without a date"), (MeetingState.POSTPONED,)),
    (gettext_lazy("Not announced yet"), (MeetingState.DRAFT,)),
    (gettext_lazy("Past"), (MeetingState.CLOSED, MeetingState.ARCHIVE)),
    (gettext_lazy("Cancelled"), (MeetingState.CANCELLED,)),
)


@require_safe
def meetings(request: PortalRequest) -> HttpResponse:
    """Upcoming, in session, past."""
    found = (
        Meeting.objects.visible_to(request.rights)
        .select_related("register__group")
        .prefetch_related("register__deadlines")
    )
    now = request.server_now
    by_state: dict[MeetingState, list[Meeting]] = {state: [] for state in MeetingState}
    for meeting in found:
        by_state[meeting.state_at(now)].append(meeting)
    coming = by_state[MeetingState.ANNOUNCED]
    coming.sort(key=lambda meeting: meeting.register.opens_at)
    for meeting in coming:
        lines = rules.lines_for(meeting.register)
        meeting.next_deadline = next((line for line in lines if line.deadline.instant >= now), None)
    return render(
        request,
        "meetings/meetings.html",
        {
            "groups": [
                (heading, [meeting for state in states for meeting in by_state[state]])
                for heading, states in SECTIONS
            ],
            "none": not any(by_state.values()),
            "may_convene": bool(request.rights.secretariat_groups),
        },
    )


@require_safe
def meeting(request: PortalRequest, slug: str) -> HttpResponse:
    """A meeting: when, where, its deadlines, what the Group requested, its documents."""
    now, rights = request.server_now, request.rights
    found = meeting_or_404(request, slug, visits.with_visit(Meeting.objects.all(), request.user))
    since = visits.look(found, request.user, now)
    register = found.register
    prefetch_related_objects([register], "deadlines")
    documents = Document.objects.visible_to(rights).filter(register=register)
    requests = request_lines.of_meeting(found, now)
    asked = answers.answered_by(documents)
    kinds, sources = listing.choices_of(documents)
    languages = listing.languages_of(documents)
    form = listing.FilterForm(request.GET, kinds=kinds, sources=sources, languages=languages, since=since)
    rows = listing.rows(form.applied_to(documents), since=since, asked=asked)
    state = found.state_at(now)
    starting = offers.starts_at(register, rights)
    sittings = list(found.sittings.all())
    acts = meeting_offers.links(found, rights, sittings, [line.request for line in requests])
    return render(
        request,
        "meetings/meeting.html",
        {
            "meeting": found,
            "register": register,
            "state": state,
            "days": header_block.days_of(register),
            "deadline_lines": rules.lines_for(register),
            "ended_here": register.deadlines_ended_here,
            "sittings": sittings,
            "usual_acts": [act for act in acts if not act.is_rare],
            "rare_acts": [act for act in acts if act.is_rare],
            "requests": requests,
            "form": form,
            "rows": rows,
            "found": len(rows),
            "lost": [] if form.is_narrowed else lost_numbers.of_register(register),
            "zone": register.zone,
            "pack_languages": [(code, name) for code, name in LANGUAGES if code in languages],
            "now_on": in_session(sittings, now) if state.is_in_session else None,
            "starting": starting,
            "may_file": offers.may_file_at(register, rights),
            "as_delegation": any(party.is_delegation for party in starting),
            "is_secretariat": register.group_id in rights.secretariat_groups,
            "should_open": state.is_announced and register.opens_at <= now,
        },
    )


@require_safe
def documents_pack(request: PortalRequest, slug: str) -> HttpResponseBase:
    """All documents of the meeting that this person sees, in the languages asked for, as a streamed ZIP."""
    found = meeting_or_404(request, slug)
    languages = [code for code in request.GET.getlist("lang") if code]
    if any(code not in LANGUAGE_CODES for code in languages):
        raise BadRequest("unknown language")
    documents = header_block.for_page(Document.objects.visible_to(request.rights)).filter(
        register=found.register
    )
    packed = pack.contents(documents.order_by("series__code", "number", "pk"), set(languages))
    zipped = pack.stream(
        packed,
        title=str(found),
        language=current_language(),
        # Asked again before each file: a right that ends stops a download that is under way.
        may_read=lambda file: File.objects.visible_to(rights_of(request.user)).filter(pk=file).exists(),
    )
    name = f"{found.register.slug}{''.join(f'-{code}' for code in sorted(set(languages)))}.zip"
    response: HttpResponseBase
    if request.method == "HEAD":
        response = HttpResponse(content_type="application/zip")
    else:
        response = StreamingHttpResponse(iter(zipped), content_type="application/zip")
        access.note(
            "downloaded all",
            at=request.server_now,
            person_id=request.user.pk,
            subject=f"{found.register.slug} {' '.join(languages)} ({len(packed)})",
            address=address_of(request),
            group_id=found.register.group_id,
        )
    response["Content-Length"] = len(zipped)
    response["Content-Disposition"] = content_disposition(name)
    downloads.harden(response)
    return response


def _for_calendar() -> MeetingQuerySet:
    return Meeting.objects.select_related("register__group").prefetch_related(
        "sittings", "register__deadlines"
    )


def _as_calendar(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=CALENDAR_TYPE)
    response["Content-Disposition"] = content_disposition(name)
    response["Cache-Control"] = "private, no-store"
    return response


@require_safe
def meeting_calendar(request: PortalRequest, slug: str) -> HttpResponse:
    """One meeting as an .ics file."""
    found = meeting_or_404(request, slug, _for_calendar())
    content = calendars.calendar_of([found], now=request.server_now, name=str(found))
    return _as_calendar(content, f"{slug}.ics")


@login_not_required
@require_safe
def feed(request: VisitorRequest, secret: str) -> HttpResponse:
    """A person's own calendar at its secret address, without cookies: what the person may see at this moment.

    A wrong secret, one that was revoked and one of a person who may not sign in are answered alike: 404, with a page for people.
    """
    person = None
    if len(secret) >= SHORTEST_SECRET:
        person = Person.objects.filter(calendar_secret=secret, is_active=True).first()
    if person is None or not secrets.compare_digest(person.calendar_secret, secret):
        return render(request, "meetings/calendar_gone.html", status=404)
    now = request.read_clock()
    rights = rights_of(person, now)
    found = _for_calendar().visible_to(rights).filter(register__origin="portal")
    with translation.override(spoken(person.language)):
        content = calendars.calendar_of(found, now=now, name=_("CWG-Internet: meetings and deadlines"))
    return _as_calendar(content, "meetings.ics")
