"""`manage.py verify`: does everything hold that the portal promises, on this database, now?"""

import json as json_format

from django.core.management.base import BaseCommand
from django.db import Error, transaction

from cwg.record import checks


class Command(BaseCommand):
    help = (
        "Checks the invariants on the live database and prints what does not hold. Exit status 0 only when"
        " all hold. Mends nothing, and disturbs nobody who works meanwhile; what does not hold is kept for the console."
    )

    def add_arguments(self, parser):
        parser.add_argument("--json", action="store_true", help="the same as JSON, for machines")

    def handle(self, *, json: bool, **options) -> None:
        found = checks.on_one_snapshot()
        holds = not any(sentences for _, sentences in found)
        self.as_json(found, holds) if json else self.as_text(found, holds)
        self.tell(found)
        if not holds:
            raise SystemExit(1)

    def tell(self, found: list[tuple[str, list[str]]]) -> None:
        """So that the console shows it and the administrators are told, where something is wrong, or well again."""
        try:
            with transaction.atomic():
                checks.note_change(found)
        except Error as error:  # a copy that may only be read
            self.stderr.write(f"What was found could not be kept for the console: {error}")

    def as_text(self, found: list[tuple[str, list[str]]], holds: bool) -> None:
        for name, sentences in found:
            self.stdout.write(f"{name}: {'ok' if not sentences else 'DOES NOT HOLD'}")
            for sentence in sentences:
                self.stdout.write(f"    {sentence}")
        self.stdout.write("Everything holds." if holds else "Not everything holds.")

    def as_json(self, found: list[tuple[str, list[str]]], holds: bool) -> None:
        lines = [{"name": name, "holds": not sentences, "found": sentences} for name, sentences in found]
        self.stdout.write(json_format.dumps({"holds": holds, "checks": lines}, ensure_ascii=False, indent=2))
