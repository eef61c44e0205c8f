"""Background job of the register: what somebody uploaded and nobody used is removed after thirty days.

The files that somebody prepared for a translation and never added go first, all of one language together; then stored bytes
that no row names and that nobody has sent for as long. What a document, a draft or a letter names is never among them. The
database's clock decides.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Exists, ForeignObjectRel, OuterRef, Q

from cwg import clock
from cwg.record import copy_mark, copying

from .models import Blob, PreparedFile
from .storage import documents as storage

logger = logging.getLogger(__name__)

KEPT = timedelta(days=30)
# What is left over waits for the next round.
BATCH = 500
# Held together by those who copy stored bytes, alone by who removes some.
_COPYING = "hashtextextended('stored bytes are being copied', 0)"


def forget_unused() -> int:
    """Remove what is due; returns how many files and stored bytes went."""
    return forget_unused_at(clock.now())


def forget_unused_at(at: datetime) -> int:
    """As `forget_unused`, at an aware instant."""
    old = at - KEPT
    if not copy_mark.is_of_this_database(copying.store):
        logger.error(
            "no unused bytes were removed: the storage knows more than this database, or nobody can tell"
        )
        return _forget_prepared(old)
    return _forget_prepared(old) + sum(_forget_bytes(pk, old) for pk in _unnamed(old))


@contextmanager
def none_removed() -> Iterator[None]:
    """No stored bytes are removed meanwhile: of the rows read herein, each finds its own. Outside a transaction."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_advisory_lock_shared({_COPYING})")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT pg_advisory_unlock_shared({_COPYING})")


def _may_remove() -> bool:
    """Whether nobody is copying stored bytes, nor will until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_try_advisory_xact_lock({_COPYING})")
        return bool(cursor.fetchone()[0])


def _forget_prepared(old: datetime) -> int:
    # What was prepared for one language is added together: of some of it would come half a translation.
    newer = PreparedFile.objects.filter(
        revision=OuterRef("revision"),
        language=OuterRef("language"),
        uploaded_by=OuterRef("uploaded_by"),
        uploaded_at__gt=old,
    )
    with transaction.atomic():
        # One that is being added this moment is locked by that, and no longer unused.
        due = PreparedFile.objects.filter(~Exists(newer), uploaded_at__lte=old)
        due = due.select_for_update(of=("self",), skip_locked=True)
        return PreparedFile.objects.filter(pk__in=[file.pk for file in due]).delete()[0]


def _unnamed(old: datetime) -> list[str]:
    due = Blob.objects.filter(is_unnamed(), sent_at__lte=old).order_by("sent_at")
    return list(due.values_list("pk", flat=True)[:BATCH])


def is_unnamed() -> Q:
    """No row of any model refers to it, of those on floors above either."""
    found = Q()
    for relation in Blob._meta.get_fields(include_hidden=True):
        if isinstance(relation, ForeignObjectRel):
            rows = relation.field.model._base_manager
            found &= Q(~Exists(rows.filter(**{relation.field.name: OuterRef("pk")})))
    return found


def _forget_bytes(pk: str, old: datetime) -> int:
    """Remove the bytes and their row together; how many that are: none, where somebody uses them after all."""
    try:
        with transaction.atomic():
            if not _may_remove():
                return 0
            # Whoever sends the same bytes waits for this lock, or has put `sent_at` on before it (`blobs.take_in`). Whoever
            # names bytes that are older copies a row that names them, which holds them here.
            locked = Blob.objects.select_for_update(skip_locked=True).filter(pk=pk, sent_at__lte=old).first()
            # Asked once more, in a statement after the lock: it may have been named while this round went on.
            if locked is None or not Blob.objects.filter(is_unnamed(), pk=pk).exists():
                return 0
            # Bytes before row: bytes without a row would stay for ever, a row without bytes comes up again.
            storage().delete(locked.path)
            return Blob.objects.filter(pk=pk).delete()[0]
    except OSError:
        logger.exception("the stored bytes %s could not be removed", pk)
        return 0
