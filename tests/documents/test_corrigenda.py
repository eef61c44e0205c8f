"""A corrigendum stands where one downloads: head, row of its language, cover sheet, lists, ZIP."""

import html
import io
import re
from datetime import timedelta

import pytest
from django.urls import reverse
from pypdf import PdfReader

from cwg.documents import corrigenda, header_block, listing, pack, register
from cwg.documents.models import Document, Revision
from cwg.texts.tree import words
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def document(held, dg) -> Document:
    """DG-2/1 in English, with a French translation."""
    meeting = factories.make_register(dg, opens_at=held.at + timedelta(days=10))
    versions = (factories.version_line("en"), factories.version_line("fr", "Le texte.", is_original=False))
    return factories.make_document(meeting, versions=versions)


def change(document: Document, kind: str, language: str = "en", only: str = "", **filing) -> Document:
    """A Rev., Corr. or Add. with a file in `language`; `only`: the text that it corrects."""
    versions = filing.pop("versions", (factories.version_line(language, f"{kind} {language} {only}"),))
    return factories.make_document(
        document.register,
        revises_id=document.pk,
        revision_kind=kind,
        language=only,
        versions=versions,
        **filing,
    )


def read(document: Document) -> Document:
    return header_block.for_page(Document.objects).get(pk=document.pk)


def plain(content: bytes) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", content.decode())).split()).replace(" ,", ",")


# --- Which apply ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("revisions", "applying"),
    [
        ("original", []),
        ("original corr", [1]),
        ("original corr corr", [1, 2]),
        ("original corr rev", []),
        ("original corr sponsors", [1]),
        ("original corr rev corr", [3]),
        ("original corr sponsors rev", []),
        ("original add rev", [1]),
        ("original add corr rev add", [1, 4]),
    ],
)
def test_a_rev_overtakes_a_corr_of_the_text_before_and_no_addendum(revisions, applying):
    listed = [("rev", True) if kind == "sponsors" else (kind, False) for kind in revisions.split()]
    assert Revision.which_apply(listed) == applying


# --- The document's page ----------------------------------------------------------------------------------------------


def test_the_head_says_which_corrigenda_and_addenda_apply_and_leads_to_them(
    client_of, document, saudi_delegate
):
    page = client_of(saudi_delegate).get(document.get_absolute_url())
    assert "corrigendum" not in plain(page.content) and "addendum" not in plain(page.content)
    change(document, "corr", only="en")
    change(document, "add")
    change(document, "corr")
    page = client_of(saudi_delegate).get(document.get_absolute_url())
    said = plain(page.content)
    assert "A corrigendum applies to the English text: DG-2/1(Corr.1)-E, 2 March 2026" in said
    assert "An addendum belongs to this document: DG-2/1(Add.1), 2 March 2026" in said
    assert "A corrigendum applies to this document: DG-2/1(Corr.2), 2 March 2026" in said
    for anchor in ("corr-1-en", "add-1", "corr-2"):
        assert f'href="#{anchor}"' in page.content.decode() and f'id="{anchor}"' in page.content.decode()


def test_a_corrigendum_stands_in_the_row_of_its_language_with_its_own_files(
    client_of, document, saudi_delegate
):
    change(document, "corr", only="en")
    rows = {line.code: line for line in corrigenda.languages_of(read(document))}
    (correction,) = rows["en"].corrections
    file = Revision.objects.get(kind="corr").versions.get().files.get()
    assert [each["sha256"] for each in correction.files] == [file.blob_id]
    assert rows["fr"].corrections == () and rows["ar"].corrections == ()
    page = client_of(saudi_delegate).get(document.get_absolute_url()).content.decode()
    table = page[page.index('id="languages"') : page.index('id="revisions"')]
    assert table.count(reverse("documents:file", args=[file.pk])) == 1
    assert "Corrected by DG-2/1(Corr.1)-E, 2 March 2026" in plain(table.encode())


def test_one_for_every_language_stands_beside_each_text_there_is(document):
    both = (factories.version_line("en", "Corr"), factories.version_line("fr", "Corr."))
    change(document, "corr", versions=both)
    change(document, "corr", "en")
    rows = {line.code: line for line in corrigenda.languages_of(read(document))}
    # The first has a file of that language; the second, written in English alone, is opened as it is.
    assert [[file["language"] for file in each.files] for each in rows["fr"].corrections] == [
        ["French"],
        ["English"],
    ]
    assert [[file["language"] for file in each.files] for each in rows["en"].corrections] == [
        ["English"],
        ["English"],
    ]
    assert rows["ar"].corrections == ()


def test_what_a_revision_has_overtaken_is_listed_and_says_so(client_of, document, saudi_delegate):
    change(document, "corr", only="en")
    assert [each.symbol for each in corrigenda.at_the_head(read(document))] == ["DG-2/1(Corr.1)-E"]
    change(document, "rev", title="Another title")
    assert corrigenda.at_the_head(read(document)) == []
    assert all(line.corrections == () for line in corrigenda.languages_of(read(document)))
    said = plain(client_of(saudi_delegate).get(document.get_absolute_url()).content)
    assert "Corrected by" not in said and "A corrigendum applies" not in said
    assert "No longer applies" in said and "It corrects a text that DG-2/1(Rev.1) has replaced." in said


def test_a_corrigendum_outlives_a_change_of_the_sponsors(document):
    change(document, "corr", only="en")
    same = tuple(
        factories.version_line(*each)
        for each in [("en",), ("fr", "Le texte.")]
    )  # fmt: skip
    change(document, "rev", versions=same, same_bytes=True)
    assert [each.symbol for each in corrigenda.at_the_head(read(document))] == ["DG-2/1(Corr.1)-E"]
    (entry,) = [
        e for e in header_block.entries(read(document), with_receipts=False) if e.anchor == "corr-1-en"
    ]
    assert entry.overtaken_by == ""


WORDS = {
    "summary": "It puts the second table right.",
    "action_required": "Read <it> with the text.",
    "references": "Resolution 102",
}


@pytest.mark.parametrize("kind", ["corr", "add"])
def test_what_it_says_of_itself_stands_in_its_entry_until_the_document_is_withdrawn(
    client_of, document, saudi_delegate, kind
):
    change(document, kind, title="Second table", **WORDS)
    client = client_of(saudi_delegate)

    def entry() -> str:
        page = client.get(document.get_absolute_url()).content.decode()
        start = page.index(f'id="{kind}-1"')
        return plain(page[start : page.index("<details", start)].encode())

    assert f"Second table Summary {WORDS['summary']} Action required {WORDS['action_required']}" in entry()
    assert f"References {WORDS['references']}" in entry()
    # In its entry alone: the head says what the text says.
    page = client.get(document.get_absolute_url()).content.decode()
    assert [page.count(words) for words in ("puts the second table", "Resolution 102")] == [1, 1]
    register.withdraw(document, actor=saudi_delegate, reason="A mistake")
    assert "Second table" in entry()
    page = client.get(document.get_absolute_url()).content.decode()
    assert "puts the second table" not in page and "Resolution 102" not in page


def test_an_entry_says_its_title_where_it_is_not_that_of_the_current_text(document):
    def titles() -> list[str]:
        found = header_block.entries(read(document), with_receipts=False)
        return [words(entry.title.runs) if entry.title else "" for entry in found]

    before = document.title
    change(document, "corr", title=before)
    assert titles() == ["", ""]
    change(document, "rev", title="Another title")
    assert titles() == ["", before, before]


def test_a_withdrawn_document_names_none(client_of, document, saudi_delegate):
    change(document, "corr", only="en")
    page = client_of(saudi_delegate).get(document.get_absolute_url())
    assert "A corrigendum applies" in plain(page.content)
    register.withdraw(document, actor=saudi_delegate, reason="A mistake")
    page = client_of(saudi_delegate).get(document.get_absolute_url())
    assert "A corrigendum applies" not in plain(page.content) and "Corrected by" not in plain(page.content)


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_asks_as_often_for_three_corrigenda_as_for_one(
    client_of, document, saudi_delegate, django_assert_num_queries, count
):
    for number in range(count):
        change(document, "corr", only="en", versions=(factories.version_line("en", f"Corr {number}"),))
    client = client_of(saudi_delegate)
    with django_assert_num_queries(11):
        client.get(document.get_absolute_url())


# --- Cover sheet, lists, ZIP ------------------------------------------------------------------------------------------


def test_the_cover_sheet_names_what_applies(client_of, document, saudi_delegate):
    change(document, "corr", only="en")
    change(document, "add")

    def cover() -> str:
        answer = client_of(saudi_delegate).get(reverse("documents:cover", args=[document.path]))
        return " ".join(PdfReader(io.BytesIO(answer.content)).pages[0].extract_text().split())

    assert "A corrigendum applies to the English text: DG-2/1(Corr.1)-E, 2 March 2026" in cover()
    change(document, "rev", title="Another title")
    assert "corrigendum" not in cover() and "An addendum belongs to this document: DG-2/1(Add.1)" in cover()


def test_a_row_of_a_list_says_in_which_language_there_is_a_corrigendum(client_of, document, saudi_delegate):
    client = client_of(saudi_delegate)

    def chips() -> list[str]:
        return re.findall(r'title="([^"]+)"', client.get("/documents/").content.decode())

    assert {"English: original", "French: translation"} <= set(chips())
    change(document, "corr", only="en")
    page = client.get("/documents/").content.decode()
    assert {"English: original, corrected by Corr.1-E", "French: translation"} <= set(chips())
    assert ">Corr.1-E</bdi></span>" in page
    change(document, "corr")
    assert {
        "English: original, corrected by Corr.1-E Corr.2",
        "French: translation, corrected by Corr.2",
    } <= set(chips())
    change(document, "rev", title="Another title")
    assert not [title for title in chips() if "corrected" in title]
    page = client.get("/documents/").content.decode()
    assert ">Rev.1</bdi></span>" in page and "Corr." not in page


def test_beside_its_symbol_a_list_names_the_latest_rev_and_what_applies(document):
    def suffixes() -> str:
        (row,) = listing.rows(Document.objects.all())
        return row.suffixes

    assert suffixes() == ""
    change(document, "corr", only="fr", language="fr")
    change(document, "add")
    assert suffixes() == "Corr.1-F Add.1"
    change(document, "rev", same_bytes=True)
    assert suffixes() == "Corr.1-F Add.1 Rev.1"
    change(document, "rev", title="Another title")
    assert suffixes() == "Add.1 Rev.2"
    change(document, "corr")
    assert suffixes() == "Add.1 Rev.2 Corr.2"


def test_the_zip_holds_what_applies_and_nothing_that_was_overtaken(document):
    change(document, "corr", only="en")
    change(document, "add")

    def symbols() -> list[str]:
        packed = pack.contents(header_block.for_page(Document.objects), languages=())
        return list(dict.fromkeys(one.symbol for one in packed))

    assert symbols() == ["DG-2/1", "DG-2/1(Corr.1)-E", "DG-2/1(Add.1)"]
    change(document, "rev", title="Another title")
    assert symbols() == ["DG-2/1(Rev.1)", "DG-2/1(Add.1)"]
