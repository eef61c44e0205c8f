"""The Celery application: the hand that works the queue kept in the database."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cwg.settings")
app = Celery("cwg")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
