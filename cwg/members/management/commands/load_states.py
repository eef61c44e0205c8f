"""`manage.py load_states`: the Member States of ITU, from the shipped file."""

from django.core.management.base import BaseCommand

from cwg.members import states_load


class Command(BaseCommand):
    help = (
        "Inserts the Member States that are missing and fills empty fields; names edited under Records stay."
    )

    def handle(self, *args, **options) -> None:
        loaded = states_load.load()
        self.stdout.write(f"Member States: {loaded.made} new, {loaded.filled} filled in.")
