"""Who may read a document is changed on one page, by the secretariat of its group, with a reason."""

import pytest
from django.urls import reverse

from cwg.documents import disclosure, offers
from cwg.documents import register as the_register
from cwg.documents.models import Document, Register
from cwg.members.models import Office, Role
from cwg.members.parties import NotEntitled
from cwg.members.rights import rights_of
from cwg.record import journal
from cwg.record.models import JournalEntry
from tests import drafts, factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def document(dg, held, saudi_focal_point) -> Document:
    return factories.make_document(factories.make_register(dg), actor=saudi_focal_point)


@pytest.fixture
def other_secretary(db):
    office = factories.make_office(Office.Kind.SECRETARIAT)
    group = factories.make_group("OTHER")
    return factories.accredit("other@test.example", group, Role.SECRETARIAT, office=office).person


def page_of(document: Document) -> str:
    return reverse("documents:disclosure", args=[document.path])


def standing() -> tuple:
    return list(Document.objects.values()), drafts.registered(), JournalEntry.objects.count()


def test_it_changes_with_its_reason_in_history_and_chain(secretary, document, client_of, client):
    browser = client_of(secretary)
    assert client.get(document.get_absolute_url()).status_code == 302
    assert page_of(document) in browser.get(document.get_absolute_url()).content.decode()
    assert browser.get(page_of(document)).status_code == 200
    answer = browser.post(page_of(document), {"disclosure": "public", "reason": "Asked by Council"})
    assert (answer.status_code, answer["Location"]) == (302, document.get_absolute_url())
    assert client.get(document.get_absolute_url()).status_code == 200
    entry = JournalEntry.objects.get(act="disclosure")
    assert (entry.actor_id, entry.facts["reason"]) == (secretary.pk, "Asked by Council")
    latest = document.history.latest()
    assert (latest.history_user, latest.history_change_reason) == (secretary, "Asked by Council")
    assert list(journal.faults(Register.objects.get(pk=document.register_id))) == []


@pytest.mark.parametrize(
    "given",
    [
        {"disclosure": "public", "reason": ""},
        {"disclosure": "public", "reason": "   "},
        {"disclosure": "public", "reason": "x" * 501},
        {"disclosure": "everybody", "reason": "x"},
        {"disclosure": "member_states", "reason": "The same again"},
    ],
)
def test_what_is_wrong_is_said_on_the_form_and_nothing_is_done(secretary, document, client_of, given):
    before = standing()
    answer = client_of(secretary).post(page_of(document), given)
    assert answer.status_code == 422
    assert answer.context["form"].errors
    assert standing() == before


def test_no_change_is_said_to_be_none(secretary, document, client_of):
    given = {"disclosure": "member_states", "reason": "x"}
    page = client_of(secretary).post(page_of(document), given).content.decode()
    assert "No change: it is Member States only." in page


@pytest.mark.parametrize("who", ["saudi_focal_point", "chair", "auditor", "other_secretary", "nobody"])
def test_for_everybody_else_there_is_no_such_page(who, document, request, client_of):
    browser, before = client_of(request.getfixturevalue(who)), standing()
    assert browser.get(page_of(document)).status_code == 404
    assert browser.post(page_of(document), {"disclosure": "public", "reason": "x"}).status_code == 404
    assert page_of(document) not in browser.get(document.get_absolute_url()).content.decode()
    assert standing() == before


def test_the_verb_asks_again_under_its_lock(document, secretary, saudi_focal_point, dg, now):
    with pytest.raises(NotEntitled):
        disclosure.change(document, "public", rights=rights_of(saudi_focal_point), reason="x")
    rights = rights_of(secretary)
    role = secretary.accreditations.get()
    role.until = now
    role.save()
    with pytest.raises(NotEntitled):
        disclosure.change(document, "public", rights=rights, reason="x")
    assert Document.objects.get().disclosure == "member_states"


def test_a_right_that_ends_while_the_page_waits_for_the_register_is_gone(
    document, secretary, client_of, held, monkeypatch
):
    acting_on = the_register.acting_on

    def after_it_ended(register_id):
        secretary.accreditations.update(until=held.at)
        return acting_on(register_id)

    monkeypatch.setattr(the_register, "acting_on", after_it_ended)
    before = standing()
    given = {"disclosure": "public", "reason": "Asked by Council"}
    assert client_of(secretary).post(page_of(document), given).status_code == 404
    assert standing() == before


def test_nothing_is_disclosed_of_a_document_that_is_withdrawn(dg, held, secretary, client_of):
    gone = factories.make_document(factories.make_register(dg), withdrawn=True)
    given = {"disclosure": "public", "reason": "x"}
    assert client_of(secretary).get(page_of(gone)).status_code == 409
    assert client_of(secretary).post(page_of(gone), given).status_code == 409
    with pytest.raises(offers.DocumentWithdrawn):
        disclosure.change(gone, "public", rights=rights_of(secretary), reason="x")
    assert Document.objects.get().disclosure == "member_states"
