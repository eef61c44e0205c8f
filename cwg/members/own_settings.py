"""What a person decides alone: name, language, time zone, appearance, and the address of the own calendar."""

import secrets
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpResponse

from cwg.languages import LANGUAGE_CODES
from cwg.record import access
from cwg.record.history import sign

from .cleaning import clean_name
from .middleware import LANGUAGE_COOKIE
from .models import Person

THEME_COOKIE = "theme"
YEAR = 60 * 60 * 24 * 365


def change(person: Person, *, name: str, language: str, time_zone: str, theme: str, at: datetime) -> Person:
    """Keep what the person chose. `time_zone` is an IANA name or "" for the device's; the form has validated it.

    Raises NameRefused. Writes history and access log only where something is different.
    """
    wanted = {"name": clean_name(name), "language": language, "time_zone": time_zone, "theme": theme}
    with transaction.atomic():
        kept = Person.objects.select_for_update().get(pk=person.pk)
        changed = [field for field, value in wanted.items() if getattr(kept, field) != value]
        if changed:
            for field in changed:
                setattr(kept, field, wanted[field])
            _save(kept, "own settings", changed)
            access.note("settings_changed", at=at, person_id=kept.pk, subject=" ".join(changed))
    return kept


def choose_language(person: Person, language: str) -> Person:
    """The language of pages and mails, from the menu at the head of each page. Raises ValueError for no language."""
    if language not in LANGUAGE_CODES:
        raise ValueError(language)
    with transaction.atomic():
        kept = Person.objects.select_for_update().get(pk=person.pk)
        if kept.language != language:
            kept.language = language
            _save(kept, "language chosen", ["language"])
    return kept


def renew_calendar_address(person: Person, *, at: datetime) -> str:
    """A new secret for the address of the person's calendar; the address before it is worthless at once."""
    secret = secrets.token_urlsafe(32)
    _set_secret(person, secret)
    access.note("calendar_address_made", at=at, person_id=person.pk)
    return secret


def remove_calendar_address(person: Person, *, at: datetime) -> None:
    """No address leads to the person's calendar any more."""
    _set_secret(person, "")
    access.note("calendar_address_removed", at=at, person_id=person.pk)


def _set_secret(person: Person, secret: str) -> None:
    # A plain UPDATE: the secret is kept out of the history, and a history row would only say that it changed.
    Person.objects.filter(pk=person.pk).update(calendar_secret=secret)
    person.calendar_secret = secret


def _save(person: Any, reason: str, fields: list[str]) -> None:
    sign(person, person, reason)
    person.save(update_fields=fields)


def remember_on_device(response: HttpResponse, *, language: str, theme: str | None = None) -> None:
    """Keep language and appearance in cookies, so that pages before sign-in have them too.

    The appearance's cookie is read by `theme.js` as well; "" is the device's own. None leaves it alone.
    """
    shared = {"samesite": "Lax", "secure": settings.SECURE_COOKIES}
    response.set_cookie(LANGUAGE_COOKIE, language, max_age=YEAR, httponly=True, **shared)
    if theme:
        response.set_cookie(THEME_COOKIE, theme, max_age=YEAR, **shared)
    elif theme is not None:
        response.delete_cookie(THEME_COOKIE, samesite="Lax")
