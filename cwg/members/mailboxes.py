"""Whether mail gets through to an address: asked here, answered from the floor above, which alone knows the outbox."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .addresses import folded


@dataclass(frozen=True)
class Trouble:
    """`words` say what is the matter, `since` since when; `for_good`: nothing more is tried at this address."""

    words: Any
    since: datetime
    for_good: bool


Answer = Callable[[Iterable[str]], dict[str, Trouble]]
_answers: list[Answer] = []


def on_asked(answer: Answer) -> None:
    """`answer(addresses)` gives the trouble there is with each, by the address as it is compared (`folded`)."""
    if answer not in _answers:
        _answers.append(answer)


def troubles(addresses: Iterable[str]) -> dict[str, Trouble]:
    """What keeps mail from these addresses, by the address as it is compared. One query, however many; none for none."""
    asked = {folded(address) for address in addresses}
    return {key: trouble for answer in _answers if asked for key, trouble in answer(asked).items()}


def mark(people: Iterable[Any]) -> None:
    """Put onto each of them, as `mail_trouble`, what keeps mail from reaching it; None where nothing does. One query."""
    marked = list(people)
    found = troubles(person.email for person in marked)
    for person in marked:
        person.mail_trouble = found.get(folded(person.email))
