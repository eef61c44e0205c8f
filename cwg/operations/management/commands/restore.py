"""`manage.py restore DIR`: a backup into an empty database; the numbers go on after what was issued."""

from datetime import UTC, datetime
from pathlib import Path

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from cwg import clock
from cwg.documents import restore_gaps, symbols, told_numbers
from cwg.operations import backup, restoration, restore_limits
from cwg.operations.ownership import as_owner
from cwg.record import chain_clock, chain_copies, restore_guard

GO_ON = (
    "Find the file storage that knows it (another copy of it, a newer backup of it) and run the command again. If there"
    " is none: look for receipts on paper and name them with --issued, and go on with"
    ' --accept-unknown "who decided it, and why"; the portal\'s journal keeps that.'
)
PASSED_OVER = "Passed over, though it may know of more: "
OF_BACKUPS = "Given, as other backups say, so that the numbers go on after them: "


class Command(BaseCommand):
    help = (
        "Restores the newest backup in DIR into an empty database, records what the backup lacks, continues the"
        " numbers after what was issued, sends no old mail, and verifies. Stops, before it changes the database, at"
        " what it cannot know. Stop web and worker before."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "folder",
            type=Path,
            nargs="?",
            metavar="DIR",
            help="where the backups are; beside --already-loaded and --numbers-only: backups that may know of more than the"
            " database; beside the former also for files that it names and the storage lacks",
        )
        parser.add_argument("--backup", metavar="NAME", help="the folder within DIR; else the newest")
        parser.add_argument(
            "--lost-at",
            type=instant,
            metavar="INSTANT",
            help="when the database was lost or stopped, in UTC: 2026-11-26T14:05; else now",
        )
        parser.add_argument(
            "--accept-unknown",
            default="",
            metavar="REASON",
            help="go on past what cannot be known; who decided so and why, for the portal's journal",
        )
        parser.add_argument(
            "--issued",
            action="append",
            default=[],
            metavar="SYMBOL",
            help="stands on a receipt that somebody holds (WG-WSIS-14/27): the numbers go on after it. May be repeated. One"
            f" whose number is more than {told_numbers.FAR} above the highest known in its series, and a Rev., Corr. or Add."
            f" above {told_numbers.FAR_SUFFIX}, has to be named twice",
        )
        instead = parser.add_mutually_exclusive_group()
        instead.add_argument(
            "--already-loaded",
            action="store_true",
            help="load nothing: PostgreSQL itself has restored the database to a point in time; do all the rest",
        )
        instead.add_argument(
            "--numbers-only",
            action="store_true",
            help="load nothing; continue the numbers of meetings that were lost and have been made again",
        )

    def handle(self, *, folder: Path | None, **options) -> None:
        told, because = options["issued"], options["accept_unknown"].strip()
        anew, lost_at = not options["numbers_only"], options["lost_at"]
        if anew and lost_at is None:
            lost_at = clock.now()
        for text in told:
            try:
                symbols.parse(text)
            except symbols.NotASymbol as error:
                raise CommandError(f"{text}: {error}") from error
        try:
            # Tables are made, and the sequences of ids moved past those that were lost.
            with as_owner("to restore"):
                if anew and not options["already_loaded"]:
                    self.load(folder, options["backup"], lost_at, because, told)
                restored = restoration.go_on(
                    was_loaded=anew, backups=folder, lost_at=lost_at, accept_because=because, told=told
                )
            if folder is not None and options["already_loaded"]:
                found = restoration.put_back_named(folder)
                self.stdout.write(f"Files put back into the storage out of the backups: {found}")
        except restore_limits.NotKnown as error:
            # What stood still is said with its instant below.
            known = "" if error.limits.stood_still else f"{error.limits.known()}\n"
            known += "".join(f"{PASSED_OVER}{sentence}\n" for sentence in error.limits.told.passed_over)
            if beyond := error.limits.of_backups_alone():
                known += f"{OF_BACKUPS}{', '.join(beyond)}\n"
            raise CommandError(
                f"The restore stops: it cannot know all that was issued.\n{known}{error}\n{GO_ON}"
            ) from error
        except (
            backup.BackupFailed,
            told_numbers.SayTwice,
            chain_copies.CopyDiffers,
            chain_clock.ClockSetBack,
            restore_guard.RestoreNotFinished,
        ) as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(
                f"The file storage does not answer ({error}): its copies have to be read first."
            ) from error
        self.tell(restored, anew)
        # As the portal will work on it.
        call_command("verify", stdout=self.stdout, stderr=self.stderr)

    def load(
        self, folder: Path | None, name: str | None, lost_at: datetime, because: str, told: list[str]
    ) -> None:
        if folder is None:
            raise CommandError("Name the folder of the backups.")
        chosen = folder / name if name else backup.latest(folder)
        limits = restoration.look(folder, chosen, lost_at=lost_at)
        if limits.sentences() and not because:
            raise restore_limits.NotKnown(limits)
        told_numbers.refuse_unlikely(told, limits.numbers())
        restoration.load(folder, chosen)
        made = backup.made_at(backup.read_manifest(chosen))
        self.stdout.write(f"Restored {chosen}, made on {made:%Y-%m-%d at %H:%M:%S} UTC.")

    def tell(self, restored: restoration.Restored, anew: bool) -> None:
        self.stdout.write(restored.known)
        for sentence in restored.passed_over:
            self.stdout.write(f"{PASSED_OVER}{sentence}")
        if restored.left_open:
            self.stdout.write(restored.left_open)
        for name, loss in restored.found:
            self.stdout.write(f"{name}: the backup lacks entries {loss.first} to {loss.last} of the journal.")
            self.tell_loss(loss)
        for loss in restored.unplaced:
            self.stdout.write(
                f"A meeting made after the backup is lost ({loss.prefix}-{loss.meeting}). Make it again, then run"
                " this command with --numbers-only, before anybody submits to it."
            )
            self.tell_loss(loss)
        for sentence in restored.accepted:
            self.stdout.write(f"Accepted as not known: {sentence}")
        if restored.of_backups:
            self.stdout.write(f"{OF_BACKUPS}{', '.join(restored.of_backups)}")
        if restored.of_no_register:
            self.stdout.write(
                f"Given, as other backups say, at meetings that are not there: {', '.join(restored.of_no_register)}."
                " Make each of these again, then run this command with --numbers-only and the folder of the backups,"
                " before anybody submits to it."
            )
        if restored.told:
            self.stdout.write(f"On paper, their numbers stay used: {', '.join(restored.told)}")
        if restored.not_told:
            self.stdout.write(
                f"On paper, and nothing to move: {', '.join(restored.not_told)}. Either the register has passed that"
                " number - compare the receipts - or its meeting has to be made again first; then run this command"
                " with --numbers-only and --issued."
            )
        if anew:
            self.stdout.write(f"Mails that will not be sent: {restored.mails_dropped}")
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


def instant(text: str) -> datetime:
    """For `--lost-at`: an instant in UTC, with or without seconds and Z. Raises ValueError."""
    at = datetime.fromisoformat(text)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
