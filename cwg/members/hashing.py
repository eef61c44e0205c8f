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


class Places:
    """`count` places, each for one at a time."""

    def __init__(self, count: int, patience: float = PATIENCE):
        self._free = threading.BoundedSemaphore(count)
        self._patience = patience

    @contextmanager
    def one(self) -> Iterator[None]:
        """Raises Busy where none comes free in time."""
        began = time.monotonic()
        if not self._free.acquire(timeout=self._patience):
            raise Busy(Why.PASSWORDS, time.monotonic() - began)
        try:
            yield
        finally:
            self._free.release()


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
