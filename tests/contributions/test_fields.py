"""The fields of a filing stand once: each is followed from the form to the ZIP, and a forgotten one fails here.

Whoever adds a field to `FIELDS` gives it an example below; the tests then say where it was forgotten.
"""

import dataclasses
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.urls import reverse

from contributions import drafting, previewing, submission
from contributions.forms import DraftForm
from contributions.models import Contribution, SubmitToken
from cwg.documents import cover, header_block, pack
from cwg.documents.filing import (
    FIELDS,
    WORDS,
    Filing,
    as_registered,
    differences,
    plain,
    words_of,
)
from cwg.documents.models import Document, PolicyIssue, Receipt, Revision
from cwg.members.rights import rights_of
from tests import drafts, factories

pytestmark = pytest.mark.django_db
RECEIPTS = Path(__file__).parents[2] / "docs" / "receipts.md"

# Of each field what a draft begins with, and another value. None of them is a default.
EXAMPLES = {
    "kind": ("contribution_information", "contribution_action"),
    "title": ("Marked title", "Another title"),
    "original_languages": (("fr",), ("fr", "ar")),
    "summary": ("Marked summary", "Another summary"),
    "action_required": ("Marked action", "Another action"),
    "references": ("Marked references", "Other references"),
    "issues": ((1,), (1, 2)),
}
# What a change takes from its document and no form alters.
FIXED_IN_A_CHANGE = {"kind"}
FIELD_NAMES = [field.name for field in FIELDS]


@pytest.fixture
def register(dg, held):
    return factories.make_register(dg, 2)


@pytest.fixture
def values():
    """`values(name, ...)`: the examples as a `Wording` takes them, the other one for the fields named."""
    issues = {
        number: PolicyIssue.objects.create(list_name="Of a test", number=number, title=f"Issue {number}")
        for number in (1, 2)
    }

    def of(*others: str) -> dict:
        chosen = {name: pair[name in others] for name, pair in EXAMPLES.items()}
        return chosen | {"issues": tuple(issues[number] for number in chosen["issues"])}

    return of


@pytest.fixture
def draft(dg, register, saudi_focal_point, values) -> Contribution:
    made = drafts.make_draft(dg, register, by=saudi_focal_point, **values() | {"language": "fr"})
    drafts.put_file(made, saudi_focal_point, language="ar", text="A translation, or an original.")
    return Contribution.objects.get(pk=made.pk)


@pytest.fixture
def document(draft, saudi_focal_point) -> Document:
    pk = drafts.submit(draft, saudi_focal_point).receipt.revision.document_id
    return Document.objects.for_list().get(pk=pk)


def prepared(draft) -> previewing.Preview:
    return previewing.preview(previewing.load(draft.pk), person=draft.created_by)


def edit(draft, register, person, at, **fields):
    drafting.edit(
        draft.pk,
        drafting.Wording(register=register, **fields),
        edition=Contribution.objects.get(pk=draft.pk).edition,
        rights=rights_of(person),
        at=at,
    )


def held_by(draft, name):
    value = getattr(previewing.load(draft.pk), name)
    return tuple(value.all()) if name == "issues" else tuple(value) if isinstance(value, list) else value


def test_each_field_has_an_example_and_each_carrier_of_fields_names_it():
    assert set(EXAMPLES) == set(FIELD_NAMES)
    assert {field.name for field in dataclasses.fields(drafting.Wording)} == {"register", *FIELD_NAMES}
    assert set(FIELD_NAMES) <= set(DraftForm.base_fields)
    assert set(WORDS) <= {field.name for field in dataclasses.fields(Filing)}
    for model in (Contribution, Revision):
        assert set(WORDS) <= {field.name for field in model._meta.get_fields()}


@pytest.mark.parametrize("name", FIELD_NAMES)
def test_a_draft_begins_with_it_and_keeps_an_edit_of_it(
    draft, register, saudi_focal_point, held, values, name
):
    assert held_by(draft, name) == values()[name]
    before = drafting.words_digest(previewing.load(draft.pk))
    edit(draft, register, saudi_focal_point, held.at, **values(name))
    assert held_by(draft, name) == values(name)[name]
    assert drafting.words_digest(previewing.load(draft.pk)) != before


@pytest.mark.parametrize("name", FIELD_NAMES)
def test_a_change_of_it_since_the_preview_stops_the_submission(
    draft, register, saudi_focal_point, held, values, name
):
    token = drafts.token_for(draft, saudi_focal_point)
    edit(draft, register, saudi_focal_point, held.at, **values(name))
    assert prepared(draft).digest != SubmitToken.objects.get().digest
    with pytest.raises(submission.DraftChanged):
        submission.submit(token, person=saudi_focal_point, arrived_at=held.at)
    assert not Document.objects.exists()


def test_what_was_previewed_by_an_older_version_is_previewed_again(draft, saudi_focal_point, held):
    """A token of before an upgrade carries a digest of other fields, or of the same ones otherwise."""
    token = drafts.token_for(draft, saudi_focal_point)
    SubmitToken.objects.update(digest="0" * 64)
    with pytest.raises(submission.DraftChanged):
        submission.submit(token, person=saudi_focal_point, arrived_at=held.at)
    assert not Document.objects.exists()


def test_the_register_gives_back_what_was_filed_in_every_field(draft, saudi_focal_point):
    filed = prepared(draft).filing
    drafts.submit(draft, saudi_focal_point)
    kept = as_registered(Document.objects.for_list().get())
    assert differences(kept, filed) == set()
    assert kept == filed
    # Each field was given a value that no default explains; those of a change are told apart in the next tests.
    of_a_change = {"revises_id", "revision_kind", "language", "same_bytes", "disclosure", "for_another"}
    for field in dataclasses.fields(Filing):
        if field.name not in of_a_change:
            assert getattr(filed, field.name) != field.default, field.name


@pytest.mark.parametrize("field", dataclasses.fields(Filing), ids=lambda field: field.name)
def test_every_field_of_a_filing_is_in_its_digest(draft, field):
    filed = prepared(draft).filing
    other = {
        "sources": (*filed.sources, factories.state_source("SYR", is_lead=False)),
        "versions": filed.versions[:1],
        "issue_ids": (),
        "revises_id": 7,
        "same_bytes": True,
    }.get(field.name, "other")
    changed = dataclasses.replace(filed, **{field.name: other})
    assert plain(changed) != plain(filed)


@pytest.mark.parametrize("name", [name for name in FIELD_NAMES if name not in FIXED_IN_A_CHANGE])
def test_with_it_a_change_of_sponsors_is_more_than_that_and_late(
    document, register, saudi_focal_point, syrian_focal_point, held, values, name
):
    change = drafts.joint_revision(document, saudi_focal_point, syrian_focal_point, held.at)
    assert held_by(change, name) == values()[name]
    assert prepared(change).sponsors_only
    edit(change, register, saudi_focal_point, held.at, **values(name))
    assert not prepared(change).sponsors_only
    held.move_to(register.opens_at - timedelta(hours=24) + timedelta(microseconds=1))
    assert drafts.submit(change, saudi_focal_point).receipt is None
    assert document.revisions.count() == 1


def test_a_file_under_another_name_is_more_than_a_change_of_sponsors(
    document, saudi_focal_point, syrian_focal_point, held
):
    change = drafts.joint_revision(document, saudi_focal_point, syrian_focal_point, held.at)
    assert prepared(change).sponsors_only
    change.files.filter(language="fr").update(name="another.pdf")
    assert not prepared(change).sponsors_only


def test_words_are_in_the_form_the_preview_the_page_and_on_the_cover(
    draft, saudi_focal_point, client_of, monkeypatch
):
    browser = client_of(saudi_focal_point)
    markers = words_of(draft).values()
    assert len(markers) >= 4
    form = browser.get(draft.get_absolute_url()).content.decode()
    preview = browser.get(reverse("contributions:preview", args=[draft.pk])).content.decode()
    drafts.submit(draft, saudi_focal_point)
    document = header_block.for_page(Document.objects).get()
    page = browser.get(document.get_absolute_url()).content.decode()
    printed = []
    monkeypatch.setattr(cover.pdf_out, "to_pdf", lambda *given, **options: printed.append((given, options)))
    cover.as_pdf(document, "en")
    for marker in markers:
        assert marker in form
        assert marker in preview
        assert marker in page
        assert marker in repr(printed)


def test_somebody_who_edits_at_the_same_time_is_shown_the_words_of_the_other(
    draft, register, saudi_focal_point, client_of, held, values
):
    edit(draft, register, saudi_focal_point, held.at, **values(*WORDS))
    mine = {name: f"Mine {name}" for name in WORDS}
    answer = client_of(saudi_focal_point).post(
        draft.get_absolute_url(),
        mine | {"register": register.pk, "kind": draft.kind, "original_languages": ["fr"], "edition": 1},
    )
    assert answer.status_code == 409
    for name in WORDS:
        assert EXAMPLES[name][1] in answer.content.decode()
        assert mine[name] in answer.content.decode()


def test_the_receipt_states_what_is_marked_so_and_its_version_is_documented(document, draft):
    said = Receipt.objects.get().statement
    for field in FIELDS:
        assert (field.name in said) is field.stated, field.name
        if field.stated:
            assert said[field.name] == EXAMPLES[field.name][0]
    rows = re.findall(r"^\| `([a-z_]+)` \| (\d+) \|", RECEIPTS.read_text(), re.MULTILINE)
    assert {name for name, since in rows if int(since) <= said["version"]} == set(said)


def test_the_index_of_the_zip_names_what_is_marked_so(document):
    packed = pack.contents(header_block.for_page(Document.objects), languages=())
    index = pack._as_csv(packed).decode("utf-8-sig")
    shown = {"kind": str(document.get_kind_display())}
    assert len(packed) == 2
    for field in FIELDS:
        if field.words or field.name in shown:
            marker = shown.get(field.name, EXAMPLES[field.name][0])
            assert (marker in index) is field.indexed, field.name
