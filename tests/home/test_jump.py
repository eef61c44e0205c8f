"""The jump box: every spelling of a symbol opens its document; nothing typed into it breaks it."""

from datetime import timedelta

import pytest

from cwg.members.models import Role
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def document(held):
    group = factories.make_group("WG-WSIS")
    meeting = factories.make_register(group, 14, opens_at=held.at + timedelta(days=10))
    for number in range(7):
        made = factories.make_document(meeting, f"Document {number + 1}")
    factories.make_document(
        meeting,
        revises_id=made.pk,
        revision_kind="rev",
        versions=(factories.version_line(text="Revised"),),
    )
    return made


@pytest.fixture
def person(document):
    return factories.accredit_once("d@lva.example", document.register.group, Role.DELEGATE, "LVA")


@pytest.mark.parametrize(
    ("typed", "opens"),
    [
        ("WG-WSIS-14/7", "/documents/wg-wsis-14/7/"),
        ("wg-wsis 14/7", "/documents/wg-wsis-14/7/"),
        ("wg-wsis 14/7 rev 1", "/documents/wg-wsis-14/7/#rev-1"),
        ("WG-WSIS-14/7(Rev.1)-E", "/documents/wg-wsis-14/7/#rev-1"),
        ("14/7", "/documents/wg-wsis-14/7/"),
        ("Doc. 6", "/documents/wg-wsis-14/6/"),
        ("ＷＧ－ＷＳＩＳ－14/7", "/documents/wg-wsis-14/7/"),
    ],
)
def test_a_symbol_opens_its_document(client_of, person, typed, opens):
    response = client_of(person).get("/go/", {"q": typed})
    assert (response.status_code, response["Location"]) == (302, opens)


def test_a_revision_that_is_not_there_opens_the_document_and_says_so(client_of, person):
    response = client_of(person).get("/go/", {"q": "14/7 rev 9"}, follow=True)
    assert "WG-WSIS-14/7 has no Rev.9." in response.content.decode()


def test_a_partial_symbol_that_several_documents_have_gives_a_list(client_of, held, document, person):
    later = factories.make_register(document.register.group, 15)
    for number in range(6):
        factories.make_document(later, f"Later {number}")
    content = client_of(person).get("/go/", {"q": "Doc. 6"}).content.decode()
    assert "Several documents" in content
    assert "WG-WSIS-14/6" in content and "WG-WSIS-15/6" in content


def test_words_go_to_the_search(client_of, person):
    response = client_of(person).get("/go/", {"q": "critical resources"})
    assert response["Location"] == "/documents/?q=critical+resources"


def test_no_such_document_says_so(client_of, person):
    response = client_of(person).get("/go/", {"q": "WG-WSIS-14/99"})
    assert response.status_code == 200
    assert "No such document" in response.content.decode()


def test_what_is_not_visible_is_not_there(client_of, document, person, nobody):
    assert client_of(person).get("/go/", {"q": document.symbol}).status_code == 302
    content = client_of(nobody).get("/go/", {"q": document.symbol}).content.decode()
    assert "No such document" in content and document.title not in content


@pytest.mark.parametrize(
    "typed", ["", "   ", "/", "%", "'; DROP TABLE", "\u202e14/7\u202c", "x" * 5000, "9" * 30, "14/99999"]
)
def test_nothing_typed_breaks_it(client_of, person, typed):
    assert client_of(person).get("/go/", {"q": typed}, follow=True).status_code == 200


def test_the_jump_box_needs_a_person(client, db):
    assert client.get("/go/", {"q": "14/7"}).status_code == 302
