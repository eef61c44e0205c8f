"""`manage.py retire_signing_key`: the key in use signs nothing more; the next signature makes a new one."""

from django.core.management.base import BaseCommand

from cwg.record import signing


class Command(BaseCommand):
    help = (
        "Retires the keys with which the portal signs. What they signed still verifies: their public halves stay"
        " published, with the instant and the reason. The next signature makes a new key."
    )

    def add_arguments(self, parser):
        parser.add_argument("--reason", required=True, help="why; published beside the key")

    def handle(self, *, reason: str, **options) -> None:
        for row in signing.retire(reason=reason):
            self.stdout.write(f"Key {row.key} is retired.")
        self.stdout.write("The next signature makes a new key; see /record/keys/.")
