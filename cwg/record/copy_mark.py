"""The mark beside the copies of the chains: until when they were whole, so that a loss after that can be suspected.

The copies alone cannot tell that the last of them were never written. So the sweep renews, every few seconds,
`journal/mark.json`: an instant by the database's clock until which every act had its copy, and how long each chain was; an
answer does it where the mark has grown old, because no sweep is at work. After a loss the mark should be no older than the
loss; if it is, the storage was away or nobody was at work, and nobody can say what was issued since. Each mark is true
whoever wrote it, so it matters little which of two is the last.
"""

import json
import logging
import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from django.core.files.base import ContentFile

from cwg import clock

from . import chain_copies, copy_states, journal, replay, restore_guard
from .patience import StorageAway, Store
from .readiness import Answer

logger = logging.getLogger(__name__)

PATH = f"{chain_copies.FOLDER}/mark.json"
VERSION = 1
# Seconds between two marks of one process; the sweep comes round every five.
EVERY = 10.0
# Seconds after which an answer sees to the mark itself: no sweep came round, it seems.
OLD = 30.0
# A loss this long after the last mark is what a portal at work looks like.
FRESH_FOR = timedelta(minutes=2)

# Of this process: when it wrote the mark and when it looked at it (`time.monotonic`), and how many chains it told more of.
_last: dict[str, float] = {
    "written": float("-inf"),
    "looked": float("-inf"),
    "answered": float("-inf"),
    "ahead": 0,
}


@dataclass(frozen=True)
class Mark:
    """`whole_until`: every act committed by then has its copy; one that was dated before and committed after may still lack it
    (FRESH_FOR covers that). `lengths`: of each chain that was ever marked.
    """

    whole_until: datetime
    lengths: dict[uuid.UUID, int]


@dataclass(frozen=True)
class Found:
    """`beyond`: how much the storage knows of chains of which it knows more than the database, as that was at `at`.

    `has_copies`: whether it knows of any chain.
    """

    mark: Mark | None
    at: datetime
    states: list[copy_states.State]
    beyond: dict[uuid.UUID, int]
    has_copies: bool


def read() -> Mark | None:
    """The mark in the storage; None where there is none that can be read. Raises what the storage raises."""
    if not chain_copies.storage().exists(PATH):
        return None
    with chain_copies.storage().open(PATH, "rb") as stored:
        found = stored.read()
    try:
        said = json.loads(found)
        return Mark(
            datetime.strptime(said["whole_until"], "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC),
            {uuid.UUID(chain): int(length) for chain, length in said["lengths"].items()},
        )
    except (AttributeError, KeyError, TypeError, ValueError):
        return None


def forget() -> None:
    """As in a process that has written and seen none."""
    for name in ("written", "looked", "answered"):
        _last[name] = float("-inf")
    _last["ahead"] = 0


def renew(store: Store) -> None:
    """Write the mark anew, unless this process did so a moment ago. Never raises: the next one will do.

    Outside every transaction. A database that is older than its storage writes none: there a restore was forgotten.
    """
    if time.monotonic() - _last["written"] < EVERY:
        return
    _last["written"] = time.monotonic()
    try:
        found = look(store)
        if found.beyond:
            logger.critical(
                "chain copies: the file storage knows more of %d chains than the database does: it was restored"
                " without `manage.py restore`, or belongs to another portal. Nothing is decided on them before that has"
                " run (%s)",
                len(found.beyond),
                ", ".join(str(chain) for chain in found.beyond),
            )
            return
        before, at, states = found.mark, found.at, found.states
        said = {
            "version": VERSION,
            "whole_until": min([at, *(state.oldest for state in states if state.oldest)]),
            # A register that was lost and not made again stays known.
            "lengths": (before.lengths if before else {}) | {state.chain: state.length for state in states},
        }
        store.ask(lambda: chain_copies.storage().save(PATH, ContentFile(journal.canonical(said))))
    except Exception as error:
        logger.warning("chain copies: the mark was not renewed (%s: %s)", type(error).__name__, error)


def renew_where_old(store: Store) -> None:
    """With an answer: `renew` where nobody did for OLD seconds. Of each process one answer in as many looks. Never raises."""
    if time.monotonic() - _last["answered"] < OLD:
        return
    _last["answered"] = time.monotonic()
    try:
        mark = look(store).mark
        is_old = mark is None or clock.now() - mark.whole_until >= timedelta(seconds=OLD)
    except Exception as error:
        logger.warning("chain copies: the mark could not be read (%s: %s)", type(error).__name__, error)
        return
    if is_old:
        renew(store)


def look(store: Store, *, closely: bool = False) -> Found:
    """Compare what the storage knows with the database, and note where it knows more (`restore_guard.py`).

    `closely`: not by the mark alone, which may be some seconds old, but also by the copy that would come next. Raises
    StorageAway, and what the storage raises. Outside every transaction and lock.
    """
    mark, lengths = store.ask(_known)
    if closely:
        for state in copy_states.all_chains():
            following = state.length + 1
            place = chain_copies.path(state.chain, following)
            if lengths.get(state.chain, 0) < following and store.ask(partial(chain_copies.is_there, place)):
                lengths[state.chain] = following
    # In this order: what the storage has was committed before it was written, so the database read after it has it.
    at = clock.now()
    states = copy_states.all_chains()
    here = {state.chain: state.length for state in states}
    beyond = {chain: length for chain, length in lengths.items() if length > here.get(chain, 0)}
    if not beyond.keys() <= here.keys():
        # Registers that are lost: a restore may have said so.
        beyond = {chain: beyond[chain] for chain in beyond.keys() - (replay.settled() - here.keys())}
    for chain in beyond.keys() & here.keys():
        restore_guard.note_length(chain, beyond[chain])
    _last["looked"], _last["ahead"] = time.monotonic(), len(beyond)
    return Found(mark, at, states, beyond, bool(lengths))


def _known() -> tuple[Mark | None, dict[uuid.UUID, int]]:
    """The mark, and how long the storage knows each chain to have been."""
    mark = read()
    lengths = dict(mark.lengths) if mark else {}
    return mark, lengths | {
        chain: chain_copies.length(chain) for chain in chain_copies.chains() if chain not in lengths
    }


def is_of_this_database(store: Store) -> bool:
    """Whether the storage is known to hold nothing of which this database knows nothing: only then may bytes be removed
    that no row of this database names. Raises as `look`."""
    found = look(store, closely=True)
    return (
        not found.beyond
        and not restore_guard.of_two_histories()
        and (found.mark is not None or not found.has_copies)
    )


def restore_is_finished(store: Store) -> Answer:
    """For `/readyz`: no where the storage knows more chains than the database, longer ones, or other entries of one.

    Asked of the storage every few seconds at most; one that does not answer says nothing of it.
    """
    if time.monotonic() - _last["looked"] >= EVERY:
        _last["looked"] = time.monotonic()
        try:
            look(store)
        except (OSError, StorageAway):
            logger.warning("chain copies: the mark could not be read")
    cut_short, of_two_histories = int(_last["ahead"]), len(restore_guard.of_two_histories())
    return {
        "ok": not cut_short and not of_two_histories,
        "chains_cut_short": cut_short,
        "chains_of_two_histories": of_two_histories,
    }
