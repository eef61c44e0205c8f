"""A late draft waits for the next meeting that still takes it."""

from datetime import timedelta

import pytest

from contributions import held_over
from cwg.documents.deadlines import Effect, Unit
from cwg.members.parties import NotEntitled
from cwg.members.rights import rights_of
from cwg.notices.models import Event
from tests import drafts, factories

pytestmark = pytest.mark.django_db

MICROSECOND = timedelta(microseconds=1)


def test_a_late_draft_is_held_for_the_next_meeting_and_nothing_is_registered(
    dg, draft, register, deadline, saudi_delegate, held
):
    coming = factories.make_register(dg, 3, opens_at=register.opens_at + timedelta(days=90))
    held.move_to(deadline + MICROSECOND)
    before = drafts.registered()
    held_over.hold(draft.pk, rights=rights_of(saudi_delegate), at=held.at)
    draft.refresh_from_db()
    assert (draft.status, draft.register, draft.held_from) == ("held", coming, register)
    assert draft.files.count() == 1
    assert drafts.registered() | {"events": []} == before | {"events": []}
    assert list(Event.objects.values_list("kind", flat=True)) == ["contribution_held"]


def test_a_rule_that_holds_re_addresses_the_draft_by_itself(
    dg, draft, register, deadline, saudi_focal_point, held
):
    coming = factories.make_register(dg, 3, opens_at=register.opens_at + timedelta(days=90))
    factories.another_rule(register, effect=Effect.HOLD, offset=48, unit=Unit.HOURS)
    held.move_to(deadline - timedelta(hours=24) + MICROSECOND)
    before = drafts.registered()
    outcome = drafts.submit(draft, saudi_focal_point)
    draft.refresh_from_db()
    assert outcome.receipt is None
    assert (draft.status, draft.register, draft.held_from) == ("held", coming, register)
    assert drafts.registered() | {"events": []} == before | {"events": []}
    assert list(Event.objects.values_list("kind", flat=True)) == ["contribution_held"]


def test_without_a_next_meeting_it_waits_for_one_not_yet_convened(draft, deadline, saudi_delegate, held):
    held.move_to(deadline + MICROSECOND)
    held_over.hold(draft.pk, rights=rights_of(saudi_delegate), at=held.at)
    draft.refresh_from_db()
    assert (draft.status, draft.register) == ("held", None)


def test_a_held_draft_is_registered_when_a_focal_point_submits_it_again(
    dg, draft, register, deadline, saudi_focal_point, held
):
    factories.make_register(dg, 3, opens_at=register.opens_at + timedelta(days=90))
    held.move_to(deadline + MICROSECOND)
    held_over.hold(draft.pk, rights=rights_of(saudi_focal_point), at=held.at)
    revision = drafts.submit(draft, saudi_focal_point).receipt.revision
    assert (revision.symbol, revision.verdict) == ("DG-3/1", "in_time")


def test_a_meeting_whose_door_is_closed_or_not_announced_is_not_the_next(dg, draft, register, deadline, held):
    factories.make_register(dg, 3, opens_at=deadline + timedelta(hours=20))
    factories.make_register(dg, 4, opens_at=register.opens_at + timedelta(days=30), announced=False)
    open_one = factories.make_register(dg, 5, opens_at=register.opens_at + timedelta(days=60))
    held.move_to(deadline + MICROSECOND)
    assert held_over.next_meeting(draft, at=held.at) == open_one


def test_a_deadline_that_only_flags_does_not_close_the_next_meeting(dg, draft, register, deadline, held):
    coming = factories.make_register(dg, 3, opens_at=register.opens_at + timedelta(days=5))
    factories.another_rule(coming, offset=12)
    held.move_to(deadline + MICROSECOND)
    assert held_over.next_meeting(draft, at=held.at) == coming


@pytest.mark.parametrize("who", ["syrian_focal_point", "secretary", "chair", "auditor"])
def test_nobody_else_holds_it(draft, who, held, request):
    person = request.getfixturevalue(who)
    with drafts.nothing_changes(draft), pytest.raises(NotEntitled):
        held_over.hold(draft.pk, rights=rights_of(person), at=held.at)
