"""The mark beside the copies of the chains: until when they were whole, so that a loss after that can be suspected.

The copies alone cannot tell that the last of them were never written. So whoever copies renews, every few seconds,
`journal/mark.json`: an instant by the database's clock until which every act had its copy, and how long each chain was. After a
loss the mark should be no older than the loss; if it is, the storage was away or nobody was at work, and nobody can say what
was issued since. Each mark is true whoever wrote it, so it matters little which of two is the last.
"""

import json
import logging
import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.core.files.base import ContentFile

from cwg import clock

from . import chain_copies, copy_states, journal
from .patience import StorageAway, Store
from .readiness import Answer

logger = logging.getLogger(__name__)

PATH = f"{chain_copies.FOLDER}/mark.json"
VERSION = 1
# Seconds between two marks of one process; the sweep comes round every five.
EVERY = 10.0
# A loss this long after the last mark is what a portal at work looks like.
FRESH_FOR = timedelta(minutes=2)

# Of this process: when it wrote the mark and when it looked at it (`time.monotonic`), and how many chains it told more of.
_last: dict[str, float] = {"written": float("-inf"), "looked": float("-inf"), "ahead": 0}


@dataclass(frozen=True)
class Mark:
    """`whole_until`: every act decided by then has its copy. `lengths`: of each chain that was ever marked."""

    whole_until: datetime
    lengths: dict[uuid.UUID, int]


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
    _last.update(written=float("-inf"), looked=float("-inf"), ahead=0)


def renew(store: Store) -> None:
    """Write the mark anew, unless this process did so a moment ago. Never raises: the next one will do.

    Outside every transaction. A database that is older than its storage writes none: there a restore was forgotten.
    """
    if time.monotonic() - _last["written"] < EVERY:
        return
    _last["written"] = time.monotonic()
    try:
        before = store.ask(read)
        # In this order: what the mark tells was committed before it was written, so the database read after it has it.
        at = clock.now()
        states = copy_states.all_chains()
        if before is not None and (ahead := _ahead(before, states)):
            logger.critical(
                "chain copies: the file storage knows more of %d chains than the database does: it was restored"
                " without `manage.py restore`. Stop the portal and run that before anybody submits (%s)",
                len(ahead),
                ", ".join(ahead),
            )
            return
        said = {
            "version": VERSION,
            "whole_until": min([at, *(state.oldest for state in states if state.oldest)]),
            # A register that was lost and not made again stays known.
            "lengths": (before.lengths if before else {}) | {state.chain: state.length for state in states},
        }
        store.ask(lambda: chain_copies.storage().save(PATH, ContentFile(journal.canonical(said))))
    except Exception as error:
        logger.warning("chain copies: the mark was not renewed (%s: %s)", type(error).__name__, error)


def restore_is_finished(store: Store) -> Answer:
    """For `/readyz`: no where the storage knows longer chains than the database, which was then restored past `manage.py restore`.

    Asked of the storage every few seconds at most; one that does not answer says nothing of it.
    """
    if time.monotonic() - _last["looked"] >= EVERY:
        _last["looked"] = time.monotonic()
        try:
            mark = store.ask(read)
            _last["ahead"] = len(_ahead(mark, copy_states.all_chains())) if mark else 0
        except (OSError, StorageAway):
            logger.warning("chain copies: the mark could not be read")
    return {"ok": not _last["ahead"], "chains_cut_short": int(_last["ahead"])}


def _ahead(mark: Mark, states: list[copy_states.State]) -> list[str]:
    return [str(state.chain) for state in states if mark.lengths.get(state.chain, 0) > state.length]
