"""No act on a chain of which the file storage knows more than the database, or other entries: a restore was forgotten there.

Its next position, and so its next number, may stand on a receipt already. What the storage knows is found outside every lock
(`copy_mark.py`, `copying.py`) and noted on the chain's row of `ChainCopy`; there it is read with the clock (`chain_clock.py`).
"""

import uuid

from .models import ChainCopy, Chained


class RestoreNotFinished(RuntimeError):
    """The file storage knows more of the chain than the database, or other entries. Nothing was changed."""

    code = "restore-not-finished"

    def __init__(self, chain: uuid.UUID):
        super().__init__(
            f"The file storage knows more of chain {chain} than the database does, or other entries of it: what is decided"
            " next could have a number that is on a receipt. Nothing was changed. Stop the portal and run `manage.py"
            " restore --already-loaded`; docs/running.md says what to do where that stops."
        )


def guard(locked: Chained) -> None:
    """Raises RestoreNotFinished. `locked` is locked in this transaction, and was read with the clock after that."""
    if (locked.length_in_storage or 0) > locked.chain_length or locked.differs_at is not None:
        raise RestoreNotFinished(locked.chain)


def note_length(chain: uuid.UUID, length: int) -> None:
    """The storage is found to know so many entries of the chain. It ends by itself where the database has as many."""
    ChainCopy.objects.get_or_create(chain=chain)
    ChainCopy.objects.filter(chain=chain, length_in_storage__lt=length).update(length_in_storage=length)


def note_other_history(chain: uuid.UUID, position: int) -> None:
    """The storage holds another entry at `position`. Ended by `note_one_history`."""
    ChainCopy.objects.get_or_create(chain=chain)
    ChainCopy.objects.filter(chain=chain, differs_at__isnull=True).update(differs_at=position)


def note_one_history(chain: uuid.UUID, position: int) -> None:
    """All copies up to `position` were found to be the journal's."""
    ChainCopy.objects.filter(chain=chain, differs_at__lte=position).update(differs_at=None)


def of_two_histories() -> dict[uuid.UUID, int]:
    """The chains of which the storage holds other entries than the journal, and the first position where that was found."""
    rows = ChainCopy.objects.filter(differs_at__isnull=False)
    return {row.chain: row.differs_at for row in rows if row.differs_at is not None}


def forget_lengths() -> None:
    """A restore has gone on after all that the storage knows, or says what it cannot know."""
    ChainCopy.objects.exclude(length_in_storage=0).update(length_in_storage=0)
