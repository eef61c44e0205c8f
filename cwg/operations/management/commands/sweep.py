"""`manage.py sweep [NAME ...]`: the background work by hand or from a system timer, without Redis or a worker."""

import logging

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from cwg.record import sweeps

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = (
        "Does the background work that is due: all of it, or the sweeps named. One that fails does not stop"
        " the others; the exit status is 0 only when none failed. Safe beside a running worker."
    )

    def add_arguments(self, parser):
        parser.add_argument("names", nargs="*", metavar="NAME", help=f"of: {', '.join(sweeps.names())}")

    def handle(self, *, names: list[str], **options) -> None:
        if unknown := sorted(set(names) - set(sweeps.names())):
            raise CommandError(
                f"No sweep is called {', '.join(unknown)}. There are: {', '.join(sweeps.names())}."
            )
        failed = []
        for name in names or sweeps.names():
            try:
                moved = sweeps.run(name)
            except Exception as error:
                # Whatever it is, the next sweep is somebody else's work and has to be done.
                logger.exception("sweep %s failed", name)
                self.stderr.write(f"{name}: failed: {error}")
                failed.append(name)
                if not connection.in_atomic_block:
                    connection.close()
            else:
                self.stdout.write(f"{name}: {moved}")
        if failed:
            raise SystemExit(1)
