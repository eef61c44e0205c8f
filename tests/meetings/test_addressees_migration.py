"""What stood of requests before they had addressees: nothing of it is lost, and an archive's copies become one."""

import importlib
from datetime import date, timedelta

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from meetings.models import Addressee, Meeting, Request, Standing
from tests import drafts, factories
from tests.tampering import as_owner, without_triggers

pytestmark = pytest.mark.django_db
MOVED = ("state", "office", "slot", "withdrawn_at")


@pytest.fixture
def before(db):
    """The models of before, and their columns in the tables, until the test is undone."""
    old = MigrationLoader(connection).project_state(("meetings", "0003_addressees")).apps
    with as_owner(), connection.schema_editor() as editor:
        for name in ("Request", "HistoricalRequest"):
            model = old.get_model("meetings", name)
            for field in MOVED:
                editor.add_field(model, model._meta.get_field(field))
    return old


@pytest.fixture
def meeting(before, held, dg) -> Meeting:
    return factories.make_meeting(dg, 3, opens_at=held.at - timedelta(hours=1))


def enter(before, meeting: Meeting, **fields):
    values = {"item": "4", "wording": "Reports", "meeting_id": meeting.pk} | fields
    row = before.get_model("meetings", "Request").objects.create(**values)
    keep(before, row, "+", "recorded")
    return row


def keep(before, row, sort: str, reason: str) -> None:
    """A line of its history, which the model of before writes none of."""
    values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    before.get_model("meetings", "HistoricalRequest").objects.create(
        **values, history_date=factories.NOW, history_type=sort, history_change_reason=reason
    )


def move(before) -> None:
    """As it ran: before histories were only added to."""
    with without_triggers():
        importlib.import_module("meetings.migrations.0004_who_was_asked").move(before, None)


def test_a_request_keeps_its_addressee_its_slot_and_its_history(before, held, meeting):
    slot = drafts.make_slot(meeting.register)
    old = enter(before, meeting, state_id=slot.state_id, slot_id=slot.pk, recorded_at=held.at)
    old.withdrawn_at = held.at
    old.save()
    keep(before, old, "~", "Asked twice")
    other = enter(before, meeting, state_id=slot.state_id, recorded_at=held.at, due_on=date(2026, 5, 15))
    move(before)
    one = Addressee.objects.shown().get(request=old.pk)
    assert (one.slot, one.state_id, one.withdrawn_at) == (slot, slot.state_id, held.at)
    kept = one.history.order_by("history_id").values_list("history_change_reason", "withdrawn_at", "slot")
    assert list(kept) == [("recorded", None, slot.pk), ("Asked twice", held.at, slot.pk)]
    two = Addressee.objects.shown().get(request=other.pk)
    assert two.standing_at(held.at) is Standing.AWAITED
    assert Request.objects.count() == 2


def test_what_an_archive_held_once_an_addressee_becomes_one_request(before, held, meeting):
    meeting.register.origin = "archive"
    meeting.register.save()
    offices = [factories.make_office("bureau", code) for code in ("gs", "tsb", "bdt")]
    rows = [enter(before, meeting, office_id=each.pk, due_on=date(2009, 5, 15)) for each in offices]
    alone = enter(before, meeting, office_id=offices[0].pk, wording="Something else")
    move(before)
    assert set(Request.objects.values_list("pk", flat=True)) == {rows[0].pk, alone.pk}
    assert [each.who for each in Request.objects.get(pk=rows[0].pk).addressees.all()] == offices
    gone = Request.history.filter(id=rows[1].pk).order_by("-history_id").first()
    assert (gone.history_type, gone.history_change_reason) == (
        "-", "joined with the same request to other addressees",
    )  # fmt: skip


def test_requests_that_were_recorded_here_stay_one_each(before, held, meeting):
    """Word for word alike, and each an act of the journal."""
    for code in ("SAU", "SYR"):
        enter(before, meeting, state_id=factories.make_state(code).pk, recorded_at=held.at)
    move(before)
    assert Request.objects.count() == Addressee.objects.count() == 2
