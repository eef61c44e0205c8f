"""What a Rev. takes over is told, is replaced by what is uploaded in its language, and comes back by uploading it again."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from contributions import carried, drafting, previewing, submission
from contributions.models import Contribution
from cwg.documents import taking_files
from cwg.documents.models import Document
from cwg.members.rights import rights_of
from tests import drafts, factories
from tests.contributions.submit_pages import plain

pytestmark = pytest.mark.django_db

OLD = "The text as it stood."


def begin(document: Document, kind: str, person, held, language: str = "") -> Contribution:
    change = drafting.begin_change(document, kind, rights=rights_of(person), at=held.at, language=language)
    held.forward(minutes=1)
    return change


@pytest.fixture
def document(dg, held, saudi_focal_point) -> Document:
    """In English and French."""
    draft = drafts.make_draft(dg, factories.make_register(dg), by=saudi_focal_point, text=OLD)
    drafts.put_file(draft, saudi_focal_point, language="fr", text="Le texte.")
    return drafts.submit(draft, saudi_focal_point).receipt.revision.document


@pytest.fixture
def rev(document, held, saudi_focal_point) -> Contribution:
    return begin(document, "rev", saudi_focal_point, held)


def upload(browser, draft, text: str, *, language: str = "en", name: str = "new.pdf", **headers):
    file = SimpleUploadedFile(name, factories.pdf_bytes(text))
    address = reverse("contributions:upload", args=[draft.pk])
    return browser.post(address, {"language": language, "file": file}, follow=not headers, **headers)


def held_in(draft, language: str) -> list[str]:
    return sorted(draft.files.filter(language=language).values_list("name", flat=True))


def test_an_upload_replaces_the_carried_files_of_its_language_and_says_so(browser, rev):
    assert (held_in(rev, "en"), held_in(rev, "fr")) == (["en.pdf"], ["fr.pdf"])
    answer = upload(browser, rev, "A new text")
    assert (held_in(rev, "en"), held_in(rev, "fr")) == (["new.pdf"], ["fr.pdf"])
    assert "new.pdf is stored and checked. It replaces en.pdf" in plain(answer)


def test_the_second_upload_stands_beside_the_first(browser, rev, held):
    upload(browser, rev, "A new text")
    held.forward(minutes=1)
    answer = upload(browser, rev, "An annex", name="annex.pdf")
    assert held_in(rev, "en") == ["annex.pdf", "new.pdf"]
    assert "It replaces" not in plain(answer)


@pytest.mark.parametrize("first", ["old", "new"])
def test_a_carried_file_that_is_uploaded_again_stays_beside_the_new_one(browser, rev, held, first):
    acts = [lambda: upload(browser, rev, OLD, name="en.pdf"), lambda: upload(browser, rev, "A new text")]
    for act in acts if first == "old" else reversed(acts):
        act()
        held.forward(minutes=1)
    assert held_in(rev, "en") == ["en.pdf", "new.pdf"]


def test_what_is_replaced_makes_room_for_what_replaces_it(browser, rev, monkeypatch):
    monkeypatch.setattr(taking_files, "MAX_FILES_A_LANGUAGE", 1)
    upload(browser, rev, "A new text")
    assert held_in(rev, "en") == ["new.pdf"]
    assert upload(browser, rev, "An annex", name="annex.pdf").status_code == 422
    assert held_in(rev, "en") == ["new.pdf"]


def test_a_refused_file_replaces_nothing(browser, rev):
    before = drafts.as_it_stands(rev)
    sent = {"language": "en", "file": SimpleUploadedFile("new.pdf", b"no PDF")}
    assert browser.post(reverse("contributions:upload", args=[rev.pk]), sent).status_code == 422
    assert drafts.as_it_stands(rev) == before


def test_the_script_hears_which_rows_go(browser, rev):
    old = rev.files.get(language="en")
    answer = upload(browser, rev, "A new text", headers={"accept": "application/json"})
    assert answer.json()["replaced"] == [str(old.pk)]
    assert "It replaces en.pdf" in answer.json()["html"]
    assert f'data-file="{rev.files.get(language="en").pk}"' in answer.json()["html"]


@pytest.mark.parametrize("kind", ["corr", "add"])
def test_what_replaces_no_text_carries_nothing(document, held, saudi_focal_point, browser, kind):
    change = begin(document, kind, saudi_focal_point, held)
    assert carried.taken_over(change) is None
    for name in ("one.pdf", "two.pdf"):
        upload(browser, change, name, name=name)
    assert held_in(change, "en") == ["one.pdf", "two.pdf"]


def test_the_drafts_page_marks_what_is_carried_until_it_is_replaced(browser, rev, document):
    address = reverse("contributions:contribution", args=[rev.pk])
    page = plain(browser.get(address))
    for language in ("English", "French"):
        said = f"From {document.symbol}, unchanged. A file that you upload in {language} replaces it."
        assert said in page
    upload(browser, rev, "A new text")
    page = plain(browser.get(address))
    assert "upload in French replaces it" in page and "upload in English replaces it" not in page


def test_the_preview_names_the_languages_that_are_unchanged(browser, rev, document):
    preview = reverse("contributions:preview", args=[rev.pk])
    assert f"words, files and sources are those of {document.symbol}." in plain(browser.get(preview))
    Contribution.objects.filter(pk=rev.pk).update(summary="Only the words are new")
    assert f"Unchanged from {document.symbol}: the files in English, French." in plain(browser.get(preview))
    upload(browser, rev, "A new text")
    assert f"Unchanged from {document.symbol}: the files in French." in plain(browser.get(preview))
    upload(browser, rev, "Un texte nouveau", language="fr")
    assert "Unchanged from" not in plain(browser.get(preview))


def test_the_preview_says_which_corrigenda_lapse(document, saudi_focal_point, held, browser):
    for kind, language in (("corr", "fr"), ("add", "")):
        change = begin(document, kind, saudi_focal_point, held, language)
        drafts.put_file(change, saudi_focal_point, language=language or "en", text=f"{kind} of the text")
        drafts.submit(change, saudi_focal_point)
    rev = begin(Document.objects.get(pk=document.pk), "rev", saudi_focal_point, held)
    upload(browser, rev, "A new text")
    page = plain(browser.get(reverse("contributions:preview", args=[rev.pk])))
    assert "Corr.1 (French) will no longer apply. Is it in your new text?" in page
    assert "Add.1" not in page
    drafts.submit(rev, saudi_focal_point)
    again = begin(Document.objects.get(pk=document.pk), "rev", saudi_focal_point, held)
    page = plain(browser.get(reverse("contributions:preview", args=[again.pk])))
    assert f"words, files and sources are those of {document.symbol}(Rev.1)" in page
    assert "no longer apply" not in page


def test_a_rev_of_the_sponsors_alone_lets_nothing_lapse(
    document, saudi_focal_point, syrian_focal_point, held, browser
):
    change = begin(document, "corr", saudi_focal_point, held, "fr")
    drafts.put_file(change, saudi_focal_point, language="fr", text="Lire treize")
    drafts.submit(change, saudi_focal_point)
    rev = drafts.joint_revision(document, saudi_focal_point, syrian_focal_point, held.at)
    page = plain(browser.get(reverse("contributions:preview", args=[rev.pk])))
    assert "Only the sponsors change" in page
    assert "no longer apply" not in page and "Unchanged from" not in page


def revise_by_letter(document: Document, secretary, held, *, without: str = "") -> None:
    """The secretariat files a Rev. for the State, of whose own drafts it sees none."""
    other = drafting.begin_change(
        document, "rev", rights=rights_of(secretary), at=held.at, received=drafts.LETTER
    )
    other.files.filter(language=without).delete()
    drafts.put_letter(other, secretary)
    drafts.put_file(other, secretary, text="The text by letter")
    assert drafts.submit(other, secretary).receipt is not None


@pytest.mark.parametrize("kind", ["rev", "corr", "add"])
@pytest.mark.parametrize(("microseconds", "newer"), [(-1, False), (0, False), (1, True)])
def test_a_change_that_starts_from_a_text_replaced_since_says_so(
    document, saudi_focal_point, held, secretary, browser, kind, microseconds, newer
):
    change = begin(document, kind, saudi_focal_point, held)
    revise_by_letter(document, secretary, held)
    begun = held.at - timedelta(microseconds=microseconds)
    Contribution.objects.filter(pk=change.pk).update(created_at=begun)
    said = f"{document.symbol}(Rev.1) was registered after this draft was begun"
    for page in ("contribution", "preview"):
        shown = plain(browser.get(reverse(f"contributions:{page}", args=[change.pk])))
        assert (said in shown) is newer


def test_a_corrigendum_of_a_language_that_a_rev_left_out_is_not_submitted(
    document, saudi_focal_point, held, secretary, browser
):
    change = begin(document, "corr", saudi_focal_point, held, "fr")
    drafts.put_file(change, saudi_focal_point, language="fr", text="Lire treize")
    assert previewing.preview(previewing.load(change.pk), person=saudi_focal_point).ready
    token = drafts.token_for(change, saudi_focal_point)
    revise_by_letter(document, secretary, held, without="fr")
    before = drafts.registered()
    sent = browser.post(reverse("contributions:submit", args=[change.pk]), {"token": token})
    assert sent.status_code == 409 and "no longer has a text in French" in plain(sent)
    address = reverse("contributions:change", args=[document.pk])
    again = browser.post(address, {"kind": "corr", "language": "fr"})
    assert again.status_code == 409 and "no text in French that could be corrected" in plain(again)
    with pytest.raises(drafting.NoSuchText):
        begin(document, "corr", saudi_focal_point, held, "fr")
    assert drafts.registered() == before


def test_what_a_rev_leaves_out_while_its_corrigendum_waits_is_not_corrected(
    document, saudi_focal_point, held, secretary, monkeypatch
):
    change = begin(document, "corr", saudi_focal_point, held, "fr")
    drafts.put_file(change, saudi_focal_point, language="fr", text="Lire treize")
    token = drafts.token_for(change, saudi_focal_point)
    first = submission.register.decide

    def after_a_rev(register_id, act):
        monkeypatch.setattr(submission.register, "decide", first)
        revise_by_letter(document, secretary, held, without="fr")
        return first(register_id, act)

    monkeypatch.setattr(submission.register, "decide", after_a_rev)
    with pytest.raises(submission.NotReady):
        submission.submit(token, person=saudi_focal_point, arrived_at=held.at)
    assert list(document.revisions.values_list("kind", flat=True)) == ["original", "rev"]
    assert Contribution.objects.get(pk=change.pk).is_open
