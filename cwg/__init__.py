"""The portal of the Group. Loading it loads the Celery application, so that tasks sent by a web process find it."""

from .celery import app as celery_app

__all__ = ("celery_app",)
