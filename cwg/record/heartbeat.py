"""When a background process was last seen working: written by itself, read by /readyz."""

from datetime import datetime

from cwg import clock

from .models import Heartbeat

WORKER = "worker"


def beat(name: str = WORKER) -> datetime:
    """Note that `name` works now, by the database's clock; returns the instant (UTC)."""
    at = clock.now()
    Heartbeat.objects.update_or_create(name=name, defaults={"at": at})
    return at


def note() -> int:
    """The worker's job that says it is at work. Returns how many rows it moved: one."""
    beat()
    return 1


def last(name: str = WORKER) -> datetime | None:
    """The instant (UTC) at which `name` was last seen; None where it never was."""
    return Heartbeat.objects.filter(name=name).values_list("at", flat=True).first()
