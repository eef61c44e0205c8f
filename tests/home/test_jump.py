"""The jump box: every spelling of a symbol opens its document; nothing typed into it breaks it."""

from datetime import timedelta

import pytest

from cwg.members.models import Role
from tests import factories
from tests.losing import lose

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
        ("WG-WSIS-14-7_en.pdf", "/documents/wg-wsis-14/7/"),
        ("WG-WSIS-14-7_Rev.1_en (1).docx", "/documents/wg-wsis-14/7/#rev-1"),
        ("Документ 14/7", "/documents/wg-wsis-14/7/"),
        ("الوثيقة ١٤/٧", "/documents/wg-wsis-14/7/"),
        ("文件 14/7", "/documents/wg-wsis-14/7/"),
        ("Documento 6", "/documents/wg-wsis-14/6/"),
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
    assert '<h1 dir="auto">2 documents may be meant</h1>' in content
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


def test_a_lost_document_opens_the_page_that_says_so(client_of, document, person, nobody):
    register = document.register
    lose(register, lambda: factories.make_document(register))
    for typed in ("WG-WSIS-14/8", "14/8", "doc. 8", "wg-wsis 14/8 rev 1"):
        response = client_of(person).get("/go/", {"q": typed})
        assert (response.status_code, response["Location"]) == (302, "/documents/wg-wsis-14/8/")
    content = client_of(nobody).get("/go/", {"q": "WG-WSIS-14/8"}).content.decode()
    assert "No such document" in content and "lost" not in content


def test_a_number_that_is_lost_at_one_meeting_and_there_at_another_gives_both(client_of, document, person):
    register = document.register
    lose(register, lambda: factories.make_document(register))
    later = factories.make_register(register.group, 15)
    for number in range(8):
        factories.make_document(later, f"Later {number}")
    content = client_of(person).get("/go/", {"q": "Doc. 8"}).content.decode()
    assert "WG-WSIS-15/8" in content and "WG-WSIS-14/8 was registered, and was lost" in content


def test_a_lost_revision_opens_its_document_where_that_says_so(client_of, document, person):
    def revise():
        factories.make_document(
            document.register,
            revises_id=document.pk,
            revision_kind="rev",
            versions=(factories.version_line(text="Lost"),),
        )

    lose(document.register, revise)
    response = client_of(person).get("/go/", {"q": "14/7 rev 2"})
    assert response["Location"] == "/documents/wg-wsis-14/7/#lost"


@pytest.mark.parametrize(
    "typed", ["", "   ", "/", "%", "'; DROP TABLE", "\u202e14/7\u202c", "x" * 5000, "9" * 30, "14/99999"]
)
def test_nothing_typed_breaks_it(client_of, person, typed):
    assert client_of(person).get("/go/", {"q": typed}, follow=True).status_code == 200


def test_the_jump_box_needs_a_person(client, db):
    assert client.get("/go/", {"q": "14/7"}).status_code == 302
