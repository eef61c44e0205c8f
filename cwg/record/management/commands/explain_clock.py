"""`manage.py explain_clock`: the database's clock had been wrong and is right now; the chains say so and go on."""

from django.core.management.base import BaseCommand, CommandError

from cwg.record import clock_steps, holding
from cwg.record.reasons import MOST_CHARACTERS, ReasonMissing


class Command(BaseCommand):
    help = (
        "Enters into each chain whose instants do not follow each other, or whose last entry is later than the"
        " database's clock shows, why that is so. Run it when the clock is right: acts are dated by it from then on."
        " No entry, number or verdict is changed."
    )

    def add_arguments(self, parser):
        parser.add_argument("--reason", required=True, help="what had happened; it stands in the chains")

    def handle(self, *, reason: str, **options) -> None:
        if len(reason) > MOST_CHARACTERS:
            raise CommandError(f"Give the reason in at most {MOST_CHARACTERS} characters.")
        explained = 0
        try:
            for name, entry in clock_steps.explain_all(reason=reason):
                self.stdout.write(f"{name}: entry {entry.position} explains it.")
                explained += 1
        except ReasonMissing as missing:
            raise CommandError(str(missing)) from missing
        except holding.Busy as busy:
            raise CommandError(
                f"A chain could not be had within {busy.waited:.0f} seconds ({busy.why}); those named above are explained."
                " Run it again for the others."
            ) from busy
        if not explained:
            self.stdout.write("No chain needs an explanation.")
