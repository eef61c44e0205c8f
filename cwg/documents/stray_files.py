"""Background job of the register: what lies in the storage and no row ever came to name is removed.

An upload that broke off after its bytes were stored, a process that was killed while it wrote, a probe. Rows and what they
name are `unused_files`' business. A database that is not known to be the storage's own - emptied, older, another portal's -
removes nothing: what it does not know may be all that is left.
"""

import json
import logging
import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from functools import cached_property
from itertools import islice

from django.db import connection, transaction
from django.db.models import TextField
from django.db.models.functions import Cast

from cwg import clock
from cwg.record import chain_copies, copy_mark, copy_states, copying
from cwg.record.models import JournalEntry

from . import unused_files
from .models import Blob
from .storage import UNFINISHED, Kept
from .storage import documents as storage

logger = logging.getLogger(__name__)

# A file half written is somebody's who is writing it, for so long at most.
WRITTEN_WITHIN = timedelta(days=1)
PROBES = "probe/"
NAME_OF_BYTES = re.compile(r"sha256/[0-9a-f]{2}/[0-9a-f]{2}/([0-9a-f]{64})")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_ROWS_AT_ONCE = 1000


def remove() -> int:
    """Remove what is due; returns how many files went. Raises StorageFailed or StorageAway where the storage does not answer."""
    return remove_at(clock.now())


def remove_at(at: datetime) -> int:
    """As `remove`, at an aware instant."""
    if not copy_mark.is_of_this_database(copying.store):
        logger.error(
            "nothing was removed from the storage: it knows more than this database, or nobody can tell (see `restore` of"
            " /readyz)"
        )
        return 0
    gone, lost = 0, _TellingOfLostChains()
    for some in _in_batches(storage().kept_below("")):
        for kept in some:
            if kept.written_at <= at - WRITTEN_WITHIN and _is_half_written(kept):
                storage().delete(kept.name)
                gone += 1
        old = {
            found[1]: kept
            for kept in some
            if (found := NAME_OF_BYTES.fullmatch(kept.name)) and _is_old(kept, at)
        }
        known = set(Blob.objects.filter(pk__in=old).values_list("pk", flat=True))
        gone += sum(
            _remove_bytes(sha256, old[sha256])
            for sha256 in sorted(set(old) - known)
            if sha256 not in lost.named
        )
    if gone:
        logger.info("%d files that nothing names were removed from the storage", gone)
    return gone


class _TellingOfLostChains:
    """What the copies name of registers that were lost and not made again: their bytes are all that is left of them."""

    @cached_property
    def named(self) -> set[str]:
        here = {state.chain for state in copy_states.all_chains()}
        return {
            sha256
            for chain in chain_copies.chains()
            if chain not in here
            for copied in chain_copies.survey(chain).entries
            for sha256 in _SHA256.findall(json.dumps(copied.content["facts"]))
        }


def hold(sha256: str) -> None:
    """Until the transaction ends, nobody removes these bytes as stray: a row for them is being written."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"stored bytes {sha256} get a row"]
        )


def _is_half_written(kept: Kept) -> bool:
    return kept.name.endswith(UNFINISHED) or kept.name.startswith(PROBES)


def _is_old(kept: Kept, at: datetime) -> bool:
    return kept.written_at <= at - unused_files.KEPT


def _in_batches(files: Iterable[Kept]) -> Iterator[list[Kept]]:
    waiting = iter(files)
    while some := list(islice(waiting, _ROWS_AT_ONCE)):
        yield some


def _remove_bytes(sha256: str, kept: Kept) -> int:
    """Remove bytes without a row, unless somebody gives them one this moment, or a journal tells of them.

    After a restore the journal's copies tell of documents whose rows are lost: their bytes are all that is left.
    """
    with transaction.atomic():
        hold(sha256)
        told = JournalEntry.objects.annotate(said=Cast("facts", TextField())).filter(said__contains=sha256)
        if Blob.objects.filter(pk=sha256).exists() or told.exists():
            return 0
        storage().delete(kept.name)
    return 1
