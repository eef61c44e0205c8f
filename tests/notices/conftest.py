"""The outbox under test: a real SMTP server, and a kind of notice of the tests' own."""

from dataclasses import dataclass, field

import pytest

from cwg.members.models import Person
from cwg.notices import kinds
from cwg.notices.kinds import Mail, NoticeKind, Recipient
from cwg.notices.models import Event
from tests.mailroom import Mailroom, serving


@pytest.fixture
def smtp(settings):
    """A mail server that the portal sends to; yields its mailroom."""
    mailroom = Mailroom()
    with serving(mailroom) as port:
        use_port(settings, port)
        yield mailroom


def use_port(settings, port: int) -> None:
    settings.EMAIL_BACKEND = "cwg.notices.smtp_backend.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_TIMEOUT = 2


@dataclass
class News:
    """A kind of notice whose answers a test sets: whom to tell, whether it matters, the title in it."""

    people: list[Person] = field(default_factory=list)
    always: set[int] = field(default_factory=set)
    matters: bool = True
    title: str = "A title"

    def recipients(self, event, now):
        return [Recipient.of(person, always=person.pk in self.always) for person in self.people]

    def kind(self, **setting) -> NoticeKind:
        return NoticeKind(
            "news",
            self.recipients,
            lambda event, person, now: self.matters,
            lambda event, person, now: Mail(
                subject=f"News: {self.title}",
                template="contribution_held",
                context={"convened": True},
                facts=(("Title", (self.title,)),),
                link=("Open", "/documents/dg-2/1/"),
            ),
            always=lambda event, person, now: person.pk in self.always,
            **setting,
        )


@pytest.fixture
def news(monkeypatch):
    """The kind "news", registered for this test."""
    monkeypatch.setattr(kinds, "_kinds", dict(kinds._kinds))
    made = News()
    kinds.register(made.kind())
    return made


@pytest.fixture
def settable_news(news):
    """The same kind as a setting that is off by default."""
    kinds.register(news.kind(label="News", default=False))
    return news


@pytest.fixture
def event(db, now):
    """An event of the kind "news" that no sweep has seen."""
    return Event.objects.create(kind="news", key="news:1", happened_at=now)
