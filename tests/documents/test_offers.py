"""Which acts a person is offered on a document and at a meeting; what is not offered is refused by its verb too."""

from datetime import timedelta

import pytest
from django.urls import reverse

from contributions import drafting, withdrawing
from cwg.documents import archive, offers
from cwg.documents.models import Document, Register, Revision
from cwg.documents.offers import CHANGES, DocumentAct
from cwg.members.models import Office, Person, Role
from cwg.members.parties import NotEntitled, Party
from cwg.members.rights import rights_of
from cwg.record.models import JournalEntry
from tests import drafts, factories

pytestmark = pytest.mark.django_db

EVERYTHING = CHANGES | {DocumentAct.WITHDRAW}
SECRETARIAT = {DocumentAct.DISCLOSE, DocumentAct.TRANSLATE}


@pytest.fixture
def document(dg, held, saudi_focal_point) -> Document:
    return factories.make_document(factories.make_register(dg), actor=saudi_focal_point)


@pytest.fixture
def archived(dg, secretary, held) -> Document:
    """A document of Saudi Arabia of before the portal."""
    opens_at = held.at - timedelta(days=6000)
    known = archive.ArchivedRegister(
        "dg-1", "First meeting", 1, "Geneva", "Europe/Zurich", opens_at.date(), opens_at.date(), opens_at
    )
    register = archive.open_archive(dg, known, actor=secretary)
    paper = archive.ArchivedDocument(
        "saudi",
        "contribution_action",
        title="Of 2009",
        sources=(factories.state_source("SAU"),),
        versions=(factories.version_line(),),
    )
    return archive.enter_archive(register, paper, actor=secretary)


def open_to(person: Person | None, document: Document) -> frozenset[DocumentAct]:
    return offers.acts_on(Document.objects.for_list().get(pk=document.pk), rights_of(person))


@pytest.mark.parametrize(
    ("who", "acts"),
    [
        ("saudi_focal_point", EVERYTHING),
        ("saudi_delegate", CHANGES),
        ("secretary", SECRETARIAT | {DocumentAct.FILE_CHANGE}),
        ("syrian_focal_point", set()),
        ("chair", set()),
        ("auditor", set()),
        ("administrator", set()),
        ("nobody", set()),
    ],
)
def test_a_delegation_changes_its_own_document_and_its_focal_points_withdraw_it(
    document, who, acts, request, client_of
):
    person = request.getfixturevalue(who)
    assert open_to(person, document) == acts
    page = client_of(person).get(document.get_absolute_url())
    if page.status_code == 200:
        text = page.content.decode()
        links = {
            DocumentAct.REVISE: "?kind=rev",
            DocumentAct.CORRECT: "?kind=corr",
            DocumentAct.ADD: "?kind=add",
            DocumentAct.FILE_CHANGE: reverse("contributions:change-for", args=[document.pk]),
            DocumentAct.WITHDRAW: reverse("contributions:withdraw", args=[document.pk]),
            DocumentAct.TRANSLATE: reverse("documents:translations", args=[document.path]),
        }
        assert {act for act, link in links.items() if link in text} == acts - {DocumentAct.DISCLOSE}


def test_a_vice_chair_acts_on_the_documents_of_the_chair(dg, held, chair):
    office = Office.objects.get(kind=Office.Kind.CHAIR)
    vice = factories.accredit("vice@test.example", dg, Role.VICE_CHAIR, office=office).person
    paper = factories.make_document(
        factories.make_register(dg),
        kind="chair_proposal",
        sources=(factories.office_source(office),),
        actor=chair,
    )
    assert open_to(vice, paper) == open_to(chair, paper) == EVERYTHING


def test_the_secretariat_acts_on_the_documents_of_an_invited_body(dg, held, secretary):
    body = factories.make_office(Office.Kind.INVITED, "gac")
    own = factories.accredit("gac@test.example", dg, Role.INVITED, office=body).person
    paper = factories.make_document(
        factories.make_register(dg),
        kind="information",
        sources=(factories.office_source(body),),
        actor=secretary,
    )
    # A change of it is filed, and marked so.
    assert open_to(secretary, paper) == SECRETARIAT | {DocumentAct.FILE_CHANGE, DocumentAct.WITHDRAW}
    assert open_to(own, paper) == set()


def test_nothing_is_done_with_a_document_that_is_withdrawn(document, saudi_focal_point, secretary):
    assert open_to(saudi_focal_point, document) and open_to(secretary, document)
    withdrawing.withdraw(document, rights=rights_of(saudi_focal_point), reason="Replaced")
    assert open_to(saudi_focal_point, document) == open_to(secretary, document) == set()


def test_the_archive_offers_nothing_but_who_may_read_it(archived, saudi_focal_point, secretary, client_of):
    assert open_to(saudi_focal_point, archived) == set()
    assert open_to(secretary, archived) == SECRETARIAT
    page = client_of(saudi_focal_point).get(archived.get_absolute_url())
    assert page.status_code == 200
    assert reverse("contributions:withdraw", args=[archived.pk]) not in page.content.decode()


@pytest.mark.parametrize("kind", [Revision.Kind.REV, Revision.Kind.CORR, Revision.Kind.ADD])
def test_a_document_of_the_archive_is_not_revised_by_its_address(
    archived, kind, saudi_focal_point, held, client_of
):
    with pytest.raises(offers.OfTheArchive):
        drafting.begin_change(archived, kind, rights=rights_of(saudi_focal_point), at=held.at)
    address = reverse("contributions:change", args=[archived.pk])
    for answer in (
        client_of(saudi_focal_point).get(address),
        client_of(saudi_focal_point).post(address, {"kind": kind}),
    ):
        assert answer.status_code == 409
    assert not archived.changes.exists()


def test_a_document_of_the_archive_is_not_withdrawn_by_its_address(archived, saudi_focal_point, client_of):
    before = JournalEntry.objects.count(), drafts.registered()
    with pytest.raises(offers.OfTheArchive):
        withdrawing.withdraw(archived, rights=rights_of(saudi_focal_point), reason="For ever")
    address = reverse("contributions:withdraw", args=[archived.pk])
    assert client_of(saudi_focal_point).get(address).status_code == 409
    assert client_of(saudi_focal_point).post(address, {"reason": "For ever"}).status_code == 409
    assert (JournalEntry.objects.count(), drafts.registered()) == before
    assert drafts.faults() == []


def test_what_is_not_offered_the_verb_refuses(document, saudi_delegate, held):
    rights = rights_of(saudi_delegate)
    assert DocumentAct.WITHDRAW not in offers.acts_on(document, rights)
    with pytest.raises(NotEntitled):
        withdrawing.withdraw(document, rights=rights, reason="no")
    document.refresh_from_db()
    assert not document.is_withdrawn


# --- At a meeting -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("standing", "delegation", "office"),
    [
        ({"announced": False}, False, False),
        ({}, True, True),
        ({"opens_at": timedelta(hours=-1)}, True, True),
        ({"opens_at": timedelta(hours=-9), "closed_at": timedelta(hours=-1)}, False, True),
        ({"opens_at": timedelta(days=-9), "origin": "archive"}, False, False),
    ],
    ids=["not announced", "announced", "in session", "closed", "archive"],
)
def test_who_may_begin_a_document_for_a_meeting(dg, held, standing, delegation, office):
    """Offices also after it has closed: its report comes then."""
    fields = {k: held.at + v if isinstance(v, timedelta) else v for k, v in standing.items()}
    register: Register = factories.make_register(dg, **fields)
    state, chair = factories.make_state("SAU"), factories.make_office(Office.Kind.CHAIR)
    assert offers.may_start(register, Party(dg, state=state), held.at) is delegation
    assert offers.may_start(register, Party(dg, office=chair), held.at) is office
    elsewhere = factories.make_group("ELSEWHERE")
    assert not offers.may_start(register, Party(elsewhere, state=state), held.at)
