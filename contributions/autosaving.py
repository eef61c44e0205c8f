"""The words of a draft saved while they are typed, by the script of its page (`static/js/autosave.js`).

By the same form and the same verb as its button: words that are not the ones this page has seen are never written over.
Every answer but 200 leaves the words unsaved, and says why. Drafts keep no history, so that saving often leaves no rows.
"""

from typing import Any

from django.db import transaction
from django.http import JsonResponse
from django.utils.translation import gettext as _

from cwg.look import instants
from cwg.members.requests import PortalRequest

from . import draft_pages, drafting, previewing, typed_words
from .models import Contribution


def answer(request: PortalRequest, draft: Contribution) -> JsonResponse:
    """To GET: which words the draft has now. To POST: save those sent, 200; 409 where others came first, 422 unfit ones.

    `edition` and `seen` are what the form sends next; `said` and `errors` are sentences; `standing` and `onward` parts of
    the page (`draft_pages.stands_now`).
    """
    if request.method != "POST":
        return JsonResponse(_state(draft))
    form = draft_pages.form_of(request, draft, request.POST)
    received = typed_words.received_form(request, draft)
    forms = [form] if received is None else [form, received]
    if not draft.is_open:
        return _gone(draft)
    if not all(each.is_valid() for each in forms):
        return _unsaved(
            [str(said) for each in forms for errors in each.errors.values() for said in errors], 422
        )
    try:
        with transaction.atomic():
            typed_words.put(request, draft, form, received)
            # While the draft is still locked: what the page is told it has seen are its own words, not a colleague's.
            saved = previewing.load(draft.pk)
            state = _state(saved)
    except drafting.EditConflict as conflict:
        said = _(
            "%(name)s changed this draft meanwhile. Your words are on this page and not saved: press Save draft to see"
            " both."
        )
        return _unsaved([said % {"name": conflict.current.changed_by}], 409)
    except drafting.NotOpen:
        return _gone(previewing.load(draft.pk))
    at = instants.instant_parts(request.server_now, request.rights.zone, "time")[0]
    told = {"said": _("Saved %(time)s") % {"time": at}}
    return JsonResponse(state | told | draft_pages.stands_now(request, saved))


def _state(draft: Contribution) -> dict[str, Any]:
    return {"edition": draft.edition, "seen": drafting.words_digest(draft)}


def _gone(draft: Contribution) -> JsonResponse:
    more = (
        {"link": {"href": draft.revision.receipt.get_absolute_url(), "text": _("Receipt")}}
        if draft.revision
        else {}
    )
    return _unsaved([typed_words.what_became_of(draft)], 409, **more)


def _unsaved(errors: list[str], status: int, **more: Any) -> JsonResponse:
    return JsonResponse({"errors": errors} | more, status=status)
