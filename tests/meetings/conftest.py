"""A meeting in session and what it requested, for the tests of the pages of requests."""

from datetime import UTC, datetime, timedelta

import pytest

from cwg.documents.models import Document
from cwg.members.models import Office
from meetings import requests
from meetings.models import Meeting, Request
from tests import factories


@pytest.fixture
def meeting(held, dg) -> Meeting:
    return factories.make_meeting(dg, opens_at=datetime(2026, 3, 12, 8, tzinfo=UTC))


@pytest.fixture
def in_session(held, meeting) -> Meeting:
    held.move_to(meeting.register.opens_at + timedelta(hours=1))
    factories.open_session(meeting)
    return meeting


@pytest.fixture
def asked(in_session, secretary) -> Request:
    """Of Syria, during the meeting."""
    syria = factories.make_state("SYR")
    return requests.record(
        in_session, addressees=[syria], item="7c", wording="A <b>list</b>", actor=secretary
    )


@pytest.fixture
def dated(in_session, secretary) -> Request:
    """Of Saudi Arabia, Syria and a bureau, by 15 May."""
    return factories.ask_for_reports(in_session, secretary, factories.make_office(Office.Kind.BUREAU))


@pytest.fixture
def report(dg, dated) -> Document:
    return factories.make_document(factories.make_meeting(dg, 5).register, "A report")
