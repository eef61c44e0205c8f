"""`manage.py backup DIR`: a dump of the database and a copy of every file that it names."""

import contextlib
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import Error

from cwg.operations import backup, backup_state

from . import prune_backups


class Command(BaseCommand):
    help = (
        "Backs up into DIR: a new folder with the dump, and the files beside those of earlier backups. Needs"
        " PostgreSQL's pg_dump, at least of the server's version, on the PATH or in the folder CWG_PG_BIN."
    )

    def add_arguments(self, parser):
        parser.add_argument("folder", type=Path, metavar="DIR")
        parser.add_argument(
            "--prune", action="store_true", help="then let go what `prune_backups` would, if one was made"
        )

    def handle(self, *, folder: Path, **options) -> None:
        try:
            self.make(folder, then_prune=options["prune"])
        except Exception as error:
            # Whatever it was, a full disk too, the administrators are told; if the database still answers.
            with contextlib.suppress(Error):
                backup_state.note_failed()
            if isinstance(error, backup.BackupFailed):
                raise CommandError(str(error)) from error
            raise
        backup_state.note_made()

    def make(self, folder: Path, *, then_prune: bool) -> None:
        try:
            self.stdout.write(f"Backed up in {backup.make(folder)}")
        except backup.FilesMissing:
            # The database is safe; older ones may have the files, and the last whole one stays.
            if then_prune:
                self.prune(folder)
            raise
        if then_prune:
            self.prune(folder)

    def prune(self, folder: Path) -> None:
        for sentence in prune_backups.told(prune_backups.prune(folder)):
            self.stdout.write(sentence)
