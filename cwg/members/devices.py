"""Browsers that are known: a signed cookie says which browser it is, a row says whose it has been.

Only a whole sign-in makes a browser known (password and, where it is set up, second factor; a mailed link; an
invitation), or a new password set by a mailed link. What it is good for: on it a stranger's wrong passwords delay nobody
(`guessing.py`). It opens nothing by itself, and "Sign out everywhere" makes it worthless.
"""

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from cwg import clock

from .entry_models import KnownDevice
from .models import Person

LIFETIME = timedelta(days=365)
_SIGNER = signing.Signer(salt="known-device")


def browser_of(request: HttpRequest | None) -> uuid.UUID | None:
    """The browser's number, if it has one that we gave it."""
    cookie = request.COOKIES.get(settings.DEVICE_COOKIE_NAME, "") if request is not None else ""
    try:
        return uuid.UUID(_SIGNER.unsign(cookie)) if cookie else None
    except (signing.BadSignature, ValueError):
        return None


def known_to(email: str, browser: uuid.UUID | None, at: datetime) -> bool:
    """Whether the person of that address has signed in on this browser, within a year before `at` (aware)."""
    if browser is None:
        return False
    held = KnownDevice.objects.filter(person__email=email, browser=browser, seen_at__gt=at - LIFETIME)
    return held.exists()


def remember(request: HttpRequest, person: Person, at: datetime) -> uuid.UUID:
    """Make the browser that asks a known one of `person`'s; its answer carries the cookie. Returns its number."""
    browser = browser_of(request) or uuid.uuid4()
    KnownDevice.objects.update_or_create(
        person_id=person.pk,
        browser=browser,
        defaults={"seen_at": at},
        create_defaults={"seen_at": at, "since": at},
    )
    asked: Any = request  # `keep` reads it when the answer is made
    asked._browser_to_keep = browser
    return browser


def keep(request: HttpRequest, response: HttpResponse) -> None:
    """Put the cookie on the answer to a request in which somebody signed in."""
    browser = getattr(request, "_browser_to_keep", None)
    if browser is not None:
        response.set_cookie(
            settings.DEVICE_COOKIE_NAME,
            _SIGNER.sign(browser.hex),
            max_age=int(LIFETIME.total_seconds()),
            secure=settings.SECURE_COOKIES,
            httponly=True,
            samesite="Lax",
        )


def forget(person: Person, *browsers: uuid.UUID) -> None:
    """Make these browsers of `person`, or all of them where none is named, strange again."""
    held = KnownDevice.objects.filter(person_id=person.pk)
    (held.filter(browser__in=browsers) if browsers else held).delete()


def forget_what_is_over() -> int:
    """Background work: delete the browsers that nobody signed in on for a year; returns how many rows."""
    return forget_old(clock.now())


def forget_old(at: datetime) -> int:
    return KnownDevice.objects.filter(seen_at__lte=at - LIFETIME).delete()[0]
