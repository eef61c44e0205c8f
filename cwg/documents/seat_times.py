"""A local time as it was entered: a face of the clock at the seat, which is no instant without its zone."""

from datetime import UTC, datetime
from typing import Any

from django.db import models


def clock_face(local: datetime) -> datetime:
    """How a column keeps a naive local time: the same face of the clock, labelled UTC."""
    return local.replace(tzinfo=UTC)


class SeatTimeField(models.DateTimeField):
    """Keeps a `clock_face`. Whoever shows it asks `local`, and turns it into no other zone."""

    def deconstruct(self) -> Any:
        """To the database, and so to migrations, it is a column like any other."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.DateTimeField", args, kwargs

    @staticmethod
    def local(kept: datetime | None) -> datetime | None:
        """The naive local time, as it was entered."""
        return kept and kept.astimezone(UTC).replace(tzinfo=None)
