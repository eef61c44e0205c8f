"""`manage.py backup DIR`: a dump of the database and a copy of every file that it names."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from cwg.operations import backup


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
        except backup.BackupFailed as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Backed up in {made}")
