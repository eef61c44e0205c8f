"""`manage.py scan_again`: what the virus scanner could not take is scanned again."""

from django.core.management.base import BaseCommand

from cwg.documents import rescan


class Command(BaseCommand):
    help = (
        "Has files scanned anew that could not be scanned or were too large for the virus scanner, with the next round of"
        " the background job. For whoever has raised clamd's StreamMaxLength, or mended it."
    )

    def handle(self, **options) -> None:
        self.stdout.write(f"Files to be scanned again: {rescan.try_again()}.")
