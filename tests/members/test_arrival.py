"""When a request reached us: whose stamp is believed, and how far."""

import logging
import re
import time
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import RequestFactory

from cwg.members import arrival
from tests import factories
from tests.compose_file import ROOT

SECOND = timedelta(seconds=1)
# What two readings of one clock in a test may lie apart.
NEARLY = timedelta(milliseconds=400)


@pytest.fixture
def behind_proxy(settings):
    settings.BEHIND_PROXY = True


def stamped(seconds_ago: float, **more):
    return RequestFactory().post("/", HTTP_X_REQUEST_START=f"t={time.time() - seconds_ago:.3f}", **more)


def taken_up(seconds_ago: float):
    request = RequestFactory().post("/")
    request.META[arrival.TAKEN_UP] = time.monotonic() - seconds_ago
    return request


def about(span: timedelta, seconds: float) -> bool:
    return (
        timedelta(seconds=seconds) - timedelta(milliseconds=2) <= span <= timedelta(seconds=seconds) + NEARLY
    )


def test_a_wait_in_the_proxy_counts(behind_proxy):
    assert about(arrival.waited(stamped(54)), 54)


def test_a_wait_for_a_thread_counts_where_there_is_no_proxy():
    assert about(arrival.waited(taken_up(12)), 12)


def test_where_nobody_told_it_reached_us_now(held):
    request = RequestFactory().post("/")
    assert arrival.waited(request) == timedelta()
    assert arrival.read(request) == held.at


def test_without_a_proxy_of_ours_a_stamp_is_somebodys_own_and_counts_for_nothing():
    request = stamped(60)
    assert request.META[arrival.STAMP]
    assert arrival.waited(request) == timedelta()
    request.META[arrival.TAKEN_UP] = time.monotonic() - 3
    assert about(arrival.waited(request), 3)


def test_no_header_passes_for_the_servers_own_time(behind_proxy):
    for name in (arrival.TAKEN_UP, "Cwg.Taken-Up-At", "cwg_taken_up_at"):
        request = RequestFactory().post("/", headers={name: "1.0"})
        assert arrival.TAKEN_UP not in request.META
        assert arrival.waited(request) == timedelta()


@pytest.mark.parametrize(
    "said",
    [
        "",
        "t=",
        "now",
        "t=nan",
        "t=inf",
        "t=-1.000",
        "t=1e9",
        "1.000",
        "t=1.000, t=2.000",
        "t=" + "9" * 40,
        "t=١.٢٣٤",
    ],
)
def test_what_is_no_stamp_is_passed_over(behind_proxy, said):
    request = RequestFactory().post("/", HTTP_X_REQUEST_START=said)
    request.META[arrival.TAKEN_UP] = time.monotonic() - 2
    assert about(arrival.waited(request), 2)


def test_the_earlier_of_the_two_counts(behind_proxy):
    for at_the_proxy, in_the_queue in ((9, 4), (4, 9)):
        request = stamped(at_the_proxy)
        request.META[arrival.TAKEN_UP] = time.monotonic() - in_the_queue
        assert about(arrival.waited(request), 9)


def test_a_proxy_whose_clock_is_ahead_makes_no_arrival_in_the_future_and_none_after_the_servers_own(
    behind_proxy, held
):
    request = stamped(-30)
    assert arrival.waited(request) == timedelta()
    assert arrival.read(request) == held.at
    request.META[arrival.TAKEN_UP] = time.monotonic() - 5
    assert about(arrival.waited(request), 5)


def test_a_stamp_older_than_the_proxy_waits_for_us_is_not_believed_and_is_logged(behind_proxy, caplog):
    longest = arrival.LONGEST_AT_THE_PROXY
    at = datetime(2026, 11, 26, 12, tzinfo=UTC)
    said = f"t={(at - longest).timestamp():.3f}"
    with time_machine.travel(at, tick=False), caplog.at_level(logging.WARNING, logger=arrival.__name__):
        assert arrival.waited(RequestFactory().post("/", HTTP_X_REQUEST_START=said)) == longest
    assert caplog.messages == []
    later = at + timedelta(milliseconds=1)
    with time_machine.travel(later, tick=False), caplog.at_level(logging.WARNING, logger=arrival.__name__):
        assert arrival.waited(RequestFactory().post("/", HTTP_X_REQUEST_START=said)) == timedelta()
    assert "is not believed" in caplog.messages[0]


def test_the_longest_wait_is_what_nginx_allows():
    """What docker-compose.yml gives, and nginx's own minute for the sending."""
    said = (ROOT / "docker-compose.yml").read_text()
    assert "proxy_send_timeout" not in said
    names = ("proxy_next_upstream_timeout", "proxy_connect_timeout", "proxy_read_timeout")
    given = [int(re.search(rf"^ +{name} (\d+)s;$", said, re.MULTILINE)[1]) for name in names]
    assert timedelta(seconds=sum(given) + 60) == arrival.LONGEST_AT_THE_PROXY


@pytest.mark.django_db
def test_the_instant_is_by_the_databases_clock_however_wrong_the_servers_is(behind_proxy):
    from cwg import clock

    with time_machine.travel(factories.NOW - timedelta(days=400)):
        before = clock.now()
        found = arrival.read(stamped(7))
        assert before - 7 * SECOND - NEARLY <= found <= clock.now() - 7 * SECOND + NEARLY
