"""The registry of notice kinds: upper apps say in `ready()` whom an event is told to, while what, and in which words."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cwg.members.models import Person

from .models import Event


@dataclass(frozen=True)
class Recipient:
    """Whom to tell. `person` is None for somebody invited who is not yet a person of the portal."""

    person: Person | None
    address: str
    language: str


@dataclass(frozen=True)
class Mail:
    """A mail before it is laid out: links only, never a restricted document or its text.

    `template` names `templates/mail/<template>.txt` and `.html`, rendered in the recipient's language.
    """

    subject: str
    template: str
    context: dict[str, Any]


@dataclass(frozen=True)
class NoticeKind:
    """One kind of notice.

    `recipients(event, now)` yields whom to tell; asked once, when the event is expanded.
    `still_matters(event, person, now)` is asked again just before each sending: entitled still, not done yet.
    `render(event, person)` makes the mail; the recipient's language is active.
    `label` and `default` make it a setting of the person; without a label it is always sent.
    """

    name: str
    recipients: Callable[[Event, datetime], Iterable[Recipient]]
    still_matters: Callable[[Event, Person | None, datetime], bool]
    render: Callable[[Event, Person | None], Mail]
    label: Any = None
    default: bool = True


_kinds: dict[str, NoticeKind] = {}


def register(kind: NoticeKind) -> None:
    _kinds[kind.name] = kind


def get(name: str) -> NoticeKind:
    """Raises KeyError for a kind nobody registered."""
    return _kinds[name]


def settable() -> list[NoticeKind]:
    """The kinds a person may switch on and off, in the order they were registered."""
    return [kind for kind in _kinds.values() if kind.label is not None]
