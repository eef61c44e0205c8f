"""Which file a document's page offers first, in which order the others, and that no two links have one name."""

import re
from collections import defaultdict
from datetime import timedelta

import pytest
from django.urls import reverse

from cwg.documents import header_block, main_file, register
from cwg.documents.models import Document
from tests import factories

pytestmark = pytest.mark.django_db

LINK = re.compile(r'<a [^>]*?href="([^"]+)"[^>]*>(.*?)</a>', re.DOTALL)


@pytest.fixture
def meeting(held, dg):
    return factories.make_register(dg, opens_at=held.at + timedelta(days=10))


def in_languages(meeting, **originals: bool) -> Document:
    """A document with a text in each language named, and whether that is an original."""
    versions = tuple(
        factories.version_line(code, f"The text, {code}.", is_original=original)
        for code, original in originals.items()
    )
    return factories.make_document(meeting, versions=versions)


def a_file(name: str, kind: str, *, damaged: bool = False) -> dict:
    return {"name": name, "kind": kind, "damaged": damaged}


def line(code: str, state: str, *files: dict) -> header_block.LanguageLine:
    return header_block.LanguageLine(code, code.upper(), state, files, True)


def names(lines, language: str) -> list[str]:
    return [each.file["name"] for each in main_file.offers(lines, language)]


def page_of(client, document) -> str:
    return client.get(document.get_absolute_url()).content.decode()


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


# --- Which comes first ------------------------------------------------------------------------------------------------


def test_the_readers_language_comes_first_and_else_the_original():
    lines = [
        line("ar", "translation", a_file("ar", "Word")),
        line("en", "translation", a_file("en", "Word")),
        line("fr", "original", a_file("fr", "Word")),
        line("es", "missing"),
    ]
    assert names(lines, "en") == ["en", "fr", "ar"]
    assert names(lines, "es") == ["fr", "ar", "en"]


def test_in_a_language_word_comes_first_and_the_rest_stays_as_it_was_filed():
    files = (a_file("a", "PDF"), a_file("b", "Word"), a_file("c", "PDF"), a_file("d", "Word"))
    assert names([line("en", "original", *files)], "en") == ["b", "d", "a", "c"]


def test_what_cannot_be_downloaded_is_not_offered():
    files = (a_file("a", "Word", damaged=True), a_file("b", "PDF"))
    assert names([line("en", "original", *files)], "en") == ["b"]
    assert names([line("en", "original", files[0])], "en") == []


# --- On the page ------------------------------------------------------------------------------------------------------


def test_the_page_offers_the_text_in_the_persons_language_or_the_original(client_of, meeting, saudi_delegate):
    document = in_languages(meeting, en=True, fr=False)
    file = {v.language: v.files.get() for v in document.original.versions.all()}
    for language, offered, also in (("fr", "fr", "en"), ("en", "en", "fr"), ("es", "en", "fr")):
        saudi_delegate.language = language
        saudi_delegate.save()
        answer = client_of(saudi_delegate).get(document.get_absolute_url())
        page = answer.content.decode()
        bar = page[page.index("document-bar") : page.index("<article")]
        urls = [url for url, _said in LINK.findall(bar) if "/files/" in url]
        assert urls == [reverse("documents:file", args=[file[code].pk]) for code in (offered, also)]
        assert bool(answer.context["not_in"]) == (language == "es")


def test_the_main_file_stands_before_the_paper_with_symbol_timing_and_receipt(
    client_of, meeting, saudi_delegate
):
    document = in_languages(meeting, en=True)
    page = page_of(client_of(saudi_delegate), document)
    bar = page[page.index("document-bar") : page.index("<article")]
    assert "Download English" in bar and "DG-2/1" in bar and "In time" in bar
    assert document.original.receipt.get_absolute_url() in bar


def test_who_is_not_signed_in_is_offered_the_file_of_a_public_document_and_no_receipt(
    client, meeting, saudi_delegate
):
    document = in_languages(meeting, en=True)
    register.change_disclosure(document, "public", actor=saudi_delegate, reason="The Group decided so")
    page = page_of(client, document)
    assert "Download English (PDF)" in words(page) and "Receipt" not in words(page)


def test_a_withdrawn_document_offers_no_file(client_of, meeting, saudi_delegate):
    document = in_languages(meeting, en=True)
    client = client_of(saudi_delegate)
    assert "Download English" in page_of(client, document)
    register.withdraw(document, actor=saudi_delegate, reason="Sent by mistake")
    page = page_of(client, document)
    assert "Download" not in page and "closed" in page


def test_languages_that_are_missing_stand_in_one_line(client_of, meeting, saudi_delegate):
    page = page_of(client_of(saudi_delegate), in_languages(meeting, en=True, ru=False))
    assert "Not available: Arabic, Chinese, French, Spanish" in page
    table = page[page.index('id="languages"') : page.index('id="revisions"')]
    assert table.count('scope="row"') == 2


def test_the_notice_of_a_corrigendum_leads_to_its_file_in_the_language_that_is_offered(
    client_of, meeting, saudi_delegate
):
    document = in_languages(meeting, en=True, fr=False)
    corrected = (factories.version_line("en", "Corr."), factories.version_line("fr", "Corr. fr."))
    factories.make_document(meeting, revises_id=document.pk, revision_kind="corr", versions=corrected)
    files = {v.language: v.files.get().pk for v in document.revisions.get(kind="corr").versions.all()}
    page = page_of(client_of(saudi_delegate), document)
    notice = page[page.index("A corrigendum applies") : page.index("<article")]
    assert reverse("documents:file", args=[files["en"]]) in notice
    assert reverse("documents:file", args=[files["fr"]]) not in notice


def test_no_two_links_of_one_name_lead_to_different_files(client_of, meeting, saudi_delegate):
    two = factories.version_line("en", "The text."), factories.version_line("en", "Its annex.")
    both = factories.VersionLine("en", (*two[0].files, *two[1].files), True)
    document = factories.make_document(
        meeting, versions=(both, factories.version_line("fr", "Le texte.", is_original=False))
    )
    factories.make_document(
        meeting,
        revises_id=document.pk,
        revision_kind="corr",
        versions=(factories.version_line("en", "Corr."),),
    )
    page = page_of(client_of(saudi_delegate), document)
    page = page[: page.index('id="revisions"')]
    leads = defaultdict(set)
    for url, said in LINK.findall(page):
        if "/files/" in url:
            leads[words(said)].add(url)
    assert len(leads) >= 6
    assert {name: urls for name, urls in leads.items() if len(urls) > 1} == {}
