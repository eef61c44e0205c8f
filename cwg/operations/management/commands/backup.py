"""`manage.py backup DIR`: a dump of the database and a copy of every file that it names; with `--list`, what backups there are."""

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import Error
from django.utils.timesince import timesince

from cwg.look.templatetags.portal import filesize
from cwg.operations import backup, backup_keeping, backup_state

from . import prune_backups


class Command(BaseCommand):
    help = (
        "Backs up into DIR: a new folder with the dump, and the files beside those of earlier backups. Needs"
        " PostgreSQL's pg_dump, at least of the server's version, on the PATH or in the folder CWG_PG_BIN."
    )

    def add_arguments(self, parser):
        parser.add_argument("folder", type=Path, metavar="DIR")
        only_one = parser.add_mutually_exclusive_group()
        only_one.add_argument(
            "--prune", action="store_true", help="before and after, let go what `prune_backups` would"
        )
        only_one.add_argument(
            "--list",
            action="store_true",
            dest="only_list",
            help="make none: tell which backups there are, how old they are, and to which instant each goes back",
        )

    def handle(self, *, folder: Path, prune: bool, only_list: bool, **options) -> None:
        if only_list:
            if not folder.is_dir():
                raise CommandError(f"There is no folder {folder}.")
            # By the machine's clock: it is asked for when the database is lost.
            for sentence in listed(folder, now=datetime.now(UTC)):
                self.stdout.write(sentence)
            return
        if prune and folder.is_dir():
            # On a full disk there would never be room for the next one.
            with contextlib.suppress(backup.BackupFailed, OSError):
                self.prune(folder)
        made: Exception | None = None
        pruned: Exception | None = None
        try:
            self.stdout.write(told(backup.make(folder)))
        except Exception as error:
            made = error
        # Whatever it was, a full disk too, the administrators are told; if the database still answers.
        with contextlib.suppress(Error):
            backup_state.note_failed() if made else backup_state.note_made()
        # What was made but for lost files is one: the database is safe, and the last whole one stays.
        if prune and (made is None or isinstance(made, backup.FilesMissing)):
            try:
                self.prune(folder)
            except Exception as error:
                pruned = error
                self.stderr.write(f"What has expired was not removed: {error}")
            with contextlib.suppress(Error):
                backup_state.note_not_pruned() if pruned else backup_state.note_pruned()
        for fault in (made, pruned):
            if isinstance(fault, backup.BackupFailed):
                raise CommandError(str(fault)) from fault
            if fault:
                raise fault

    def prune(self, folder: Path) -> None:
        for sentence in prune_backups.told(backup_keeping.prune_by_settings(folder)):
            self.stdout.write(sentence)


def told(made: Path) -> str:
    """What is in the backup of that folder: its documents' files, and the dump beside them."""
    manifest = backup.read_manifest(made, with_dump=False)
    sizes = manifest["blobs"].values()
    files = "1 file" if len(sizes) == 1 else f"{len(sizes)} files"
    return f"Backed up in {made}: {files}, {filesize(sum(sizes))}, and a dump of {filesize(manifest['dump']['size'])}"


def listed(folder: Path, *, now: datetime) -> Iterator[str]:
    """A line for each finished backup in `folder`, the oldest first; `now` is aware. Raises CommandError where there is none."""
    made, unreadable = backup_keeping.finished_in(folder)
    for one in sorted(made, key=lambda one: one.at):
        age = "in the future: a clock is wrong, or was"
        if one.at <= now:
            age = timesince(one.at, now).replace("\xa0", " ") + " ago"
        lacks = [", lacks files" * one.lacks_files, ", its dump is gone or not whole" * one.lacks_dump]
        yield f"{_name(one.path)}: back to {one.at:%Y-%m-%dT%H:%M:%SZ}, {age}{''.join(lacks)}"
    for path in unreadable:
        yield f"{_name(path)}: has no manifest that can be read"
    if not made:
        raise CommandError(f"There is no finished backup in {folder}.")


def _name(path: Path) -> str:
    """Somebody's own backup may be named anything: a second line would be read as another backup."""
    return path.name if path.name.isprintable() else ascii(path.name)
