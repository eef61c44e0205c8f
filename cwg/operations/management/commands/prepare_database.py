"""`manage.py prepare_database`: the two roles of the database, and the tables in the hands of their owner."""

import psycopg
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from cwg.operations import database_roles


class Command(BaseCommand):
    help = (
        "Makes the database, its owner (DATABASE_OWNER_URL) and the role that the portal runs as (DATABASE_URL), with"
        " the passwords of these addresses, and gives what is in the database to the owner. Connects as"
        " DATABASE_ADMIN_URL, a superuser or another role that may make roles. May run again at any time: it is also"
        " how an installation of before goes on, and how the passwords are changed."
    )
    requires_system_checks: list[str] = []

    def handle(self, **options) -> None:
        addresses = {
            "DATABASE_URL": settings.DATABASES["default"],
            "DATABASE_OWNER_URL": settings.DATABASE_OWNER,
            "DATABASE_ADMIN_URL": settings.DATABASE_ADMIN,
        }
        if missing := [name for name, address in addresses.items() if not address]:
            raise CommandError(f"{' and '.join(missing)} must be set for this command.")
        portal, owner, admin = (database_roles.Login.of(address) for address in addresses.values())
        try:
            done = database_roles.prepare(admin, owner=owner, portal=portal)
        except (database_roles.CannotPrepare, psycopg.Error) as error:
            raise CommandError(str(error).strip()) from error
        for sentence in done:
            self.stdout.write(sentence)
