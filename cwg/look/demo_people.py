"""Whom the sign-in page offers in demo mode. The app that makes the demonstration registers them in `ready()`."""

from __future__ import annotations

from collections.abc import Callable

# Each registered function gives (address, what the person is), in the language that is active.
_lists: list[Callable[[], list[tuple[str, str]]]] = []


def register(people: Callable[[], list[tuple[str, str]]]) -> None:
    if people not in _lists:
        _lists.append(people)


def addresses() -> list[tuple[str, str]]:
    """(address, what the person is), in the order they were registered."""
    return [person for people in _lists for person in people()]
