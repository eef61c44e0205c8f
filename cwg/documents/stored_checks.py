"""What must hold of stored bytes (I1), for `manage.py verify`, which reads them all, and for the nightly job, which has
minutes: it goes by what the rolling look (`recheck`) found of each.
"""

from collections.abc import Callable, Iterator

from django.db import transaction
from django.db.models import Q, QuerySet

from cwg import clock

from . import recheck, stored, unused_files
from .models import Blob

_REGISTERED = Q(files__isnull=False) | Q(letters__isnull=False)


def registered_are_whole() -> Iterator[str]:
    """The bytes of documents, and the letters they came with."""
    yield from _damage_told(_registered(), _read_now)


def registered_were_whole() -> Iterator[str]:
    """As `registered_are_whole`, of each when it was last read."""
    yield from _damage_told(_registered().exclude(damage=""), _found_last)
    yield from _not_read(_registered())


def unregistered_are_kept() -> Iterator[str]:
    """Whatever else names bytes finds them: as a draft is submitted nobody reads them again."""
    yield from _loss_told(_unregistered(), _read_now)


def unregistered_were_kept() -> Iterator[str]:
    """As `unregistered_are_kept`, of each when it was last read."""
    yield from _loss_told(_unregistered().exclude(damage=""), _found_last)
    yield from _not_read(_unregistered())


def _registered() -> QuerySet[Blob]:
    return Blob.objects.filter(_REGISTERED).distinct().defer("text", "inspection")


def _unregistered() -> QuerySet[Blob]:
    return Blob.objects.exclude(_REGISTERED).exclude(unused_files.is_unnamed()).defer("text", "inspection")


def _found_last(blob: Blob) -> str:
    return blob.damage


def _read_now(blob: Blob) -> str:
    """What is wrong with the bytes. Nothing is written while checks are made: what the row says otherwise is looked at
    once more after them, so that it is noted and the nights to come know it.
    """
    damage = stored.damage_of(blob)
    if damage != blob.damage:
        transaction.on_commit(lambda: stored.look(blob, clock.now()), robust=True)
    return damage


def _damage_told(blobs: QuerySet[Blob], damage_of: Callable[[Blob], str]) -> Iterator[str]:
    for blob in blobs.order_by("pk").iterator(chunk_size=200):
        damage = damage_of(blob)
        if damage == Blob.Damage.MISSING:
            yield f"the bytes {blob.sha256} are missing from the storage"
        elif damage == Blob.Damage.UNREADABLE:
            yield f"the bytes stored as {blob.sha256} cannot be read"
        elif damage:
            yield f"the bytes stored as {blob.sha256} hash to something else"


def _loss_told(blobs: QuerySet[Blob], damage_of: Callable[[Blob], str]) -> Iterator[str]:
    for blob in blobs.order_by("pk").iterator(chunk_size=200):
        # One that was let go meanwhile may have been removed since.
        if damage_of(blob) and blobs.filter(pk=blob.pk).exists():
            yield f"the bytes {blob.sha256}, which are not registered yet, are missing or damaged"


def _not_read(blobs: QuerySet[Blob]) -> Iterator[str]:
    if count := recheck.waiting_too_long(blobs, clock.now()).count():
        yield f"stored files last found whole more than {recheck.FOUND_WHOLE_WITHIN.days} days ago: {count}"
