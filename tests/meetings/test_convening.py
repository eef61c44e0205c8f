"""Convening, announcing and closing a meeting."""

from datetime import UTC, datetime, time, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from cwg.documents import zones
from cwg.documents.models import Deadline, Register
from cwg.members.rights import rights_of
from cwg.notices.models import Event
from cwg.record import journal
from cwg.record.models import JournalEntry
from meetings import convening, planning
from meetings.convening import Plan, SittingPlan
from meetings.models import Meeting, Sitting
from tests import factories

pytestmark = pytest.mark.django_db


def plan(**fields) -> Plan:
    values = {
        "ordinal": 3,
        "title": "3rd meeting of the Dedicated Group",
        "place": "Geneva",
        "zone": "Europe/Zurich",
        "opens_local": datetime(2026, 6, 22, 9, 30),  # noqa: DTZ001
        "days": 3,
        "sittings": (
            SittingPlan(1, time(9, 30), time(12, 30), "Monday morning"),
            SittingPlan(2, time(14, 30), time(17, 30)),
        ),
    }
    return Plan(**(values | fields))


def acts(register: Register) -> list[str]:
    return list(JournalEntry.objects.filter(chain=register.chain).values_list("act", flat=True))


def test_the_secretariat_convenes_a_meeting_with_its_sittings_and_deadlines(held, dg, secretary):
    factories.twenty_four_hours()
    made = convening.convene(dg, plan(), actor=secretary)
    register = made.register
    assert register.opens_at == datetime(2026, 6, 22, 7, 30, tzinfo=UTC)
    assert register.announced_at is None
    assert str(register.last_day) == "2026-06-24"
    assert [str(s) for s in made.sittings.all()] == ["Monday morning", "Sitting 2"]
    assert made.sittings.get(number=2).starts_at == datetime(2026, 6, 23, 12, 30, tzinfo=UTC)
    assert register.deadlines.get().instant == datetime(2026, 6, 21, 7, 30, tzinfo=UTC)
    assert acts(register) == ["convened", "deadline"]
    assert list(journal.faults(Register.objects.get(pk=register.pk))) == []
    history = made.history.first()
    assert (history.history_user, history.history_change_reason) == (secretary, "convened")


def test_a_meeting_nobody_announced_is_seen_by_those_who_prepare_it_only(held, dg, secretary, saudi_delegate):
    made = convening.convene(dg, plan(), actor=secretary)
    assert Meeting.objects.visible_to(rights_of(secretary)).filter(pk=made.pk).exists()
    assert not Meeting.objects.visible_to(rights_of(saudi_delegate)).exists()


@pytest.mark.parametrize(
    ("local", "refusal"),
    [
        (datetime(2026, 3, 29, 2, 30), zones.LocalTimeDoesNotExist),  # noqa: DTZ001
        (datetime(2026, 10, 25, 2, 30), zones.LocalTimeIsAmbiguous),  # noqa: DTZ001
    ],
)
def test_an_opening_that_is_not_one_instant_is_refused(held, dg, secretary, local, refusal):
    with pytest.raises(refusal):
        convening.convene(dg, plan(opens_local=local, sittings=()), actor=secretary)
    assert not Register.objects.exists()


@pytest.mark.parametrize(
    "sitting",
    [SittingPlan(4, time(9)), SittingPlan(0, time(9)), SittingPlan(1, time(12), time(11))],
)
def test_a_sitting_outside_its_meeting_is_refused(held, dg, secretary, sitting):
    with pytest.raises(planning.EntryRefused, match="Sitting 1"):
        convening.convene(dg, plan(sittings=(sitting,)), actor=secretary)
    assert not Register.objects.exists()


def test_a_number_is_convened_once(held, dg, secretary):
    convening.convene(dg, plan(), actor=secretary)
    with pytest.raises(convening.CannotConvene):
        convening.convene(dg, plan(), actor=secretary)
    assert (Register.objects.count(), Meeting.objects.count(), Sitting.objects.count()) == (1, 1, 2)


def test_only_the_secretariat_of_that_group_convenes(held, dg, chair, saudi_focal_point, auditor, secretary):
    other = factories.make_group("CWG-Internet")
    for actor, group in ((chair, dg), (saudi_focal_point, dg), (auditor, dg), (secretary, other)):
        with pytest.raises(PermissionDenied):
            convening.convene(group, plan(), actor=actor)
    assert not Register.objects.exists()


def test_the_next_meeting_is_proposed_from_the_last(held, dg, secretary):
    last = convening.convene(dg, plan(), actor=secretary)
    proposed = convening.next_from(last)
    assert (proposed.ordinal, proposed.title) == (4, "4th meeting of the Dedicated Group")
    assert (proposed.place, proposed.zone, proposed.days) == ("Geneva", "Europe/Zurich", 3)
    assert proposed.opens_local.time() == time(9, 30)
    assert [(s.day, s.starts, s.ends) for s in proposed.sittings] == [
        (1, time(9, 30), time(12, 30)),
        (2, time(14, 30), time(17, 30)),
    ]
    assert Meeting.objects.count() == 1


def test_announcing_shows_the_meeting_and_tells_everybody_once(held, dg, secretary, saudi_delegate):
    made = convening.convene(dg, plan(), actor=secretary)
    factories.twenty_four_hours()
    convening.announce(made, actor=secretary)
    assert Meeting.objects.visible_to(rights_of(saudi_delegate)).get() == made
    assert Event.objects.get().kind == "meeting_announced"
    # A rule that came between convening and announcing has its deadline now.
    assert Deadline.objects.get().instant == datetime(2026, 6, 21, 7, 30, tzinfo=UTC)
    with pytest.raises(convening.CannotAnnounce):
        convening.announce(made, actor=secretary)
    assert Event.objects.count() == 1
    assert acts(made.register) == ["convened", "deadline", "announced"]


def test_announcing_leaves_a_deadline_that_a_recorded_act_set(held, dg, secretary):
    from meetings import moving

    factories.twenty_four_hours()
    made = convening.convene(dg, plan(), actor=secretary)
    stood = Deadline.objects.get().instant
    moved = datetime(2026, 6, 23, 9, 30)  # noqa: DTZ001
    moving.confirm_move(made, moved, choice="keep", actor=secretary, reason="clash")
    convening.announce(made, actor=secretary)
    assert Deadline.objects.get(superseded_at__isnull=True).instant == stood


def test_the_meeting_closes_once_and_not_before_it_opened(held, dg, secretary, chair):
    made = factories.make_meeting(dg, opens_at=held.at + timedelta(hours=1))
    with pytest.raises(convening.CannotClose):
        convening.close(made, actor=secretary)
    held.forward(hours=2)
    with pytest.raises(convening.CannotClose):
        convening.close(made, actor=secretary)
    factories.open_session(made)
    with pytest.raises(PermissionDenied):
        convening.close(made, actor=chair)
    assert Register.objects.get().closed_at is None
    convening.close(made, actor=secretary)
    assert Register.objects.get().closed_at == held.at
    with pytest.raises(convening.CannotClose):
        convening.close(made, actor=secretary)
    assert acts(made.register)[-1:] == ["closed"]
