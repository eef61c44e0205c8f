"""The preview of a change: what a Rev. changes, that it changes nothing; which text a Corr. belongs to; how each file begins."""

from datetime import timedelta

import pytest
from django.urls import reverse

from contributions import changes, draft_files, previewing, sponsors
from contributions.models import Contribution
from cwg.documents.models import PolicyIssue
from cwg.members.rights import rights_of
from tests import drafts, factories
from tests.contributions.submit_pages import plain, url

pytestmark = pytest.mark.django_db

MICROSECOND = timedelta(microseconds=1)


@pytest.fixture
def revision(document, saudi_focal_point, held) -> Contribution:
    return drafts.begin_change(document, "rev", saudi_focal_point, held.at)


def of(draft) -> changes.OfDocument | None:
    return changes.of(previewing.preview(previewing.load(draft.pk), person=draft.created_by))


def told(draft) -> dict[str, str]:
    """Each part that changes: what is struck out and what is new, or what it has now."""
    found = {}
    for each in of(draft).changes:
        pieces = [f"{kind}:{words.strip()}" for kind, words in each.pieces if kind != "same"]
        found[each.label] = each.now or " ".join(pieces)
    return found


def test_a_draft_that_changes_no_document_lists_nothing(browser, draft):
    assert of(draft) is None
    assert "What changes from" not in plain(browser.get(url("preview", draft)))


def test_a_revision_begins_from_the_registered_text_and_says_that_it_changes_nothing_yet(
    browser, revision, document
):
    assert (revision.title, revision.files.get().blob_id) == (
        document.current.title,
        document.current.texts[0].files.get().blob_id,
    )
    assert told(revision) == {}
    page = plain(browser.get(url("preview", revision)))
    assert f"What changes from {document.symbol}" in page
    assert f"Nothing yet: words, files and sources are those of {document.symbol}." in page
    # Said once.
    assert "the files in English" not in page


def test_a_revision_lists_what_changes_of_its_words_and_files(browser, revision, saudi_focal_point):
    Contribution.objects.filter(pk=revision.pk).update(
        title="On fair multilingualization", summary="New", original_languages=["fr"]
    )
    drafts.put_file(revision, saudi_focal_point, language="fr", text="Le texte")
    drafts.put_file(revision, saudi_focal_point, language="en", text="Another text")
    assert told(revision) == {
        "Title": "new:fair",
        "Summary": "new:New",
        "New text in": "English",
        "Text added in": "French",
        "Original language": "French",
    }
    page = browser.get(url("preview", revision)).content.decode()
    assert "<ins>fair </ins>" in page and "Nothing yet" not in page
    assert page.index("What changes from") < page.index("<h2>Files</h2>")


def test_a_text_that_is_left_out_and_issues_are_told(dg, register, revision, saudi_focal_point):
    issue = PolicyIssue.objects.create(list_name="Resolution 1305", number=1, title="Spam")
    revision.issues.add(issue)
    revision.files.all().delete()
    drafts.put_file(revision, saudi_focal_point, language="fr", text="Le texte")
    found = told(revision)
    assert (found["Text left out in"], found["Text added in"]) == ("English", "French")
    assert found["Policy issues it concerns"] == issue.title


def test_a_change_of_sponsors_alone_names_them(revision, saudi_focal_point, syrian_focal_point, held):
    asked = sponsors.ask(
        revision.pk, factories.make_state("SYR"), rights=rights_of(saudi_focal_point), at=held.at
    )
    sponsors.answer(asked.pk, joins=True, rights=rights_of(syrian_focal_point), at=held.at)
    assert told(revision) == {"Source": "Saudi Arabia, Syrian Arab Republic"}


def test_a_corrigendum_names_the_revision_that_it_corrects_and_the_language_of_its_original(
    browser, document, saudi_focal_point, held
):
    revised = drafts.begin_change(document, "rev", saudi_focal_point, held.at)
    draft_files.remove_file(
        revised.pk, revised.files.get().pk, rights=rights_of(saudi_focal_point), at=held.at
    )
    drafts.put_file(revised, saudi_focal_point, text="Another text")
    drafts.put_file(revised, saudi_focal_point, language="fr", text="Le texte")
    drafts.submit(revised, saudi_focal_point)
    correction = drafts.begin_change(document, "corr", saudi_focal_point, held.at, language="fr")
    found = of(correction)
    assert (found.symbol, found.originals, found.changes) == (f"{document.symbol}(Rev.1)", "English", ())
    page = plain(browser.get(url("preview", correction)))
    assert f"What it corrects Text{document.symbol}(Rev.1) Original language of that textEnglish" in page
    assert "This corrigendumCorrigendum, French text only" in page


def test_the_preview_shows_how_the_text_of_each_file_begins_and_the_draft_does_not(
    browser, draft, saudi_focal_point
):
    long = "\n".join(f"Line {number} of the <paper>" for number in range(40))
    drafts.put_file(draft, saudi_focal_point, language="fr", text=long)
    page = browser.get(url("preview", draft)).content.decode()
    assert '<blockquote class="file-begins" lang="fr" dir="auto">Line 0 of the &lt;paper&gt;<br>' in page
    assert "Line 4" in page and "Line 5" not in page
    assert "file-begins" not in browser.get(url("contribution", draft)).content.decode()


# --- The choice of a meeting ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("after", "marked"), [(-MICROSECOND, False), (timedelta(), False), (MICROSECOND, True)]
)
def test_the_choice_of_a_meeting_says_where_the_deadline_has_passed(
    dg, browser, register, deadline, held, after, marked
):
    later = factories.make_register(dg, 3, opens_at=register.opens_at + timedelta(days=60))
    held.move_to(deadline + after)
    page = browser.get(reverse("contributions:new")).content.decode()
    assert (f"Deadline passed: {register.title}</option>" in page) is marked
    assert f">{later.title}</option>" in page


def test_the_choice_asks_for_the_deadlines_of_all_meetings_at_once(
    dg, browser, register, held, django_assert_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    address = reverse("contributions:new")
    browser.get(address)
    with CaptureQueriesContext(connection) as one:
        browser.get(address)
    for number in (3, 4):
        factories.make_register(dg, number, opens_at=register.opens_at + timedelta(days=60 * number))
    with django_assert_num_queries(len(one)):
        browser.get(address)
