"""The page of translations: six languages, an upload that loses nothing, the act; for the secretariat alone."""

import html
import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from cwg.documents import register as the_register
from cwg.documents import scanner, translations
from cwg.documents.models import Blob, Document, PreparedFile, Version
from cwg.documents.scanner import ScanResult
from cwg.members.models import Office, Role
from cwg.record.models import JournalEntry
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def document(held, dg) -> Document:
    made = factories.make_document(factories.make_register(dg, opens_at=held.at + timedelta(days=10)))
    held.forward(hours=1)
    return made


@pytest.fixture
def browser(client_of, secretary):
    return client_of(secretary)


def address(document: Document, name: str = "translations", text: str = "original") -> str:
    return f"{reverse(f'documents:{name}', args=[document.path])}?text={text}"


def send(browser, document: Document, language: str = "fr", content: bytes | None = None, **more):
    content = factories.pdf_bytes("Le texte.") if content is None else content
    file = SimpleUploadedFile("le texte.pdf", content, content_type=factories.PDF)
    text = more.pop("text", "original")
    url = address(document, "translation-upload", text)
    return browser.post(url, {"language": language, "file": file}, **more)


def rows_of(page: str) -> dict[str, str]:
    """The words of the table by language."""
    table = page[page.index("<tbody>") : page.index("</tbody>")]
    found = {}
    for row in table.split("</tr>")[:-1]:
        said = " ".join(html.unescape(re.sub(r"<[^>]+>", " ", row)).split())
        language, _, rest = said.partition(" ")
        found[language] = rest
    return found


def test_the_page_shows_six_languages_and_what_may_be_done(browser, document, client_of, saudi_delegate):
    link = reverse("documents:translations", args=[document.path])
    assert link in browser.get(document.get_absolute_url()).content.decode()
    assert link not in client_of(saudi_delegate).get(document.get_absolute_url()).content.decode()
    page = browser.get(link).content.decode()
    rows = rows_of(page)
    assert list(rows) == ["Arabic", "Chinese", "English", "French", "Russian", "Spanish"]
    assert rows["English"] == "original" and rows["French"] == "not available Add : French"
    languages = re.search(r'<select id="translation-language".*?</select>', page, re.S).group()
    assert 'value="fr"' in languages and 'value="en"' not in languages


def test_files_are_uploaded_one_by_one_and_added_together_without_script(browser, document, held):
    answer = send(browser, document)
    assert answer.status_code == 302
    page = browser.get(answer["Location"]).content.decode()
    assert "French: ready to add" in page and "le texte.pdf" in page
    assert send(browser, document, content=factories.pdf_bytes("Annexe")).status_code == 302
    assert not Version.objects.filter(language="fr").exists()
    answer = browser.post(address(document), {"language": "fr"})
    assert (answer.status_code, answer["Location"]) == (302, document.get_absolute_url())
    page = browser.get(answer["Location"]).content.decode()
    assert "The French translation of DG-2/1 is on its page now." in page
    said = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    assert "translation, added 2 March 2026" in said
    assert Version.objects.get(language="fr").files.count() == 2
    assert rows_of(browser.get(address(document)).content.decode())["French"].startswith(
        "translation, added 2 March 2026"
    )


def original_bytes(document: Document, storage) -> bytes:
    return (storage / document.original.versions.get().files.get().blob.path).read_bytes()


SAME = "This file is identical to the one in"


def test_the_bytes_of_another_language_are_taken_with_a_warning_before_anything_is_published(
    browser, document, storage
):
    answer = send(browser, document, content=original_bytes(document, storage))
    assert answer.status_code == 302
    page = browser.get(answer["Location"]).content.decode()
    assert f"{SAME} English. If it is not the French text, remove it." in page
    assert not Version.objects.filter(language="fr").exists()
    # The secretariat may mean it: a paper may be in two languages at once.
    assert browser.post(address(document), {"language": "fr"}).status_code == 302
    assert Version.objects.filter(language="fr").exists()


def test_so_are_those_of_a_translation_that_waits_beside_it(browser, document):
    for language in ("fr", "es"):
        send(browser, document, language)
    page = browser.get(address(document)).content.decode()
    assert f"{SAME} Spanish. If it is not the French text, remove it." in page
    assert f"{SAME} French. If it is not the Spanish text, remove it." in page


def test_other_bytes_and_the_same_in_one_language_are_no_cause_for_a_warning(browser, document):
    for content in (b"Le texte.", b"Le texte.", b"Annexe"):
        send(browser, document, content=factories.pdf_bytes(content.decode()))
    send(browser, document, "es", content=factories.pdf_bytes("El texto."))
    assert SAME not in browser.get(address(document)).content.decode()


def test_a_translation_that_is_replaced_by_its_own_file_is_compared_with_the_other_languages_only(
    browser, document, storage
):
    send(browser, document)
    browser.post(address(document), {"language": "fr"})
    send(browser, document)
    assert SAME not in browser.get(address(document)).content.decode()
    send(browser, document, "es")
    assert f"{SAME} French." in browser.get(address(document)).content.decode()


def test_the_script_hears_in_json_and_then_reads_the_page_again(browser, document):
    answer = send(browser, document, headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()) == (201, {})
    answer = send(browser, document, content=b"no file", headers={"Accept": "application/json"})
    assert answer.status_code == 422 and len(answer.json()["errors"]) == 1
    answer = send(browser, document, "en", headers={"Accept": "application/json"})
    assert answer.status_code == 422 and "came with a text in that language" in answer.json()["errors"][0]
    answer = send(browser, document, text="rev-9", headers={"Accept": "application/json"})
    assert answer.status_code == 409 and "no longer applies" in answer.json()["errors"][0]
    assert PreparedFile.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "status", "said"),
    [
        (b"", 422, "The file is empty"),
        (b"no file", 422, "The name ends in .pdf, but the content is"),
        (b"%PDF-1.4 " + b"x" * 2_000_000, 413, "The file is larger than 1 MB"),
    ],
)
def test_a_refused_file_says_why_and_what_was_prepared_stays(
    browser, document, settings, content, status, said
):
    settings.MAX_FILE_BYTES = 1024 * 1024
    send(browser, document)
    answer = send(browser, document, content=content)
    page = html.unescape(answer.content.decode())
    assert answer.status_code == status and "The file was not accepted" in page
    assert "French: ready to add" in page and PreparedFile.objects.count() == 1
    assert said in page


def test_a_file_with_a_virus_is_not_even_prepared(browser, document, monkeypatch):
    monkeypatch.setattr(scanner, "scan", lambda path, **more: ScanResult("infected", "Eicar"))
    answer = send(browser, document)
    assert answer.status_code == 422 and "Eicar" in answer.content.decode()
    assert not PreparedFile.objects.exists() and Blob.objects.count() == 1  # the document's own


def test_findings_are_told_before_the_translation_is_added(browser, document):
    send(browser, document)
    blob = PreparedFile.objects.get().blob
    assert blob.inspection is not None
    page = browser.get(address(document)).content.decode()
    assert blob.sha256 in page and "Not scanned for viruses" in page


def test_a_prepared_file_is_removed_by_whoever_prepared_it(browser, document, dg, client_of):
    send(browser, document)
    url = reverse("documents:translation-remove", args=[document.path, PreparedFile.objects.get().pk])
    office = factories.make_office(Office.Kind.SECRETARIAT)
    colleague = factories.accredit("colleague@test.example", dg, Role.SECRETARIAT, office=office).person
    assert "ready to add" not in client_of(colleague).get(address(document)).content.decode()
    assert client_of(colleague).post(url).status_code == 404
    assert PreparedFile.objects.count() == 1
    assert url in browser.get(address(document)).content.decode()
    assert browser.post(url).status_code == 302
    assert not PreparedFile.objects.exists() and browser.post(url).status_code == 404


def test_whoever_comes_second_is_asked_why_on_the_page_itself(browser, dg, document, secretary, monkeypatch):
    office = factories.make_office(Office.Kind.SECRETARIAT)
    colleague = factories.accredit("colleague@test.example", dg, Role.SECRETARIAT, office=office).person
    send(browser, document)
    page = browser.get(address(document)).content.decode()
    assert "Add the French translation" in page and 'name="reason"' not in page
    add = translations.add

    def a_moment_later(*args, **kwargs):
        monkeypatch.setattr(translations, "add", add)
        factories.add_translation(document, text="Le premier.", actor=colleague)
        return add(*args, **kwargs)

    monkeypatch.setattr(translations, "add", a_moment_later)
    answer = browser.post(address(document), {"language": "fr"})
    page = answer.content.decode()
    assert answer.status_code == 422 and Version.objects.filter(language="fr").count() == 1
    assert "Replace the French translation" in page and 'name="reason"' in page and "Say why" in page
    answer = browser.post(address(document), {"language": "fr", "reason": "Better"})
    assert answer.status_code == 302 and Version.objects.filter(language="fr").count() == 2


def test_a_translation_is_replaced_with_a_reason_and_the_old_one_stays_in_the_fold(
    browser, document, secretary
):
    old = factories.add_translation(document, text="Faux.", actor=secretary).files.get()
    assert rows_of(browser.get(address(document)).content.decode())["French"].endswith("Replace : French")
    send(browser, document, content=factories.pdf_bytes("Juste."))
    answer = browser.post(address(document), {"language": "fr", "reason": " "})
    assert answer.status_code == 422 and Version.objects.filter(language="fr").count() == 1
    assert "Say why" in answer.content.decode() and "French: ready to add" in answer.content.decode()
    answer = browser.post(address(document), {"language": "fr", "reason": "The wrong file"})
    assert answer.status_code == 302
    page = browser.get(document.get_absolute_url()).content.decode()
    table, fold = page.split('id="revisions"')
    old_url = reverse("documents:file", args=[old.pk])
    assert old_url not in table and old_url in fold and "Replaced" in fold
    assert browser.get(old_url).status_code == 200


@pytest.mark.parametrize("kind", ["add", "corr"])
def test_an_addendum_or_a_corrigendum_that_applies_can_be_chosen(browser, document, kind):
    factories.make_document(document.register, revises_id=document.pk, revision_kind=kind)
    page = browser.get(address(document)).content.decode()
    assert f"?text={kind}-1" in page
    send(browser, document, text=f"{kind}-1")
    assert browser.post(address(document, text=f"{kind}-1"), {"language": "fr"}).status_code == 302
    assert Version.objects.get(language="fr").revision.kind == kind


def test_what_is_sent_for_a_text_that_was_superseded_is_not_put_to_its_successor(browser, document):
    send(browser, document)
    before = JournalEntry.objects.count()
    factories.make_document(document.register, "New", revises_id=document.pk, revision_kind="rev")
    answer = browser.post(address(document), {"language": "fr"})
    assert answer.status_code == 409
    assert "This text no longer applies" in answer.content.decode()
    assert "DG-2/1(Rev.1)" in answer.content.decode()
    answer = send(browser, document)
    assert answer.status_code == 409
    assert browser.get(address(document)).status_code == 200
    assert not Version.objects.filter(language="fr").exists() and PreparedFile.objects.count() == 1
    assert JournalEntry.objects.count() == before + 1  # the Rev.


@pytest.mark.parametrize("meanwhile", ["superseded", "superseded, prepared", "removed"])
def test_a_reason_whose_form_is_gone_is_given_back(browser, document, secretary, meanwhile):
    factories.add_translation(document, "fr", text="Faux.", actor=secretary)
    send(browser, document)
    if meanwhile.startswith("superseded"):
        factories.make_document(document.register, "New", revises_id=document.pk, revision_kind="rev")
    else:
        PreparedFile.objects.all().delete()
    if meanwhile.endswith("prepared"):
        send(browser, document, text="rev-1")
    before = Version.objects.count()
    answer = browser.post(address(document), {"language": "fr", "reason": "Paragraph 4 was missing"})
    assert answer.status_code == 409
    assert "Paragraph 4 was missing</bdi>" in answer.content.decode()
    assert Version.objects.count() == before


@pytest.mark.parametrize(
    ("given", "status"),
    [({"language": "fr"}, 409), ({"language": "en"}, 409), ({"language": "xx"}, 422), ({}, 422)],
)
def test_what_lacks_something_adds_nothing(browser, document, given, status):
    send(browser, document, "ru")
    assert browser.post(address(document), given).status_code == status
    assert not Version.objects.exclude(added_at=None).exists() and PreparedFile.objects.count() == 1


def test_a_withdrawn_document_and_other_people_are_turned_away(
    browser, document, client_of, client, chair, saudi_delegate
):
    pages = [address(document), address(document, "translation-upload")]
    for person in (chair, saudi_delegate):
        assert client_of(person).get(document.get_absolute_url()).status_code == 200
        assert client_of(person).get(pages[0]).status_code == 404
        for page in pages:
            assert client_of(person).post(page, {"language": "fr"}).status_code == 404
    assert client.get(pages[0]).status_code == 302
    the_register.withdraw(document, actor=saudi_delegate, reason="A mistake")
    assert browser.get(pages[0]).status_code == 409
    for page in pages:
        assert browser.post(page, {"language": "fr"}).status_code == 409
    link = reverse("documents:translations", args=[document.path])
    assert link not in browser.get(document.get_absolute_url()).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_both_pages_ask_as_often_for_three_translations_as_for_one(
    browser, document, secretary, django_assert_num_queries, count
):
    for language in ("fr", "ru", "ar")[:count]:
        factories.add_translation(document, language, text=language, actor=secretary)
        send(browser, document, language, content=factories.pdf_bytes(f"again {language}"))
    with django_assert_num_queries(11):
        browser.get(document.get_absolute_url())
    with django_assert_num_queries(11):
        browser.get(address(document))


def test_the_records_name_each_edition_with_its_instant_and_lead_to_the_page(browser, document, secretary):
    for text, reason in (("Faux.", ""), ("Juste.", "Wrong file")):
        factories.add_translation(document, text=text, actor=secretary, reason=reason)
    page = browser.get(reverse("console:documents_document_change", args=[document.pk])).content.decode()
    assert reverse("documents:translations", args=[document.path]) in page
    files = page[page.index(">Virus scan<") :]
    assert files.count("fr.pdf") == 2 and files.count("2 Mar 2026") == 2
