"""What was typed on a draft's page is saved first when any of its buttons is pressed, so that no act loses words.

The buttons of files, sponsors, requests, of how the paper came and of discarding it belong to the draft's own form: with
script or without, they send what is typed along. The same check as for saving is made; where it stops, the act is not done.
"""

import uuid
from typing import Any

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cwg.look import overtaken
from cwg.members.requests import PortalRequest

from . import conflicts, draft_pages, drafting, letters, previewing
from .finding import draft_or_404
from .forms import DraftForm, ReceivedForm
from .models import Contribution


def saved_first(request: PortalRequest, pk: uuid.UUID, *, received: bool = True) -> HttpResponse | None:
    """Save what the act's request sends along of the draft's words, where it was changed; None where the act may go on.

    Else the draft's page, with the words in its form and the reason why nothing was done. `received`: also how the
    paper came. Nothing that a script or an older page sends without the words is stopped. Raises Http404.
    """
    if "seen" not in request.POST:
        return None
    draft = draft_or_404(request, pk)
    form = draft_pages.form_of(request, draft, request.POST)
    if not draft.is_open:
        came = received_form(request, draft)
        return no_longer_open(request, draft, form, *([came] if came is not None else []))
    words = form if set(form.changed_data) - {"edition", "seen"} else None
    return _save(request, draft, words, received_form(request, draft) if received else None, act=True)


def save(request: PortalRequest, draft: Contribution, form: DraftForm) -> HttpResponse | None:
    """Save the draft's form, and with it how the paper came; None where that is done, else the page that says why not."""
    return _save(request, draft, form, received_form(request, draft))


def received_form(request: PortalRequest, draft: Contribution) -> ReceivedForm | None:
    """How the paper came, as it was sent along and if it was changed."""
    if not draft.filed_for_another or "dated" not in request.POST:
        return None
    form = draft_pages.received_form_of(draft, request.server_now, request.POST)
    return form if form.has_changed() else None


def _save(
    request: PortalRequest,
    draft: Contribution,
    form: DraftForm | None,
    received: ReceivedForm | None,
    *,
    act: bool = False,
) -> HttpResponse | None:
    forms = [each for each in (form, received) if each is not None]
    if forms and not draft.is_open:
        return no_longer_open(request, draft, *forms)
    sound = [each.is_valid() for each in forms]  # asked of both: each says what is wrong with it
    if not all(sound):
        return _page(request, draft, form, received, status=422, act_not_done=act)
    try:
        put(request, draft, form, received, confirms=not act)
    except drafting.EditConflict:
        assert form is not None  # only words are in conflict
        theirs = previewing.load(draft.pk)
        # The person's words stay in the form; sending it again puts them over the others'.
        again = request.POST.copy()
        again["edition"], again["seen"] = str(theirs.edition), drafting.words_digest(theirs)
        form.data = again
        differs = conflicts.differences_of(form, draft_pages.form_of(request, theirs, None))
        return _page(
            request, draft, form, received, status=409, theirs=theirs, differs=differs, act_not_done=act
        )
    except drafting.NotOpen:
        return no_longer_open(request, previewing.load(draft.pk), *forms)
    return None


def put(
    request: PortalRequest,
    draft: Contribution,
    form: DraftForm | None,
    received: ReceivedForm | None,
    *,
    confirms: bool = False,
) -> None:
    """Save the forms, both sound; `confirms` as `drafting.edit`. Raises drafting.EditConflict, drafting.NotOpen."""
    if form is not None:
        drafting.edit(
            draft.pk,
            form.wording(),
            edition=form.cleaned_data["edition"] or 0,
            seen=form.cleaned_data["seen"],
            rights=request.rights,
            at=request.server_now,
            confirms=confirms,
        )
    if received is not None:
        letters.correct(draft.pk, received.received, rights=request.rights, at=request.server_now)


def ended(request: PortalRequest, pk: uuid.UUID, *sent: BaseForm) -> HttpResponse:
    """As `no_longer_open`, where the verb of another act found it so."""
    return no_longer_open(request, previewing.load(pk), *sent)


def no_longer_open(request: PortalRequest, draft: Contribution, *sent: BaseForm) -> HttpResponse:
    """Where a draft that takes no more words has gone, and what was typed for it meanwhile.

    Who typed nothing is led to the receipt of a draft that was submitted.
    """
    if draft.is_open:  # restored a moment ago, or it never was this one that ended
        return overtaken.page(request, *sent)
    ways = [(draft.get_absolute_url(), _("To the draft"))]
    if draft.revision is not None:
        if not overtaken.typed_in(sent):
            messages.info(request, _("This was submitted already; here is its receipt."))
            return redirect(draft.revision.receipt)
        ways = [
            (draft.revision.receipt.get_absolute_url(), _("Receipt")),
            (draft.revision.document.get_absolute_url(), draft.revision.symbol),
        ]
    return overtaken.page(request, *sent, said=what_became_of(draft), ways=ways)


def what_became_of(draft: Contribution) -> str:
    """A sentence on a draft that takes no more words."""
    if draft.revision is None:
        return _("This draft was discarded meanwhile. Restore it, then save your words again.")
    return _("This draft was submitted already, as %(symbol)s.") % {"symbol": draft.revision.symbol}


def _page(
    request: PortalRequest,
    draft: Contribution,
    form: DraftForm | None,
    received: ReceivedForm | None,
    *,
    status: int,
    **more: Any,
) -> HttpResponse:
    # Also where the act itself saves it: what stops the words keeps it typed.
    received = received or received_form(request, draft)
    if received is not None:
        more["received_form"] = received
    page = draft_pages.page_of_draft(request, draft, form, **more)
    return render(request, "contributions/contribution.html", page, status=status)
