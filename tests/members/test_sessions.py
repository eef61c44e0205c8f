"""Where one is signed in, signing out there, how long a session lives, and what sign-out leaves behind."""

import uuid
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cwg.members import account_care, sessions
from cwg.members.device_names import device_name
from cwg.members.models import KnownDevice, Session
from cwg.record.models import AccessEntry
from tests.factories import PASSWORD
from tests.members.door import sign_in, signed_in, text_of

pytestmark = pytest.mark.django_db
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:144.0) Gecko/20100101 Firefox/144.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Version/18.5 Safari/604.1"
)


def at(person, agent=FIREFOX, network="203.0.113.5", **more):
    client = Client(HTTP_USER_AGENT=agent, REMOTE_ADDR=network)
    sign_in(client, person.email, **more)
    assert signed_in(client)
    return client


@pytest.fixture
def laptop(saudi_delegate):
    return at(saudi_delegate)


@pytest.fixture
def phone(saudi_delegate):
    return at(saudi_delegate, IPHONE, "198.51.100.4")


def row_of(client) -> Session:
    return Session.objects.get(session_key=client.session.session_key)


def test_the_list_names_device_network_and_time(laptop, phone, saudi_delegate):
    answer = laptop.get("/me/sessions/")
    text = text_of(answer)
    for said in (
        "Firefox, Windows",
        "203.0.113.5",
        "Safari, iPhone",
        "198.51.100.4",
        "This device",
        "last seen",
    ):
        assert said in text
    for client in (laptop, phone):
        assert client.session.session_key not in text, "the key is as good as a password"


def test_nobody_sees_or_ends_the_sessions_of_another(laptop, syrian_delegate):
    other = at(syrian_delegate, IPHONE, "192.0.2.77")
    text = text_of(other.get("/me/sessions/"))
    assert "192.0.2.77" in text
    assert "203.0.113.5" not in text
    for named in (row_of(laptop).ref, laptop.session.session_key, "", str(uuid.uuid4())):
        assert other.post("/me/sessions/end/", {"session": named}).status_code == 404
    assert laptop.get("/me/").status_code == 200


def test_signing_out_one_device_leaves_the_others(laptop, phone, saudi_delegate):
    lost = row_of(phone)
    assert laptop.post("/me/sessions/end/", {"session": lost.ref}).status_code == 302
    assert phone.get("/me/").status_code == 302
    assert laptop.get("/me/").status_code == 200
    assert not KnownDevice.objects.filter(browser=lost.browser).exists()
    assert KnownDevice.objects.count() == 1
    assert AccessEntry.objects.filter(act="session_ended", person_id=saudi_delegate.pk).count() == 1


def test_signing_out_everywhere_ends_every_session_and_makes_every_device_strange(
    laptop, phone, saudi_delegate, syrian_delegate
):
    other = at(syrian_delegate)
    answer = laptop.post("/me/sessions/end-all/")
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/")
    for client in (laptop, phone):
        assert client.get("/me/").status_code == 302
    assert other.get("/me/").status_code == 200
    assert not KnownDevice.objects.filter(person=saudi_delegate).exists()
    assert AccessEntry.objects.filter(act="signed_out_everywhere", person_id=saudi_delegate.pk).count() == 1


def test_a_closed_account_is_signed_out_for_good_also_where_it_is_opened_again(
    laptop, phone, saudi_delegate, administrator, now
):
    account_care.disable(saudi_delegate, actor=administrator, at=now, reason="Lost the telephone")
    account_care.enable(saudi_delegate, actor=administrator, at=now, reason="Has another one")
    for client in (laptop, phone):
        assert client.get("/me/").status_code == 302
    assert not KnownDevice.objects.filter(person=saudi_delegate).exists()
    sign_in(laptop, saudi_delegate.email)
    assert signed_in(laptop)


def test_a_get_ends_nothing(laptop):
    for path in ("/me/sessions/end/", "/me/sessions/end-all/"):
        assert laptop.get(path).status_code == 405
    assert laptop.get("/me/").status_code == 200


def test_a_new_password_ends_the_other_sessions(laptop, phone):
    new = "a new long password"
    laptop.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert laptop.get("/me/").status_code == 200
    assert phone.get("/me/").status_code == 302
    assert "Safari" not in text_of(laptop.get("/me/sessions/"))


@pytest.mark.parametrize("others", [0, 3])
def test_the_list_asks_the_same_whatever_its_length(
    saudi_delegate, laptop, others, django_assert_num_queries
):
    for _number in range(others):
        at(saudi_delegate, IPHONE)
    with CaptureQueriesContext(connection) as seen:
        laptop.get("/me/sessions/")
    assert len(seen) == 4  # session, person, rights with the clock, the list


# --- How long it lives --------------------------------------------------------------------------------------------


def test_without_staying_signed_in_it_ends_with_the_browser_and_after_twelve_idle_hours(saudi_delegate):
    with time_machine.travel(timezone.now(), tick=False) as machine:
        client = at(saudi_delegate)
        assert not client.cookies["session"]["max-age"]
        for _hours in range(4):
            machine.shift(timedelta(hours=12) - timedelta(seconds=1))
            assert client.get("/me/").status_code == 200, "in use it slides"
        machine.shift(timedelta(hours=12))
        assert client.get("/me/").status_code == 302


def test_staying_signed_in_slides_by_fourteen_days(saudi_delegate):
    with time_machine.travel(timezone.now(), tick=False) as machine:
        client = at(saudi_delegate, remember="on")
        assert client.cookies["session"]["max-age"] == 14 * 86400
        for _fortnights in range(3):
            machine.shift(timedelta(days=14) - timedelta(seconds=1))
            assert client.get("/me/").status_code == 200
            assert client.cookies["session"]["max-age"] == 14 * 86400, "the browser's cookie slides too"
        machine.shift(timedelta(days=14))
        assert client.get("/me/").status_code == 302


def test_most_requests_write_nothing(saudi_delegate):
    with time_machine.travel(timezone.now(), tick=False) as machine:
        client = at(saudi_delegate)
        for seconds, writes in ((1, 0), (298, 0), (1, 1), (1, 0), (299, 1)):
            machine.shift(seconds)
            with CaptureQueriesContext(connection) as seen:
                client.get("/me/")
            written = [query for query in seen if query["sql"].startswith("UPDATE")]
            assert len(written) == writes, seconds
        assert row_of(client).seen_at == timezone.now()


@pytest.mark.parametrize("path", ["/clock/", "/today/submissions/"])
def test_what_an_open_page_asks_by_itself_is_no_use(secretary, path):
    """Else a page left open over night would keep the person signed in for ever."""
    with time_machine.travel(timezone.now(), tick=False) as machine:
        client = at(secretary)
        seen = row_of(client).seen_at
        for _hours in range(3):
            machine.shift(timedelta(hours=3))
            assert client.get(path).status_code == 200
        assert row_of(client).seen_at == seen
        machine.shift(timedelta(hours=3) - timedelta(seconds=1))
        assert client.get("/me/").status_code == 200, "and takes nothing from it"
        machine.shift(timedelta(hours=12))
        assert client.get("/me/").status_code == 302


def test_what_has_ended_is_deleted(saudi_delegate):
    with time_machine.travel(timezone.now(), tick=False) as machine:
        at(saudi_delegate)
        before = Session.objects.count()
        assert sessions.forget_what_is_over() == 0
        machine.shift(timedelta(hours=12))
        assert sessions.forget_what_is_over() == before
    assert not Session.objects.exists()


def test_a_visitor_who_is_nobody_has_no_row_of_anybody(client, saudi_delegate):
    client.get("/accounts/login/")
    assert not Session.objects.filter(person__isnull=False).exists()


def test_signing_out_deletes_the_row(laptop, saudi_delegate):
    assert sessions.of(saudi_delegate).count() == 1
    laptop.post("/accounts/logout/")
    assert not Session.objects.filter(person=saudi_delegate).exists()


# --- What is left behind ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/", "/me/", "/me/sessions/", "/documents/", "/meetings/", "/accounts/2fa/", "/nothing/"]
)
def test_no_page_of_somebody_signed_in_is_kept(laptop, path):
    answer = laptop.get(path)
    assert {"no-store", "private"} <= set(answer["Cache-Control"].replace(" ", "").split(","))


def test_the_console_is_not_kept(client_of, secretary):
    for path in ("/console/", "/console/members/person/"):
        assert "no-store" in client_of(secretary).get(path)["Cache-Control"]


def test_sign_out_leaves_nothing_in_the_browser_but_its_cookies(laptop):
    answer = laptop.post("/accounts/logout/")
    assert answer["Clear-Site-Data"] == '"cache", "storage"'
    assert laptop.cookies["device"].value, "the browser stays known"
    assert "Clear-Site-Data" not in laptop.get("/accounts/login/")


def test_signing_out_everywhere_clears_too(laptop):
    assert laptop.post("/me/sessions/end-all/")["Clear-Site-Data"] == '"cache", "storage"'


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (FIREFOX, "Firefox, Windows"),
        (IPHONE, "Safari, iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/142.0 Safari/537.36", "Chrome, Linux"),
        ("Mozilla/5.0 (Macintosh) AppleWebKit/537.36 Chrome/142.0 Safari/537.36 Edg/142.0", "Edge, macOS"),
        ("", "Unrecognized device"),
        ("<script>alert(1)</script>", "Unrecognized device"),
    ],
)
def test_a_device_is_named_in_words(agent, name):
    assert device_name(agent) == name
