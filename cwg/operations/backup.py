"""A backup: a dump of the database, and beside it every file that the dump names.

    DIR/files/...                        the file storage, each file copied once, whatever the number of dumps
    DIR/2026-11-21T183000Z/database.dump pg_dump's custom format
    DIR/2026-11-21T183000Z/manifest.json what the dump is, the blobs, the length of each chain

The dump is made before the files are copied, so every file that it names is there already, and none is removed as unused
until they are. A folder without a manifest is a backup that was broken off.
"""

import errno
import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from django.db import connection
from django.db.backends.postgresql.base import DatabaseWrapper

from cwg import clock
from cwg.documents import told_numbers, unused_files
from cwg.documents.models import Blob, Register
from cwg.documents.storage import Unreadable, documents
from cwg.record import chain_copies, journal
from cwg.record.models import PortalJournal

DUMP, MANIFEST, FILES = "database.dump", "manifest.json", "files"
# There from the first moment on; becomes the manifest when the backup is whole.
UNFINISHED = f"{MANIFEST}.unfinished"
# 2: the chains' lengths are read before the dump, and named.
VERSION = 2


class BackupFailed(RuntimeError):
    """The backup was not made, or is not one that can be restored. The message says why and what to do."""


class FilesMissing(BackupFailed):
    """The backup was made, but for files that the storage lacks or has damaged."""


def tool(name: str) -> str:
    """The path of one of PostgreSQL's own programs: in the folder CWG_PG_BIN, else on the PATH.

    Raises BackupFailed where there is none, or only one older than the server: it could not read the server.
    """
    folder = os.environ.get("CWG_PG_BIN")
    found = shutil.which(name, path=folder) if folder else shutil.which(name)
    if found is None:
        raise BackupFailed(
            f"{name} was not found: install PostgreSQL's client, or name its folder in CWG_PG_BIN."
        )
    said = subprocess.run([found, "--version"], capture_output=True, text=True, check=True).stdout
    stated = re.search(r"\d+", said)
    if stated is None:
        raise BackupFailed(f"{found} does not say of which version it is.")
    version, server = int(stated.group()), _server_version() // 10_000
    if version < server:
        raise BackupFailed(
            f"{found} is of version {version} and the server of version {server}."
            " Name the folder of a newer one in CWG_PG_BIN."
        )
    return found


def _server_version() -> int:
    """As PostgreSQL counts: 180004 is 18.4."""
    return cast(DatabaseWrapper, connection).pg_version


def run(name: str, *arguments: str) -> None:
    """Run a PostgreSQL program against the portal's database. The password goes by the environment only."""
    database = connection.settings_dict
    environment = {
        **os.environ,
        "PGHOST": str(database["HOST"] or ""),
        "PGPORT": str(database["PORT"] or ""),
        "PGUSER": str(database["USER"] or ""),
        "PGPASSWORD": str(database["PASSWORD"] or ""),
        "PGDATABASE": str(database["NAME"]),
    }
    environment = {key: value for key, value in environment.items() if value or not key.startswith("PG")}
    for option, variable in (("sslmode", "PGSSLMODE"), ("sslrootcert", "PGSSLROOTCERT")):
        if value := database.get("OPTIONS", {}).get(option):
            environment[variable] = str(value)
    if role := database.get("OPTIONS", {}).get("assume_role"):
        arguments = (f"--role={role}", *arguments)
    done = subprocess.run([tool(name), *arguments], env=environment, capture_output=True, text=True)
    if done.returncode:
        raise BackupFailed(f"{name} failed: {done.stderr.strip()}")


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Within the block nobody else makes or removes backups in `folder`. Raises BackupFailed where somebody does."""
    with (folder / ".lock").open("a") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BackupFailed(f"Another backup is being made or removed in {folder}.") from error
        except OSError as error:
            # A file system without locks: whoever runs it there runs one at a time.
            if error.errno not in (errno.ENOLCK, errno.EOPNOTSUPP):
                raise
        yield


def make(folder: Path) -> Path:
    """Back up into `folder`; returns the folder of this backup. Raises BackupFailed, and FilesMissing where it was made.

    The files go beside those of earlier backups; what is there with the right hash is not copied again.
    """
    if Register._meta.db_table not in connection.introspection.table_names():
        raise BackupFailed(
            f"The database {connection.settings_dict['NAME']} has no tables: there is nothing to back up."
        )
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with alone_in(folder):
        return _make(folder)


def _make(folder: Path) -> Path:
    at = clock.now()
    target = folder / f"{at:%Y-%m-%dT%H%M%SZ}"
    if target.exists():
        raise BackupFailed(f"{target} is there already.")
    target.mkdir(parents=True, mode=0o700)
    unfinished = target / UNFINISHED
    unfinished.touch(mode=0o600)
    dump = target / DUMP
    # Before the dump: it has at least so much of each.
    chains = [*Register.objects.all(), *PortalJournal.objects.all()]
    last_given = told_numbers.last_given()
    with unused_files.none_removed():
        run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={dump}")
        missing = [path for path, sha256 in _files() if not _copy(path, folder / FILES, sha256)]
    manifest = {
        "version": VERSION,
        "made_at": at,
        "server": _server_version(),
        "dump": {"size": dump.stat().st_size, "sha256": sha256_of(dump)},
        "chains": {str(row.chain): row.chain_length for row in chains},
        "heads": {str(row.chain): row.chain_head for row in chains},
        # For whoever restores without a database that could tell: what each is the register of.
        "names": {str(row.chain): str(row) for row in chains},
        # After the dump: all that it has, at least. A restore asks twice about receipts of these alone.
        "first_symbols": told_numbers.first_symbols(),
        "last_given": last_given,
        "blobs": {blob.sha256: blob.size for blob in Blob.objects.order_by("pk").only("sha256", "size")},
        "missing": missing,
    }
    unfinished.write_text(json.dumps(journal.plain(manifest), indent=1))
    unfinished.rename(target / MANIFEST)
    if missing:
        raise FilesMissing(
            f"The backup in {target} is made, but the storage lacks or has damaged: {', '.join(missing)}"
        )
    return target


def _files() -> Iterator[tuple[str, str | None]]:
    """Path and, where the path says it, SHA-256 of each file to keep: the blobs, and the copies of the chains."""
    for blob in Blob.objects.order_by("pk").only("sha256").iterator(chunk_size=1000):
        yield blob.path, blob.sha256
    for chain in chain_copies.chains():
        for name in chain_copies.files(chain):
            yield f"{chain_copies.FOLDER}/{chain}/{name}", None


def _copy(path: str, files: Path, sha256: str | None) -> bool:
    """Copy one file of the storage into `files`; False where the storage has not got it, cannot read it, or not with this hash."""
    target = files / path
    if target.exists() and (sha256 is None or sha256_of(target) == sha256):
        return True
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f"{target.name}.unfinished")
    digest = hashlib.sha256()
    try:
        with closing(documents().reading(path)) as source, unfinished.open("wb") as copy:
            while piece := source.read():
                digest.update(piece)
                copy.write(piece)
            copy.flush()
            os.fsync(copy.fileno())
    except (FileNotFoundError, Unreadable):
        # One file that is lost holds up no other, and the manifest says which.
        unfinished.unlink(missing_ok=True)
        return False
    if sha256 is not None and digest.hexdigest() != sha256:
        unfinished.unlink()
        return False
    unfinished.replace(target)
    return True


def sha256_of(path: Path) -> str:
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def latest(folder: Path) -> Path:
    """The newest finished backup in `folder`. Raises BackupFailed where there is none."""
    finished = sorted(path.parent for path in folder.glob(f"*/{MANIFEST}"))
    if not finished:
        raise BackupFailed(f"There is no finished backup in {folder}.")
    return finished[-1]


def read_manifest(backup: Path, *, with_dump: bool = True) -> dict:
    """The manifest of a backup whose dump is whole (not looked at where `with_dump` is no). Raises BackupFailed."""
    path = backup / MANIFEST
    try:
        manifest = json.loads(path.read_text())
        _refuse_unless_whole(manifest)
    except RecursionError as error:
        raise BackupFailed(f"{path} is not the manifest of a backup: it is nested too deeply.") from error
    except (OSError, ValueError) as error:
        raise BackupFailed(f"{path} is not the manifest of a finished backup: {error}") from error
    dump = backup / DUMP
    if not with_dump:
        return manifest
    if not dump.exists() or sha256_of(dump) != manifest["dump"]["sha256"]:
        raise BackupFailed(f"{dump} is not the dump that the manifest describes.")
    return manifest


def _refuse_unless_whole(manifest: object) -> None:
    """Raises ValueError where a member is not there that every release has written, or is not what it should be."""
    try:
        if not isinstance(manifest, dict):
            raise TypeError
        made_at(manifest)
        dump, chains = manifest["dump"], manifest["chains"]
        whole = isinstance(dump["sha256"], str) and all(
            type(count) is int and count >= 0 for count in (dump["size"], *chains.values())
        )
        for said in ("first_symbols", "last_given"):
            symbols = manifest.get(said, [])
            whole = whole and isinstance(symbols, list) and all(isinstance(each, str) for each in symbols)
        for chain in chains:
            uuid.UUID(chain)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ValueError("a member is missing, or is not what it should be") from error
    if not whole:
        raise ValueError("a length, a size or a hash in it is none")


def made_at(manifest: dict) -> datetime:
    """When the backup was made, aware, in UTC."""
    return datetime.strptime(manifest["made_at"], "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
