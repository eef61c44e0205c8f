"""Pages of the requests of the Group: one as everybody reads it; record, withdraw, link and unlink for the secretariat.

Every page of the secretariat is a form that calls one verb. Who is not in it gets the same answer as for a page that
does not exist; the verb asks again, under its lock.
"""

from collections.abc import Iterable
from datetime import datetime

from django import forms
from django.contrib import messages
from django.db.models import Prefetch
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cwg.documents import listing
from cwg.documents import offers as document_offers
from cwg.documents.models import Document
from cwg.look import overtaken
from cwg.look.reasons import ReasonForm
from cwg.members import kept_words
from cwg.members.models import MemberState, Office
from cwg.members.parties import Party
from cwg.members.requests import PortalRequest
from cwg.members.rights import without_anybody

from . import answers, offers, request_lines, requests
from .carrying_out import carried_out, form_page
from .finding import meeting_or_404, own_meeting_or_404, trail_of
from .models import Addressee, Meeting, Request
from .offers import MeetingAct
from .request_forms import LinkForm, RequestForm, UnlinkForm
from .request_lines import AddresseeLine, RequestLine


def _line_or_404(request: PortalRequest, meeting: Meeting, pk: int) -> RequestLine:
    """The request of that number of that meeting, as it stands now."""
    addressees = Prefetch("addressees", Addressee.objects.select_related(*Addressee.ANSWERED_WITH))
    found = get_object_or_404(meeting.requests.select_related("sitting").prefetch_related(addressees), pk=pk)
    found.meeting = meeting
    return request_lines.line_of(found, request.server_now)


def _addressee_or_404(line: RequestLine, pk: int) -> AddresseeLine:
    found = next((each for each in line.addressees if each.addressee.pk == pk), None)
    if found is None:
        raise Http404
    return found


def _trail(line: RequestLine) -> list[tuple[str, str]]:
    return [*trail_of(line.request.meeting), (_("Request"), line.request.get_absolute_url())]


@require_safe
def group_request(request: PortalRequest, slug: str, pk: int) -> HttpResponse:
    """What the Group asked, of whom, when; where each addressee stands; the documents that answer."""
    meeting = meeting_or_404(request, slug)
    line = _line_or_404(request, meeting, pk)
    documents = Document.objects.visible_to(request.rights).filter(pk__in=[d.pk for d in line.answers])
    return render(
        request,
        "meetings/request.html",
        {
            "meeting": meeting,
            "line": line,
            "one": line.request,
            "zone": meeting.register.zone,
            "own": [each for each in line.addressees if request.rights.works_for(each.addressee.party)],
            "documents": listing.rows(documents.order_by("available_at", "pk"), with_meeting=True),
            "may_answer": [
                each.addressee.pk
                for each in line.addressees
                if each.standing.is_open
                and document_offers.writes_itself(each.addressee.party, request.rights)
            ],
            "may_file": [
                each.addressee.pk
                for each in line.addressees
                if each.standing.is_open and request.rights.filer_for(each.addressee.party)
            ],
            "is_secretariat": meeting.register.group_id in request.rights.secretariat_groups,
            "trail": trail_of(meeting),
        },
    )


def _unheard(meeting: Meeting, asked: Iterable[MemberState | Office], at: datetime) -> list[str]:
    """Those for which nobody is accredited yet, as a sentence names them: no mail reaches them."""
    group = meeting.register.group
    parties = [
        Party(group, state=who) if isinstance(who, MemberState) else Party(group, office=who) for who in asked
    ]
    return [party.in_text for party in without_anybody(parties, at)]


def _say_who_is_told(request: PortalRequest, meeting: Meeting, made: Request) -> None:
    """No mail is promised to a delegation or office for which nobody is accredited yet."""
    asked = [each.who for each in made.addressees.select_related("state", "office")]
    unheard = _unheard(meeting, asked, request.server_now)
    if not unheard:
        messages.success(request, _("The request is recorded, and its addressees are being told."))
        return
    names = {"names": request_lines.and_others(unheard)}
    if len(unheard) < len(asked):
        said = _(
            "The request is recorded, and its addressees are being told, except %(names)s: nobody is accredited there yet."
            " Invite somebody under People."
        )
    else:
        said = _(
            "The request is recorded, but nobody is told: nobody is accredited for %(names)s yet. Invite somebody under People."
        )
    messages.warning(request, said % names)


@form_page
def record_request(request: PortalRequest, slug: str) -> HttpResponse:
    """Two steps: the form, then what it would record and whom it tells; only that confirmed is recorded."""
    meeting = own_meeting_or_404(request, slug)
    in_session = offers.is_open(MeetingAct.RECORD_REQUEST, meeting.register, request.server_now)
    form = RequestForm(
        request.POST if request.method == "POST" else None, meeting=meeting, at=request.server_now
    )
    kept_words.fill(request, form)
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid() and in_session and "change" in request.POST:
            status = 200
        elif form.is_valid() and in_session and request.POST.get("seen") != form.digest:
            return _check_request(request, meeting, form)
        elif form.is_valid():
            try:
                made = carried_out(
                    form,
                    requests.record,
                    meeting,
                    addressees=form.asked_of,
                    item=form.cleaned_data["item"],
                    wording=form.cleaned_data["wording"],
                    sitting=form.cleaned_data["sitting"],
                    due_on=form.cleaned_data["due_on"],
                    actor=request.user,
                )
            except requests.RecordedAlready as already:
                said = _(
                    "You recorded this request a moment ago, and it is recorded once. To ask for a second document, change"
                    " the wording."
                )
                messages.info(request, said)
                return redirect(already.request)
            if made is not None:
                _say_who_is_told(request, meeting, made)
                return redirect(made)
            status = 400 if in_session else 409
    return render(
        request,
        "meetings/record_request.html",
        {"meeting": meeting, "form": form, "in_session": in_session, "trail": trail_of(meeting)},
        status=status,
    )


def _check_request(request: PortalRequest, meeting: Meeting, form: RequestForm) -> HttpResponse:
    """What the form would record, to be confirmed before the mails go out."""
    kept = [field.as_hidden() for field in form]
    return render(
        request,
        "meetings/check_request.html",
        {
            "meeting": meeting,
            "said": form.cleaned_data,
            "asked": form.asked_of,
            "names": request_lines.and_others(who.name for who in form.asked_of),
            "is_long": len(form.asked_of) > request_lines.READ_AT_ONCE,
            "unheard": request_lines.and_others(_unheard(meeting, form.asked_of, request.server_now)),
            "kept": kept,
            "seen": form.digest,
            "trail": trail_of(meeting),
        },
    )


@form_page
def withdraw_request(
    request: PortalRequest, slug: str, pk: int, addressee: int | None = None
) -> HttpResponse:
    """Withdraw a request from all who have not answered, or from one of them."""
    meeting = own_meeting_or_404(request, slug)
    line = _line_or_404(request, meeting, pk)
    alone = _addressee_or_404(line, addressee) if addressee is not None else None
    form = ReasonForm(request.POST if request.method == "POST" else None)
    kept_words.fill(request, form)
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            taken = carried_out(
                form,
                requests.withdraw,
                line.request,
                addressee=alone.addressee if alone else None,
                actor=request.user,
                reason=form.cleaned_data["reason"],
            )
            if taken:
                said = _("The request to %(names)s is withdrawn.") % {
                    "names": request_lines.names_in_text(taken)
                }
                messages.success(request, said)
                return redirect(line.request)
            status = 409
    withdrawn = [alone] if alone else line.addressees
    open_ones = [each.addressee for each in withdrawn if each.standing.is_open]
    stays = [each.addressee for each in line.addressees if not alone and each.standing.is_answered]
    return render(
        request,
        "meetings/withdraw_request.html",
        {
            "meeting": meeting,
            "one": line.request,
            "form": form,
            "possible": bool(open_ones),
            "alone": alone.addressee.who.in_text if alone and len(line.addressees) > 1 else None,
            "names": request_lines.names(open_ones or [each.addressee for each in withdrawn]),
            "stays": request_lines.names(stays),
            "trail": _trail(line),
        },
        status=status,
    )


@form_page
def link_answer(request: PortalRequest, slug: str, pk: int, addressee: int) -> HttpResponse:
    """Link a registered document as the answer of one addressee of a dated request."""
    meeting = own_meeting_or_404(request, slug)
    line = _line_or_404(request, meeting, pk)
    asked = _addressee_or_404(line, addressee)
    form = LinkForm(
        request.POST if request.method == "POST" else None,
        own=answers.from_party(request.rights, asked.addressee.party),
        linkable=answers.linkable(request.rights, meeting.register.group_id),
    )
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid() and form.chosen is not None:
            linked = carried_out(form, answers.link, asked.addressee, form.chosen, actor=request.user)
            if linked is not None:
                said = _("%(symbol)s is linked as the answer of %(addressee)s.") % {
                    "symbol": form.chosen.symbol,
                    "addressee": asked.addressee.who.in_text,
                }
                messages.success(request, said)
                return redirect(line.request)
            if form.non_field_errors():
                return _overtaken(request, form)
            status = 409
    return render(
        request,
        "meetings/link_answer.html",
        {"meeting": meeting, "line": asked, "one": line.request, "form": form, "trail": _trail(line)},
        status=status,
    )


@form_page
def unlink_answer(request: PortalRequest, slug: str, pk: int, addressee: int) -> HttpResponse:
    """Take a document off that does not answer the request, with a reason."""
    meeting = own_meeting_or_404(request, slug)
    line = _line_or_404(request, meeting, pk)
    asked = _addressee_or_404(line, addressee)
    form = UnlinkForm(
        request.POST if request.method == "POST" else None,
        initial={"document": asked.answer},
        seen=Document.objects.visible_to(request.rights),
    )
    kept_words.fill(request, form)
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            document, reason = form.cleaned_data["document"], form.cleaned_data["reason"]
            taken = carried_out(
                form, answers.unlink, asked.addressee, document, actor=request.user, reason=reason
            )
            if taken is None:
                return _overtaken(request, form)
            messages.success(request, _("%(symbol)s is no longer linked.") % {"symbol": taken.symbol})
            return redirect(line.request)
    return render(
        request,
        "meetings/unlink_answer.html",
        {"meeting": meeting, "line": asked, "one": line.request, "form": form, "trail": _trail(line)},
        status=status,
    )


def _overtaken(request: PortalRequest, form: forms.Form) -> HttpResponse:
    """Somebody was quicker: what has become of it, and what was typed."""
    return overtaken.page(request, form, said=" ".join(str(each) for each in form.non_field_errors()))
