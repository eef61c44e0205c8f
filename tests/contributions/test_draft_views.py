"""The draft's pages: only for its own delegation; two editors lose nothing; refusals keep the person's words."""

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from contributions import drafting
from contributions.models import Contribution
from cwg.members.rights import rights_of
from tests import drafts, factories
from tests.documents import harm

pytestmark = pytest.mark.django_db


@pytest.fixture
def register(dg, held):
    return factories.make_register(dg)


@pytest.fixture
def draft(dg, register, saudi_delegate) -> Contribution:
    return drafts.make_draft(dg, register, by=saudi_delegate)


@pytest.fixture
def browser(client_of, saudi_delegate):
    return client_of(saudi_delegate)


def url(name, draft, *more):
    return reverse(f"contributions:{name}", args=[draft.pk, *more])


def form(draft, **fields):
    return {
        "register": draft.register_id or "",
        "kind": "contribution_action",
        "title": "New words",
        "original_languages": ["en"],
        "summary": "",
        "action_required": "",
        "references": "",
        "edition": draft.edition,
    } | fields


# --- Beginning ------------------------------------------------------------------------------------------------------


def test_a_delegate_begins_a_draft_and_comes_to_its_page(browser, register, saudi_delegate):
    assert browser.get(reverse("contributions:new")).status_code == 200
    answer = browser.post(
        reverse("contributions:new"),
        {
            "register": register.pk,
            "kind": "contribution_information",
            "title": "On\nmultilingualization",
            "original_languages": ["en", "ar"],
            "summary": "What it says",
        },
    )
    draft = Contribution.objects.get()
    assert answer.url.startswith(url("contribution", draft))
    assert (draft.title, draft.state.iso3, draft.created_by) == (
        "On multilingualization",
        "SAU",
        saudi_delegate,
    )


def test_posted_number_status_instant_and_source_are_ignored(browser, register, syrian_delegate):
    syria = factories.make_state("SYR")
    browser.post(
        reverse("contributions:new"),
        {
            "register": register.pk,
            "kind": "contribution_action",
            "title": "A title",
            "original_languages": ["en"],
            "status": "submitted",
            "number": "7",
            "accepted_at": "2001-01-01T00:00:00Z",
            "source": "SYR",
            "state": syria.pk,
            "created_by": syrian_delegate.pk,
            "edition": "40",
        },
    )
    draft = Contribution.objects.get()
    assert (draft.status, draft.state.iso3, draft.edition, draft.revision) == ("draft", "SAU", 1, None)


@pytest.mark.parametrize(
    "lack",
    [
        {"title": " "},
        {"title": "\u200b\u3164"},
        {"original_languages": []},
        {"original_languages": ["xx"]},
        {"kind": "report"},
        {"register": 10**9},
        {"title": "x" * 401},
    ],
)
def test_a_form_that_lacks_something_comes_back_with_its_words(browser, register, lack):
    sent = {
        "register": register.pk,
        "kind": "contribution_action",
        "title": "A title",
        "original_languages": ["en"],
        "summary": "Words that stay",
    }
    answer = browser.post(reverse("contributions:new"), sent | lack)
    assert answer.status_code == 422
    assert "Words that stay" in answer.content.decode()
    assert not Contribution.objects.exists()


TURNS = "invisible characters that turn the direction of writing"


@pytest.mark.parametrize(
    ("field", "words", "said"),
    [
        *(
            ("title", f"A {chr(sign)}title", TURNS)
            for sign in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
        ),
        *(
            (field, "One line\nand \u202eanother", TURNS)
            for field in ("summary", "action_required", "references")
        ),
        ("title", "A \x07 title", "control characters"),
        ("summary", "A \x07 summary", "control characters"),
        ("title", "\u200b\u3164", "invisible characters only"),
    ],
)
def test_words_that_would_show_something_else_than_was_typed_are_refused(
    browser, register, field, words, said
):
    sent = {
        "register": register.pk,
        "kind": "contribution_action",
        "title": "A title",
        "original_languages": ["en"],
    }
    answer = browser.post(reverse("contributions:new"), sent | {field: words})
    assert answer.status_code == 422
    assert said in str(answer.context["form"].errors[field])
    assert not Contribution.objects.exists()


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("النص\u200f، \u200eITU\u200f والإنترنت", "النص\u200f، \u200eITU\u200f والإنترنت"),
        ("می\u200cخواهم", "می\u200cخواهم"),  # Persian is written with it
        ("Copied\r\nfrom \t two\u2028lines", "Copied from two lines"),
    ],
)
def test_a_title_keeps_the_marks_that_its_script_needs_and_becomes_one_line(browser, register, typed, kept):
    sent = {
        "register": register.pk,
        "kind": "contribution_action",
        "original_languages": ["ar"],
        "title": typed,
    }
    assert browser.post(reverse("contributions:new"), sent).status_code == 302
    assert Contribution.objects.get().title == kept


@pytest.mark.parametrize("field", ["summary", "action_required", "references"])
def test_a_text_of_several_lines_is_taken_however_they_ended_where_it_was_copied_from(browser, draft, field):
    copied = form(draft) | {field: "One\vtwo\ftree\x85four\u2028five\r\nsix"}
    assert browser.post(url("contribution", draft), copied).status_code == 302
    draft.refresh_from_db()
    assert getattr(draft, field) == "One\ntwo\ntree\nfour\nfive\nsix"


@pytest.mark.parametrize("field", ["title", "summary"])
def test_a_draft_from_before_with_such_words_is_not_submitted_and_says_why(browser, draft, field):
    assert TURNS not in browser.get(url("preview", draft)).content.decode()
    Contribution.objects.filter(pk=draft.pk).update(**{field: "Turned \u202earound"})
    assert (
        f"{field.capitalize()}: This contains {TURNS}" in browser.get(url("preview", draft)).content.decode()
    )


@pytest.mark.parametrize(
    ("title", "said"),
    [("", "The title is missing."), ("\u200b\u3164", "This consists of invisible characters only")],
)
def test_a_title_with_nothing_to_read_is_one_fault(browser, draft, title, said):
    Contribution.objects.filter(pk=draft.pk).update(title=title)
    problems = [str(problem) for problem in browser.get(url("preview", draft)).context["preview"].problems]
    assert len(problems) == 1 and said in problems[0]


def test_a_draft_saved_with_other_line_ends_before_is_submitted_and_shows_them(browser, draft):
    Contribution.objects.filter(pk=draft.pk).update(summary="One\vtwo\u2028three")
    page = browser.get(url("preview", draft)).content.decode()
    assert "control characters" not in page and "One<br>two<br>three" in page


@pytest.mark.parametrize("who", ["nobody", "auditor", "administrator"])
def test_who_belongs_to_no_delegation_begins_nothing(client_of, who, register, request):
    browser = client_of(request.getfixturevalue(who))
    assert browser.get(reverse("contributions:new")).status_code == 403
    assert browser.post(reverse("contributions:new"), {"title": "A title"}).status_code == 403
    assert not Contribution.objects.exists()


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("?party=dg.SYR", 404),
        ("?meeting=no-such-meeting", 404),
        ("?meeting=dg-2&slot=x", 400),
        ("?meeting=dg-2&slot=999999", 404),
        ("?slot=1", 400),
    ],
)
def test_an_address_made_up_is_refused(browser, register, query, status):
    assert browser.get(reverse("contributions:new") + query).status_code == status


# --- Editing ----------------------------------------------------------------------------------------------------------


def test_the_second_of_two_editors_sees_both_texts_and_may_send_again(
    browser, client_of, draft, saudi_focal_point
):
    sent = form(draft, title="My words", summary="My summary")
    client_of(saudi_focal_point).post(url("contribution", draft), form(draft, title="Their words"))
    before = drafts.as_it_stands(draft)
    answer = browser.post(url("contribution", draft), sent)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Their words" in page and "My words" in page and "My summary" in page
    assert drafts.as_it_stands(draft) == before
    draft.refresh_from_db()
    assert f'name="edition" value="{draft.edition}"' in page
    assert browser.post(url("contribution", draft), sent | {"edition": draft.edition}).status_code == 302
    draft.refresh_from_db()
    assert draft.title == "My words"


@pytest.mark.parametrize("edition", ["", "0", "-1", "7777"])
def test_an_edition_made_up_overwrites_nothing(browser, draft, edition):
    before = drafts.as_it_stands(draft)
    sent = form(draft, title="Other words", edition=edition)
    assert browser.post(url("contribution", draft), sent).status_code == 409
    assert drafts.as_it_stands(draft) == before


@pytest.mark.parametrize(
    "who", ["syrian_focal_point", "secretary", "chair", "auditor", "administrator", "nobody"]
)
def test_for_everybody_else_the_draft_does_not_exist(client_of, who, draft, request):
    browser = client_of(request.getfixturevalue(who))
    file, before = draft.files.get(), drafts.as_it_stands(draft)
    for name, more in (("contribution", ()), ("draft-file", (file.pk,))):
        assert browser.get(url(name, draft, *more)).status_code == 404
    for name, more in (
        ("contribution", ()),
        ("upload", ()),
        ("remove-file", (file.pk,)),
        ("discard", ()),
        ("take-back", ()),
        ("ask-sponsor", ()),
    ):
        assert browser.post(url(name, draft, *more), form(draft)).status_code == 404, name
    assert drafts.as_it_stands(draft) == before


def test_a_submitted_draft_leads_to_its_document(browser, draft, saudi_focal_point):
    document = drafts.submit(draft, saudi_focal_point).receipt.revision.document
    assert browser.get(url("contribution", draft)).url == document.get_absolute_url()


def test_a_discarded_draft_is_not_edited_and_comes_back_by_one_click(browser, draft):
    assert browser.post(url("discard", draft)).status_code == 302
    assert browser.get(url("contribution", draft)).status_code == 200
    before = drafts.as_it_stands(draft)
    assert browser.post(url("contribution", draft), form(draft)).status_code == 409
    assert drafts.as_it_stands(draft) == before
    assert browser.post(url("take-back", draft)).status_code == 302
    draft.refresh_from_db()
    assert draft.status == "draft"


def test_script_in_a_title_is_inert(browser, draft):
    browser.post(url("contribution", draft), form(draft, title="<script>alert(1)</script>"))
    for name in ("contribution", "preview"):
        page = browser.get(url(name, draft)).content.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)" in page


# --- Files ------------------------------------------------------------------------------------------------------------


def test_a_file_is_stored_and_given_back_byte_for_byte(browser, draft):
    content = factories.pdf_bytes("Given back")
    upload = SimpleUploadedFile("نص.pdf", content)
    assert browser.post(url("upload", draft), {"language": "ar", "file": upload}).status_code == 302
    file = draft.files.get(language="ar")
    answer = browser.get(url("draft-file", draft, file.pk))
    assert b"".join(answer) == content
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_a_stored_file_that_is_lost_says_so_and_leads_back_to_the_draft(browser, draft):
    file = draft.files.get()
    harm.do(file.blob, "missing")
    answer = browser.get(url("draft-file", draft, file.pk))
    assert answer.status_code == 503
    assert f'href="{url("contribution", draft)}">Back to its page</a>' in answer.content.decode()
    assert "cannot be downloaded at the moment" in browser.get(url("contribution", draft)).content.decode()


@pytest.mark.parametrize(
    ("content", "name"),
    [(b"", "empty.pdf"), (b"<html></html>", "page.pdf"), (b"PK\x03\x04no", "zip.docx"), (b"text", "a.txt")],
)
def test_a_refused_file_says_why_and_the_draft_stays(browser, draft, content, name):
    before = drafts.as_it_stands(draft)
    upload = SimpleUploadedFile(name, content)
    answer = browser.post(
        url("upload", draft), {"language": "en", "file": upload}, headers={"accept": "application/json"}
    )
    assert answer.status_code == 422
    assert answer.json()["errors"]
    assert drafts.as_it_stands(draft) == before


def test_the_same_file_in_two_languages_is_taken_with_a_warning(browser, draft):
    """On the page and for the script, and once more on the preview."""
    content = factories.pdf_bytes("One text")
    said = "This file is identical to the one in English."
    for language in ("en", "fr"):
        answer = browser.post(
            url("upload", draft),
            {"language": language, "file": SimpleUploadedFile("a.pdf", content)},
            headers={"accept": "application/json"},
        )
        assert answer.status_code == 201
        assert (said in answer.json()["html"]) is (language == "fr")
    assert (
        f"{said} If it is not the French text, remove it."
        in browser.get(url("contribution", draft)).content.decode()
    )
    preview = browser.get(url("preview", draft)).content.decode()
    assert said in preview and "remove it" not in preview


@pytest.mark.parametrize("sent", [{}, {"language": "xx"}, {"language": "en"}])
def test_an_upload_without_file_or_language_is_refused(browser, draft, sent):
    before = drafts.as_it_stands(draft)
    assert browser.post(url("upload", draft), sent).status_code == 422
    assert drafts.as_it_stands(draft) == before


def test_a_file_of_another_draft_is_not_reached_through_ones_own(
    dg, browser, draft, register, syrian_delegate
):
    theirs = drafts.make_draft(dg, register, by=syrian_delegate, state="SYR", title="Theirs")
    file = theirs.files.get()
    assert browser.get(url("draft-file", draft, file.pk)).status_code == 404
    assert browser.post(url("remove-file", draft, file.pk)).status_code == 404
    assert theirs.files.get() == file
    assert browser.get(url("draft-file", draft, uuid.uuid4())).status_code == 404


def test_a_removed_file_is_gone_from_the_draft(browser, draft):
    file = draft.files.get()
    assert browser.post(url("remove-file", draft, file.pk)).status_code == 302
    assert not draft.files.exists()


def test_who_is_asked_to_join_reads_the_draft_and_its_files_and_writes_nothing(
    client_of, draft, saudi_focal_point, syrian_focal_point, held
):
    from contributions import sponsors

    sponsors.ask(draft.pk, factories.make_state("SYR"), rights=rights_of(saudi_focal_point), at=held.at)
    asked = client_of(syrian_focal_point)
    assert asked.get(url("contribution", draft)).status_code == 302
    assert asked.get(url("preview", draft)).status_code == 200
    assert asked.get(url("draft-file", draft, draft.files.get().pk)).status_code == 200
    before = drafts.as_it_stands(draft)
    assert asked.post(url("contribution", draft), form(draft)).status_code == 404
    assert asked.post(url("upload", draft), {}).status_code == 404
    assert asked.post(url("submit", draft), {"token": str(uuid.uuid4())}).status_code == 404
    assert drafts.as_it_stands(draft) == before


def test_an_open_change_takes_no_other_kind_from_the_form(browser, draft, saudi_focal_point, held):
    document = drafts.submit(draft, saudi_focal_point).receipt.revision.document
    change = drafting.begin_change(document, "rev", rights=rights_of(saudi_focal_point), at=held.at)
    sent = form(change, kind="contribution_information", register="")
    assert browser.post(url("contribution", change), sent).status_code == 302
    change.refresh_from_db()
    assert (change.kind, change.register) == (document.kind, document.register)


def test_a_file_over_the_limit_is_refused_with_its_reason_without_script_too(
    browser, register, dg, saudi_delegate, settings
):
    draft = drafts.make_draft(dg, register, by=saudi_delegate)
    settings.MAX_FILE_BYTES = 1024 * 1024
    upload = SimpleUploadedFile("a.pdf", b"x" * 1_500_000, content_type=factories.PDF)
    address = reverse("contributions:upload", args=[draft.pk])
    answer = browser.post(address, {"language": "en", "file": upload})
    assert answer.status_code == 413
    assert "The file is larger than 1 MB" in answer.content.decode()
    assert draft.files.count() == 1
