"""A contribution begun with its file: what the file says fills what nobody typed; a refusal begins and loses nothing."""

import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from contributions import drafting, file_first
from contributions.models import Contribution
from cwg import clock
from cwg.documents.models import Blob
from cwg.members.parties import NotEntitled, Party
from cwg.members.rights import rights_of
from tests import drafts, factories
from tests.contributions.test_proposals import HEADS, SAID
from tests.documents.intake.test_text_language import TEXTS

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(client_of, saudi_delegate):
    return client_of(saudi_delegate)


def word(text: str, name: str = "paper.docx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, factories.docx_bytes(text), content_type="application/octet-stream")


def send(browser, file, query: str = "", **more):
    headers = {"HTTP_ACCEPT": "application/json"} if more.pop("script", False) else {}
    blank = {
        "kind": "contribution_action",
        "title": "",
        "summary": "",
        "action_required": "",
        "references": "",
    }
    sent = blank | more | ({"file": file} if file else {})
    return browser.post(reverse("contributions:new-from-file") + query, sent, **headers)


def begun(browser, file, query: str = "", **more) -> Contribution:
    answer = send(browser, file, query, **more)
    draft = Contribution.objects.get()
    assert (answer.status_code, answer.url) == (302, f"{draft.get_absolute_url()}#words-section")
    return draft


def page_of(browser, draft) -> str:
    return browser.get(draft.get_absolute_url()).content.decode()


@pytest.mark.parametrize("language", ["ar", "en", "fr"])
def test_the_draft_has_what_its_file_says_and_the_file(browser, register, language, saudi_delegate):
    draft = begun(browser, word(HEADS[language] + TEXTS[language]), register=register.pk)
    found = (draft.title, draft.summary, draft.action_required, draft.references)
    assert found == SAID[language]
    assert draft.original_languages == [language]
    assert (draft.register, draft.state.iso3, draft.created_by) == (register, "SAU", saudi_delegate)
    file = draft.files.get()
    assert (file.language, file.name, file.uploaded_by) == (language, "paper.docx", saudi_delegate)


def test_of_a_pdf_the_first_pages_are_read_at_once(browser, register):
    text = f"Source: Saudi Arabia\nTitle: Fair prices\nOriginal: French\n{TEXTS['fr'][:80]}"
    file = SimpleUploadedFile("paper.pdf", factories.pdf_bytes(text), content_type=factories.PDF)
    draft = begun(browser, file, register=register.pk)
    assert (draft.title, draft.original_languages, draft.files.get().language) == (
        "Fair prices",
        ["fr"],
        "fr",
    )
    # Its text is read by the job, as that of every file.
    assert draft.files.get().blob.reading == Blob.Reading.WAITING


def test_the_page_shows_each_proposal_as_one_until_it_is_saved_or_changed(browser, register):
    draft = begun(browser, word(HEADS["en"] + TEXTS["en"]), register=register.pk, references="Of the person")
    assert set(draft.proposed) == {"title", "summary", "action_required", "original_languages"}
    page = page_of(browser, draft)
    assert page.count("Proposed from the file; correct what is not right.") == 4
    # Read out with the field.
    assert re.search(r'id="id_title_helptext">[^<]*<strong class="field-proposed">Proposed', page)
    words = {
        "register": register.pk, "kind": draft.kind, "title": "Mine", "original_languages": ["en"],
        "summary": draft.summary, "action_required": draft.action_required, "references": draft.references,
        "edition": draft.edition, "seen": drafting.words_digest(draft),
    }  # fmt: skip
    assert browser.post(draft.get_absolute_url(), words, HTTP_ACCEPT="application/json").status_code == 200
    draft.refresh_from_db()
    # Saved by itself while the title was typed: nobody has looked at the others yet.
    assert set(draft.proposed) == {"summary", "action_required", "original_languages"}
    words |= {"edition": draft.edition, "seen": drafting.words_digest(draft)}
    assert browser.post(draft.get_absolute_url(), words).status_code == 302
    draft.refresh_from_db()
    assert draft.proposed == []
    assert "Proposed from the file" not in page_of(browser, draft)


def test_nothing_that_was_typed_is_overwritten(browser, register):
    draft = begun(
        browser,
        word(HEADS["fr"] + TEXTS["fr"]),
        register=register.pk,
        title="My title",
        action_required="Noting it",
        original_languages=["en", "fr"],
    )
    assert (draft.title, draft.action_required) == ("My title", "Noting it")
    assert draft.summary == SAID["fr"][1]
    assert draft.original_languages == ["en", "fr"]
    assert draft.files.get().language == "fr"
    assert set(draft.proposed) == {"summary", "references"}


def test_a_language_that_was_chosen_stays_and_the_page_asks_about_the_file(browser, register):
    draft = begun(browser, word(HEADS["fr"] + TEXTS["fr"]), register=register.pk, original_languages=["es"])
    assert (draft.original_languages, draft.files.get().language) == (["es"], "es")
    assert "its text looks like French" in page_of(browser, draft)


def test_a_language_that_is_only_the_persons_own_gives_way_to_that_of_the_file(
    browser, register, saudi_delegate
):
    saudi_delegate.language = "ar"
    saudi_delegate.save()
    draft = begun(browser, word(HEADS["fr"] + TEXTS["fr"]), register=register.pk, original_languages=["ar"])
    assert (draft.original_languages, draft.proposed[-1]) == (["fr"], "original_languages")


def test_a_file_that_says_nothing_begins_a_draft_all_the_same(browser, register):
    draft = begun(browser, word("Hello"), register=register.pk)
    assert (draft.title, draft.original_languages, draft.proposed) == ("", ["en"], [])
    assert "Untitled draft" in page_of(browser, draft)


def test_the_title_of_the_core_properties_is_proposed_where_the_file_says_none(browser, register):
    from docx import Document as WordDocument

    made = WordDocument()
    made.core_properties.title = "Fair prices for all"
    out = io.BytesIO()
    made.save(out)
    file = SimpleUploadedFile("a.docx", out.getvalue(), content_type="application/octet-stream")
    assert begun(browser, file, register=register.pk).title == "Fair prices for all"


def test_a_script_is_told_where_the_draft_is(browser, register):
    answer = send(browser, word("Title: Fair prices"), register=register.pk, script=True)
    draft = Contribution.objects.get()
    assert answer.status_code == 201
    assert answer.json() == {"redirect": f"{draft.get_absolute_url()}#words-section"}


@pytest.mark.parametrize("script", [True, False])
@pytest.mark.parametrize(
    ("content", "said", "status"),
    [
        (b"plain words", "PDF", 422),
        (b"", "empty", 422),
        (None, "Choose a file first.", 422),
        (b"%PDF-1.4\n" + b"x" * 1_500_000, "The file is larger than 1 MB.", 413),
    ],
)
def test_a_file_that_is_refused_begins_nothing_loses_no_words_and_says_why(
    browser, register, settings, content, said, status, script
):
    settings.MAX_FILE_BYTES = 1024 * 1024
    file = SimpleUploadedFile("a.pdf", content) if content is not None else None
    typed = {"title": "Typed before", "summary": "And this", "original_languages": ["fr"]}
    answer = send(browser, file, register=register.pk, script=script, **typed)
    assert answer.status_code == status
    assert not Contribution.objects.exists()
    if script:
        assert said in " ".join(answer.json()["errors"])
        return
    page = answer.content.decode()
    assert "The file was not accepted" in page and said in page
    assert 'value="Typed before"' in page and "And this" in page
    assert re.search(r'value="fr"[^>]*checked', page)
    assert f'action="{reverse("contributions:new")}"' in page


def test_what_is_typed_behind_a_file_that_is_too_large_in_the_form_is_read(browser, register, settings):
    """On the page the file comes first, and so it is sent first."""
    settings.MAX_FILE_BYTES = 1024 * 1024
    sent = {
        "file": SimpleUploadedFile("a.pdf", b"x" * 1_500_000),
        "title": "Typed",
        "kind": "contribution_action",
    }
    answer = browser.post(reverse("contributions:new-from-file"), sent)
    assert answer.status_code == 413
    assert 'value="Typed"' in answer.content.decode()


@pytest.mark.parametrize("script", [True, False])
def test_words_that_cannot_stand_are_told_and_begin_nothing(browser, register, script):
    answer = send(browser, word("Title: Fair prices"), register=register.pk, title="x" * 401, script=script)
    assert answer.status_code == 422
    assert not Contribution.objects.exists()
    assert "400" in answer.content.decode()


def test_it_may_answer_a_request_of_the_group(browser, register):
    slot = drafts.make_slot(register)
    query = f"?meeting={register.slug}&slot={slot.pk}"
    draft = begun(browser, word("Title: Fair prices"), query, register=register.pk)
    assert draft.slot == slot


def test_a_request_that_was_answered_meanwhile_begins_nothing_and_keeps_the_words(browser, register):
    slot = drafts.make_slot(register, withdrawn_at=clock.now())
    query = f"?meeting={register.slug}&slot={slot.pk}"
    answer = send(browser, word("Title: Fair prices"), query, register=register.pk, summary="Typed")
    assert answer.status_code == 409
    assert not Contribution.objects.exists()
    page = answer.content.decode()
    main = page[page.index("<main") : page.index("</main>")]
    assert "no longer open" in main and "Typed" in main and "slot=" not in main


def test_a_script_goes_on_without_a_request_that_was_answered_meanwhile(browser, register):
    slot = drafts.make_slot(register, withdrawn_at=clock.now())
    query = f"?meeting={register.slug}&slot={slot.pk}"
    answer = send(browser, word("Title: Fair prices"), query, register=register.pk, script=True)
    assert answer.status_code == 409 and not Contribution.objects.exists()
    goes_on = answer.json()
    assert "slot=" not in goes_on["file_url"] + goes_on["words_url"]
    sent = {"file": word("Title: Fair prices"), "kind": "contribution_action", "register": register.pk}
    assert browser.post(goes_on["file_url"], sent, HTTP_ACCEPT="application/json").status_code == 201


def test_a_script_is_told_which_field_is_wrong(browser, register):
    answer = send(browser, word("Title: Fair"), register=register.pk, title="x" * 401, script=True)
    assert any(said.startswith("Title: ") for said in answer.json()["errors"])


def test_who_comes_back_to_the_address_of_a_refusal_is_led_to_the_page(browser, register):
    answer = browser.get(reverse("contributions:new-from-file") + "?meeting=dg-2")
    assert (answer.status_code, answer.url) == (302, reverse("contributions:new") + "?meeting=dg-2")


def test_the_preview_says_what_only_the_file_has_said(browser, register):
    draft = begun(browser, word(HEADS["en"] + TEXTS["en"]), register=register.pk, references="Mine")
    page = browser.get(reverse("contributions:preview", args=[draft.pk])).content.decode()
    assert "Proposed from the file, and not yet checked by anybody" in page
    for at, label in [("id_title", "Title"), ("id_original_languages_0", "Original language")]:
        assert f'<a href="{draft.get_absolute_url()}#{at}">{label}' in page
        assert f'id="{at}"' in page_of(browser, draft)
    assert "#id_references" not in page
    Contribution.objects.filter(pk=draft.pk).update(proposed=[])
    page = browser.get(reverse("contributions:preview", args=[draft.pk])).content.decode()
    assert "Proposed from the file" not in page


def test_the_enter_key_saves_the_words_and_uploads_nothing(browser):
    """The first button of a form is pressed by it."""
    page = browser.get(reverse("contributions:new")).content.decode()
    first = re.search(r'<button type="submit"[^>]*form="words"[^>]*>', page)[0]
    assert "formaction" not in first


def test_nobody_begins_one_for_a_party_of_others(register, syrian_delegate, dg, held):
    party = Party(dg, factories.make_state("SAU"))
    with pytest.raises(NotEntitled):
        file_first.begin(
            word("Title: Fair prices"),
            rights=rights_of(syrian_delegate),
            at=held.at,
            party=party,
            typed=drafts.wording(register, ""),
            otherwise="en",
        )
    assert not Contribution.objects.exists() and not Blob.objects.exists()


def test_the_page_takes_a_file_before_the_words_and_with_them(browser, register):
    page = browser.get(reverse("contributions:new")).content.decode()
    main = page[page.index("<main") :]
    assert main.index('type="file"') < main.index('name="title"')
    assert re.search(r'<input[^>]*type="file"[^>]*form="words"', main)
    assert re.search(rf'<button[^>]*form="words" formaction="{reverse("contributions:new-from-file")}"', main)
