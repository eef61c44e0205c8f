"""Background work of contributions."""

from celery import shared_task

from . import submission


@shared_task
def forget_old_tokens() -> int:
    return submission.forget_old_tokens()
