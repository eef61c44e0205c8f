"""The backend that `DATABASES` names (`cwg.postgres`): Django's own, with two things more.

The pool gives out no connection that a restart has broken, and finds a server that is back within a second. And the
connection knows whether anything of a request may have been saved when it broke, so that a page can say so.
"""

import re
import select
import time
from typing import Any, ClassVar

import psycopg
from django.core.exceptions import ImproperlyConfigured
from django.db import Error
from django.db.backends.base.base import NO_DB_ALIAS
from django.db.backends.postgresql import base
from psycopg import pq
from psycopg_pool import ConnectionPool, PoolTimeout

from .outages import may_be_done

# Seconds for which the server may be away before nobody is kept waiting for it any more.
PATIENCE = 5.0
# How long a connection is waited for then, and how often it is asked for anew before.
_QUICK = 0.5
# How long an idle connection is given to show that the server is there.
_ANSWERS_WITHIN = 3.0
_READS = re.compile(
    r"[\s(]*(SELECT|SET|SHOW|VALUES|SAVEPOINT|RELEASE|ROLLBACK|DECLARE|FETCH|MOVE|CLOSE|LOCK|EXPLAIN)\b",
    re.IGNORECASE,
)


class Pool(ConnectionPool):
    """psycopg's, that drops all its idle connections when it meets one that is broken, and is steady in connecting anew.

    After a restart all idle connections are broken; left alone they would be found one by one. And psycopg's own
    attempts to connect wait longer and longer, and end after a while although somebody is still waiting. Here an attempt
    that fails ends at once, and whoever waits asks for another every half second.
    """

    def __init__(self, *args: Any, check: bool, configure: Any, **options: Any):
        self._configured = configure
        self._drained = 0.0
        self._refusals: tuple[float, float] | None = (
            None  # the first and the last since the server was reached
        )
        super().__init__(
            *args,
            check=self._checked if check else None,
            configure=self._reached,
            reconnect_failed=self._refused,
            reconnect_timeout=0,
            **options,
        )

    @property
    def is_given_up(self) -> bool:
        """Whether the server was refused for PATIENCE or longer, and not reached since."""
        return self._refusals is not None and self._refusals[1] - self._refusals[0] >= PATIENCE

    def getconn(self, timeout: float | None = None) -> Any:
        """Raises PoolTimeout after `timeout` seconds, or as soon as the server is given up."""
        ends = time.monotonic() + (self.timeout if timeout is None else timeout)
        while True:
            left = ends - time.monotonic()
            try:
                return super().getconn(min(left, _QUICK))
            except PoolTimeout:
                if left <= _QUICK or self.is_given_up:
                    raise

    def start_afresh(self) -> None:
        """Drop the idle connections: the server they lead to has gone, or does not write any more.

        Once a second at most: a hundred requests that are cut off together drop no connection made after the cut.
        """
        if not self.closed and time.monotonic() - self._drained >= 1:
            self._drained = time.monotonic()
            self.drain()

    def _checked(self, connection: Any) -> None:
        try:
            _answers(connection.pgconn)
        except Exception:
            connection.close()
            self.start_afresh()
            raise

    def _reached(self, connection: Any) -> None:
        self._configured(connection)
        self._refusals = None

    def _refused(self, pool: ConnectionPool) -> None:
        now = time.monotonic()
        self._refusals = (self._refusals[0] if self._refusals else now, now)


def _answers(pgconn: Any) -> None:
    """Ask the server for nothing, and wait _ANSWERS_WITHIN seconds at most for that. Raises psycopg.OperationalError.

    psycopg would wait as long as the system keeps trying to reach a machine that is gone, and for ever for a server
    that is frozen. On its way to a request a connection is nobody else's.
    """
    ends = time.monotonic() + _ANSWERS_WITHIN
    pgconn.send_query(b"")
    while True:
        unsent = pgconn.flush()
        if not unsent and not pgconn.is_busy():
            break
        waiting = select.poll()
        waiting.register(pgconn.socket, select.POLLIN | (select.POLLOUT if unsent else 0))
        if not waiting.poll(max(ends - time.monotonic(), 0) * 1000):
            raise psycopg.OperationalError(
                f"an idle connection did not answer within {_ANSWERS_WITHIN:g} seconds"
            )
        pgconn.consume_input()
    while (result := pgconn.get_result()) is not None:
        if result.status != pq.ExecStatus.EMPTY_QUERY:
            raise psycopg.OperationalError("an idle connection has ended")


class DatabaseWrapper(base.DatabaseWrapper):
    """`may_have_saved`: whether something may have been saved since it was last set to False."""

    _connection_pools: ClassVar[dict[str, Pool]] = {}

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.may_have_saved = False
        self._is_writing = False
        self.execute_wrappers.append(self._note_writes)

    # --- The pool ---------------------------------------------------------------------------------------------

    @property
    def pool(self) -> Pool | None:
        """As Django makes it, of our own kind: Django takes no other check than its own."""
        options = self.settings_dict["OPTIONS"].get("pool")
        if self.alias == NO_DB_ALIAS or not options:
            return None
        if self.alias not in self._connection_pools:
            if self.settings_dict.get("CONN_MAX_AGE", 0) != 0:
                raise ImproperlyConfigured("Pooling doesn't support persistent connections.")
            made = Pool(
                kwargs=self.get_connection_params() | {"autocommit": True},
                open=False,
                configure=self._configure_connection,  # type: ignore[attr-defined]  # not in the stubs
                check=self.settings_dict["CONN_HEALTH_CHECKS"],
                **({} if options is True else options),
            )
            # Threads may come here at once; the first pool wins, the others were never opened.
            self._connection_pools.setdefault(self.alias, made)
        return self._connection_pools[self.alias]

    def start_afresh(self) -> None:
        """Let go of a connection that broke, and of the idle ones. Not within a transaction."""
        if not self.in_atomic_block:
            self.close()
        if self.pool is not None:
            self.pool.start_afresh()

    @property
    def is_given_up(self) -> bool:
        """Whether the server has been away for so long that nobody should be kept waiting for it."""
        return self.pool is not None and self.pool.is_given_up

    # --- What may have been saved -----------------------------------------------------------------------------

    def _note_writes(self, execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        if isinstance(sql, str) and _READS.match(sql):
            return execute(sql, params, many, context)
        if self.in_atomic_block:
            self._is_writing = True
            return execute(sql, params, many, context)
        before, self.may_have_saved = self.may_have_saved, True  # this statement commits by itself
        try:
            return execute(sql, params, many, context)
        except Error as error:
            if not may_be_done(error):
                self.may_have_saved = before
            raise

    def _commit(self) -> Any:
        before, self.may_have_saved = self.may_have_saved, self.may_have_saved or self._is_writing
        self._is_writing = False
        try:
            return super()._commit()  # type: ignore[misc]
        except Error as error:
            if not may_be_done(error):  # a constraint that is checked at the end
                self.may_have_saved = before
            raise

    def _rollback(self) -> Any:
        self._is_writing = False
        return super()._rollback()  # type: ignore[misc]

    def connect(self) -> None:
        self._is_writing = False
        super().connect()
