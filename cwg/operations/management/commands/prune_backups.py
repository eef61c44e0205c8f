"""`manage.py prune_backups DIR`: lets backups go that need not be kept any longer."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from cwg.operations import backup, backup_keeping


class Command(BaseCommand):
    help = (
        "Removes the backups in DIR that BACKUPS_KEEP_DAYS and BACKUPS_KEEP_MONTHS do not keep, the files that no other"
        " one names, and what broke off a day ago. The newest stays, and the newest that can be restored as a whole."
    )

    def add_arguments(self, parser):
        parser.add_argument("folder", type=Path, metavar="DIR")
        parser.add_argument("--dry-run", action="store_true", help="name what would go, and remove nothing")
        parser.add_argument(
            "--despite-gap",
            action="store_true",
            help="also where no backup was made for so long that a clock may have been wrong",
        )

    def handle(self, *, folder: Path, dry_run: bool, despite_gap: bool, **options) -> None:
        try:
            result = backup_keeping.prune_by_settings(folder, dry_run=dry_run, despite_gap=despite_gap)
        except backup.BackupFailed as error:
            raise CommandError(str(error)) from error
        if dry_run:
            for path in (*result.gone, *result.leftovers, *result.files):
                self.stdout.write(str(path))
        for sentence in told(result, dry_run=dry_run):
            self.stdout.write(sentence)


def told(result: backup_keeping.Pruned, *, dry_run: bool = False) -> list[str]:
    found = [
        f"{path} does not say which files it names: it stays, and so does every file."
        for path in result.unreadable
    ]
    did = "would be removed" if dry_run else "removed"
    return [
        *found,
        f"Backups {did}: {len(result.gone)}, with {len(result.files)} files that no other one names"
        f" and {len(result.leftovers)} leftovers, {result.bytes} bytes; {len(result.stays)} backups stay.",
    ]
