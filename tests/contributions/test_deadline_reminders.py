"""The reminders of a deadline that is near: to whom, at which marks, in which words."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cwg.documents import register as registers
from cwg.documents import rulebook, rules
from cwg.documents.models import DeadlineRule
from cwg.members.models import Accreditation, Person
from cwg.notices import preferences
from cwg.notices.expansion import expand_due
from cwg.notices.models import Event, Notice
from cwg.notices.reminders import put_due
from cwg.record import jobs
from tests import factories

from .mails import NEW_DOCUMENT, draft, far_ahead, told, want

pytestmark = pytest.mark.django_db

REMINDER, ALL_THE_SAME = "deadline_reminder", "deadline_reminder_submitted"


@pytest.fixture
def register(dg, now):
    return far_ahead(dg, now)


def submitted(register, **filing):
    """Registered, and told of already."""
    document = factories.make_document(register, **filing)
    Event.objects.filter(kind=NEW_DOCUMENT).update(expanded_at=factories.NOW)
    return document


def sweep() -> None:
    jobs.run("reminders")
    jobs.run("notices")


@pytest.fixture
def deadline(register):
    return register.deadlines.get().instant


@pytest.mark.parametrize("hours", [336, 168, 48, 6])
def test_a_reminder_goes_out_at_its_mark_and_not_a_microsecond_before(saudi_delegate, deadline, held, hours):
    held.move_to(deadline - timedelta(hours=hours, microseconds=1))
    sweep()
    mail.outbox.clear()  # of the mark before this one
    held.forward(microseconds=1)
    sweep()
    assert told() == ["delegate.sau@test.example"]
    held.forward(microseconds=1)
    sweep()
    assert told() == []


def test_the_reminder_says_when_in_every_zone_and_how_much_time_is_left(saudi_delegate, deadline, held):
    held.move_to(deadline - timedelta(hours=48) + timedelta(seconds=30))
    sweep()
    (message,) = mail.outbox
    assert message.subject.startswith(
        "2 days left: contributions to Dedicated Group, meeting 2 by 31 Mar 2026"
    )
    assert "Tuesday, 31 March 2026, 12:00 CEST (UTC+02:00), Geneva" in message.body
    assert "Tuesday, 31 March 2026, 10:00 UTC" in message.body
    assert "has not submitted anything yet" in message.body
    assert "/delegation/" in message.body


def test_the_reminder_is_of_the_door_and_names_the_rules_that_only_flag_beside_it(
    register, saudi_delegate, secretary, dg, deadline, held
):
    received, _posted = rulebook.apply_preset("decision-556", dg, actor=secretary, reason="Agreed")
    with registers.acting_on(register.pk) as (locked, at):
        rules.set_deadlines(locked, actor_id=None, at=at, reason="Agreed")
    # Six hours before the deadline that closes no door nobody is reminded of it: the mark of the door has been reached.
    held.move_to(deadline - timedelta(hours=336))
    sweep()
    mail.outbox.clear()
    held.move_to(register.deadlines.in_force().get(rule=received).instant - timedelta(hours=6))
    sweep()
    assert told() == []
    held.move_to(deadline - timedelta(hours=48))
    sweep()
    (message,) = mail.outbox
    assert "by 31 Mar 2026" in message.subject
    assert "What comes later is kept as a draft." in message.body
    assert f"Deadline ({received.name})" in message.body
    assert "What comes later is accepted, and marked late under this rule." in message.body


def test_where_every_rule_only_flags_the_reminder_does_not_say_that_anything_stays_out(
    register, saudi_delegate, held
):
    with registers.acting_on(register.pk) as (locked, at):
        DeadlineRule.objects.update(effect="flag")
        rules.set_deadlines(locked, actor_id=None, at=at, reason="Agreed")
    held.move_to(register.deadlines.in_force().get().instant - timedelta(hours=6))
    sweep()
    (message,) = mail.outbox
    assert "accepted, and marked late under this rule" in message.body
    assert "draft." not in message.body.replace("A draft is not submitted", "")


def test_people_of_delegations_are_reminded_and_offices_are_not(everybody, deadline, held):
    held.move_to(deadline - timedelta(hours=48))
    sweep()
    assert told() == [
        "delegate.sau@test.example", "delegate.syr@test.example",
        "focal.sau@test.example", "focal.syr@test.example",
    ]  # fmt: skip


def test_after_it_has_submitted_a_delegation_is_never_reminded(register, everybody, deadline, held):
    submitted(register)
    for hours in (336, 168, 48, 6):
        held.move_to(deadline - timedelta(hours=hours))
        sweep()
    assert set(told()) == {"delegate.syr@test.example", "focal.syr@test.example"}


def test_a_delegation_that_submits_between_the_mark_and_the_sending_is_not_reminded(
    register, saudi_focal_point, deadline, held
):
    held.move_to(deadline - timedelta(hours=48))
    jobs.run("reminders")
    expand_due()
    submitted(register)
    jobs.run("notices")
    assert told() == []


def test_who_asks_for_it_is_reminded_although_the_delegation_has_submitted(
    register, saudi_delegate, saudi_focal_point, deadline, held
):
    want(saudi_delegate, kind=ALL_THE_SAME)
    submitted(register)
    held.move_to(deadline - timedelta(hours=48))
    sweep()
    assert "Your delegation has submitted" in mail.outbox[0].body
    assert told() == ["delegate.sau@test.example"]


def test_who_asks_for_both_gets_one_mail_a_mark(register, saudi_delegate, deadline, held):
    want(saudi_delegate, kind=ALL_THE_SAME)
    held.move_to(deadline - timedelta(hours=48))
    sweep()
    assert told() == ["delegate.sau@test.example"]


def test_who_switched_reminders_off_gets_none(saudi_delegate, saudi_focal_point, deadline, held):
    preferences.set_wanted(saudi_delegate, REMINDER, False)
    held.move_to(deadline - timedelta(hours=48))
    sweep()
    assert told() == ["focal.sau@test.example"]


def test_a_sponsor_named_in_a_registered_contribution_is_reminded_only_of_its_own_draft(
    dg, register, syrian_delegate, deadline, held
):
    sources = (factories.state_source("SAU"), factories.state_source("SYR", is_lead=False))
    submitted(register, sources=sources)
    held.move_to(deadline - timedelta(hours=168))
    sweep()
    assert told() == []
    draft(dg, register, "SYR", author=syrian_delegate)
    held.move_to(deadline - timedelta(hours=48))
    sweep()
    assert told() == ["delegate.syr@test.example"]


def test_a_delegation_with_a_draft_is_told_that_it_has_one(dg, register, saudi_delegate, deadline, held):
    draft(dg, register, author=saudi_delegate)
    held.move_to(deadline - timedelta(hours=6))
    sweep()
    assert "has a draft that is not submitted" in mail.outbox[0].body


@pytest.mark.parametrize("ended", ["accreditation", "account"])
def test_who_is_no_longer_entitled_is_not_reminded(saudi_delegate, deadline, held, ended):
    held.move_to(deadline - timedelta(hours=48))
    jobs.run("reminders")
    expand_due()
    if ended == "accreditation":
        Accreditation.objects.update(until=held.at)
    else:
        Person.objects.update(is_active=False)
    jobs.run("notices")
    assert told() == []
    assert set(Notice.objects.values_list("status", flat=True)) == {"dropped"}


def test_nobody_is_reminded_of_a_meeting_not_announced_closed_or_kept_in_the_archive(
    dg, saudi_delegate, held, now
):
    opens_at = now + timedelta(days=3)
    factories.make_register(dg, 2, opens_at=opens_at, announced=False)
    factories.make_register(dg, 3, opens_at=opens_at, closed_at=now)
    factories.make_register(dg, 4, opens_at=opens_at, origin="archive")
    sweep()
    assert Event.objects.count() == 0


def test_what_was_missed_while_the_system_was_down_is_not_made_up_for(saudi_delegate, deadline, held):
    held.move_to(deadline - timedelta(hours=5))
    sweep()
    assert told() == ["delegate.sau@test.example"]
    assert sorted(e.facts["hours"] for e in Event.objects.filter(kind=REMINDER)) == [6]


def test_a_reminder_still_waiting_at_the_next_mark_gives_way_to_it(saudi_delegate, deadline, held):
    held.move_to(deadline - timedelta(hours=48))
    jobs.run("reminders")
    expand_due()  # and then the mail server is away for two days
    held.move_to(deadline - timedelta(hours=6))
    sweep()
    assert [m.subject.partition(" left")[0] for m in mail.outbox] == ["6 hours"]
    assert len(told()) == 1


def test_a_mark_before_the_announcement_counts_for_nothing(dg, saudi_delegate, held, now):
    """The mail that announced the meeting told its deadline."""
    made = factories.make_register(dg, opens_at=now + timedelta(days=10), announced_at=now)
    sweep()
    assert told() == []
    held.move_to(made.deadlines.get().instant - timedelta(days=7))
    sweep()
    assert len(told()) == 1


def test_after_the_deadline_nobody_is_reminded(saudi_delegate, deadline, held):
    held.move_to(deadline)
    sweep()
    assert told() == []


def test_a_moved_deadline_has_marks_of_its_own(register, saudi_delegate, deadline, held):
    from cwg.documents import rules

    held.move_to(deadline - timedelta(hours=48))
    jobs.run("reminders")
    expand_due()
    with registers.acting_on(register.pk) as (locked, at):
        locked.opens_at += timedelta(days=1)
        locked.save(update_fields=["opens_at"])
        rules.set_deadlines(locked, actor_id=None, at=at, reason="moved")
    jobs.run("notices")
    assert told() == []  # the mail would have told the deadline that was
    held.move_to(deadline + timedelta(days=1) - timedelta(hours=48))
    sweep()
    assert told() == ["delegate.sau@test.example"]


def test_the_group_sets_the_marks(dg, register, saudi_delegate, deadline, held):
    dg.reminder_hours = [24]
    dg.save()
    held.move_to(deadline - timedelta(hours=48))
    sweep()
    assert told() == []
    held.move_to(deadline - timedelta(hours=24))
    sweep()
    assert len(told()) == 1


def test_the_sweep_takes_the_same_number_of_queries_for_one_register_and_for_three(dg, held, saudi_delegate):
    # The very first run makes the row that says when this job was last done.
    jobs.run("reminders")
    counts = []
    for ordinals in ((2,), (3, 4)):
        for ordinal in ordinals:
            factories.make_register(dg, ordinal, opens_at=held.at + timedelta(days=3, minutes=30))
        held.forward(hours=1)
        with CaptureQueriesContext(connection) as queries:
            put_due()
        counts.append(len(queries))
    assert counts[0] == counts[1]
