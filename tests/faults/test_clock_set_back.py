"""The database's clock stepped back under a running portal.

A process cannot set the clock of the machine in a test. What the portal calls is `clock_timestamp()` and
`statement_timestamp()`, and PostgreSQL finds functions of these names first in a schema that is searched first: so the whole
way in SQL is the real one, in the web server too.
"""

import json
import time
from datetime import datetime, timedelta

import pytest
from django.db import connection

from contributions import submission
from contributions.models import Contribution
from cwg import clock
from cwg.documents.models import Document, Receipt
from cwg.record import chain_clock
from cwg.record.models import JournalEntry
from tests import drafts
from tests.database.base import PORTAL
from tests.faults import crowd, web_server
from tests.tampering import as_administrator

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults, pytest.mark.alone]

MICROSECOND = timedelta(microseconds=1)
NAMES = ("clock_timestamp", "statement_timestamp")


class DatabaseClock:
    """The clock of the test's database, as every connection made from now on reads it."""

    def __enter__(self):
        with as_administrator() as cursor:
            cursor.execute("CREATE SCHEMA set_clock")
            cursor.execute("GRANT USAGE ON SCHEMA set_clock TO PUBLIC")
            cursor.execute("CREATE TABLE set_clock.face (step interval NOT NULL, stands timestamptz)")
            cursor.execute("GRANT SELECT ON set_clock.face TO PUBLIC")
            cursor.execute("INSERT INTO set_clock.face VALUES (interval '0', NULL)")
            for name in NAMES:
                cursor.execute(
                    f"CREATE FUNCTION set_clock.{name}() RETURNS timestamptz LANGUAGE sql VOLATILE AS"
                    f" 'SELECT coalesce(stands, pg_catalog.{name}() + step) FROM set_clock.face'"
                )
            name = connection.ops.quote_name(connection.settings_dict["NAME"])
            for role in ("CURRENT_USER", PORTAL):
                cursor.execute(
                    f"ALTER ROLE {role} IN DATABASE {name} SET search_path = set_clock, pg_catalog, public"
                )
        connection.close()  # a setting of the role counts for new connections
        return self

    def __exit__(self, *exc):
        name = connection.ops.quote_name(connection.settings_dict["NAME"])
        with as_administrator() as cursor:
            for role in ("CURRENT_USER", PORTAL):
                cursor.execute(f"ALTER ROLE {role} IN DATABASE {name} RESET search_path")
            cursor.execute("DROP SCHEMA set_clock CASCADE")
        connection.close()

    def step(self, span: timedelta) -> None:
        """From now on it runs `span` before or after the true time."""
        self._set("step = %s, stands = NULL", span)

    def stand_at(self, instant: datetime) -> None:
        self._set("stands = %s", instant)

    @staticmethod
    def _set(what: str, value) -> None:
        with as_administrator() as cursor:
            cursor.execute(f"UPDATE set_clock.face SET {what}", [value])


@pytest.fixture
def database_clock(transactional_db):
    with DatabaseClock() as of_database:
        yield of_database


@pytest.fixture
def meeting(dg, database_clock):
    register = crowd.make_meeting(dg)
    crowd.close_door_in(register, timedelta(days=1))
    return register


def submit(sender) -> submission.Submitted:
    return submission.submit(sender.token, person=sender.person, arrived_at=clock.now())


def standing() -> tuple:
    return (
        JournalEntry.objects.count(),
        Document.objects.count(),
        Receipt.objects.count(),
        sorted(Contribution.objects.values_list("pk", "status", "edition")),
    )


def test_the_clock_of_the_test_is_the_one_that_the_portal_reads(database_clock):
    database_clock.step(timedelta(days=-40))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_catalog.clock_timestamp()")
        assert timedelta(days=39) < cursor.fetchone()[0] - clock.now() < timedelta(days=41)


def test_stepped_back_a_quarter_of_an_hour_nothing_is_dated_falsely_and_all_goes_on_when_it_is_right(
    meeting, database_clock, tmp_path
):
    first, second = crowd.make_senders(meeting, 2)
    session = crowd.session_of(second.person)
    with web_server.running(tmp_path / "web.log", workers=1) as server:
        assert server.submit(first, crowd.session_of(first.person))[0] == "receipt"
        database_clock.step(timedelta(minutes=-15))
        before = standing()
        status, headers, page = server.request(
            "POST",
            f"/contributions/{second.draft}/submit/",
            session=session,
            form={"token": str(second.token)},
        )
        assert status == 503 and "clock-set-back" in page and "Nothing was changed" in page
        assert int(headers["Retry-After"]) == 300
        assert standing() == before
        # Everybody reads on, and the operators are told.
        assert server.request("GET", f"/contributions/{second.draft}/", session=session)[0] == 200
        status, _, answer = server.request("GET", "/readyz")
        said = json.loads(answer)
        assert status == 200 and "register clock" in said["degraded"]
        assert 880 < said["checks"]["register clock"]["behind_seconds"] <= 900
        assert "behind the last entry of chain" in server.log.read_text()

        database_clock.step(timedelta())
        assert server.submit(second, session)[0] == "receipt"
        assert "register clock" not in json.loads(server.request("GET", "/readyz")[2])["degraded"]
    receipts = list(Receipt.objects.order_by("revision__document__number"))
    assert [receipt.revision.document.number for receipt in receipts] == [1, 2]
    assert receipts[0].issued_at < receipts[1].issued_at
    assert drafts.faults() == []


def test_a_step_as_small_as_a_leap_second_is_waited_for(meeting, database_clock):
    first, second = crowd.make_senders(meeting, 2)
    earlier = submit(first)
    database_clock.step(timedelta(seconds=-1))
    started = time.monotonic()
    later = submit(second)
    assert time.monotonic() - started > 0.5
    assert later.receipt is not None and earlier.at <= later.at < earlier.at + timedelta(seconds=1)
    assert drafts.faults() == []


@pytest.mark.parametrize(("microseconds", "refused"), [(-1, True), (0, False), (1, False)])
def test_around_the_instant_of_the_last_entry(meeting, database_clock, microseconds, refused):
    first, second = crowd.make_senders(meeting, 2)
    last = submit(first).at
    database_clock.stand_at(last + microseconds * MICROSECOND)
    before = standing()
    if refused:
        with pytest.raises(chain_clock.ClockSetBack) as refusal:
            submit(second)
        assert refusal.value.behind == MICROSECOND
        assert standing() == before
        database_clock.step(timedelta())
    assert submit(second).receipt is not None
    assert drafts.faults() == []
