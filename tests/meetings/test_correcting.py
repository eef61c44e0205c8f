"""Correcting a meeting: anything before it is announced, afterwards what does not move its opening."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from cwg.documents.models import Deadline, Register
from cwg.notices import kinds
from cwg.notices.models import Event
from cwg.record import journal
from cwg.record.models import JournalEntry
from cwg.record.reasons import ReasonMissing
from meetings import convening, correcting, sittings
from meetings.models import Meeting, Sitting
from meetings.planning import EntryRefused, Plan, SittingPlan
from tests import factories
from tests.tampering import as_owner

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(held, dg, secretary) -> Meeting:
    factories.twenty_four_hours()
    opens = datetime(2026, 6, 22, 9, 30)  # noqa: DTZ001
    times = (
        SittingPlan(1, time(9, 30), time(12, 30)),
        SittingPlan(1, time(14, 30), time(17, 30)),
        SittingPlan(2, time(9, 30)),
    )
    plan = Plan(3, "3rd meting", "Geneva", "Europe/Zurich", opens, days=2, sittings=times)
    return convening.convene(dg, plan, actor=secretary)


@pytest.fixture
def meeting(draft, secretary) -> Meeting:
    """Announced; what was told of it is forgotten."""
    announced = convening.announce(draft, actor=secretary)
    with as_owner():
        Event.objects.all().delete()
    return announced


def stands() -> Plan:
    return convening.plan_of(Meeting.objects.get())


def numbers() -> list[int]:
    return [sitting.number for sitting in Sitting.objects.order_by("number")]


def nothing_changed(before: Plan) -> bool:
    return (
        stands() == before and not JournalEntry.objects.filter(act="corrected") and not Event.objects.exists()
    )


def test_anything_is_corrected_before_the_announcement_and_nobody_is_told(draft, secretary):
    opens = datetime(2026, 6, 23, 10)  # noqa: DTZ001
    plan = replace(
        stands(),
        ordinal=4,
        title="4th meeting",
        place="Riyadh",
        zone="Asia/Riyadh",
        opens_local=opens,
        days=3,
    )
    correcting.correct(draft, plan, actor=secretary)
    register = Register.objects.get()
    assert stands() == plan
    assert register.slug == "dg-4"
    assert register.opens_at == datetime(2026, 6, 23, 7, tzinfo=UTC)
    assert Deadline.objects.in_force().get().instant == register.opens_at - timedelta(hours=24)
    assert Sitting.objects.get(number=1).starts_at == datetime(2026, 6, 23, 6, 30, tzinfo=UTC)
    assert not Event.objects.exists()
    assert list(journal.faults(register)) == []


def test_once_announced_it_has_a_reason_and_every_reader_is_told(held, meeting, secretary, saudi_delegate):
    plan = replace(stands(), title="3rd meeting", days=3)
    correcting.correct(meeting, plan, actor=secretary, reason="a typo, and a day more")
    assert stands() == plan
    entry = JournalEntry.objects.get(act="corrected")
    assert [change["field"] for change in entry.facts["changes"]] == ["title", "days"]
    assert Meeting.objects.get().sequence == 1
    event = Event.objects.get(kind="meeting_corrected")
    kind = kinds.get(event.kind)
    assert saudi_delegate in [recipient.person for recipient in kind.recipients(event, held.at)]
    mail = kind.render(event, saudi_delegate, held.at)
    assert "3rd meeting" in str(mail.facts) and "a typo" in str(mail.facts)


@pytest.mark.parametrize(
    "wrong",
    [
        {"ordinal": 4},
        {"zone": "Asia/Riyadh"},
        {"opens_local": datetime(2026, 6, 22, 10)},  # noqa: DTZ001
    ],
)
def test_what_symbols_and_instants_hang_on_stays_once_announced(meeting, secretary, wrong):
    before = stands()
    with pytest.raises(correcting.CannotCorrect):
        correcting.correct(meeting, replace(before, **wrong), actor=secretary, reason="x")
    assert nothing_changed(before)


def test_it_needs_a_reason_once_announced(meeting, secretary):
    before = stands()
    with pytest.raises(ReasonMissing):
        correcting.correct(meeting, replace(before, title="x"), actor=secretary)
    assert nothing_changed(before)


def test_a_number_that_is_taken_is_refused(dg, draft, secretary):
    factories.make_register(dg, 4)
    with pytest.raises(correcting.CannotCorrect, match="number"):
        correcting.correct(draft, replace(stands(), ordinal=4), actor=secretary)
    assert Register.objects.filter(ordinal=3, slug="dg-3").exists()


def test_a_sitting_is_removed_and_its_number_is_not_given_again(meeting, secretary):
    before = stands()
    correcting.correct(
        meeting, replace(before, sittings=before.sittings[:2]), actor=secretary, reason="no third one"
    )
    assert numbers() == [1, 2]
    added = (*before.sittings[:2], SittingPlan(2, time(15)))
    correcting.correct(meeting, replace(before, sittings=added), actor=secretary, reason="in the afternoon")
    assert numbers() == [1, 2, 4]


def test_a_sitting_that_moves_keeps_its_number(meeting, secretary):
    before = stands()
    first, second, third = before.sittings
    plan = replace(before, sittings=(replace(first, starts=time(18), ends=time(20)), second, third))
    correcting.correct(meeting, plan, actor=secretary, reason="later")
    assert numbers() == [1, 2, 3]
    assert Sitting.objects.get(number=1).starts_at == datetime(2026, 6, 22, 16, tzinfo=UTC)
    [change] = JournalEntry.objects.get(act="corrected").facts["changes"]
    assert (change["field"], change["number"]) == ("sitting", 1)


def test_a_sitting_that_was_opened_is_neither_removed_nor_begins_at_another_time(held, meeting, secretary):
    held.move_to(datetime(2026, 6, 22, 7, 30, tzinfo=UTC))
    sittings.open_sitting(meeting, meeting.sittings.first(), actor=secretary)
    before = stands()
    first, *rest = before.sittings
    for wrong in ((*rest,), (replace(first, starts=time(10)), *rest)):
        with pytest.raises(correcting.CannotCorrect, match="Sitting 1"):
            correcting.correct(meeting, replace(before, sittings=wrong), actor=secretary, reason="x")
    assert nothing_changed(before)
    correcting.correct(
        meeting,
        replace(before, sittings=(replace(first, title="Plenary"), *rest)),
        actor=secretary,
        reason="x",
    )
    assert str(Sitting.objects.get(number=1)) == "Plenary"


def test_a_meeting_cannot_become_shorter_than_its_sittings(meeting, secretary):
    before = stands()
    with pytest.raises(EntryRefused, match="Sitting 3"):
        correcting.correct(meeting, replace(before, days=1), actor=secretary, reason="x")
    assert nothing_changed(before)


def test_what_somebody_changed_meanwhile_is_looked_at_first(meeting, secretary):
    correcting.correct(meeting, replace(stands(), title="A"), actor=secretary, reason="x", seen=0)
    with pytest.raises(correcting.CannotCorrect, match="Meanwhile"):
        correcting.correct(meeting, replace(stands(), title="B"), actor=secretary, reason="x", seen=0)
    assert stands().title == "A"


def test_nothing_to_correct_is_said(meeting, secretary):
    before = stands()
    with pytest.raises(correcting.CannotCorrect, match="Nothing"):
        correcting.correct(meeting, before, actor=secretary, reason="x")
    assert nothing_changed(before)


@pytest.mark.parametrize("column", ["closed_at", "cancelled_at"])
def test_a_meeting_that_is_over_is_not_corrected(held, meeting, secretary, column):
    before = stands()
    Register.objects.update(**{column: held.at})
    with pytest.raises(correcting.CannotCorrect):
        correcting.correct(meeting, replace(before, title="x"), actor=secretary, reason="x")
    assert nothing_changed(before)


def test_only_the_secretariat_corrects(meeting, chair, saudi_focal_point, auditor):
    before = stands()
    for actor in (chair, saudi_focal_point, auditor):
        with pytest.raises(PermissionDenied):
            correcting.correct(meeting, replace(before, title="x"), actor=actor, reason="x")
    assert nothing_changed(before)
