"""What was typed when it could not be saved: back into its form, as a list to be sent again, or discarded."""

import re
import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from . import kept_words
from .requests import PortalRequest

# What a page sends along that nobody typed.
_OF_THE_PAGE = re.compile(r"^(seen|edition|shown)$|_FORMS$")


@require_safe
def back_to_page(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """To the page it was typed on, whose form is filled with it; where that takes nothing, `words` follows.

    404 for whatever is not kept for whoever asks, in this browser.
    """
    kept = kept_words.of(request, pk)
    if kept is None:
        return _nothing(request)
    page = kept.page or kept.address
    return redirect(f"{page}{'&' if '?' in page else '?'}{urlencode({kept_words.PARAMETER: str(kept.pk)})}")


@require_safe
def words(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """All of it, with a button that sends it as it was. 404 as above."""
    kept = kept_words.of(request, pk)
    if kept is None:
        return _nothing(request)
    shown = [
        (_label(name), value) for name, value in kept.words if value.strip() and not _OF_THE_PAGE.search(name)
    ]
    context = {"kept": kept, "sentence": kept_words.sentence(kept), "shown": shown}
    return render(request, "members/kept_words.html", context)


@require_POST
def discard(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    kept = kept_words.of(request, pk)
    if kept is None:
        return _nothing(request)
    kept.delete()
    messages.success(request, _("What was kept has been discarded."))
    return redirect("/")


def _nothing(request: PortalRequest) -> HttpResponse:
    return render(request, "members/nothing_kept.html", status=404)


def _label(name: str) -> str:
    """The name of a field as people read it; in their language where a label says the same."""
    words = capfirst(name.replace("_", " ").replace("-", " "))
    return _(words) if words else ""  # of nothing, gettext gives the head of its catalogue
