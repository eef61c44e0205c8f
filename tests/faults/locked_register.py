"""A register whose row somebody else holds, and what others see of the portal meanwhile."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg

from tests.faults import web_server

# What a held register may cost others, in seconds.
OTHERS_GO_ON_WITHIN = 5.0
A_PAGE_WITHIN = 1.0


@contextmanager
def transaction_left_open(register, *, by_the_rules: bool = True) -> Iterator[psycopg.Connection]:
    """As psql leaves one: the register's row locked, and silence. With `by_the_rules` the database ends it some day."""
    other = psycopg.connect(web_server.database_url())
    try:
        if not by_the_rules:
            other.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        other.execute("SELECT 1 FROM documents_register WHERE id = %s FOR UPDATE", [register.pk])
        yield other
    finally:
        other.close()


@dataclass
class Watch:
    """How long pages took, in seconds, while the block was open."""

    took: dict[str, list[float]] = field(default_factory=dict)

    def goes_on(self, path: str) -> bool:
        """Nine of ten answers within a second; one may have met a machine that was busy with other things."""
        took = sorted(self.took[path])
        assert len(took) > 3, f"{path} was hardly asked"
        return took[len(took) * 9 // 10 - 1] < A_PAGE_WITHIN and took[-1] < OTHERS_GO_ON_WITHIN


@contextmanager
def watching(server: web_server.Server, session: str, *paths: str) -> Iterator[Watch]:
    """Ask for each of these pages again and again, as somebody would who only reads; the responder beside."""
    watch, stop, errors = Watch(), threading.Event(), []

    def ask(path: str) -> None:
        while not stop.wait(0.1):
            started = time.monotonic()
            try:
                status = (
                    server.lives() if path == "liveness" else server.request("GET", path, session=session)[0]
                )
                assert status == 200, f"{path}: {status}"
            except Exception as error:
                errors.append(error)
                return
            watch.took.setdefault(path, []).append(time.monotonic() - started)

    for path in paths:  # the first page of a process reads its templates
        server.request("GET", path, session=session)
    threads = [threading.Thread(target=ask, args=(path,)) for path in (*paths, "liveness")]
    for thread in threads:
        thread.start()
    try:
        yield watch
    finally:
        stop.set()
        for thread in threads:
            thread.join(60)
    assert errors == []


def waiters(register_table: str = "documents_register") -> int:
    """How many sessions stand at a lock of the register's row in the database."""
    with psycopg.connect(web_server.database_url(), autocommit=True) as other:
        return other.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            " AND query LIKE %s",
            [f"%{register_table}%"],
        ).fetchone()[0]
