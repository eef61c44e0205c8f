"""What a search must not find, count or show a word of: of other groups, before its time, of drafts, of what was withdrawn."""

from datetime import timedelta
from urllib.parse import quote_plus

import pytest

from contributions import held_over
from cwg.documents import register, search_index, text_reading
from cwg.documents.models import Document, Passage, ToIndex
from cwg.members.models import Role
from cwg.members.rights import rights_of
from tests import drafts, factories
from tests.documents.test_search import found, line, rows_of

pytestmark = pytest.mark.django_db

TYPED = (
    "spam",
    "phishing",
    "secretly",
    "Saudi",
    "السعودية",
    '"about phishing"',
    "DG-2/1",
    "about secretly spam",
)


@pytest.fixture
def dg_2(held, dg):
    return factories.make_register(dg, opens_at=held.at + timedelta(days=10))


@pytest.fixture
def client(client_of, saudi_delegate):
    return client_of(saudi_delegate)


@pytest.fixture(params=["indexed", "not indexed yet", "indexed anew"])
def settled(request):
    """To be called when all is registered: with the index made, without, and while it is made anew."""

    def settle() -> None:
        if request.param != "not indexed yet":
            search_index.index_changed()
            assert not ToIndex.objects.exists()
        if request.param == "indexed anew":
            assert search_index.index_all_anew() == Document.objects.count()

    return settle


def registered(of_register, **fields) -> Document:
    return factories.make_document(
        of_register, "On spam", summary="Secretly", versions=(line("en", "About phishing"),), **fields
    )


def shows_nothing(client, typed: str) -> None:
    """No row, count, mark, title or word, and nothing of it among what the filters offer."""
    response = client.get("/documents/", {"q": typed})
    content = response.content.decode().replace(typed, "").replace(quote_plus(typed), "")
    assert (response.status_code, response.context["found"], list(response.context["rows"])) == (200, 0, [])
    for said in ("<mark>", "About", "Secretly", "spam", "DG-2", "dg-2"):
        assert said not in content, said
    offered = response.context["form"].fields
    for name in ("meeting", "kind", "source"):
        assert [value for value, _label in offered[name].choices] == [""], name


def test_nobody_of_elsewhere_finds_counts_or_reads_a_word(
    client, client_of, dg_2, saudi_delegate, nobody, settled
):
    other = factories.make_group("CWG-Internet")
    strangers = [
        factories.accredit_once("focal.fra@test.example", other, Role.FOCAL_POINT, "FRA"),
        factories.accredit("stake@test.example", dg_2.group, Role.STAKEHOLDER).person,
        factories.accredit(
            "once@test.example", dg_2.group, Role.DELEGATE, "SYR", until=factories.LONG_AGO
        ).person,
        nobody,
    ]
    registered(dg_2)
    settled()
    for typed in TYPED:
        assert found(client, typed) == ["DG-2/1"], typed
        for stranger in strangers:
            shows_nothing(client_of(stranger), typed)


def test_of_two_groups_that_use_the_same_words_each_finds_and_counts_its_own(
    client, client_of, dg_2, settled
):
    other = factories.make_register(factories.make_group("CWG-Internet"), 11)
    foreign = factories.accredit_once("focal.fra@test.example", other.group, Role.FOCAL_POINT, "FRA")
    # The same stored bytes in both: a text belongs to whoever reads a document that has it.
    both = (line("en", "About phishing"),)
    factories.make_document(dg_2, "On spam", summary="Secretly", versions=both)
    factories.make_document(other, "Foreign spam", summary="Openly", versions=both)
    settled()
    for typed in ("spam", "phishing"):
        assert found(client, typed) == ["DG-2/1"]
        assert found(client_of(foreign), typed) == ["CWG-Internet-11/1"]
    for params in ({"sort": "time"}, {"sort": "symbol"}, {"language": "en"}):
        assert found(client_of(foreign), "phishing", **params) == ["CWG-Internet-11/1"]
    shown = client_of(foreign).get("/documents/", {"q": "phishing"}).content.decode()
    # What is not indexed yet is found by its text, and shows none of it.
    assert ("About <mark>phishing</mark>" in shown) is Passage.objects.exists()
    assert "Openly" not in shown and "On spam" not in shown


def test_an_accreditation_that_ends_takes_the_words_along(client_of, dg_2, settled, held):
    person = factories.accredit(
        "soon@test.example", dg_2.group, Role.DELEGATE, "SYR", until=held.at + timedelta(days=1)
    ).person
    registered(dg_2)
    settled()
    browser = client_of(person)
    assert found(browser, "phishing") == ["DG-2/1"]
    held.forward(days=1)
    shows_nothing(client_of(person), "phishing")


def test_papers_of_a_meeting_that_is_being_prepared_are_found_by_who_prepares_it(
    client, client_of, dg, held, secretary, settled
):
    hidden = factories.make_register(dg, opens_at=held.at + timedelta(days=10), announced=False)
    registered(hidden)
    settled()
    assert found(client_of(secretary), "phishing") == ["DG-2/1"]
    for typed in TYPED:
        shows_nothing(client, typed)


def test_what_is_disclosed_is_found_by_whom_it_is_disclosed_to(client_of, dg_2, nobody, settled):
    document = registered(dg_2)
    settled()
    shows_nothing(client_of(nobody), "phishing")
    Document.objects.filter(pk=document.pk).update(disclosure=Document.Disclosure.PUBLIC)
    assert found(client_of(nobody), "phishing") == ["DG-2/1"]


def test_no_word_of_a_draft_is_found_by_anybody_its_writer_included(
    client, client_of, dg, dg_2, saudi_focal_point, secretary, settled
):
    registered(dg_2)
    drafts.make_draft(dg, dg_2, by=saudi_focal_point, title="On vellum", text="Parchment too", summary="Ink")
    text_reading.read_waiting()
    settled()
    for person in (saudi_focal_point, secretary):
        browser = client_of(person)
        assert found(browser, "phishing") == ["DG-2/1"]
        for typed in ("vellum", "parchment", "ink"):
            response = browser.get("/documents/", {"q": typed})
            content = response.content.decode().replace(f'"{typed}"', "")
            assert response.context["found"] == 0
            assert "<mark>" not in content and "On vellum" not in content and "Parchment" not in content


def test_no_word_of_a_draft_that_is_held_is_found(client_of, dg, dg_2, saudi_focal_point, held, settled):
    registered(dg_2)
    draft = drafts.make_draft(dg, dg_2, by=saudi_focal_point, title="On vellum", text="Parchment too")
    held.move_to(dg_2.opens_at)
    held_over.hold(draft.pk, rights=rights_of(saudi_focal_point), at=held.at)
    settled()
    browser = client_of(saudi_focal_point)
    assert found(browser, "phishing") == ["DG-2/1"]
    for typed in ("vellum", "parchment"):
        assert found(browser, typed) == []


def test_of_a_withdrawn_document_names_are_found_and_no_word_of_its_text(
    client, dg_2, saudi_delegate, settled
):
    document = registered(dg_2)
    settled()
    assert found(client, "phishing") == found(client, "secretly") == ["DG-2/1"]
    register.withdraw(document, actor=saudi_delegate, reason="A mistake")
    for typed in ("phishing", "secretly", "spam phishing", '"about phishing"'):
        assert found(client, typed) == [], typed
    for typed in ("spam", "saudi", "DG-2/1"):
        (row,) = rows_of(client, typed)
        assert row.why.excerpt == ""
        content = client.get("/documents/", {"q": typed}).content.decode()
        assert "About" not in content and "phishing" not in content and "Secretly" not in content


@pytest.mark.parametrize("made_anew", [False, True])
def test_a_translation_that_was_replaced_is_not_found_from_that_instant(client, dg_2, secretary, made_anew):
    document = factories.make_document(dg_2)
    factories.add_translation(document, text="Faux et perdu.", actor=secretary)
    text_reading.read_waiting()
    search_index.index_changed()
    assert found(client, "perdu") == ["DG-2/1"]
    if made_anew:
        search_index.index_all_anew()
        assert found(client, "perdu") == ["DG-2/1"]
    factories.add_translation(document, text="Juste et bon.", actor=secretary, reason="Wrong file")
    assert found(client, "perdu") == []
    text_reading.read_waiting()
    for _ in range(2):
        assert found(client, "perdu") == [] and found(client, "bon") == ["DG-2/1"]
        search_index.index_changed()
