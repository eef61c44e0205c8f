"""`manage.py sweep [NAME ...]`: the background work by hand or from a system timer, without Redis or a worker."""

import logging

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from cwg.record import jobs

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = (
        "Does the background work that is due: all jobs that are done in passing, or those named. One that fails"
        " does not stop the others; the exit status is 0 only when none failed. Safe beside a running worker."
    )

    def add_arguments(self, parser):
        known = ", ".join(job.name for job in jobs.registered())
        parser.add_argument("names", nargs="*", metavar="NAME", help=f"of: {known}")

    def handle(self, *, names: list[str], **options) -> None:
        known = [job.name for job in jobs.registered()]
        if unknown := sorted(set(names) - set(known)):
            raise CommandError(f"No job is called {', '.join(unknown)}. There are: {', '.join(known)}.")
        failed = []
        for name in names or [job.name for job in jobs.registered() if not job.by_name_only]:
            try:
                moved = jobs.run(name)
            except Exception as error:
                # Whatever it is, the next job is somebody else's work and has to be done.
                logger.exception("job %s failed", name)
                self.stderr.write(f"{name}: failed: {error}")
                failed.append(name)
                if not connection.in_atomic_block:
                    connection.close()
            else:
                self.stdout.write(f"{name}: {moved}")
        if failed:
            raise SystemExit(1)
