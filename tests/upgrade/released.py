"""The releases of before, as they lie in `releases/`: their data, brought to this one as an installation brings it."""

import contextlib
import copy
import json
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.test import override_settings
from packaging.version import Version

from cwg.operations import backup
from cwg.operations.database_roles import Login
from tests.database.base import OWNER, PORTAL, login
from tests.programs import postgres_client
from tests.upgrade import recording

RELEASES = Path(__file__).parent / "releases"
# One for each of the processes that run tests side by side.
DATABASE = f"cwg_upgrade_test{os.environ.get('PYTEST_XDIST_WORKER', '')}"


@dataclass(frozen=True)
class Release:
    """One that was made: `folder` has what `recording.py` wrote when it was."""

    folder: Path

    @property
    def version(self) -> Version:
        return Version(self.folder.name)

    @cached_property
    def facts(self) -> dict:
        return json.loads((self.folder / recording.FACTS).read_text())

    def unpacked(self, place: Path) -> Path:
        """Its backup as `manage.py backup` made it, in `place`."""
        with tarfile.open(self.folder / recording.BACKUP) as archive:
            archive.extractall(place, filter="data")
        return place


def releases() -> list[Release]:
    """The oldest first."""
    return sorted(map(Release, RELEASES.iterdir()), key=lambda release: release.version)


class Installation:
    """A portal of this release on a database and a file storage of its own, with the secrets of `release`."""

    def __init__(self, release: Release, place: Path):
        self.release, self.files = release, place / "files"
        self.backup = release.unpacked(place / "backup")
        self.address = {**connection.settings_dict, "NAME": DATABASE}
        self.administrator = Login.of(self.address)
        self.programs = postgres_client()

    @contextlib.contextmanager
    def database(self) -> Iterator[None]:
        """Within the block its database is there, empty at first."""
        drop = f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)"
        with self.administrator.connect("postgres") as server:
            server.execute(drop)
            server.execute(f"CREATE DATABASE {DATABASE} TEMPLATE template0 ENCODING 'UTF8'")
            try:
                yield
            finally:
                server.execute(drop)

    def load_as_it_was(self) -> None:
        """The database and the files of the release, as they stood under it: one role owned everything."""
        folder = backup.latest(self.backup)
        at = self.administrator
        reached = {"PGHOST": at.host, "PGPORT": at.port, "PGUSER": at.user, "PGPASSWORD": at.password}
        command = [Path(self.programs) / "pg_restore", "--exit-on-error", "--no-owner", "--no-privileges"]
        subprocess.run(
            [*command, f"--dbname={DATABASE}", folder / backup.DUMP], check=True, env=os.environ | reached
        )
        shutil.copytree(self.backup / backup.FILES, self.files)

    def manage(
        self, *arguments: str, administers: bool = False, owns: bool = False, mode: str = "test"
    ) -> str:
        """Run `manage.py` as a container of docker-compose.yml would; returns what it said. AssertionError where it fails."""
        mine = self.addresses(administers=administers, owns=owns or administers) | {"CWG_MODE": mode}
        return _run("manage.py", *arguments, env=mine)

    def addresses(self, *, administers: bool = False, owns: bool = False) -> dict[str, str]:
        """What a process of it is told."""
        mine = {
            "CWG_MODE": "test",
            "DJANGO_SETTINGS_MODULE": "cwg.settings",
            "SECRET_KEY": self.release.facts["secret_key"],
            "PORTAL_URL": self.release.facts["portal_url"],
            "CWG_STORAGE_DIR": str(self.files),
            "CWG_PG_BIN": self.programs,
            "DATABASE_URL": login(PORTAL, self.address).address,
        }
        if owns:
            mine["DATABASE_OWNER_URL"] = login(OWNER, self.address).address
        if administers:
            mine["DATABASE_ADMIN_URL"] = self.administrator.address
        return mine

    def record(self, folder: Path, *, statics: Path) -> None:
        """Have this release leave what a release leaves, on the empty database (`./dev release` does it so)."""
        self.manage("prepare_database", administers=True)
        self.manage("migrate", "--no-input", owns=True)
        mine = self.addresses() | {"CWG_MODE": "demo", "STATIC_ROOT": str(statics), "LOG_LEVEL": "WARNING"}
        _run("-m", "tests.upgrade.recording", str(folder), env=mine)

    @contextlib.contextmanager
    def in_use(self) -> Iterator[None]:
        """Within the block this process is its web process: database and secrets. The files: `file_folder`."""
        before = copy.deepcopy(connection.settings_dict)
        connection.close()
        connection.settings_dict["NAME"] = DATABASE
        connection.creation.become(PORTAL)
        facts = self.release.facts
        try:
            with override_settings(SECRET_KEY=facts["secret_key"], PORTAL_URL=facts["portal_url"]):
                yield
        finally:
            connection.close()
            connection.settings_dict.clear()
            connection.settings_dict.update(before)


def _run(*arguments: str, env: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=settings.BASE_DIR,
        env=os.environ | env,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, f"{arguments}:\n{done.stdout[-3000:]}{done.stderr[-6000:]}"
    return done.stdout
