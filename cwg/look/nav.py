"""The main navigation and the user menu: apps above register their entries in ``AppConfig.ready()``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

Visible = Callable[[HttpRequest], bool]


def signed_in(request: HttpRequest) -> bool:
    """The usual condition: somebody is signed in."""
    user = getattr(request, "user", None)
    return bool(user and user.is_authenticated)


@dataclass(frozen=True)
class Entry:
    """One link of a menu, as registered."""

    label: Any  # lazy translation, or a function of the request that gives one
    url_name: str
    visible: Visible
    order: int
    icon: str = ""


_MENUS: dict[str, dict[str, Entry]] = {"main": {}, "user": {}}


def register(
    label: Any,
    url_name: str,
    visible: Visible = signed_in,
    order: int = 100,
    *,
    menu: str = "main",
    icon: str = "",
) -> None:
    """Add a link to the ``main`` navigation or the ``user`` menu. Twice the same ``url_name``: the later one counts."""
    _MENUS[menu][url_name] = Entry(label, url_name, visible, order, icon)


def items(request: HttpRequest, menu: str = "main") -> Iterator[dict[str, Any]]:
    """The links this request may see, in order: ``{"url", "label", "icon", "active"}``.

    ``active`` is "page" for the page itself, "true" for a page below it, "" otherwise (values of aria-current).
    """
    if not hasattr(
        request, "user"
    ):  # answered before anybody asked who it is: a refused host, a broken address
        return
    for entry in sorted(_MENUS[menu].values(), key=lambda each: each.order):
        if not entry.visible(request):
            continue
        try:
            url = reverse(entry.url_name)
        except NoReverseMatch:  # an app that is not mounted in this installation
            continue
        if request.path == url:
            active = "page"
        elif url != "/" and request.path.startswith(url):
            active = "true"
        else:
            active = ""
        label = entry.label(request) if callable(entry.label) else entry.label
        yield {"url": url, "label": label, "icon": entry.icon, "active": active}
