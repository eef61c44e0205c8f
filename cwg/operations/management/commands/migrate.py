"""`manage.py migrate`: Django's own, as the owner of the tables; the portal's role gets its privileges afterwards."""

from django.core.management.commands import migrate

from cwg.operations.ownership import as_owner


class Command(migrate.Command):
    def handle(self, *args, **options) -> None:
        # Whoever only asks what is due changes nothing.
        if options["check_unapplied"] or options["plan"]:
            super().handle(*args, **options)
            return
        with as_owner("to migrate"):
            super().handle(*args, **options)
