"""`manage.py retire_signing_key`: the key in use signs nothing more; the next signature makes a new one."""

from django.core.management.base import BaseCommand, CommandError

from cwg.record import chain_clock, restore_guard, signing
from cwg.record.reasons import MOST_CHARACTERS, ReasonMissing


class Command(BaseCommand):
    help = (
        "Retires the keys with which the portal signs. What they signed still verifies: their public halves stay"
        " published, with the instant and the reason. The next signature makes a new key."
    )

    def add_arguments(self, parser):
        parser.add_argument("--reason", required=True, help="why; published beside the key")

    def handle(self, *, reason: str, **options) -> None:
        if len(reason) > MOST_CHARACTERS:
            raise CommandError(f"Give the reason in at most {MOST_CHARACTERS} characters.")
        try:
            retired = signing.retire(reason=reason)
        except (ReasonMissing, chain_clock.ClockSetBack, restore_guard.RestoreNotFinished) as refused:
            raise CommandError(str(refused)) from refused
        for row in retired:
            self.stdout.write(f"Key {row.key} is retired.")
        self.stdout.write("The next signature makes a new key; see /record/keys/.")
