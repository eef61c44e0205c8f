"""The pages by which a registered document is changed or withdrawn, and by whom."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from contributions import drafting
from contributions.models import Contribution
from cwg.documents import register as the_register
from cwg.documents.models import Document, Receipt
from cwg.members.models import Accreditation
from cwg.members.rights import rights_of
from tests import drafts, factories
from tests.contributions.submit_pages import plain, press_submit, previewed, token_on, url

pytestmark = pytest.mark.django_db

MICROSECOND = timedelta(microseconds=1)


@pytest.fixture
def document(browser, draft):
    press_submit(browser, draft, previewed(browser, draft))
    return Document.objects.get()


def test_a_revision_begins_from_the_document_and_comes_to_a_receipt_of_its_own(browser, document):
    change = reverse("contributions:change", args=[document.pk])
    assert browser.get(change).status_code == 200
    begun = browser.post(change, {"kind": "corr", "language": "en"})
    made = Contribution.objects.get(revises=document)
    assert begun.url == url("contribution", made)
    drafts.put_file(made, Contribution.objects.get(revises=document).created_by, text="Read 13 for 12")
    assert press_submit(browser, made, previewed(browser, made)).status_code == 302
    assert Receipt.objects.count() == 2
    assert document.revisions.last().symbol == "DG-2/1(Corr.1)-E"


def test_correct_one_language_chooses_one_that_the_document_has(browser, document):
    page = browser.get(reverse("contributions:change", args=[document.pk]), {"kind": "corr"}).content.decode()
    assert re.findall(r'<option value="(\w*)"( selected)?>', page) == [("", ""), ("en", " selected")]
    page = browser.get(reverse("contributions:change", args=[document.pk]), {"kind": "rev"}).content.decode()
    assert " selected>" not in page


def test_a_language_chosen_beside_a_revision_says_nothing(browser, document):
    browser.post(reverse("contributions:change", args=[document.pk]), {"kind": "rev", "language": "en"})
    made = Contribution.objects.get(revises=document)
    assert (made.revision_kind, made.corrected_language) == ("rev", "")


@pytest.fixture
def french_corrigendum(dg, register, saudi_focal_point) -> Contribution:
    """Of a document that is in English and French, and holds no file yet."""
    draft = drafts.make_draft(dg, register, by=saudi_focal_point)
    drafts.put_file(draft, saudi_focal_point, language="fr", text="Le texte.")
    document = drafts.submit(draft, saudi_focal_point).receipt.revision.document
    return drafting.begin_change(
        document, "corr", rights=rights_of(saudi_focal_point), at=draft.created_at, language="fr"
    )


def test_a_corrigendum_of_one_language_offers_that_language_and_names_it(browser, french_corrigendum):
    page = browser.get(url("contribution", french_corrigendum))
    assert page.context["upload_languages"] == [("fr", "French")]
    assert "Corrigendum, French text only" in plain(page)
    assert "Corrigendum, French text only" in plain(browser.get(url("preview", french_corrigendum)))


def test_the_page_of_a_corrigendum_speaks_of_no_state_that_could_be_asked_to_join(
    browser, draft, french_corrigendum
):
    asked = "by Member States you ask to join"
    assert asked in plain(browser.get(url("contribution", draft)))
    page = plain(browser.get(url("contribution", french_corrigendum)))
    assert asked not in page and "A draft is seen by your own delegation only. Nothing is published" in page


def test_the_preview_of_a_corrigendum_of_one_language_shows_the_letter_of_its_symbol(
    browser, french_corrigendum
):
    assert "DG-2/1(Corr.)-F" in plain(browser.get(url("preview", french_corrigendum)))


def test_a_file_in_another_language_is_refused_with_a_sentence(browser, french_corrigendum):
    before = drafts.everything(french_corrigendum)
    sent = {"language": "es", "file": SimpleUploadedFile("a.pdf", factories.pdf_bytes("El texto"))}
    answer = browser.post(url("upload", french_corrigendum), sent)
    assert answer.status_code == 422
    assert "This corrigendum concerns the French text only" in plain(answer)
    assert drafts.everything(french_corrigendum) == before


def test_a_draft_that_holds_another_language_already_is_not_submitted(
    browser, french_corrigendum, saudi_focal_point
):
    drafts.put_file(french_corrigendum, saudi_focal_point, language="fr", text="Lire treize.")
    assert token_on(browser.get(url("preview", french_corrigendum)))
    drafts.put_file(french_corrigendum, saudi_focal_point, language="es", text="El texto.")
    page = browser.get(url("preview", french_corrigendum))
    assert page.context["token"] is None
    assert "French text only: remove what was uploaded in Spanish." in plain(page)


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({}, 400),
        ({"kind": "original"}, 400),
        ({"kind": "no"}, 400),
        ({"kind": "corr", "language": "xx"}, 400),
        # A page from before a Rev. that left the language out may still offer it.
        ({"kind": "corr", "language": "fr"}, 409),
    ],
)
def test_a_change_of_no_known_sort_is_refused(browser, document, sent, status):
    before = Contribution.objects.count()
    assert browser.post(reverse("contributions:change", args=[document.pk]), sent).status_code == status
    assert Contribution.objects.count() == before


@pytest.mark.parametrize("who", ["syrian_focal_point", "secretary", "chair", "auditor", "nobody"])
def test_nobody_else_changes_or_withdraws(client_of, document, who, request):
    browser = client_of(request.getfixturevalue(who))
    before = drafts.registered()
    for name in ("change", "withdraw"):
        where = reverse(f"contributions:{name}", args=[document.pk])
        assert browser.get(where).status_code == 404
        assert browser.post(where, {"kind": "rev", "reason": "no"}).status_code == 404
    assert drafts.registered() == before
    assert not Contribution.objects.filter(revises=document).exists()


def test_a_right_that_ends_while_the_withdrawal_waits_is_gone_and_the_reason_is_given_back(
    browser, document, saudi_focal_point, held, monkeypatch
):
    acting_on = the_register.acting_on

    def after_it_ended(register_id):
        Accreditation.objects.filter(person=saudi_focal_point).update(until=held.at)
        return acting_on(register_id)

    monkeypatch.setattr(the_register, "acting_on", after_it_ended)
    where = reverse("contributions:withdraw", args=[document.pk])
    answer = browser.post(where, {"reason": "A mistake"})
    assert answer.status_code == 409 and "A mistake" in plain(answer)
    document.refresh_from_db()
    assert not document.is_withdrawn


def test_a_withdrawal_needs_a_focal_point_and_a_reason(browser, client_of, document, saudi_delegate):
    where = reverse("contributions:withdraw", args=[document.pk])
    before = drafts.registered()
    assert client_of(saudi_delegate).post(where, {"reason": "no"}).status_code == 403
    assert browser.post(where, {"reason": " "}).status_code == 422
    assert drafts.registered() == before
    assert browser.post(where, {"reason": "Replaced"}).status_code == 302
    document.refresh_from_db()
    assert (document.is_withdrawn, document.symbol) == (True, "DG-2/1")
    assert browser.post(where, {"reason": "Again"}).status_code == 409


def test_a_late_rev_is_offered_no_request_that_only_a_new_document_answers(
    browser, draft, register, deadline, held, saudi_focal_point
):
    document = drafts.submit(draft, saudi_focal_point).receipt.revision.document
    change = drafting.begin_change(document, "rev", rights=rights_of(saudi_focal_point), at=held.at)
    drafts.put_file(change, saudi_focal_point, text="Another text")
    slot = drafts.make_slot(register)
    held.move_to(deadline + MICROSECOND)
    preview = browser.get(url("preview", change))
    # From a preview that was opened before the deadline.
    token = drafts.token_for(change, saudi_focal_point)
    late = browser.post(url("submit", change), {"token": token})
    assert late.status_code == 409 and "Your request reached us" in late.content.decode()
    for page in (preview, late, browser.get(url("contribution", change))):
        assert url("use-slot", change, slot.pk) not in page.content.decode()
    before = drafts.as_it_stands(change)
    assert browser.post(url("use-slot", change, slot.pk)).status_code == 409
    assert drafts.as_it_stands(change) == before
