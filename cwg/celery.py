"""The Celery application: the hand that works the queue kept in the database.

It names no task: tasks and their timetable come from the registry of background jobs (`cwg/record/jobs.py`).
"""

import logging.config
import os

from celery import Celery, signals
from celery.apps import worker
from django.conf import settings

from cwg import connections
from cwg.record import log_lines

# A worker, or beat, has no other entrance than this; `cwg/wsgi.py` and `manage.py` speak after it.
connections.this_process_is(connections.Process.WORKER)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cwg.settings")
app = Celery("cwg")
app.config_from_object("django.conf:settings", namespace="CELERY")


@signals.setup_logging.connect
def _log_as_everybody_does(**_: object) -> None:
    """Worker and beat leave their log alone when somebody answers this."""
    logging.config.dictConfig(settings.LOGGING)


@signals.beat_init.connect
def _say_that_beat_has_begun(**_: object) -> None:
    logging.getLogger(__name__).info("beat has begun")


@signals.worker_init.connect
def _end_in_lines_too(**_: object) -> None:
    """What the worker says as it ends it writes past the log, because nothing may wait for a lock in a signal's handler."""
    formatter = log_lines.LineFormatter(settings.LOG_FORMAT)

    def say(words: str, _stream: object = None) -> None:
        record = logging.makeLogRecord({"name": __name__, "levelname": "INFO", "msg": words})
        os.write(2, f"{formatter.format(record)}\n".encode())

    worker.safe_say = say
