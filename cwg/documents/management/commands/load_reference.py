"""`manage.py load_reference`: Member States, deadline rules and lists of policy issues, after `migrate`."""

from django.core.management.base import BaseCommand

from cwg.documents import reference
from cwg.members import states_load


class Command(BaseCommand):
    help = "Loads what every installation needs; what was edited since stays as it is."

    def handle(self, *args, **options) -> None:
        states = states_load.load()
        loaded = reference.load()
        self.stdout.write(
            f"Reference data: {states.made} Member States, {loaded.rules} deadline rules and"
            f" {loaded.issues} policy issues are new."
        )
