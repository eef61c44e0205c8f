"""What every page's frame needs. Lazy: a page that shows no menu asks nothing."""

from __future__ import annotations

import datetime as dt
from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from cwg import clock
from cwg.languages import catalogue, offered
from cwg.look import demo_people, nav
from cwg.version import VERSION

THEMES = ("light", "dark")


def server_now(request: HttpRequest | None) -> dt.datetime:
    """The instant this answer counts time from: set once per request, so that all parts of a page agree.

    Middleware may have set ``request.server_now`` already; otherwise the database's clock is read.
    """
    if request is None:
        return clock.now()
    now = getattr(request, "server_now", None)
    if now is None:
        now = clock.now()
        request.server_now = now  # type: ignore[attr-defined]  # the floor above declares it
    # The middleware's value may be lazy, and arithmetic needs the datetime itself.
    return now.astimezone(dt.UTC)


class Portal:
    """The object templates know as ``portal``."""

    def __init__(self, request: HttpRequest):
        self.request = request

    @cached_property
    def name(self) -> str:
        """Short name of the Group, at the head of each page."""
        return getattr(settings, "PORTAL_NAME", "CWG-Internet")

    @cached_property
    def long_name(self) -> str:
        return getattr(
            settings,
            "PORTAL_LONG_NAME",
            _("Council Working Group on international Internet-related public policy issues"),
        )

    @property
    def version(self) -> str:
        """For pages of who looks after the portal; no other page shows it."""
        return VERSION

    @cached_property
    def nav(self) -> list[dict[str, Any]]:
        return list(nav.items(self.request, "main"))

    @cached_property
    def user_menu(self) -> list[dict[str, Any]]:
        return list(nav.items(self.request, "user"))

    @cached_property
    def theme(self) -> str:
        """``light`` or ``dark`` when the reader chose one (cookie set by theme.js), else "" for the system's."""
        chosen = self.request.COOKIES.get("theme", "")
        return chosen if chosen in THEMES else ""

    @cached_property
    def languages(self) -> list[dict[str, Any]]:
        """The languages in which pages are offered, each in its own name."""
        return [get_language_info(catalogue(code)) for code in offered()]

    @cached_property
    def demo(self) -> bool:
        return bool(getattr(settings, "DEMO", False))

    @cached_property
    def demo_people(self) -> list[tuple[str, str]]:
        return demo_people.addresses() if self.demo else []

    @cached_property
    def server_now(self) -> dt.datetime:
        return server_now(self.request)


def portal(request: HttpRequest) -> dict[str, Any]:
    """Context processor: one name, ``portal``."""
    return {"portal": Portal(request)}
