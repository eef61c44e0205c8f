"""The registry of notice kinds: upper apps say in `ready()` whom an event is told to, while what, and in which words."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cwg.members.models import Person

from .models import Event


@dataclass(frozen=True)
class Recipient:
    """Whom to tell. `person` is None for somebody invited who is not yet a person of the portal.

    `always`: told whatever the person's settings say, because it is the person's own delegation's affair.
    """

    person: Person | None
    address: str
    language: str
    always: bool = False

    @classmethod
    def of(cls, person: Person, *, always: bool = False) -> "Recipient":
        return cls(person, person.email, person.language, always)


@dataclass(frozen=True)
class Mail:
    """A mail before it is laid out: links only, never a restricted document or its text.

    `template` names `templates/mail/<template>.txt`: the sentences, paragraphs apart by an empty line. The
    text and the HTML part are both made of them (see `layout.py`), so that they say the same.
    `facts` are labels, each with its lines; `link` is what the mail asks to open: (words, path or address).
    """

    subject: str
    template: str
    context: dict[str, Any]
    facts: tuple[tuple[str, tuple[str, ...]], ...] = ()
    link: tuple[str, str] | None = None


@dataclass(frozen=True)
class NoticeKind:
    """One kind of notice.

    `recipients(event, now)` yields whom to tell; asked once, when the event is expanded.
    `still_matters(event, person, now)` is asked again just before each sending: entitled still, not done yet.
    `render(event, person, now)` makes the mail; the recipient's language and time zone are active.
    `label` and `default` make it a setting of the person; without a label it is always sent.
    `always(event, person, now)` says, for a kind with a label, whom it is sent to all the same.
    """

    name: str
    recipients: Callable[[Event, datetime], Iterable[Recipient]]
    still_matters: Callable[[Event, Person | None, datetime], bool]
    render: Callable[[Event, Person | None, datetime], Mail]
    label: Any = None
    default: bool = True
    always: Callable[[Event, Person, datetime], bool] | None = None
    # Names it had before: events of an older version of the portal are told all the same.
    formerly: tuple[str, ...] = ()
    # That such a notice exists tells that a delegation has a draft: the console shows it only where it failed.
    of_drafts: bool = False

    @property
    def is_settable(self) -> bool:
        return self.label is not None


_kinds: dict[str, NoticeKind] = {}


def register(kind: NoticeKind) -> None:
    _kinds[kind.name] = kind


def get(name: str) -> NoticeKind:
    """By its name, or one that it had before. Raises KeyError for a kind nobody registered."""
    if name in _kinds:
        return _kinds[name]
    return next((kind for kind in _kinds.values() if name in kind.formerly), None) or _kinds[name]


def names() -> list[str]:
    return list(_kinds)


def known() -> list[str]:
    """Every name by which `get` finds a kind: those of today and those of before."""
    return [name for kind in _kinds.values() for name in (kind.name, *kind.formerly)]


def of_drafts() -> list[str]:
    """The names of the kinds whose very existence belongs to a delegation."""
    return [kind.name for kind in _kinds.values() if kind.of_drafts]


def settable() -> list[NoticeKind]:
    """The kinds a person may switch on and off, in the order they were registered."""
    return [kind for kind in _kinds.values() if kind.is_settable]
