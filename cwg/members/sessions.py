"""Sessions: the portal's own rows, joined with their person, so that everybody sees where they are signed in.

How long one lives (README, "Settings"): without "Stay signed in on this device" it ends with the browser, or when it was
not used for SESSION_IDLE_HOURS; with it, SESSION_DAYS after the last use. What an open page asks by itself is no use. Both
slide, and a session in use is renewed every few minutes, so that most requests write nothing. Lives go by the machine's
clock, as cookies do.

This module is Django's SESSION_ENGINE.
"""

import uuid
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, cast

from allauth.account.internal.stagekit import LOGIN_SESSION_KEY
from allauth.account.utils import url_str_to_user_pk
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.core.cache import cache
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from cwg.record import access

from . import devices
from .entry_models import Session
from .models import Person

# Under the names in the session's data: who sits where, for the list of own sessions.
SEEN, ADDRESS, DEVICE, BROWSER, SINCE = "seen", "address", "device", "browser", "since"
RENEWED_EVERY = timedelta(minutes=5)
# How long a browser can be told why its session was ended.
TOLD_FOR = timedelta(days=1)
DEVICE_LENGTH = 300


class SessionStore(DatabaseStore):
    """Django's own, with the columns that the list of sessions reads."""

    @classmethod
    def get_model_class(cls) -> Any:
        return Session

    def get_session_cookie_age(self) -> int:
        """In seconds, where nobody chose to stay signed in."""
        return int(settings.SESSION_IDLE.total_seconds())

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        row = cast(Session, super().create_model_instance(data))
        row.person_id = _whose(data)
        row.address = data.get(ADDRESS)
        row.device = data.get(DEVICE, "")
        row.browser = data.get(BROWSER)
        row.since = data.get(SINCE)
        row.seen_at = timezone.now()
        return row


def _whose(data: dict[str, Any]) -> int | None:
    """Who is signed in, or has given the password and is still asked for a second factor: both end with `end_all`."""
    if SESSION_KEY in data:
        return int(data[SESSION_KEY])
    half_done = (data.get(LOGIN_SESSION_KEY) or {}).get("user_pk")
    return url_str_to_user_pk(half_done) if half_done else None


def begin(request: HttpRequest, *, address: str | None, browser: uuid.UUID) -> None:
    """Note on the session of whoever has just signed in where that is. The answer saves it."""
    now = timezone.now()
    request.session.update(
        {
            SINCE: now.isoformat(),
            SEEN: now.isoformat(),
            ADDRESS: address,
            DEVICE: request.META.get("HTTP_USER_AGENT", "")[:DEVICE_LENGTH],
            BROWSER: str(browser),
        }
    )


def renew(request: HttpRequest, address: str | None) -> None:
    """Let the session of somebody signed in slide: written at most every RENEWED_EVERY, else nothing is."""
    now = timezone.now()
    seen = request.session.get(SEEN)
    if seen is None or now - datetime.fromisoformat(seen) >= RENEWED_EVERY:
        request.session[SEEN] = now.isoformat()
        request.session[ADDRESS] = address


def of(person: Person) -> QuerySet[Session]:
    """The sessions in which `person` is signed in now, the last used first."""
    signed_in = Session.objects.filter(person_id=person.pk, since__isnull=False)
    return signed_in.filter(expire_date__gt=timezone.now()).order_by("-seen_at", "pk")


class Ended(StrEnum):
    """What ended a session before its time: an act of one's own, there or on another device, or somebody else's."""

    ELSEWHERE = "elsewhere"
    EVERYWHERE = "everywhere"
    PASSWORD = "password"
    OTHERWISE = "otherwise"


def _end(rows: QuerySet[Session], why: Ended) -> int:
    """Delete the sessions; for a day (`TOLD_FOR`) each browser can be told why. Returns how many there were."""
    told = {_told_by(key): str(why) for key in rows.values_list("session_key", flat=True)}
    cache.set_many(told, timeout=int(TOLD_FOR.total_seconds()))
    return rows.delete()[0]


def why_ended(key: str) -> Ended | None:
    """Why the session of that key was ended, as far as that is still known."""
    why = cache.get(_told_by(key))
    return Ended(why) if why else None


def _told_by(key: str) -> str:
    # The key itself is as good as a password.
    return "session-ended-" + salted_hmac("session-ended", key).hexdigest()


def end(person: Person, ref: str, *, at: datetime, address: str | None) -> bool:
    """Sign out one session of the person's own, and make its browser a strange one. False where there is none.

    `at` is aware; `address` is from where it was asked, for the access log.
    """
    with transaction.atomic():
        found = next((session for session in of(person) if session.ref == ref), None)
        if found is None:
            return False
        if found.browser:
            devices.forget(person, found.browser)
        _end(Session.objects.filter(pk=found.pk), Ended.ELSEWHERE)
        access.note("session_ended", at=at, person_id=person.pk, address=address)
    return True


def end_all(person: Person, why: Ended = Ended.OTHERWISE) -> int:
    """Sign `person` out everywhere: every session ends, every browser is strange again. Returns how many ended."""
    with transaction.atomic():
        devices.forget(person)
        return _end(Session.objects.filter(person_id=person.pk), why)


def sign_out_everywhere(person: Person, *, at: datetime, address: str | None) -> None:
    """The person's own act: as `end_all`, noted in the access log. `at` is aware."""
    with transaction.atomic():
        end_all(person, Ended.EVERYWHERE)
        access.note("signed_out_everywhere", at=at, person_id=person.pk, address=address)


def end_others(person: Person, key: str | None) -> None:
    """End every session but that of `key`: after a change of password they are worthless anyhow, and would be listed."""
    _end(Session.objects.filter(person_id=person.pk).exclude(session_key=key or ""), Ended.PASSWORD)


def has_run_out(key: str) -> bool:
    """Whether the session of that key ended because nobody used it, as far as its row still tells."""
    return Session.objects.filter(session_key=key, expire_date__lte=timezone.now()).exists()


def forget_what_is_over() -> int:
    """Background work: delete the sessions that have ended; returns how many."""
    return Session.objects.filter(expire_date__lte=timezone.now()).delete()[0]


def made_for(person: Person) -> str:
    """A session of `person`'s made on the server itself, for `./dev bench` and tests; returns its key."""
    store = SessionStore()
    store[SESSION_KEY] = str(person.pk)
    store[SINCE] = store[SEEN] = timezone.now().isoformat()
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = person.get_session_auth_hash()
    store.save()
    assert store.session_key is not None  # a saved session has its key
    return store.session_key
