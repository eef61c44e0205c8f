"""Deadlines are set, kept and ended by an act of their own: proposed, chosen, reasoned, logged, told. No verdict flips."""

from datetime import datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.urls import reverse

from cwg.documents import rulebook
from cwg.documents.deadlines import DECISION_556
from cwg.documents.models import Deadline, DeadlineRule, Revision
from cwg.notices.models import Event
from cwg.record.models import JournalEntry
from cwg.record.reasons import ReasonMissing
from meetings import deadline_changes
from meetings.deadline_changes import Choice, Meaning
from tests import factories

pytestmark = pytest.mark.django_db


def at_seat(*parts):
    """A naive time on the clock of the seat, as a form gives it."""
    return datetime(*parts)  # noqa: DTZ001


@pytest.fixture
def meeting(dg, held):
    """Opens on 12 March 2026 at 10:00 in Geneva; the 24-hour rule holds."""
    return factories.make_meeting(dg)


def in_force(meeting):
    return {d.rule.offset: d for d in meeting.register.deadlines.in_force()}


@pytest.fixture
def unchanged(meeting):
    before = (
        list(Deadline.objects.order_by("pk").values()),
        JournalEntry.objects.count(),
        Event.objects.count(),
    )
    yield
    after = (
        list(Deadline.objects.order_by("pk").values()),
        JournalEntry.objects.count(),
        Event.objects.count(),
    )
    assert after == before


def change(meeting, actor, choice, reason="Agreed", **kwargs):
    return deadline_changes.change_deadlines(meeting, choice=choice, actor=actor, reason=reason, **kwargs)


def test_a_new_rule_is_applied_to_an_announced_meeting_without_moving_it(meeting, dg, secretary):
    (received, posted) = rulebook.apply_preset("decision-556", dg, actor=secretary, reason="Agreed")
    proposal = deadline_changes.propose_deadlines(meeting)
    assert {c.rule_id: c.meaning for c in proposal.deadlines} == {
        received.pk: Meaning.NEW,
        posted.pk: Meaning.NEW,
        DeadlineRule.objects.get(offset=24).pk: Meaning.SAME,
    }
    opened, sequence = meeting.register.opens_at, meeting.sequence
    changed = change(
        meeting, secretary, {received.pk: Choice.MOVE, posted.pk: Choice.KEEP}, seen=proposal.digest
    )
    assert sorted(in_force(meeting)) == [12, 24]
    assert (changed.register.opens_at, changed.sequence) == (opened, sequence + 1)
    entry = JournalEntry.objects.get(act="deadlines_changed")
    assert entry.facts["reason"] == "Agreed"
    assert JournalEntry.objects.filter(chain=meeting.register.chain).last().act == "deadline"
    event = Event.objects.get(kind="deadlines_changed")
    assert event.facts["reason"] == "Agreed" and event.group_id == dg.pk
    call_command("verify")


def test_a_replaced_rule_ends_by_the_act_and_only_then(meeting, dg, secretary):
    general = DeadlineRule.objects.get()
    own = rulebook.row_of(DECISION_556[0], dg)
    own.replaces = general
    rulebook.keep(own, actor=secretary, reason="Agreed")
    assert list(in_force(meeting)) == [24]
    by_rule = {c.rule_id: c for c in deadline_changes.propose_deadlines(meeting).deadlines}
    assert by_rule[general.pk].meaning is Meaning.ENDS
    change(meeting, secretary, {general.pk: Choice.END, own.pk: Choice.MOVE})
    assert list(in_force(meeting)) == [12]
    assert JournalEntry.objects.filter(act="deadline", facts__deadline=None).count() == 1
    call_command("verify")


def test_a_deadline_set_by_hand_is_labelled_so_and_no_verdict_is_touched(meeting, secretary, held):
    document = factories.make_document(meeting.register)
    rule = DeadlineRule.objects.get()
    change(meeting, secretary, {rule.pk: Choice.SET}, by_hand={rule.pk: at_seat(2026, 3, 1, 12)})
    stands = in_force(meeting)[24]
    assert stands.instant < held.at
    assert (stands.basis, stands.by_rule) == ("by_hand", meeting.register.opens_at - timedelta(hours=24))
    assert stands.departure.startswith(
        "Set by the secretariat: by the rule it would be Wednesday, 11 March 2026"
    )
    assert Revision.objects.get(document=document).verdict == "in_time"
    call_command("verify")


def test_a_deadline_set_to_what_the_rule_counts_to_is_the_rules_again(meeting, secretary):
    rule = DeadlineRule.objects.get()
    change(meeting, secretary, {rule.pk: Choice.SET}, by_hand={rule.pk: at_seat(2026, 3, 5, 12)})
    change(meeting, secretary, {rule.pk: Choice.MOVE})
    assert (in_force(meeting)[24].basis, in_force(meeting)[24].by_rule) == ("rule", None)


@pytest.mark.parametrize(
    ("before", "meaning", "turns"),
    [
        (timedelta(microseconds=1), Meaning.OPEN_LONGER, False),
        (timedelta(), Meaning.OPEN_LONGER, False),
        (-timedelta(microseconds=1), Meaning.REOPENS, True),
    ],
)
def test_the_meaning_turns_at_the_instant_itself(meeting, secretary, held, before, meaning, turns):
    rule = DeadlineRule.objects.get()
    change(meeting, secretary, {rule.pk: Choice.SET}, by_hand={rule.pk: at_seat(2026, 3, 5, 12)})
    held.move_to(in_force(meeting)[24].instant - before)
    (found,) = deadline_changes.propose_deadlines(meeting).deadlines
    assert (found.meaning, found.turns_the_door) == (meaning, turns)


def test_of_a_rule_that_only_flags_no_door_is_spoken_of(meeting, secretary, held):
    DeadlineRule.objects.update(effect="flag")
    rule = DeadlineRule.objects.get()
    change(meeting, secretary, {rule.pk: Choice.SET}, by_hand={rule.pk: at_seat(2026, 3, 5, 12)})
    held.move_to(in_force(meeting)[24].instant + timedelta(microseconds=1))
    (found,) = deadline_changes.propose_deadlines(meeting).deadlines
    assert found.meaning is Meaning.REOPENS and not found.turns_the_door
    assert (
        str(found.sentence) == "The deadline has passed; with the new one documents would be in time again."
    )


@pytest.mark.parametrize("reason", ["", "  "])
def test_without_a_reason_nothing_is_changed(meeting, secretary, unchanged, reason):
    with pytest.raises(ReasonMissing):
        change(meeting, secretary, {}, reason=reason)


def test_a_choice_that_the_proposal_does_not_offer_is_refused(meeting, dg, secretary):
    own = rulebook.keep(rulebook.row_of(DECISION_556[0], dg), actor=secretary, reason="Agreed")
    before = list(Deadline.objects.values())
    for choice in ({}, {own.pk: Choice.END}, {own.pk: "nonsense"}, {own.pk: Choice.SET}):
        with pytest.raises(deadline_changes.ChoiceMissing):
            change(meeting, secretary, choice)
    assert list(Deadline.objects.values()) == before


def test_nothing_chosen_is_no_act(meeting, secretary, unchanged):
    with pytest.raises(deadline_changes.CannotChange, match="Nothing is changed"):
        change(meeting, secretary, {DeadlineRule.objects.get().pk: Choice.KEEP})


@pytest.mark.parametrize("local", [at_seat(2026, 3, 12, 10, 1), at_seat(2025, 3, 1), at_seat(2027, 1, 1)])
def test_a_wild_time_is_refused(meeting, secretary, unchanged, local):
    rule = DeadlineRule.objects.get()
    with pytest.raises(deadline_changes.CannotChange, match="before the opening"):
        change(meeting, secretary, {rule.pk: Choice.SET}, by_hand={rule.pk: local})


def test_a_proposal_that_is_no_longer_true_is_refused(meeting, dg, secretary):
    seen = deadline_changes.propose_deadlines(meeting).digest
    own = rulebook.keep(rulebook.row_of(DECISION_556[0], dg), actor=secretary, reason="Agreed")
    with pytest.raises(deadline_changes.ProposalChanged):
        change(meeting, secretary, {own.pk: Choice.MOVE}, seen=seen)
    assert list(in_force(meeting)) == [24]


def test_deadlines_of_a_meeting_that_has_opened_do_not_change(meeting, secretary, held):
    held.move_to(meeting.register.opens_at)
    factories.open_session(meeting)
    with pytest.raises(deadline_changes.CannotChange, match="has opened"):
        change(meeting, secretary, {DeadlineRule.objects.get().pk: Choice.MOVE})


def test_only_the_secretariat_of_the_group_does_it(meeting, unchanged):
    elsewhere = factories.make_group("CWG-INTERNET")
    other = factories.accredit(
        "x@test.example", elsewhere, "secretariat", office=factories.make_office()
    ).person
    with pytest.raises(PermissionDenied):
        change(meeting, other, {})


# --- The page -------------------------------------------------------------------------------------------------------


def page_of(meeting):
    return reverse("meetings:deadlines", args=[meeting.register.slug])


def test_the_page_shows_current_and_new_and_sets_what_is_chosen(meeting, dg, secretary, client_of):
    own = rulebook.keep(rulebook.row_of(DECISION_556[0], dg), actor=secretary, reason="Agreed")
    general = DeadlineRule.objects.get(group=None)
    client = client_of(secretary)
    shown = client.get(page_of(meeting)).content.decode()
    assert "Saturday, 28 February 2026, 23:59" in shown
    assert "What comes later is accepted, and marked late under this rule." in shown
    sent = {
        "seen": deadline_changes.propose_deadlines(meeting).digest,
        f"rule-{own.pk}": "move",
        f"rule-{general.pk}": "set",
        f"date-{general.pk}": "2026-03-10",
        f"time-{general.pk}": "12:00",
        "reason": "The Group agreed by correspondence",
    }
    assert client.post(page_of(meeting), sent).status_code == 302
    assert sorted(in_force(meeting)) == [12, 24]
    shown = client.get(meeting.get_absolute_url()).content.decode()
    assert "Set by the secretariat: by the rule it would be Wednesday, 11 March 2026" in shown
    assert "Deadline: Received 12 calendar days before the meeting (all documents)" in shown


@pytest.mark.parametrize("missing", ["date", "time", "reason"])
def test_the_page_asks_for_what_is_missing(meeting, secretary, client_of, missing):
    rule = DeadlineRule.objects.get()
    sent = {
        "seen": deadline_changes.propose_deadlines(meeting).digest,
        f"rule-{rule.pk}": "set",
        f"date-{rule.pk}": "2026-03-10",
        f"time-{rule.pk}": "12:00",
        "reason": "Agreed",
    }
    del sent[missing if missing == "reason" else f"{missing}-{rule.pk}"]
    assert client_of(secretary).post(page_of(meeting), sent).status_code == 400
    assert in_force(meeting)[24].basis == "rule"
