"""A PostgreSQL of a test's own that archives its log, with the scripts and the settings of `docker-compose.yml`."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import environ
import psycopg
from django.conf import settings

from tests.faults import whole_base
from tests.faults.own_database import Database
from tests.waiting import until

SCRIPTS = settings.BASE_DIR / ".docker" / "database"


class Archive:
    """`wal` and `base` are what the volumes are; `clusters` is where `rewind` puts what was there."""

    def __init__(self, database: Database, place: Path):
        self.database = database
        # The folder of the clusters may have blanks in its name; the others may not.
        self.wal, self.base, self.clusters = (place / name for name in ("wal", "base", "our clusters"))
        # Programs that come before the server's own.
        self.programs = place / "programs"
        for folder in (self.wal, self.base, self.clusters, self.programs):
            folder.mkdir()
        database.give(self.wal, self.base, self.clusters)
        self.have_pg_verifybackup()

    def have_pg_verifybackup(self) -> None:
        """The server's own; the embedded server's breaks off as soon as it is started, and has one to stand for it."""
        own = self.database.programs / "pg_verifybackup"
        checker: tuple[object, ...] = (own,)
        if subprocess.run([own, "--version"], capture_output=True).returncode:
            checker = (sys.executable, whole_base.__file__)
        self.program("pg_verifybackup", f'exec {shlex.join(map(str, checker))} "$@"')

    def program(self, name: str, *lines: str) -> Path:
        path = self.programs / name
        path.write_text("\n".join(["#!/bin/sh", *lines, ""]))
        path.chmod(0o755)
        return path

    def begin(self, script: Path = SCRIPTS / "archive-segment") -> None:
        """Have the server archive its log from now on, with `script`, and let itself be copied."""
        with psycopg.connect(self.database.url, autocommit=True) as session:
            session.execute("ALTER SYSTEM SET archive_mode = on")
            session.execute("ALTER SYSTEM SET archive_timeout = 300")
            session.execute(f"""ALTER SYSTEM SET archive_command = '{script} "%p" "%f" {self.wal}'""")
        with (self.database.cluster / "pg_hba.conf").open("a") as rules:
            rules.write("host replication cwg 127.0.0.1/32 scram-sha-256\n")
        self.database.stop()
        self.database.start()

    def run(self, name: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """One of the scripts, as compose runs it."""
        address = environ.Env.db_url_config(self.database.url)
        given = {
            "PATH": f"{self.programs}:{self.database.programs}:{os.defpath}",
            "PGHOST": address["HOST"],
            "PGPORT": str(address["PORT"]),
            "PGUSER": address["USER"],
            "PGPASSWORD": address["PASSWORD"],
            "PGDATABASE": address["NAME"],
            "PGDATA": str(self.database.cluster),
            "BASES": str(self.base),
            "WAL": str(self.wal),
            "CLUSTERS": str(self.clusters),
        }
        return self.database.as_its_account(SCRIPTS / name, *arguments, **given | environment)

    def make_base(self, **environment: str) -> Path:
        """A base backup, which must come about; the newest is what it made."""
        done = self.run("make-base", **environment)
        assert done.returncode == 0, done.stderr
        return max(self.bases())

    def bases(self) -> list[Path]:
        return sorted(path for path in self.base.iterdir() if not path.name.startswith("."))

    def segments(self) -> list[str]:
        return sorted(path.name for path in self.wal.iterdir())

    def at_hand(self) -> str:
        """The name of the segment that is being written."""
        with psycopg.connect(self.database.url) as session:
            row = session.execute("SELECT pg_walfile_name(pg_current_wal_insert_lsn())").fetchone()
            assert row is not None
            return row[0]

    def end_segment(self) -> None:
        """Begin the next one."""
        with psycopg.connect(self.database.url, autocommit=True) as session:
            session.execute("SELECT pg_logical_emit_message(false, 'test', 'something'), pg_switch_wal()")

    def all_is_archived(self) -> str:
        """End the segment at hand and wait until the archive has it; its name."""
        name = self.at_hand()
        self.end_segment()
        until(lambda: (self.wal / f"{name}.gz").exists(), within=90)
        return name
