"""Passwords are hashed a few at a time.

Each hash takes a hundred megabytes and eight threads (Argon2 with Django's parameters): more of them at once finish no
sooner, and a full room would take all of the memory. Whoever comes while all places are taken waits, and is told so after
`PATIENCE`, whatever the address or the password: known and unknown ones are hashed alike, and wait alike.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher

from cwg.record.holding import Busy, Why

# Seconds. In a web process nearly all waiting is before this, without a thread (`cwg/sign_in_queue.py`).
PATIENCE = 10.0
# In threads. The queue lets one come so far; whoever found a way around it takes no more of them than this.
MOST_WAITING = 2


class Places:
    """`count` places, each for one at a time; `most_waiting` wait for one."""

    def __init__(self, count: int, patience: float = PATIENCE, most_waiting: int = MOST_WAITING):
        self._free = threading.BoundedSemaphore(count)
        self._may_wait = threading.BoundedSemaphore(most_waiting)
        self._patience = patience

    @contextmanager
    def one(self) -> Iterator[None]:
        """Raises Busy where none comes free in time, or too many wait already."""
        if not self._free.acquire(blocking=False):
            self._wait()
        try:
            yield
        finally:
            self._free.release()

    def _wait(self) -> None:
        if not self._may_wait.acquire(blocking=False):
            raise Busy(Why.PASSWORDS, 0.0)
        began = time.monotonic()
        try:
            if not self._free.acquire(timeout=self._patience):
                raise Busy(Why.PASSWORDS, time.monotonic() - began)
        finally:
            self._may_wait.release()


_places = Places(settings.PASSWORD_HASHES)


class FewAtATimeHasher(Argon2PasswordHasher):
    """Django's hasher, at work in one of the process's places; it writes the same hashes."""

    places = _places

    def encode(self, password: str, salt: str) -> str:
        with self.places.one():
            return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        with self.places.one():
            return super().verify(password, encoded)
