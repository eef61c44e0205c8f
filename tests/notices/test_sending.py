"""Sending: each notice goes out, once as far as the portal can know, and never to one who may no longer be told."""

import threading
from datetime import timedelta

import pytest
from django.core import mail as django_mail
from django.db import connection

from cwg.members.models import Person
from cwg.notices import outages, postman, preferences, sending
from cwg.notices.expansion import expand_due
from cwg.notices.models import Notice
from cwg.record import jobs
from tests import factories
from tests.mailroom import Mailroom, html_of, serving, silent_server, text_of
from tests.ports import free_port

from .conftest import use_port

pytestmark = pytest.mark.django_db


@pytest.fixture
def notice(news, event):
    """One notice that waits, to a person of the tests."""
    news.people = [factories.make_person("reader@test.example", name="Reem Reader")]
    expand_due()
    return Notice.objects.get()


def test_a_due_notice_goes_out_in_both_parts_with_its_fixed_headers(smtp, notice, now):
    assert sending.send_due() == 1
    (mail,) = smtp.arrived
    assert mail["To"] == "reader@test.example"
    assert mail["Subject"] == "News: A title"
    assert mail["Message-ID"] == notice.message_id
    assert mail["Date"].datetime == now
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Unsubscribe"] is None
    assert "Dear Reem Reader," in text_of(mail)
    assert "http://127.0.0.1:8000/documents/dg-2/1/" in text_of(mail)
    assert 'href="http://127.0.0.1:8000/documents/dg-2/1/"' in html_of(mail)
    notice.refresh_from_db()
    assert (notice.status, notice.sent_at, notice.attempts, notice.leased_until) == ("sent", now, 1, None)


def test_a_sent_notice_is_not_sent_again(smtp, notice):
    assert (sending.send_due(), sending.send_due()) == (1, 0)
    assert len(smtp.arrived) == 1


def test_a_notice_is_not_sent_before_it_is_due(smtp, notice, now, held):
    Notice.objects.update(due_at=now + timedelta(microseconds=1))
    assert sending.send_due() == 0
    held.forward(microseconds=1)
    assert sending.send_due() == 1


def test_many_mails_go_out_over_few_connections(smtp, news, event, monkeypatch):
    monkeypatch.setattr(postman, "MAILS_A_CONNECTION", 3)
    opened = []
    real = postman.get_connection
    monkeypatch.setattr(postman, "get_connection", lambda: opened.append(1) or real())
    news.people = [factories.make_person(f"p{n}@test.example") for n in range(7)]
    jobs.run("notices")
    assert smtp.recipients == [f"p{n}@test.example" for n in range(7)]
    assert len(opened) == 3


# --- Whether it still matters -----------------------------------------------------------------------------------------


def test_a_person_disabled_since_is_not_told(smtp, notice):
    Person.objects.update(is_active=False)
    sending.send_due()
    assert smtp.arrived == []
    notice.refresh_from_db()
    assert (notice.status, notice.sent_at) == ("dropped", None)


def test_what_no_longer_matters_is_not_sent(smtp, notice, news):
    news.matters = False
    sending.send_due()
    assert smtp.arrived == []
    assert Notice.objects.get().status == "dropped"


def test_who_switched_the_mail_off_since_is_not_told(smtp, settable_news, event):
    person = factories.make_person("p@test.example")
    preferences.set_wanted(person, "news", True)
    settable_news.people = [person]
    expand_due()
    preferences.set_wanted(person, "news", False)
    sending.send_due()
    assert smtp.arrived == []


def test_own_affairs_are_told_whatever_the_setting(smtp, settable_news, event):
    person = factories.make_person("p@test.example")
    settable_news.people, settable_news.always = [person], {person.pk}
    jobs.run("notices")
    (mail,) = smtp.arrived
    assert mail["List-Unsubscribe"] is None


def test_a_mail_one_may_do_without_says_where_to_switch_it_off(smtp, settable_news, event):
    person = factories.make_person("p@test.example")
    preferences.set_wanted(person, "news", True)
    settable_news.people = [person]
    jobs.run("notices")
    (mail,) = smtp.arrived
    assert mail["List-Unsubscribe"] == "<http://127.0.0.1:8000/me/>"
    assert "http://127.0.0.1:8000/me/" in text_of(mail)


def test_the_mail_goes_to_the_address_the_person_has_now(smtp, notice):
    Person.objects.update(email="moved@test.example")
    sending.send_due()
    assert smtp.recipients == ["moved@test.example"]
    assert Notice.objects.get().address == "moved@test.example"


# --- The mail server's faults -----------------------------------------------------------------------------------------


def test_with_the_server_down_nothing_is_burnt_and_all_goes_out_when_it_is_back(
    news, event, settings, held, now
):
    news.people = [factories.make_person(f"p{n}@test.example") for n in range(5)]
    expand_due()
    port = free_port()
    use_port(settings, port)
    for tries, seconds in enumerate((30, 60, 120, 240, 480, 900, 900), 1):
        assert sending.send_due() == 0
        outage = outages.current()
        assert (outage.since, outage.tries, outage.why) == (now, tries, "unreachable")
        assert outage.next_try_at == held.at + timedelta(seconds=seconds)
        held.move_to(outage.next_try_at - timedelta(microseconds=1))
        assert sending.send_due() == 0
        assert outages.current().tries == tries  # not before its time
        held.forward(microseconds=1)
    assert set(Notice.objects.values_list("status", "attempts", "failing_since")) == {("waiting", 0, None)}
    mailroom = Mailroom()
    with serving(mailroom, port):
        assert sending.send_due() == 5
    assert mailroom.recipients == [f"p{n}@test.example" for n in range(5)]
    assert outages.current() is None


def test_one_connection_in_vain_ends_the_round(news, event, settings, monkeypatch):
    news.people = [factories.make_person(f"p{n}@test.example") for n in range(5)]
    expand_due()
    opened = []
    real = postman.get_connection
    monkeypatch.setattr(postman, "get_connection", lambda: opened.append(1) or real())
    use_port(settings, free_port())
    sending.send_due()
    assert len(opened) == 1


def test_after_five_days_it_is_given_up(smtp, notice, held, now):
    """At -1 microsecond it is still tried, at the instant it is left to people."""
    smtp.refuse = {"reader@test.example": "451 4.7.1 greylisted"}
    sending.send_due()
    end = now + sending.PATIENCE
    while True:
        notice.refresh_from_db()
        assert (notice.status, notice.failing_since) == ("waiting", now)
        if notice.due_at == end:
            break
        held.move_to(notice.due_at)
        sending.send_due()
    held.move_to(end - timedelta(microseconds=1))
    sending.send_due()
    notice.refresh_from_db()
    assert notice.status == "waiting"
    held.move_to(end)
    sending.send_due()
    notice.refresh_from_db()
    assert (notice.status, notice.why, notice.failed_at) == ("failed", "try_later", end)
    assert 40 < notice.attempts < 60
    assert sending.claim(held.forward(days=1)) is None


def test_a_server_that_drops_its_answer_gets_the_same_mail_again(smtp, notice, held):
    smtp.drop_answers = 1
    assert sending.send_due() == 0
    notice.refresh_from_db()
    assert (notice.status, notice.attempts) == ("waiting", 1)
    held.move_to(notice.due_at)
    assert sending.send_due() == 1
    first, second = smtp.arrived
    assert first["Message-ID"] == second["Message-ID"] == notice.message_id


def test_a_server_that_says_nothing_costs_one_time_limit_and_no_more(notice, settings):
    with silent_server() as port:
        use_port(settings, port)
        settings.EMAIL_TIMEOUT = 0.2
        assert sending.send_due() == 0
    notice.refresh_from_db()
    assert (notice.status, notice.attempts) == ("waiting", 0)
    assert "timed out" in outages.current().said


def test_a_slow_server_still_takes_each_mail_once(smtp, news, event):
    smtp.slow = 0.1
    news.people = [factories.make_person(f"p{n}@test.example") for n in range(3)]
    jobs.run("notices")
    assert len(smtp.arrived) == 3


def test_an_address_refused_for_good_fails_at_once_and_the_others_go_out(smtp, news, event):
    smtp.refuse = {"p0@test.example": "550 no such mailbox"}
    news.people = [factories.make_person(f"p{n}@test.example") for n in range(2)]
    jobs.run("notices")
    assert smtp.recipients == ["p1@test.example"]
    refused = Notice.objects.get(address="p0@test.example")
    assert (refused.status, refused.why) == ("failed", "no_mailbox")
    assert refused.last_error == "550 no such mailbox"


def test_an_address_refused_for_now_is_tried_again(smtp, notice):
    smtp.refuse = {"reader@test.example": "450 mailbox busy"}
    sending.send_due()
    assert Notice.objects.get().status == "waiting"


def test_killed_between_claim_and_mark_the_notice_goes_out_when_its_lease_ends(smtp, notice, held):
    taken = sending.claim(held.at)
    assert taken == notice
    held.move_to(taken.leased_until - timedelta(microseconds=1))
    assert sending.send_due() == 0
    held.forward(microseconds=1)
    assert sending.send_due() == 1
    assert [mail["Message-ID"] for mail in smtp.arrived] == [notice.message_id]


def test_a_mail_that_kills_its_worker_each_time_is_not_tried_for_ever(smtp, notice, held):
    for _ in range(sending.MOST_BROKEN_OFF):
        held.move_to(sending.claim(held.at).leased_until)
    sending.send_due()
    assert smtp.arrived == []
    notice.refresh_from_db()
    assert (notice.status, notice.why) == ("failed", "unwritable")


def test_a_mail_that_cannot_be_written_does_not_keep_the_others(smtp, news, event, monkeypatch):
    news.people = [factories.make_person(f"p{n}@test.example") for n in range(2)]
    expand_due()
    real = sending.compose

    def compose(kind, notice, now):
        if notice.address == "p0@test.example":
            raise LookupError("its row is gone")
        return real(kind, notice, now)

    monkeypatch.setattr(sending, "compose", compose)
    sending.send_due()
    assert smtp.recipients == ["p1@test.example"]
    assert "its row is gone" in Notice.objects.get(address="p0@test.example").last_error


# --- What people typed ------------------------------------------------------------------------------------------------


def test_a_line_break_in_a_title_breaks_no_header(smtp, notice, news):
    news.title = "Access\r\nBcc: everybody@test.example\r\n\r\nA second body"
    sending.send_due()
    (mail,) = smtp.arrived
    assert mail["Bcc"] is None
    assert mail["Subject"] == "News: Access Bcc: everybody@test.example A second body"
    assert mail.get_content_type() == "multipart/alternative"


def test_script_in_a_title_is_inert_in_the_html_part(smtp, notice, news):
    news.title = "<script>alert(1)</script><img src=x onerror=alert(2)>"
    sending.send_due()
    html = html_of(smtp.arrived[0])
    assert "<script" not in html and "<img" not in html
    assert "&lt;script&gt;" in html
    assert "<script>alert(1)</script>" in text_of(smtp.arrived[0])


def test_a_line_break_in_an_address_is_refused_for_good(smtp, notice):
    Person.objects.update(email="reader@test.example\nBcc: everybody@test.example")
    sending.send_due()
    assert smtp.arrived == []
    notice.refresh_from_db()
    assert notice.status == "failed"
    assert "Invalid address" in notice.last_error


def test_a_mail_is_in_the_language_of_its_reader_and_says_so(smtp, notice):
    Person.objects.update(language="ar")
    sending.send_due()
    (mail,) = smtp.arrived
    assert mail["Content-Language"] == "ar"
    assert '<html lang="ar" dir="rtl">' in html_of(mail)


def test_chinese_is_kept_as_zh_and_read_as_zh_hans(smtp, notice):
    Person.objects.update(language="zh")
    sending.send_due()
    assert smtp.arrived[0]["Content-Language"] == "zh-hans"


# --- Two at once ------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_send_one_mail_each_person(smtp, news, now):
    """Two threads, two connections to the database, one real mail server."""
    from cwg.notices.models import Event

    smtp.slow = 0.02
    Event.objects.create(kind="news", key="news:1", happened_at=now)
    Event.objects.create(kind="news", key="news:2", happened_at=now)
    news.people = [factories.make_person(f"p{n}@test.example") for n in range(10)]
    start, moved, failed = threading.Barrier(2), [], []

    def sweep():
        try:
            start.wait(5)
            moved.append(jobs.run("notices"))
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=sweep) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failed == []
    jobs.run("notices")  # what one expanded after the other had looked
    assert len(smtp.arrived) == 20
    assert len({mail["Message-ID"] for mail in smtp.arrived}) == 20
    assert set(Notice.objects.values_list("status", flat=True)) == {"sent"}
    assert all(moved), "both had a share"


def test_any_backend_of_django_will_do(notice):
    """Under pytest mail stays in memory unless a test asks for the server."""
    sending.send_due()
    assert [mail.to for mail in django_mail.outbox] == [["reader@test.example"]]


@pytest.mark.parametrize(("attempts", "minutes"), [(1, 1), (2, 3), (5, 81), (6, 180), (40, 180)])
def test_the_wait_grows_threefold_up_to_three_hours(attempts, minutes):
    assert sending.wait_after(attempts) == timedelta(minutes=minutes)
