"""The Celery application: the hand that works the queue kept in the database.

It names no task: tasks and their timetable come from the registry of background jobs (`cwg/record/jobs.py`).
"""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cwg.settings")
app = Celery("cwg")
app.config_from_object("django.conf:settings", namespace="CELERY")
