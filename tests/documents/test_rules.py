"""Deadlines in force: set as instants, superseded by recorded acts, untouched by edits of their rule."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError, IntegrityError

from cwg.documents import deadlines, rules
from cwg.documents import register as the_register
from cwg.documents.models import Deadline, DeadlineRule, Register
from cwg.record.models import JournalEntry
from tests import factories
from tests.tampering import as_owner

pytestmark = pytest.mark.django_db


def set_again(register, reason="moved", **kwargs):
    with the_register.acting_on(register.pk) as (locked, at):
        return rules.set_deadlines(locked, actor_id=None, at=at, reason=reason, **kwargs)


@pytest.mark.parametrize(
    ("opening", "deadline"),
    [
        ("2026-03-29T09:00+02:00", "2026-03-28T08:00+01:00"),
        ("2026-10-25T09:00+01:00", "2026-10-24T10:00+02:00"),
    ],
)
def test_on_nights_when_clocks_change_the_stored_instant_is_24_elapsed_hours_before(
    dg, held, opening, deadline
):
    register = factories.make_register(dg, opens_at=datetime.fromisoformat(opening), zone="Europe/Zurich")
    stored = Deadline.objects.get(register=register).instant
    assert stored == datetime.fromisoformat(deadline)
    assert Register.objects.get(pk=register.pk).opens_at - stored == timedelta(hours=24)


def test_a_deadline_and_its_terms_enter_the_chain(dg, held):
    register = factories.make_register(dg)
    deadline = Deadline.objects.get()
    entry = JournalEntry.objects.get(chain=register.chain)
    assert entry.act == "deadline"
    assert entry.facts["rule"] == deadline.terms
    assert deadline.terms["source"] == "Report of the Dedicated Group, 13 February 2009, Annex 1, 4.3"


def test_setting_again_what_stands_changes_nothing(dg, held):
    register = factories.make_register(dg)
    assert set_again(register) == []
    assert Deadline.objects.count() == JournalEntry.objects.count() == 1


def test_a_moved_opening_proposes_and_only_the_act_changes(dg, held):
    register = factories.make_register(dg)
    (stands,) = register.deadlines.all()
    later = register.opens_at + timedelta(days=1)
    (proposal,) = rules.propose(register, later)
    assert (proposal.now_stands, proposal.would_be, proposal.changes) == (
        stands.instant,
        later - timedelta(hours=24),
        True,
    )
    assert list(register.deadlines.all()) == [stands]
    Register.objects.filter(pk=register.pk).update(opens_at=later)
    (new,) = set_again(register, reason="The room is not free")
    stands.refresh_from_db()
    assert stands.superseded_at == held.at
    assert (new.instant, new.reason, new.superseded_at) == (proposal.would_be, "The room is not free", None)
    entry = JournalEntry.objects.filter(act="deadline").last()
    assert entry.facts["reason"] == "The room is not free"


def test_only_the_named_rules_move(dg, held):
    register = factories.make_register(dg)
    rule = DeadlineRule.objects.get()
    stood = register.deadlines.get().instant
    Register.objects.filter(pk=register.pk).update(opens_at=register.opens_at + timedelta(days=1))
    (kept,) = set_again(register, only=[])
    assert kept.instant == stood
    (moved,) = set_again(register, only=[rule.pk])
    assert moved.instant == stood + timedelta(days=1)


def test_a_deadline_kept_while_the_opening_moved_says_so_and_what_the_rule_says(dg, held):
    register = factories.make_register(dg)
    (stood,) = register.deadlines.all()
    assert (stood.basis, stood.by_rule, stood.departure) == ("rule", None, "")
    Register.objects.filter(pk=register.pk).update(opens_at=register.opens_at + timedelta(days=1))
    (kept,) = set_again(register, only=[])
    counted = stood.instant + timedelta(days=1)
    assert (kept.basis, kept.by_rule) == ("kept", counted)
    assert kept.departure == (
        "Kept when the opening moved: by the rule it would be Thursday, 12 March 2026, 10:00 CET (UTC+01:00)."
    )
    assert set_again(register, only=[]) == []
    entry = JournalEntry.objects.filter(act="deadline").last()
    assert (entry.facts["basis"], entry.facts["by_rule"]) == ("kept", "2026-03-12T09:00:00.000000Z")
    # Moved back, it is what the rule counts to again.
    Register.objects.filter(pk=register.pk).update(opens_at=register.opens_at)
    (again,) = set_again(register, only=[])
    assert (again.instant, again.basis, again.by_rule) == (stood.instant, "rule", None)


def test_what_a_deadline_is_based_on_is_fixed_with_it(dg, held):
    register = factories.make_register(dg)
    with pytest.raises(DatabaseError, match="never changed"), as_owner():
        register.deadlines.update(basis="kept", by_rule=register.opens_at)
    assert register.deadlines.get().basis == "rule"


def test_a_rule_that_no_longer_holds_counts_on_by_its_terms_unless_it_is_ended(dg, held):
    general = factories.twenty_four_hours()
    register = factories.make_register(dg)
    own = own_rule(dg, replaces=general)
    later = register.opens_at + timedelta(days=1)
    counted = {p.rule: p.would_be for p in rules.propose(register, later)}
    assert counted == {general: later - timedelta(hours=24), own: later - timedelta(hours=48)}
    ending = {p.rule: p.would_be for p in rules.propose(register, later, ending=True)}
    assert ending == {general: None, own: later - timedelta(hours=48)}


def test_a_rule_that_came_to_judge_otherwise_is_a_change_though_the_instant_is_the_same(dg, held):
    register = factories.make_register(dg)
    DeadlineRule.objects.update(name="Renamed", source="Elsewhere")
    (renamed,) = rules.propose(register, register.opens_at)
    assert not renamed.changes
    DeadlineRule.objects.update(effect="flag")
    (flags,) = rules.propose(register, register.opens_at)
    assert flags.changes and flags.changes_terms
    (made,) = set_again(register)
    assert made.as_rule.effect is deadlines.Effect.FLAG


def test_editing_a_rule_changes_no_deadline_that_stands(dg, held):
    register = factories.make_register(dg)
    DeadlineRule.objects.update(offset=48, effect=deadlines.Effect.FLAG)
    (stands,) = Register.objects.get(pk=register.pk).deadlines.all()
    assert stands.instant == register.opens_at - timedelta(hours=24)
    assert deadlines.rule_of(stands.terms).effect is deadlines.Effect.REFUSE_AND_KEEP


def own_rule(group, offset=48, **fields):
    """A rule of the group alone, made past the verb."""
    values = {"name": f"{offset} hours", "unit": "hours", "effect": "flag", "source": "The Group"} | fields
    return DeadlineRule.objects.create(group=group, offset=offset, **values)


def test_general_rules_and_the_groups_own_apply_together(dg, held):
    general = factories.twenty_four_hours()
    own = own_rule(dg)
    register = factories.make_register(dg)
    assert set(rules.rules_for(register)) == {general, own}
    assert {d.rule for d in register.deadlines.all()} == {general, own}


def test_a_rule_added_for_one_group_changes_nothing_in_another(dg, held):
    general = factories.twenty_four_hours()
    other = factories.make_register(factories.make_group("CWG-INTERNET"), 11)
    before = list(Deadline.objects.filter(register=other).values())
    own_rule(dg, replaces=general)
    assert rules.rules_for(other) == [general]
    assert set_again(other) == []
    assert list(Deadline.objects.filter(register=other).values()) == before
    factories.make_register(dg)
    assert rules.rules_for(other) == [general]


def test_a_general_rule_that_the_group_replaced_does_not_hold_there(dg, held):
    general = factories.twenty_four_hours()
    own = own_rule(dg, replaces=general)
    assert rules.rules_for(factories.make_register(dg)) == [own]


def test_a_replaced_rule_holds_again_once_no_active_rule_replaces_it(dg, held):
    general = factories.twenty_four_hours()
    first, second = own_rule(dg, replaces=general), own_rule(dg, 72, replaces=general)
    register = factories.make_register(dg)
    assert set(rules.rules_for(register)) == {first, second}
    DeadlineRule.objects.filter(pk=first.pk).update(active=False)
    assert rules.rules_for(register) == [second]
    DeadlineRule.objects.filter(pk=second.pk).update(replaces=None)
    assert set(rules.rules_for(register)) == {general, second}


def test_a_rule_for_every_group_replaces_none(dg, held):
    general = factories.twenty_four_hours()
    with pytest.raises(IntegrityError, match="only_a_rule_of_a_group_replaces_another"):
        own_rule(None, replaces=general)


def test_an_inactive_rule_binds_no_new_meeting(dg, held):
    factories.twenty_four_hours()
    DeadlineRule.objects.update(active=False)
    assert not factories.make_register(dg).deadlines.exists()


def test_an_anchor_that_has_no_time_yet_is_refused_and_nothing_is_set(dg, held):
    register = factories.make_register(dg)
    DeadlineRule.objects.create(
        name="Two days before its item", offset=2, unit="days", anchor="item", effect="flag", source="556"
    )
    with pytest.raises(deadlines.AnchorNotSupported):
        set_again(register)
    assert Deadline.objects.count() == 1


def test_the_binding_deadline_is_the_first_that_closes_the_door_else_the_earliest(dg, held):
    register = factories.make_register(dg)
    early = DeadlineRule.objects.create(
        name="Early", offset=7, unit="days", exempt_kinds=["administrative"], effect="flag", source="556"
    )
    set_again(register)
    register = Register.objects.prefetch_related("deadlines").get(pk=register.pk)
    door = rules.deadline_for(register, "contribution_action")
    assert door.instant == register.opens_at - timedelta(hours=24)
    shown = [(line.deadline.rule, line.is_door) for line in rules.lines_for(register, "contribution_action")]
    assert shown == [(early, False), (door.rule, True)]
    assert [line.is_door for line in rules.lines_for(register, "bureau_report")] == [False]
    assert rules.deadline_for(register, "bureau_report").rule == early
    assert rules.deadline_for(register, "administrative") is None
    assert rules.deadline_for(register, "report") is None
    day = rules.deadline_for(register, "bureau_report").instant.astimezone(ZoneInfo(register.zone)).date()
    assert register.opens_at.astimezone(ZoneInfo(register.zone)).date() - day == timedelta(days=7)
