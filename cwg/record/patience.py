"""Asking the file storage for something that an answer waits for: never longer than some seconds, never all in turn.

A store may refuse, hang in the kernel, or drip. The work is done by a few threads of its own; whoever waits for them
gives up in time. After a failure the store is left alone for a while: then one caller tries, and the others go on.
"""

import os
import queue
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any, TypeVar

T = TypeVar("T")

# Seconds: how long an answer waits, and how long a store that failed is not asked again.
PATIENCE = 3.0
REST = 10.0
# A thread that hangs in a dead store is lost until the store answers: so many may be.
HANDS = 4


class StorageAway(RuntimeError):
    """The storage did not answer in time, or is left alone because it did not a moment ago."""


class Store:
    """One store and what this process knows of it. Safe for all threads."""

    def __init__(self) -> None:
        os.register_at_fork(after_in_child=self.forget)
        self.forget()

    def forget(self) -> None:
        """As at the start: all is well, and no thread is there (a fork leaves them with the parent)."""
        self._lock = threading.Lock()
        self._work: queue.SimpleQueue[tuple[Callable[[], Any], Future[Any]]] = queue.SimpleQueue()
        self._hands = self._idle = 0
        self._rests_until: float | None = None
        self._of_this_thread = threading.local()

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """What this thread asks herein has so long together. Not within another."""
        self._of_this_thread.ends = time.monotonic() + seconds
        try:
            yield
        finally:
            del self._of_this_thread.ends

    def time_left(self) -> float:
        """Seconds for which this thread would wait for an answer now; 0 where its time is over (`within`)."""
        ends = getattr(self._of_this_thread, "ends", None)
        return PATIENCE if ends is None else min(max(ends - time.monotonic(), 0), PATIENCE)

    def ask(self, work: Callable[[], T], *, passes: tuple[type[Exception], ...] = ()) -> T:
        """What `work` returns, done in a thread that has no database.

        Raises StorageAway, and whatever `work` raises; errors of the kinds `passes` say nothing against the store.
        """
        patience = self.time_left()
        if not patience:
            raise StorageAway("the time for the storage was over before it was asked")
        self._refuse_while_it_rests()
        done = self._handed_over(work)
        try:
            found = done.result(timeout=patience)
        except passes:
            self._is_well()
            raise
        except TimeoutError as error:
            done.cancel()  # where no hand has taken it up, none does
            if patience == PATIENCE:  # what was given less time says nothing against the store
                self._failed()
            raise StorageAway(f"the storage did not answer within {patience:.3g} seconds") from error
        except Exception:
            self._failed()
            raise
        self._is_well()
        return found

    def _refuse_while_it_rests(self) -> None:
        with self._lock:
            if self._rests_until is None:
                return
            if time.monotonic() < self._rests_until:
                raise StorageAway("the storage failed a moment ago and is not asked yet")
            self._rests_until = time.monotonic() + REST  # this caller tries; the others go on

    def _failed(self) -> None:
        with self._lock:
            self._rests_until = time.monotonic() + REST

    def _is_well(self) -> None:
        if self._rests_until is not None:
            with self._lock:
                self._rests_until = None

    def _handed_over(self, work: Callable[[], T]) -> "Future[T]":
        done: Future[T] = Future()
        with self._lock:
            if self._idle:
                self._idle -= 1
            elif self._hands < HANDS:
                self._hands += 1
                threading.Thread(
                    target=self._lend_a_hand, args=(self._work,), name="storage", daemon=True
                ).start()
            # With every hand busy it waits in the queue, and its caller as long as for any other.
            self._work.put((work, done))
        return done

    def _lend_a_hand(self, given: "queue.SimpleQueue[tuple[Callable[[], Any], Future[Any]]]") -> None:
        while True:
            work, done = given.get()
            if done.set_running_or_notify_cancel():
                try:
                    done.set_result(work())
                except BaseException as error:
                    done.set_exception(error)
            with self._lock:
                self._idle += 1
