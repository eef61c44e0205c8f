"""`manage.py backup DIR`: a dump of the database and a copy of every file that it names."""

import contextlib
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import Error

from cwg.operations import backup, backup_state


class Command(BaseCommand):
    help = (
        "Backs up into DIR: a new folder with the dump, and the files beside those of earlier backups. Needs"
        " PostgreSQL's pg_dump, at least of the server's version, on the PATH or in the folder CWG_PG_BIN."
    )

    def add_arguments(self, parser):
        parser.add_argument("folder", type=Path, metavar="DIR")

    def handle(self, *, folder: Path, **options) -> None:
        try:
            made = backup.make(folder)
        except Exception as error:
            # Whatever it was, a full disk too, the administrators are told; if the database still answers.
            with contextlib.suppress(Error):
                backup_state.note_failed()
            if isinstance(error, backup.BackupFailed):
                raise CommandError(str(error)) from error
            raise
        backup_state.note_made()
        self.stdout.write(f"Backed up in {made}")
