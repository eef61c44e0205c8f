"""Deadlines are set, kept and ended by an act of their own: proposed, chosen, reasoned, logged, told. No verdict flips."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.urls import reverse

from cwg.documents import rulebook, verification
from cwg.documents.deadlines import DECISION_556
from cwg.documents.models import Deadline, DeadlineRule, Revision
from cwg.notices import kinds
from cwg.notices.models import Event
from cwg.record.models import JournalEntry
from cwg.record.reasons import ReasonMissing
from meetings import convening, correcting, deadline_changes, moving
from meetings.deadline_changes import Choice, Meaning
from meetings.forms import DeadlinesForm
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


# --- Ended for one meeting, while the rule goes on ---------------------------------------------------------------------


def end_here(meeting, actor, reason="Agreed by correspondence"):
    return change(meeting, actor, {DeadlineRule.objects.get().pk: Choice.END_HERE}, reason=reason)


def test_a_deadline_whose_rule_goes_on_is_ended_for_one_meeting(dg, meeting, secretary, saudi_delegate, held):
    judged = factories.make_document(meeting.register)
    other = factories.make_meeting(dg, 3)
    end_here(meeting, secretary)
    assert in_force(meeting) == {} and DeadlineRule.objects.get().active
    assert list(in_force(other)) == [24]
    (ended,) = meeting.register.deadlines_ended_here
    assert ended.ending == "Ended for this meeting by the secretariat: Agreed by correspondence"
    entry = JournalEntry.objects.get(act="deadline", facts__deadline=None)
    assert entry.facts["ended_here"] and entry.facts["reason"] == "Agreed by correspondence"
    event = Event.objects.get(kind="deadlines_changed")
    told = kinds.get(event.kind).render(event, saudi_delegate, held.at).facts
    (line,) = [lines for label, lines in told if label.startswith("Deadline")]
    assert line[0].startswith("ended for this meeting. Until now: Wednesday, 11 March 2026, 10:00")
    held.move_to(meeting.register.opens_at + timedelta(microseconds=1))
    late = factories.make_document(meeting.register)
    assert Revision.objects.get(document=late).verdict == "no_rule"
    assert Revision.objects.get(document=judged).verdict == "in_time"
    assert list(verification.verdicts_hold()) == []


def test_what_was_ended_for_a_meeting_stays_ended_when_it_is_corrected_announced_and_moved(
    dg, secretary, held
):
    meeting = factories.make_meeting(dg, announced=False)
    end_here(meeting, secretary)
    plan = convening.plan_of(meeting)
    moved_to = plan.opens_local + timedelta(days=1)
    meeting = correcting.correct(meeting, replace(plan, opens_local=moved_to), actor=secretary)
    assert in_force(meeting) == {}
    meeting = convening.announce(meeting, actor=secretary)
    assert in_force(meeting) == {}
    proposal = moving.propose_move(meeting, moved_to + timedelta(days=1))
    assert proposal.to_choose == () and proposal.deadlines[0].meaning is Meaning.ENDED_HERE
    moving.confirm_move(
        meeting, moved_to + timedelta(days=1), choice=Choice.MOVE, actor=secretary, reason="Hall"
    )
    assert in_force(meeting) == {} and len(meeting.register.deadlines_ended_here) == 1


def test_who_hears_of_the_meeting_hears_that_a_deadline_was_ended(dg, secretary, saudi_delegate, held):
    meeting = factories.make_meeting(dg, announced=False)
    end_here(meeting, secretary)
    convening.announce(meeting, actor=secretary)
    event = Event.objects.get(kind="meeting_announced")
    told = str(kinds.get(event.kind).render(event, saudi_delegate, held.at).facts)
    assert "Ended for this meeting by the secretariat: Agreed by correspondence" in told


def test_an_ended_deadline_can_be_set_again(meeting, secretary):
    end_here(meeting, secretary)
    change(meeting, secretary, {DeadlineRule.objects.get().pk: Choice.MOVE})
    assert in_force(meeting)[24].basis == "rule" and meeting.register.deadlines_ended_here == []
    call_command("verify")


def test_what_has_no_deadline_is_not_ended(meeting, dg, secretary):
    own = rulebook.keep(rulebook.row_of(DECISION_556[0], dg), actor=secretary, reason="Agreed")
    before = list(Deadline.objects.values())
    with pytest.raises(deadline_changes.ChoiceMissing):
        change(meeting, secretary, {own.pk: Choice.END_HERE})
    assert list(Deadline.objects.values()) == before


def test_a_deadline_in_force_cannot_be_called_ended(meeting):
    with pytest.raises(IntegrityError), transaction.atomic():
        Deadline.objects.update(ended_because="Because")


def test_the_page_ends_it_and_says_so_from_then_on(meeting, secretary, chair, client_of):
    rule, client = DeadlineRule.objects.get(), client_of(secretary)
    page = client.get(page_of(meeting)).content.decode()
    assert "End it for this meeting; the rule goes on for others" in page
    sent = {
        "seen": deadline_changes.propose_deadlines(meeting).digest,
        f"rule-{rule.pk}": "end_here",
        "reason": "By correspondence",
    }
    assert client.post(page_of(meeting), sent).status_code == 302
    said = "Ended for this meeting by the secretariat: By correspondence"
    for reader in (secretary, chair):
        shown = client_of(reader).get(meeting.get_absolute_url()).content.decode()
        assert f"<bdi>{rule.name}</bdi>: ended for this meeting. Reason: By correspondence" in shown
    again = client.get(page_of(meeting))
    assert said in again.content.decode()
    assert again.context["form"][f"rule-{rule.pk}"].initial == "keep"
    assert "Leave it ended" in again.content.decode()


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


def test_each_choice_says_what_it_means(meeting, secretary):
    rule = DeadlineRule.objects.get()

    def offered() -> dict[str, str]:
        proposal = deadline_changes.propose_deadlines(meeting)
        form = DeadlinesForm(proposal=proposal, zone=meeting.zone)
        return dict(form.fields[f"rule-{rule.pk}"].choices)

    assert offered() == {
        "keep": "Leave it as it is. Nothing changes.",
        "set": "Set it to another time",
        "end_here": "End it for this meeting; the rule goes on for others. No document is kept out by it any more.",
    }
    change(meeting, secretary, {rule.pk: Choice.SET}, by_hand={rule.pk: at_seat(2026, 3, 5, 12)})
    assert offered()["move"] == "Move it to the time the rule gives. Still open, and open longer."
    assert offered()["keep"] == "Leave it as it is"
    DeadlineRule.objects.update(active=False)
    assert offered()["end"].startswith("End it. The rule no longer holds for the group")
    DeadlineRule.objects.update(active=True)
    change(meeting, secretary, {rule.pk: Choice.END_HERE})
    assert offered() == {
        "keep": "Leave it ended",
        "move": "Set it to the time the rule gives",
        "set": "Set it to another time",
    }
