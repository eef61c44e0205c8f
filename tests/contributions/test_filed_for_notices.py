"""Who is told of what the secretariat filed for others: registered, withdrawn, objected to; and who is not."""

import pytest
from django.core import mail

from contributions import withdrawing
from cwg.documents import objections
from cwg.documents.kinds import Kind
from cwg.documents.models import Document
from cwg.members.models import Accreditation, Office, Role
from cwg.members.rights import rights_of
from cwg.notices import preferences
from cwg.notices.models import Notice
from cwg.record import jobs
from tests import drafts, factories

pytestmark = pytest.mark.django_db

CALL = "object on the document's page"


@pytest.fixture
def everybody(
    saudi_delegate, saudi_focal_point, syrian_delegate, syrian_focal_point, secretary, chair, bureau, auditor
):
    return [saudi_delegate, saudi_focal_point, syrian_focal_point, secretary, chair, bureau, auditor]


def told() -> dict[str, mail.EmailMessage]:
    """The mails so far by address, which are put aside."""
    jobs.run("notices")
    found = {message.to[0]: message for message in mail.outbox}
    assert len(found) == len(mail.outbox)
    mail.outbox.clear()
    return found


def file_for(dg, register, secretary, office=None, kind=Kind.CONTRIBUTION_ACTION) -> Document:
    draft = drafts.make_draft(dg, register, by=secretary, office=office, kind=kind, received=drafts.LETTER)
    drafts.submit(draft, secretary)
    return Document.objects.for_list().get()


def test_the_states_focal_points_are_told_at_once_how_to_object(dg, register, everybody, secretary):
    document = file_for(dg, register, secretary)
    mails = told()
    assert set(mails) == {"focal.sau@test.example", "delegate.sau@test.example", secretary.email}
    to_focal_point = mails["focal.sau@test.example"]
    assert "DG-2/1 registered in the name of Saudi Arabia" in to_focal_point.subject
    assert CALL in " ".join(to_focal_point.body.split())
    assert "received by letter of 20 February 2026" in " ".join(to_focal_point.body.split())
    assert document.get_absolute_url() in to_focal_point.body
    assert CALL not in " ".join(mails["delegate.sau@test.example"].body.split())
    assert "in the name of" not in mails[secretary.email].subject
    for message in mails.values():
        assert "note.pdf" not in message.body


def test_no_setting_keeps_it_from_a_focal_point(dg, register, saudi_focal_point, secretary):
    preferences.set_wanted(saudi_focal_point, "document_registered", False)
    file_for(dg, register, secretary)
    assert saudi_focal_point.email in told()


def test_an_offices_people_are_told_for_their_information(dg, register, everybody, secretary, chair):
    file_for(dg, register, secretary, Office.objects.get(kind=Office.Kind.CHAIR), Kind.CHAIR_PROPOSAL)
    mails = told()
    assert set(mails) == {chair.email, secretary.email}
    assert "You need do nothing." in mails[chair.email].body and CALL not in mails[chair.email].body


def test_who_is_a_focal_point_no_more_is_not_told(dg, register, saudi_focal_point, secretary, held):
    file_for(dg, register, secretary)
    Accreditation.objects.filter(person=saudi_focal_point).update(until=held.at)
    assert saudi_focal_point.email not in told()


def test_the_party_is_told_when_the_secretariat_withdraws_it(dg, register, everybody, secretary):
    document = file_for(dg, register, secretary)
    told()
    withdrawing.withdraw(document, rights=rights_of(secretary), reason="Sent by another administration")
    mails = told()
    assert set(mails) == {"focal.sau@test.example", "delegate.sau@test.example"}
    assert "Sent by another administration" in mails["focal.sau@test.example"].body


def test_nobody_is_told_when_a_party_withdraws_its_own(dg, register, everybody, secretary, saudi_focal_point):
    document = file_for(dg, register, secretary)
    told()
    withdrawing.withdraw(document, rights=rights_of(saudi_focal_point), reason="Not ours")
    assert told() == {}


def test_the_secretariat_of_the_group_is_told_of_an_objection_and_of_its_end(
    dg, register, everybody, secretary, saudi_focal_point, held
):
    office = Office.objects.get(kind=Office.Kind.SECRETARIAT)
    factories.accredit(
        "s@elsewhere.example", factories.make_group("ELSEWHERE"), Role.SECRETARIAT, office=office
    )
    document = file_for(dg, register, secretary)
    told()
    objections.make(document, rights=rights_of(saudi_focal_point), reason="We sent no such paper")
    mails = told()
    assert set(mails) == {secretary.email}
    assert mails[secretary.email].subject.endswith("Saudi Arabia objects to DG-2/1")
    assert "We sent no such paper" in mails[secretary.email].body
    held.forward(minutes=5)
    objections.lift(document, rights=rights_of(saudi_focal_point))
    mails = told()
    assert set(mails) == {secretary.email}
    assert mails[secretary.email].subject.endswith("Saudi Arabia took back its objection to DG-2/1")
    text = mails[secretary.email].body
    assert "The objection was:\n    We sent no such paper" in text and "Reason:" not in text


def test_an_objection_that_is_taken_back_before_its_mail_leaves_is_no_news(
    dg, register, secretary, saudi_focal_point
):
    document = file_for(dg, register, secretary)
    told()
    objections.make(document, rights=rights_of(saudi_focal_point), reason="We sent no such paper")
    objections.lift(document, rights=rights_of(saudi_focal_point))
    told()
    of = Notice.objects.filter(event__kind="objection").select_related("event")
    assert {notice.event.facts["lifted"]: notice.status for notice in of} == {
        False: Notice.Status.DROPPED,
        True: Notice.Status.SENT,
    }
