"""Pages that ask nobody anything: no menus, no rights, no database. Whatever failed may fail again."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils import translation

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


def language_of(request: HttpRequest) -> str:
    """The catalogue's code: the person's where it was read already, else the browser's."""
    return getattr(request, "LANGUAGE_CODE", None) or language_of_visitor(request)
