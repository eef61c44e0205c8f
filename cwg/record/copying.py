"""Writing the copies of the chains: with the answer of each act, and by a sweep that catches up.

What a receipt says is safe once its entry's copy is in file storage: a restore of an older backup goes on after it. So
the copy is written after COMMIT and before anybody is answered, by whichever process acted, outside the transaction,
its locks and the process's turn at them. Where the storage is away the answer comes all the same, within seconds, and
the chain is behind until the next act on it, a process that starts, or the sweep finds the storage again.

`ChainCopy.copied` counts how far a chain has copies without a gap. An answer moves it by one if it stands right before
its entry; if not, it makes good what is missing in between, as long as its time lasts, but for what a neighbour in the
process is writing just now. Nobody holds the row while the storage is at work, so that answers never queue on it.
"""

import logging
import threading
import uuid
from collections.abc import Iterator
from functools import partial

from django.db import connection, connections
from django.db.models import Exists, OuterRef

from cwg import clock
from cwg.postgres.outages import is_away

from . import chain_copies, copy_mark, copy_states, holding, restore_guard
from .models import ChainCopy, JournalEntry
from .patience import Store

logger = logging.getLogger(__name__)

# Entries of one chain read at once by a sweep.
BATCH = 200
# What an answer makes good of acts before it; a longer gap is the sweep's.
MADE_GOOD_WITH_AN_ANSWER = 20

# Seconds that one answer gives the storage for all of this together; what is left over then is the sweep's.
FOR_AN_ANSWER = 4.0

store = Store()

# Of this process, as (chain, position): what an answer is writing, and what is written and was not counted yet.
_guard = threading.Lock()
_in_hand: set[tuple[uuid.UUID, int]] = set()
_uncounted: set[tuple[uuid.UUID, int]] = set()


# --- With the answer ----------------------------------------------------------------------------------------------
def with_the_answer(entry: JournalEntry) -> None:
    """Copy an entry that was committed just now. Never raises: the act is done, and its answer has to come."""
    holding.after_the_turn(partial(_with_the_answer, entry))


def _with_the_answer(entry: JournalEntry) -> None:
    with store.within(FOR_AN_ANSWER):
        try:
            _keep_in_hand(entry)
        except chain_copies.CopyDiffers:
            return  # told and noted where it was found
        except Exception as error:
            _is_behind(entry, error)
            return
        try:
            _count(entry)
        except Exception as error:
            logger.warning(
                "chain copies: entry %s of chain %s has its copy, which was not counted (%s: %s); the sweep does",
                entry.position,
                entry.chain,
                type(error).__name__,
                error,
            )
        copy_mark.renew_where_old(store)


def make_sure(chain: uuid.UUID) -> None:
    """For an answer that shows again what an earlier act did: see that the copies of its chain are there.

    The process that acted may have been killed before it wrote them. Outside every transaction and its locks.
    """
    last = JournalEntry.objects.filter(chain=chain).order_by("-position").first()
    if last is not None and not ChainCopy.objects.filter(chain=chain, copied__gte=last.position).exists():
        with_the_answer(last)


def _keep(entry: JournalEntry) -> None:
    place, wanted = chain_copies.path(entry.chain, entry.position), chain_copies.content(entry)
    try:
        store.ask(lambda: chain_copies.keep(place, wanted), passes=(chain_copies.CopyDiffers,))
    except chain_copies.CopyDiffers:
        _is_of_another_history(entry)
        raise


def _keep_in_hand(entry: JournalEntry) -> None:
    place = (entry.chain, entry.position)
    with _guard:
        _in_hand.add(place)
    try:
        _keep(entry)
        with _guard:
            _uncounted.add(place)
    finally:
        with _guard:
            _in_hand.discard(place)


def _count(entry: JournalEntry) -> None:
    if _moved_by_one(entry):
        _count_neighbours_after(entry)
        return
    row, _made = ChainCopy.objects.get_or_create(chain=entry.chain)
    _were_counted(entry.chain, row.copied)
    if not 0 < entry.position - row.copied <= MADE_GOOD_WITH_AN_ANSWER:
        return
    between = JournalEntry.objects.filter(
        chain=entry.chain, position__gt=row.copied, position__lt=entry.position
    )
    for earlier in between.order_by("position"):
        place = (earlier.chain, earlier.position)
        with _guard:
            in_hand, is_kept = place in _in_hand, place in _uncounted
        if in_hand or not (is_kept or store.time_left()):
            return  # whoever has it in hand counts this one after it; else the sweep does
        if not is_kept:
            try:
                _keep(earlier)
            except chain_copies.CopyDiffers:
                return
            except Exception as error:
                _is_behind(earlier, error, of_an_earlier_act=True)
                return
    _counted_up_to(entry.chain, entry.position)


def _count_neighbours_after(entry: JournalEntry) -> None:
    """Those that were quicker, and left it to this one to be counted after it."""
    last = entry.position
    with _guard:
        while (entry.chain, last + 1) in _uncounted:
            last += 1
    if last > entry.position:
        _counted_up_to(entry.chain, last)
    _were_counted(entry.chain, last)


def _were_counted(chain: uuid.UUID, position: int) -> None:
    with _guard:
        _uncounted.difference_update(
            {place for place in _uncounted if place[0] == chain and place[1] <= position}
        )


def _moved_by_one(entry: JournalEntry) -> bool:
    """Move the count to this entry from the one before it: one short statement whose own commit waits for no disk.

    Should the count be lost in a crash, the sweep counts again what is there.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH hurry AS (SELECT set_config('synchronous_commit', 'off', true))"
            " UPDATE record_chaincopy SET copied = %s FROM hurry WHERE chain = %s AND copied = %s",
            [entry.position, entry.chain, entry.position - 1],
        )
        return cursor.rowcount == 1


def _counted_up_to(chain: uuid.UUID, position: int) -> None:
    """Every entry up to `position` was found to have its copy. Where that is all, the chain is not behind any more."""
    ChainCopy.objects.filter(chain=chain, copied__lt=position).update(copied=position)
    restore_guard.note_one_history(chain, position)
    later = JournalEntry.objects.filter(chain=OuterRef("chain"), position__gt=OuterRef("copied"))
    ChainCopy.objects.filter(~Exists(later), chain=chain, behind_since__isnull=False).update(
        behind_since=None
    )
    _were_counted(chain, position)


def _is_of_another_history(entry: JournalEntry) -> None:
    """Say so in the log, and let nothing more be decided on the chain: its numbers may be on receipts already."""
    logger.critical(
        "chain copies: the file storage holds another entry %s of chain %s than the journal: the database was restored"
        " without `manage.py restore`, and the number that this act gave may be on another receipt too."
        " Nothing more is decided on this chain; docs/running.md says what to do",
        entry.position,
        entry.chain,
    )
    try:
        restore_guard.note_other_history(entry.chain, entry.position)
    except Exception:
        logger.exception("chain copies: that chain %s has two histories could not be noted", entry.chain)


def stop_at_another_history() -> None:
    """For a restore: the copies where another history was found are read again. Raises CopyDiffers where it is so still."""
    for chain, position in restore_guard.of_two_histories().items():
        for entry in JournalEntry.objects.filter(chain=chain, position=position):
            place = chain_copies.path(chain, position)
            chain_copies.keep(place, chain_copies.content(entry))
        restore_guard.note_one_history(chain, position)


def _is_behind(entry: JournalEntry, error: Exception, *, of_an_earlier_act: bool = False) -> None:
    """Say so in the log and, where the database lets us, for every page that shows it."""
    logger.error(
        "chain copies: entry %s of chain %s %s (%s: %s);"
        " until it has one, a restore cannot promise that nothing issued is issued again",
        entry.position,
        entry.chain,
        "still has no copy" if of_an_earlier_act else "was answered without its copy",
        type(error).__name__,
        error,
    )
    try:
        _note_behind(entry.chain)
    except Exception as also:
        trace = None if is_away(also) else also  # a restart needs none
        logger.error("chain copies: that chain %s is behind could not be noted", entry.chain, exc_info=trace)


def _note_behind(chain: uuid.UUID) -> None:
    ChainCopy.objects.get_or_create(chain=chain)
    ChainCopy.objects.filter(chain=chain, behind_since__isnull=True).update(behind_since=clock.now())


# --- The hand that catches up -------------------------------------------------------------------------------------
def catch_up() -> int:
    """Copy and count what was not counted yet; returns how many entries were. Safe twice, and two at once.

    One chain with two histories does not keep the others waiting. Raises CopyDiffers at the end then, and StorageAway
    or what else the storage raises at once; what was copied before stays counted.
    """
    moved, differs = 0, None
    for state in copy_states.all_chains():
        if state.missing or state.behind_since:
            try:
                moved += _catch_up_with(state.chain)
            except chain_copies.CopyDiffers as error:
                differs = error
            except Exception:
                _note_behind(state.chain)
                raise
    if differs is not None:
        raise differs
    copy_mark.renew(store)
    return moved


def _catch_up_with(chain: uuid.UUID) -> int:
    moved = 0
    row, _made = ChainCopy.objects.get_or_create(chain=chain)
    copied = row.copied
    while True:
        entries = list(
            JournalEntry.objects.filter(chain=chain, position__gt=copied).order_by("position")[:BATCH]
        )
        try:
            for entry in entries:
                _keep(entry)
                copied = entry.position
        finally:
            _counted_up_to(chain, copied)
        moved += len(entries)
        if len(entries) < BATCH:
            return moved


def catch_up_at_the_start() -> None:
    """A process that starts makes good what one that was killed before it could not write. Never raises.

    First it finds out whether the database is as new as the storage: the mark may be some seconds older than both.
    """
    try:
        copy_mark.look(store, closely=True)
        catch_up()
    except Exception:
        logger.exception("chain copies: not caught up at the start of this process")
    finally:
        connections.close_all()


def faults() -> Iterator[str]:
    """Copies said to be made that the storage does not have, for `manage.py verify`: the last of each chain."""
    for row in ChainCopy.objects.filter(copied__gt=0).order_by("chain").iterator():
        entry = JournalEntry.objects.filter(chain=row.chain, position__lte=row.copied).last()
        length = JournalEntry.objects.filter(chain=row.chain, position__gte=row.copied).count()
        if entry is None or not length:
            yield f"chain {row.chain}: {row.copied} entries were copied, more than the journal holds"
            continue
        place = chain_copies.path(row.chain, entry.position)
        if not chain_copies.storage().exists(place):
            yield f"chain {row.chain}: the copy of entry {entry.position} is missing from the storage"
            continue
        with chain_copies.storage().open(place, "rb") as stored:
            if stored.read() != chain_copies.content(entry):
                yield f"chain {row.chain}: the copy of entry {entry.position} differs from the journal"
