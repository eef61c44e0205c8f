"""The registry behind `manage.py verify`: every app says in `ready()` what must hold on a live database."""

from collections.abc import Callable, Iterator

Check = Callable[[], Iterator[str]]
_checks: dict[str, Check] = {}


def register(name: str, check: Check) -> None:
    """`check` yields one sentence for each thing that does not hold. `name` starts with its invariant: "I5 chain"."""
    _checks[name] = check


def run() -> Iterator[tuple[str, list[str]]]:
    """Every check by name with what it found, in the order of the names."""
    for name in sorted(_checks):
        yield name, list(_checks[name]())
