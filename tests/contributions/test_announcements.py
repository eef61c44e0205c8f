"""What contributions tell people by mail, and whom they never tell."""

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contributions import drafting, sponsors
from contributions.models import Contribution, Sponsorship
from cwg.documents import register as registers
from cwg.documents.kinds import Kind
from cwg.members.models import Accreditation, Office, Role
from cwg.members.rights import rights_of
from cwg.notices.expansion import expand_due
from cwg.notices.models import Event
from cwg.record import jobs
from tests import drafts, factories
from tests.tampering import as_owner

from .mails import draft, far_ahead, tell, told, want

pytestmark = pytest.mark.django_db


@pytest.fixture
def register(dg, now):
    return far_ahead(dg, now)


# --- Registered -------------------------------------------------------------------------------------------------------


def registered(register, **filing):
    return factories.make_document(register, **filing)


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
