"""What pages of documents show of the floors above: those say in `AppConfig.ready()` where it is found.

The register knows no meetings and no contributions; a document still links to the request it answers.
"""

from collections.abc import Callable, Iterable

PagesOfSlots = Callable[[Iterable[int]], dict[int, str]]
_pages_of_slots: list[PagesOfSlots] = []


def register_requests(pages_of_slots: PagesOfSlots) -> None:
    """`pages_of_slots(slot_ids)` gives the address of the request that opened each slot, in one query."""
    _pages_of_slots[:] = [pages_of_slots]


def pages_of_slots(slot_ids: Iterable[int]) -> dict[int, str]:
    """Addresses by slot; nothing where no slot is asked for or nobody keeps requests."""
    wanted = list(slot_ids)
    return _pages_of_slots[0](wanted) if wanted and _pages_of_slots else {}
