"""Preview, submit, late, hold, change, withdraw."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from cwg.documents import deadlines, judgements, offers, register, rules, upward
from cwg.documents.models import Document, Register, Revision
from cwg.languages import LANGUAGE_CODES
from cwg.look import overtaken
from cwg.look.reasons import ReasonForm
from cwg.members import arrival, kept_words, second_factor
from cwg.members.directory import keeps_people
from cwg.members.models import UNREAD_WHERE_NAMED
from cwg.members.parties import NotEntitled
from cwg.members.requests import PortalRequest

from . import (
    carried,
    changes,
    draft_file_rows,
    draft_pages,
    draft_presentation,
    drafting,
    held_over,
    previewing,
    standing,
    submission,
    typed_words,
    withdrawing,
)
from .finding import draft_or_404, own_document_or_404
from .models import Contribution, Sponsorship

# Why nothing was submitted, in the words of the page that is shown again.
INTERRUPTED: dict[type[Exception], Any] = {
    submission.SecondFactorMissing: gettext_lazy(
        "Whoever submits needs a second factor. Set one up, then come back: the draft stays as it is."
    ),
    submission.DraftChanged: gettext_lazy(
        "The draft has changed since this preview was shown. Check the preview below, then submit."
    ),
    submission.NotReady: gettext_lazy("Something is missing. It is listed below."),
    submission.TokenUnknown: gettext_lazy(
        "This page was opened for somebody else, or long ago. Here is a fresh one."
    ),
    register.SlotNotOpen: gettext_lazy(
        "The request of the Group that this draft answers is no longer open: it was answered, withdrawn, or the meeting"
        " has closed."
    ),
}


@require_http_methods(["GET", "HEAD"])
def preview(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """The draft as the registered document will look, and, for a focal point, the button that submits it."""
    draft = draft_or_404(request, pk, editable=False)
    if draft.status == Contribution.Status.SUBMITTED:
        return redirect(Document.objects.get(revisions=draft.revision_id))
    if draft.status == Contribution.Status.DISCARDED:
        return redirect("contributions:contribution", pk=pk)
    return render(request, "contributions/preview.html", _preview_page(request, draft))


def _preview_page(request: PortalRequest, draft: Contribution, **more) -> dict:
    prepared = draft_pages.prepared(request, draft)
    slots = list(draft.open_slots)
    stands = standing.of(prepared, rights=request.rights, at=request.server_now, has_open_slots=bool(slots))
    over, of_document = carried.taken_over(draft), changes.of(prepared)
    may_edit = request.rights.works_for(draft.in_hand)
    may_submit = request.rights.submits_for(draft.in_hand)
    lacks_second_factor = may_submit and second_factor.is_missing_to_submit(request.user)
    token = (
        previewing.offer(prepared, person=request.user, at=request.server_now)
        if stands.submits and prepared.ready and not lacks_second_factor
        else None
    )
    asked_at = draft.asked_at
    asked_oneself = asked_at is not None and draft.asked_by_id == request.user.pk
    return {
        "contribution": draft,
        "party": draft.party,
        "sort_of_change": draft_presentation.sort_of_change(draft),
        "preview": prepared,
        "head": draft_presentation.header(draft, [line.printed_as for line in prepared.filing.sources]),
        "files": draft_file_rows.file_rows(draft, over, removable=False),
        "taken_over": over,
        "changes": of_document,
        "proposed": draft_presentation.proposed_fields(draft),
        "newer_text": carried.newer_text(draft),
        # Where nothing changes, that is said already.
        "unchanged_languages": over.unchanged_languages(draft.files.all())
        if over and of_document and of_document.changes
        else [],
        "token": token,
        "may_edit": may_edit,
        "may_submit": may_submit,
        "lacks_second_factor": lacks_second_factor,
        "steps": draft_pages.steps(draft, linked=may_edit),
        "standing": stands,
        "nobody_submits": standing.NOBODY_SUBMITS if may_edit and stands.lacks_a_focal_point else "",
        "keeps_people": keeps_people(request.rights),
        "sponsorship": _asked_of(request, draft),
        "deadline_lines": rules.lines_for(draft.register, draft.kind) if draft.register else [],
        "forecast": stands.decision,
        "judgements": _rule_by_rule(stands.decision, draft.register),
        "open_slots": slots,
        "seat_zone": draft_presentation.seat_zone(draft),
        "asked": draft.asked_at is not None,
        "asked_oneself": asked_oneself,
        # Asked again for the same edition, nobody gets another mail.
        "asked_as_it_is": asked_oneself and asked_at is not None and draft.changed_at <= asked_at,
    } | (draft_pages.filed_for_another(request, draft) | more)


def _rule_by_rule(
    decision: deadlines.Decision | None, register: Register | None
) -> list[judgements.Judgement]:
    """What each rule says, where a page names them all."""
    if decision is None or register is None:
        return []
    return judgements.of_decision(decision, register.deadlines_in_force, register.zone)


def _asked_of(request: PortalRequest, draft: Contribution) -> Sponsorship | None:
    """The open question whether the person's own State joins, where the person may answer it."""
    for sponsorship in draft.sponsorships.all():
        if sponsorship.status == Sponsorship.Status.ASKED and request.rights.submits_for(sponsorship.party):
            return sponsorship
    return None


@require_POST
def submit(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Submit with the preview's token. The answer is the receipt, or a page that says what happened instead."""
    arrived_at = arrival.read(request)
    # Not `find`: the verb loads the draft itself, and this is the page that must be quick at the deadline.
    own = Contribution.objects.worked_for_by(request.rights).select_related("group", "state", "office")
    draft = get_object_or_404(own.defer(*(f"state__{name}" for name in UNREAD_WHERE_NAMED)), pk=pk)
    if not request.rights.submits_for(draft.in_hand):
        return render(request, "403.html", status=403)
    try:
        token = uuid.UUID(request.POST.get("token", ""))
    except ValueError:
        raise BadRequest("token") from None
    try:
        outcome = submission.submit(token, person=request.user, arrived_at=arrived_at, of=pk)
    except tuple(INTERRUPTED) as reason:
        return _interrupted(request, pk, reason)
    except NotEntitled:
        return render(request, "403.html", status=403)
    except drafting.NotOpen:
        return typed_words.ended(request, pk)
    if outcome.receipt is None:
        draft = draft_or_404(request, pk)
        return render(request, "contributions/late.html", _late_page(request, draft, outcome), status=409)
    if outcome.passed_over is not None:
        messages.warning(
            request,
            _(
                "The request that this document was to answer had been answered or withdrawn before; the document is"
                " registered all the same, and not linked to it."
            ),
        )
    if outcome.again:
        messages.info(request, _("This was submitted already; here is its receipt."))
    else:
        messages.success(
            request, _("Submitted. The document is on the Group's website now. This is its receipt.")
        )
    return redirect(outcome.receipt)


def _interrupted(request: PortalRequest, pk: uuid.UUID, reason: Exception) -> HttpResponse:
    """The preview as it stands now, and why nothing was submitted."""
    page = _preview_page(request, draft_or_404(request, pk), interrupted=INTERRUPTED[type(reason)])
    status = 403 if isinstance(reason, submission.SecondFactorMissing) else 409
    return render(request, "contributions/preview.html", page, status=status)


def _late_page(request: PortalRequest, draft: Contribution, outcome: submission.Submitted) -> dict:
    decision, at, arrived_at = outcome.decision, outcome.at, outcome.arrived_at
    # Nothing was registered, so a decision was taken, by a deadline.
    assert decision and decision.deadline and at and arrived_at
    # A rule that holds has re-addressed the draft: it was judged for the meeting that it comes from.
    judged_at = draft.held_from if draft.status == Contribution.Status.HELD else draft.register
    return {
        "contribution": draft,
        "party": draft.party,
        "outcome": outcome,
        "decision": decision,
        "judgements": judgements.of_decision(
            decision, judged_at.deadlines_in_force if judged_at else (), draft_presentation.seat_zone(draft)
        ),
        "in_queue": arrived_at <= decision.deadline < at,
        "next": held_over.next_meeting(draft, at=request.server_now),
        "open_slots": list(draft.open_slots),
        "seat_zone": draft_presentation.seat_zone(draft),
        "steps": draft_pages.steps(draft),
    }


@require_POST
def ask_to_submit(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """A delegate asks the focal points of the delegation to submit."""
    draft_or_404(request, pk)
    try:
        drafting.ask_to_submit(pk, rights=request.rights, at=request.server_now)
    except NotEntitled:
        return render(request, "403.html", status=403)
    except drafting.NotOpen:
        return typed_words.ended(request, pk)
    except drafting.NobodySubmits:
        return overtaken.page(request, said=standing.NOBODY_SUBMITS)
    messages.success(request, _("Your focal points are asked to submit this draft. They get a mail."))
    return redirect("contributions:preview", pk=pk)


@require_POST
def hold(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Re-address a late draft to the next meeting, with the words as they stand in its form."""
    draft_or_404(request, pk)
    if stopped := typed_words.saved_first(request, pk):
        return stopped
    try:
        held = held_over.hold(pk, rights=request.rights, at=request.server_now)
    except drafting.NotOpen:
        return typed_words.ended(request, pk)
    except held_over.NotLate:
        messages.info(request, _("The draft is saved. It is not late for its meeting, so it was not held."))
        return redirect("contributions:contribution", pk=pk)
    if held.register is not None:
        text = _("The draft is held for %(meeting)s. A focal point submits it when you are ready.") % {
            "meeting": held.register.title
        }
    else:
        text = _("The draft is held for the next meeting, which is not yet convened.")
    messages.success(request, text)
    return redirect("contributions:contribution", pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: PortalRequest, document: int) -> HttpResponse:
    """Begin a Rev., Corr. or Add. of a registered document: choose which, then edit it like any draft."""
    found = own_document_or_404(request, document)
    if not offers.acts_on(found, request.rights) & offers.CHANGES:
        return overtaken.page(request)
    languages = [version.language for version in found.current.texts]
    if request.method == "POST":
        kind = request.POST.get("kind", "")
        # The page asks for it of a corrigendum; chosen beside another sort of change, it says nothing.
        language = request.POST.get("language", "") if kind == Revision.Kind.CORR else ""
        if kind not in (Revision.Kind.REV, Revision.Kind.CORR, Revision.Kind.ADD):
            raise BadRequest("kind")
        if language and language not in LANGUAGE_CODES:
            raise BadRequest("language")
        try:
            draft = drafting.begin_change(
                found, kind, rights=request.rights, at=request.server_now, language=language
            )
        except drafting.NoSuchText as error:
            return overtaken.page(request, said=draft_presentation.no_such_text(error))
        except (offers.DocumentWithdrawn, offers.MeetingCalledOff):
            return overtaken.page(request)
        return redirect("contributions:contribution", pk=draft.pk)
    return render(
        request,
        "contributions/change.html",
        {
            "document": found,
            "kind": request.GET.get("kind", ""),
            "languages": languages,
            "language": _language_to_correct(found, request.GET.get("language", "")),
        },
    )


def _language_to_correct(document: Document, wanted: str) -> str:
    """Whose text a corrigendum of one language most likely concerns: the one asked for, else an original, else any."""
    languages = [version.language for version in document.current.texts]
    if wanted in languages:
        return wanted
    return next(iter([*document.current.original_languages, *languages]), "")


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: PortalRequest, document: int) -> HttpResponse:
    """Withdraw a registered document, with a reason. Its symbol and a notice remain."""
    found = own_document_or_404(request, document, or_filed=True)
    if not offers.may_withdraw(found, request.rights):
        return render(request, "403.html", status=403)
    form = ReasonForm(request.POST or None)
    kept_words.fill(request, form)
    if offers.DocumentAct.WITHDRAW not in offers.acts_on(found, request.rights):
        return overtaken.page(request, form)
    if request.method == "POST" and form.is_valid():
        try:
            withdrawing.withdraw(found, rights=request.rights, reason=form.cleaned_data["reason"])
        except (NotEntitled, offers.DocumentWithdrawn):
            return overtaken.page(request, form)
        messages.success(request, _("%(symbol)s is withdrawn. Its symbol stays.") % {"symbol": found.symbol})
        return redirect(found)
    answered = upward.requests_answered_by(Document.objects.filter(pk=found.pk))
    return render(
        request,
        "contributions/withdraw.html",
        {
            "document": found,
            "form": form,
            "slot": getattr(found, "answers_slot", None),
            "dated": [each for each in answered.get(found.pk, []) if each.dated],
            "reopened": offers.reopened_by_withdrawal(found, request.rights),
            "objecting_reopens": offers.DocumentAct.OBJECT in offers.acts_on(found, request.rights)
            and offers.reopened_by_withdrawal(found, request.rights, objecting=True),
        },
        status=422 if form.errors else 200,
    )
