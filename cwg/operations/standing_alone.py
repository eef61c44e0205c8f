"""Pages that ask nobody anything: no menus, no rights, no database. Whatever failed may fail again."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from cwg.look.context import THEMES
from cwg.members.middleware import language_of_visitor


def answer(request: HttpRequest, template: str, about: dict[str, Any], *, status: int) -> HttpResponse:
    """`template`, made of `standing_alone.html`, in the language of the person or of the browser."""
    theme = request.COOKIES.get("theme", "")
    frame = {
        "csrf_token": get_token(request),
        "theme": theme if theme in THEMES else "",
        "number": getattr(request, "request_id", ""),
    }
    with translation.override(language_of(request)):
        return HttpResponse(render_to_string(template, frame | about), status=status)


def to_a_script(request: HttpRequest, sentences: Iterable[str | Promise], *, status: int) -> HttpResponse:
    """The same for a script, in the form in which an upload is refused: sentences, and the number to quote."""
    with translation.override(language_of(request)):
        told = [str(sentence) for sentence in sentences]
        if number := getattr(request, "request_id", ""):
            told.append(f"{_('If it happens again, quote this number to the secretariat:')} {number}")
    return JsonResponse({"errors": told}, status=status)


def language_of(request: HttpRequest) -> str:
    """The catalogue's code: the person's where it was read already, else the browser's."""
    return getattr(request, "LANGUAGE_CODE", None) or language_of_visitor(request)
