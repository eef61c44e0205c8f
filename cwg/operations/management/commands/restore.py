"""`manage.py restore DIR`: a backup into an empty database; the numbers go on after what was issued."""

from pathlib import Path

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from cwg.documents import restore_gaps
from cwg.operations import backup, restoration
from cwg.record import chain_copies


class Command(BaseCommand):
    help = (
        "Restores the newest backup in DIR into an empty database, records what the backup lacks, continues the"
        " numbers after what was issued, sends no old mail, and verifies. Stop web and worker before."
    )

    def add_arguments(self, parser):
        parser.add_argument("folder", type=Path, metavar="DIR")
        parser.add_argument("--backup", metavar="NAME", help="the folder within DIR; else the newest")
        parser.add_argument(
            "--numbers-only",
            action="store_true",
            help="load nothing; continue the numbers of meetings that were lost and have been made again",
        )

    def handle(self, *, folder: Path, numbers_only: bool, **options) -> None:
        try:
            if not numbers_only:
                chosen = folder / options["backup"] if options["backup"] else backup.latest(folder)
                restoration.load(folder, chosen)
                made = backup.made_at(backup.read_manifest(chosen))
                self.stdout.write(f"Restored {chosen}, made on {made:%Y-%m-%d at %H:%M:%S} UTC.")
            self.tell(restoration.go_on(), numbers_only)
        except (backup.BackupFailed, chain_copies.CopyDiffers) as error:
            raise CommandError(str(error)) from error
        call_command("verify", stdout=self.stdout, stderr=self.stderr)

    def tell(self, restored: restoration.Restored, numbers_only: bool) -> None:
        for name, loss in restored.found:
            self.stdout.write(f"{name}: the backup lacks entries {loss.first} to {loss.last} of the journal.")
            self.tell_loss(loss)
        for loss in restored.unplaced:
            self.stdout.write(
                f"A meeting made after the backup is lost ({loss.prefix}-{loss.meeting}). Make it again, then run"
                " this command with --numbers-only, before anybody submits to it."
            )
            self.tell_loss(loss)
        self.stdout.write(f"Mails that will not be sent: {restored.mails_dropped}")
        if not numbers_only:
            self.stdout.write(
                "Everybody has to sign in again. Accreditations, passwords and drafts are as they were when the"
                " backup was made: look at what was ended or withdrawn since."
            )

    def tell_loss(self, loss: restore_gaps.Loss) -> None:
        if loss.symbols:
            self.stdout.write(f"    lost, their numbers stay used: {', '.join(loss.symbols)}")
        for act in loss.other_acts:
            told = ", ".join(str(value) for key, value in act.items() if key not in ("position", "act"))
            self.stdout.write(f"    to be done again: {act['act']} {told}".rstrip())
