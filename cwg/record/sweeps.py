"""The registry behind `manage.py sweep`: the work that the database holds ready, whoever's hand does it.

The same functions run as Celery tasks; running one twice, or two at once, changes nothing.
"""

from collections.abc import Callable

Sweep = Callable[[], int]
_sweeps: dict[str, Sweep] = {}


def register(name: str, sweep: Sweep) -> None:
    """`sweep` does what is due and returns how many rows it moved."""
    _sweeps[name] = sweep


def names() -> list[str]:
    return list(_sweeps)


def run(name: str) -> int:
    """Run one sweep. Raises KeyError for a name nobody registered."""
    return _sweeps[name]()
