"""Template tags of the register, there without `{% load %}`. What each prints is shown in docs/look.md."""

from typing import Any

from django import template

from cwg.documents import verdicts
from cwg.documents.deadlines import Verdict

register = template.Library()


@register.inclusion_tag("components/verdict.html")
def verdict(value: str, detail: str = "") -> dict[str, Any]:
    """The badge of a verdict (a member or its stored value), with small text after it."""
    code = Verdict(value)
    words = verdicts.words(code)
    return {"code": code, "label": words.badge, "icon_name": words.icon, "tone": words.tone, "detail": detail}
