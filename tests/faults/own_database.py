"""A PostgreSQL of a test's own, which it may stop and start; the same embedded one that `./dev` starts."""

import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import environ
import psycopg
from django.core.management import call_command
from django.db import connection

from tests import processes
from tests.database.base import OWNER, PORTAL, hand_over
from tests.launcher import dev

FAST, AT_ONCE = signal.SIGINT, signal.SIGQUIT


class Database:
    """A server of its own, empty, or with what was in another one's cluster. `url` stays the same over a restart."""

    def __init__(self, place: Path, like: Path | None = None):
        self._spawn = dev.spawn
        self._server = dev.Postgres(place, place / "postgres.log", ("p" * 64,) * 3, durable=True)
        if like is not None:
            shutil.copytree(like, self._server.cluster)
        self._process = self._server.start()
        # Its administrator's, as the tests have it of every server.
        self.url = self._server.addresses()[0]
        # The folder of its data, and that of its programs.
        self.cluster, self.programs = self._server.cluster, self._server.bin

    def as_its_account(self, *command: object, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end as whom the server runs: what it makes is the server's."""
        account = self._server.account
        process = self._spawn(
            command,
            env=self._server.env | environment,
            enter=account.enter,
            cwd="/",
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        out, err = processes.to_its_end(process)
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def give(self, *paths: Path) -> None:
        """What the tests made belongs to the server's account."""
        if self._server.account.owner:
            for path in paths:
                os.chown(path, *self._server.account.owner)

    def ended(self, seconds: float = 30) -> int:
        """Wait until it has ended by itself; how."""
        return self._process.wait(seconds)

    def log(self) -> str:
        return self._server.log.read_text(errors="replace")

    def stop(self, how: signal.Signals = FAST) -> None:
        """`FAST` ends the sessions and writes what is to be written; `AT_ONCE` is as good as a crash."""
        self._process.send_signal(how)
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            processes.kill(self._process)
            raise

    def start(self) -> None:
        self._process = self._server.start()

    @contextlib.contextmanager
    def hanging(self) -> Iterator[None]:
        """It takes connections and statements and answers none, as on a disk that does not come back."""
        stopped = [self._process.pid, *processes.children(self._process.pid)]
        for pid in stopped:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in stopped:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)

    def take_no_writes(self) -> None:
        """As a standby does, and a primary after a failover."""
        with psycopg.connect(self.url, autocommit=True) as session:
            session.execute("ALTER SYSTEM SET default_transaction_read_only = on")
            session.execute("SELECT pg_reload_conf()")

    def take_writes(self) -> None:
        with psycopg.connect(self.url, autocommit=True) as session:
            session.execute("SET default_transaction_read_only = off")
            session.execute("ALTER SYSTEM RESET default_transaction_read_only")
            session.execute("SELECT pg_reload_conf()")

    @contextlib.contextmanager
    def in_use(self) -> Iterator[None]:
        """The connections of this process, and the servers it starts, use it within the block."""
        before = dict(connection.settings_dict)
        connection.close()
        mine = environ.Env.db_url_config(self.url)
        connection.settings_dict.update(mine | {"ENGINE": before["ENGINE"], "OPTIONS": before["OPTIONS"]})
        try:
            yield
        finally:
            connection.close()
            connection.settings_dict.clear()
            connection.settings_dict.update(before)

    def prepare(self) -> None:
        """The portal's schema, as `docker-compose.yml` makes it."""
        hand_over(connection.settings_dict)
        connection.creation.become(OWNER)
        call_command("migrate", verbosity=0)
        connection.close()
        connection.creation.become(PORTAL)
