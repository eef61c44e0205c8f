"""From one event to one notice per person."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cwg.notices import kinds, preferences
from cwg.notices.expansion import expand_due
from cwg.notices.kinds import NoticeKind, Recipient
from cwg.notices.models import Event, Notice
from cwg.notices.verification import unexpanded
from tests import factories

pytestmark = pytest.mark.django_db


def test_an_event_becomes_one_notice_for_each_recipient(news, event, now):
    news.people = [factories.make_person(f"p{n}@test.example", language="fr") for n in range(3)]
    assert expand_due() == 1
    notices = Notice.objects.order_by("address")
    assert [n.address for n in notices] == ["p0@test.example", "p1@test.example", "p2@test.example"]
    assert {(n.status, n.language, n.due_at) for n in notices} == {("waiting", "fr", now)}
    assert len({n.message_id for n in notices}) == 3
    event.refresh_from_db()
    assert event.expanded_at == now


def test_expanding_again_makes_no_second_notice(news, event):
    news.people = [factories.make_person("p@test.example")]
    assert (expand_due(), expand_due()) == (1, 0)
    Event.objects.update(expanded_at=None)  # as after a crash between two systems' backups
    expand_due()
    assert Notice.objects.count() == 1


def test_a_person_named_twice_is_told_once(news, event):
    person = factories.make_person("p@test.example")
    news.people = [person, person]
    expand_due()
    assert Notice.objects.count() == 1


def test_somebody_not_yet_a_person_is_told_at_the_address_once(news, event, monkeypatch):
    invited = [Recipient(None, "New@test.example", "ru"), Recipient(None, "new@test.example", "ru")]
    monkeypatch.setattr(news, "recipients", lambda event, now: invited)
    kinds.register(news.kind())
    expand_due()
    notice = Notice.objects.get()
    assert (notice.person, notice.address, notice.language) == (None, "New@test.example", "ru")


def test_a_person_who_may_not_sign_in_is_not_told(news, event):
    news.people = [factories.make_person("p@test.example", is_active=False)]
    expand_due()
    assert not Notice.objects.exists()


def test_a_setting_decides_and_own_affairs_are_told_all_the_same(settable_news, event):
    wants, wants_not, own = (factories.make_person(f"{n}@test.example") for n in ("a", "b", "c"))
    preferences.set_wanted(wants, "news", True)
    settable_news.people, settable_news.always = [wants, wants_not, own], {own.pk}
    expand_due()
    assert {n.person for n in Notice.objects.all()} == {wants, own}


def test_an_event_of_an_unknown_kind_stays_and_is_shown(news, held, now):
    Event.objects.create(kind="nobody_knows", key="x:1", happened_at=now)
    assert expand_due() == 0
    assert list(unexpanded()) == []
    held.forward(minutes=11)
    assert ["no app knows this kind" in line for line in unexpanded()] == [True]


def test_an_event_that_cannot_be_read_does_not_keep_the_others(news, event, now):
    def broken(event, now):
        raise LookupError("the row it was about is gone")

    kinds.register(NoticeKind("broken", broken, lambda *a: True, lambda *a: None))
    before = Event.objects.create(kind="broken", key="broken:1", happened_at=factories.LONG_AGO)
    news.people = [factories.make_person("p@test.example")]
    assert expand_due() == 1
    before.refresh_from_db()
    assert before.expanded_at is None
    assert Notice.objects.count() == 1


def test_queries_do_not_grow_with_the_recipients(settable_news, now):
    counts = []
    for size in (1, 60):
        settable_news.people = [factories.make_person(f"p{n}@test.example") for n in range(size)]
        for person in settable_news.people:
            preferences.set_wanted(person, "news", True)
        Event.objects.create(kind="news", key=f"news:size{size}", happened_at=now)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            expand_due()
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert Notice.objects.count() == 61
