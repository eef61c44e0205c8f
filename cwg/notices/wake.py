"""The worker is asked after a commit to deliver what waits in the outbox."""

from cwg.record import waking

# The background job that delivers it.
JOB = "notices"


def wake() -> None:
    """For `transaction.on_commit(wake, robust=True)`: `waking.wake` says what it costs."""
    waking.wake(JOB)
