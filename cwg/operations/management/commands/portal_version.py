"""`manage.py portal_version`: which release of the portal runs here, on what, and which version of a library."""

import platform
from importlib import metadata

from django.core.management.base import BaseCommand, CommandError
from django.db import Error, connection

from cwg.version import VERSION


class Command(BaseCommand):
    help = (
        "Tells the release of the portal, of Python and of the database server, each with its version; with LIBRARY the"
        " version of that library as it is installed here."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "library", nargs="*", metavar="LIBRARY", help="as on its package's page: lxml, Django"
        )
        parser.add_argument("--libraries", action="store_true", help="every library that is installed here")

    def handle(self, *, library: list[str], libraries: bool, **options) -> None:
        told = [(name, _of_library(name)) for name in library]
        if libraries:
            told = sorted((found.name, found.version) for found in metadata.distributions())
        for name, version in told or _of_the_portal():
            self.stdout.write(f"{name} {version}")


def _of_library(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError as error:
        raise CommandError(f"No library {name} is installed here.") from error


def _of_the_portal() -> list[tuple[str, str]]:
    told = [("cwg-portal", VERSION), ("Python", platform.python_version())]
    try:
        with connection.cursor() as cursor:
            cursor.execute("SHOW server_version")
            return [*told, ("PostgreSQL", cursor.fetchone()[0])]
    except Error:
        # What runs here is asked most when something does not.
        return [*told, ("PostgreSQL", "not reached")]
