"""What contributions tell people by mail, and whom they never tell."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contributions import drafting, sponsors
from contributions.models import Contribution, Sponsorship
from cwg.documents import register as registers
from cwg.documents import rulebook, rules
from cwg.documents.kinds import Kind
from cwg.documents.models import DeadlineRule
from cwg.members.models import Accreditation, Group, Office, Person, Role
from cwg.members.rights import rights_of
from cwg.notices import outbox, preferences
from cwg.notices.expansion import expand_due
from cwg.notices.models import Event, Notice
from cwg.notices.reminders import put_due
from cwg.record import jobs
from tests import drafts, factories
from tests.tampering import as_owner

pytestmark = pytest.mark.django_db

NEW_DOCUMENT = "document_registered"
REMINDER, ALL_THE_SAME = "deadline_reminder", "deadline_reminder_submitted"


@pytest.fixture
def everybody(
    saudi_delegate, saudi_focal_point, syrian_delegate, syrian_focal_point, secretary, chair, bureau, auditor
):
    return [
        saudi_delegate, saudi_focal_point, syrian_delegate, syrian_focal_point, secretary, chair, bureau, auditor
    ]  # fmt: skip


@pytest.fixture
def register(dg, now):
    """A register that opens in thirty days and one hour: no mark is reached."""
    return factories.make_register(dg, opens_at=now + timedelta(days=30, hours=1))


def told() -> list[str]:
    """Addresses of the mails so far, which are put aside."""
    addresses = sorted(address for message in mail.outbox for address in message.to)
    mail.outbox.clear()
    return addresses


def tell(kind: str, group: Group, **facts) -> None:
    outbox.tell(kind, key=str(facts), at=factories.NOW, group=group, facts=facts)


def want(*people: Person, kind: str = NEW_DOCUMENT) -> None:
    for person in people:
        preferences.set_wanted(person, kind, True)


def draft(group, register, iso3="SAU", *, author, office=None, **fields) -> Contribution:
    values = {"title": "On access", "original_languages": ["en"]} | fields
    return Contribution.objects.create(
        group=group,
        register=register,
        state=None if office else factories.make_state(iso3),
        office=office,
        created_by=author,
        created_at=factories.NOW,
        changed_by=author,
        changed_at=factories.NOW,
        **values,
    )


# --- Registered -------------------------------------------------------------------------------------------------------


def registered(register, **filing):
    return factories.make_document(register, **filing)


def submitted(register, **filing):
    """Registered, and told of already: what follows is about reminders."""
    document = registered(register, **filing)
    Event.objects.filter(kind=NEW_DOCUMENT).update(expanded_at=factories.NOW)
    return document


def test_a_registered_contribution_is_told_to_its_lead_and_sponsors_and_to_nobody_unasked(
    register, everybody, dg
):
    factories.accredit("delegate.rus@test.example", dg, Role.DELEGATE, "RUS")
    sources = (factories.state_source("SAU"), factories.state_source("SYR", is_lead=False))
    registered(register, sources=sources)
    jobs.run("notices")
    assert told() == [
        "delegate.sau@test.example", "delegate.syr@test.example",
        "focal.sau@test.example", "focal.syr@test.example",
    ]  # fmt: skip


def test_its_own_delegation_is_told_of_the_receipt_and_others_of_the_document(
    register, saudi_delegate, syrian_delegate
):
    want(syrian_delegate)
    document = registered(register, title="Access & <b>growth</b>")
    jobs.run("notices")
    own = next(m for m in mail.outbox if m.to == [saudi_delegate.email])
    other = next(m for m in mail.outbox if m.to == [syrian_delegate.email])
    receipt = document.original.receipt.get_absolute_url()
    assert own.subject == "DG-2/1 registered: Access & <b>growth</b>"
    assert other.subject == "DG-2/1, new document: Access & <b>growth</b>"
    assert receipt in own.body and receipt not in other.body
    assert document.get_absolute_url() in other.body
    assert "Available in time." in own.body
    assert "Access & <b>growth</b>" in other.body
    assert "Access &amp; &lt;b&gt;growth&lt;/b&gt;" in other.alternatives[0][0]


def test_every_reader_who_wants_it_is_told_of_every_new_document(register, everybody, dg, administrator):
    outside = factories.accredit("fra@test.example", dg.parent, Role.DELEGATE, "FRA").person
    want(*everybody, administrator, outside)
    registered(register)
    jobs.run("notices")
    assert told() == sorted(person.email for person in everybody)


def test_who_may_no_longer_read_it_when_it_goes_out_is_not_told(
    register, saudi_delegate, syrian_delegate, now
):
    want(syrian_delegate)
    registered(register)
    expand_due()
    Accreditation.objects.filter(person=syrian_delegate).update(until=now)
    jobs.run("notices")
    assert syrian_delegate.email not in told()


def test_who_moved_to_another_delegation_is_told_only_as_they_wish(register, saudi_delegate, now):
    registered(register)
    expand_due()
    Accreditation.objects.filter(person=saudi_delegate).update(state=factories.make_state("FRA"))
    jobs.run("notices")
    assert saudi_delegate.email not in told()


def test_a_document_withdrawn_meanwhile_is_no_news_to_others(register, syrian_delegate, saudi_delegate):
    want(syrian_delegate)
    document = registered(register)
    expand_due()
    registers.withdraw(document, actor=saudi_delegate, reason="By mistake")
    jobs.run("notices")
    assert told() == ["delegate.sau@test.example", "focal.sau@test.example"]


def test_a_document_of_an_office_is_told_to_its_people(register, secretary, bureau, saudi_delegate):
    office = Office.objects.get(kind=Office.Kind.BUREAU)
    registered(register, kind=Kind.BUREAU_REPORT, sources=(factories.office_source(office),), actor=bureau)
    jobs.run("notices")
    assert told() == ["bureau@test.example"]


def test_expanding_takes_the_same_number_of_queries_for_three_people_and_for_two_hundred(dg, register):
    counts = []
    for size in (3, 200):
        for n in range(size):
            person = factories.make_person(f"p{n}@test.example", password=None)
            if not person.accreditations.exists():
                factories.accredit(person, dg, Role.DELEGATE, "SYR")
                want(person)
        registered(register, title=f"To {size}")
        with CaptureQueriesContext(connection) as queries:
            expand_due()
        counts.append(len(queries))
    assert counts[0] == counts[1]


# --- Drafts -----------------------------------------------------------------------------------------------------------


def test_a_delegate_s_wish_to_submit_is_told_to_the_focal_points_of_the_delegation_only(
    register, everybody, dg, saudi_delegate
):
    other_focal = factories.accredit("focal2.sau@test.example", dg, Role.FOCAL_POINT, "SAU").person
    made = draft(dg, register, author=saudi_delegate)
    tell("submission_asked", dg, contribution=str(made.pk), by=saudi_delegate.pk)
    jobs.run("notices")
    assert mail.outbox[0].subject == "Delegate Sau asks you to submit: On access"
    assert f"/contributions/{made.pk}/proof/" in mail.outbox[0].body
    assert told() == sorted([other_focal.email, "focal.sau@test.example"])


@pytest.mark.parametrize("fate", ["discarded", "no longer focal point"])
def test_the_wish_is_not_told_when_it_is_past(register, dg, saudi_delegate, saudi_focal_point, fate):
    made = draft(dg, register, author=saudi_delegate)
    tell("submission_asked", dg, contribution=str(made.pk), by=saudi_delegate.pk)
    expand_due()
    if fate == "discarded":
        Contribution.objects.update(status="discarded")
    else:
        Accreditation.objects.filter(person=saudi_focal_point).update(role=Role.DELEGATE)
    jobs.run("notices")
    assert told() == []


def test_a_held_draft_is_told_to_its_delegation_and_to_nobody_else(register, everybody, dg, saudi_delegate):
    made = draft(dg, None, author=saudi_delegate, status="held", held_from=register)
    tell("contribution_held", dg, contribution=str(made.pk))
    jobs.run("notices")
    assert "Held back from:\n    Dedicated Group, meeting 2" in mail.outbox[0].body
    assert "not yet convened" in mail.outbox[0].body
    assert told() == ["delegate.sau@test.example", "focal.sau@test.example"]


def test_the_asked_state_reads_that_it_would_join_a_revision_and_of_what(
    dg, register, saudi_focal_point, syrian_focal_point, held
):
    document = drafts.submit(
        drafts.make_draft(dg, register, by=saudi_focal_point), saudi_focal_point
    ).receipt.revision.document
    rights = rights_of(saudi_focal_point)
    change = drafting.begin_change(document, "rev", rights=rights, at=held.at)
    mail.outbox.clear()
    sponsors.ask(change.pk, factories.make_state("SYR"), rights=rights, at=held.at)
    jobs.run("notices")
    asked = next(each for each in mail.outbox if "asks your delegation to join" in each.subject)
    assert f"Revision of {document.symbol}" in asked.body


def test_a_draft_that_is_gone_keeps_nothing_waiting(dg, saudi_delegate):
    tell("contribution_held", dg, contribution="00000000-0000-0000-0000-000000000000")
    tell("sponsorship_asked", dg, sponsorship=0)
    assert jobs.run("notices") == 2
    assert told() == []
    assert not Event.objects.filter(expanded_at=None).exists()


# --- Joint contributions ----------------------------------------------------------------------------------------------


@pytest.fixture
def sponsorship(dg, register, saudi_delegate):
    made = draft(dg, register, author=saudi_delegate)
    return Sponsorship.objects.create(
        contribution=made, state=factories.make_state("SYR"), asked_at=factories.NOW
    )


def test_a_state_asked_to_join_is_told_through_its_focal_points(sponsorship, everybody, dg):
    tell("sponsorship_asked", dg, sponsorship=sponsorship.pk)
    jobs.run("notices")
    assert mail.outbox[0].subject == "Saudi Arabia asks your delegation to join: On access"
    assert f"/sponsorships/{sponsorship.pk}/" in mail.outbox[0].body
    assert told() == ["focal.syr@test.example"]


@pytest.mark.parametrize("fate", ["taken back", "answered", "submitted without it"])
def test_the_question_is_not_told_when_there_is_no_answer_to_give(sponsorship, dg, syrian_focal_point, fate):
    tell("sponsorship_asked", dg, sponsorship=sponsorship.pk)
    expand_due()
    if fate == "taken back":
        with as_owner():
            sponsorship.delete()
    elif fate == "answered":
        Sponsorship.objects.update(status="confirmed")
    else:
        Contribution.objects.update(status="discarded")
    jobs.run("notices")
    assert told() == []


@pytest.mark.parametrize(
    ("status", "says"), [("confirmed", "joins:"), ("declined", "declines"), ("left", "no longer joins")]
)
def test_the_answer_is_told_to_the_lead_s_delegation(sponsorship, everybody, dg, status, says):
    Sponsorship.objects.update(status=status)
    tell("sponsorship_answered", dg, sponsorship=sponsorship.pk)
    jobs.run("notices")
    assert says in mail.outbox[0].subject
    assert told() == ["delegate.sau@test.example", "focal.sau@test.example"]


# --- The deadline is near ---------------------------------------------------------------------------------------------


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
