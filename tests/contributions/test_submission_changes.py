"""A Rev., Corr. or Add. has a time and a verdict of its own; one of sponsors alone is never refused."""

import uuid
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from contributions import draft_files, drafting, held_over, previewing, sponsors, submission, withdrawing
from contributions.models import Contribution
from cwg.documents import register as the_register
from cwg.documents.models import Document, PolicyIssue
from cwg.look import signs
from cwg.members.parties import NotEntitled
from cwg.members.rights import rights_of
from tests import drafts, factories

pytestmark = pytest.mark.django_db

MICROSECOND = timedelta(microseconds=1)


@pytest.mark.parametrize(("kind", "symbol"), [("rev", "(Rev.1)"), ("corr", "(Corr.1)"), ("add", "(Add.1)")])
def test_a_change_has_a_time_and_a_verdict_of_its_own(
    document, saudi_focal_point, deadline, held, kind, symbol
):
    original = document.original
    held.move_to(deadline)
    change = drafts.begin_change(document, kind, saudi_focal_point, held.at)
    drafts.other_bytes(change, saudi_focal_point, held.at)
    revision = drafts.submit(change, saudi_focal_point).receipt.revision
    assert revision.symbol == f"DG-2/1{symbol}"
    assert (revision.verdict, revision.available_at) == ("in_time", deadline)
    original.refresh_from_db()
    assert original.available_at == factories.NOW
    assert Document.objects.count() == 1
    assert drafts.faults() == []


@pytest.mark.parametrize("kind", ["rev", "corr", "add"])
def test_a_change_of_content_after_the_deadline_is_late(document, saudi_focal_point, deadline, held, kind):
    change = drafts.begin_change(document, kind, saudi_focal_point, held.at)
    drafts.other_bytes(change, saudi_focal_point, held.at)
    held.move_to(deadline + MICROSECOND)
    drafts.late(change, saudi_focal_point)
    assert document.revisions.count() == 1


def test_a_change_of_sponsors_alone_is_registered_late_and_flagged(
    document, saudi_focal_point, syrian_focal_point, deadline, held
):
    held.move_to(deadline + timedelta(hours=3))
    change = drafts.joint_revision(document, saudi_focal_point, syrian_focal_point, held.at)
    revision = drafts.submit(change, saudi_focal_point).receipt.revision
    assert (revision.symbol, revision.verdict, revision.same_bytes) == ("DG-2/1(Rev.1)", "late_flagged", True)
    assert revision.sources.count() == 2
    assert {f.blob_id for v in revision.versions.all() for f in v.files.all()} == {
        f.blob_id for v in document.original.versions.all() for f in v.files.all()
    }
    assert drafts.faults() == []


def test_a_change_of_sponsors_keeps_the_delegations_own_translations(
    dg, draft, register, saudi_focal_point, syrian_focal_point, deadline, held
):
    drafts.put_file(draft, saudi_focal_point, language="fr", text="Une traduction.")
    document = drafts.submit(draft, saudi_focal_point).receipt.revision.document
    held.move_to(deadline + timedelta(hours=3))
    change = drafts.joint_revision(document, saudi_focal_point, syrian_focal_point, held.at)
    revision = drafts.submit(change, saudi_focal_point).receipt.revision
    assert revision.same_bytes
    assert {(v.language, v.is_original) for v in revision.versions.all()} == {("en", True), ("fr", False)}


def test_a_sponsor_who_leaves_makes_a_revision_with_the_same_bytes(
    document, saudi_focal_point, syrian_focal_point, deadline, held
):
    change = drafts.joint_revision(document, saudi_focal_point, syrian_focal_point, held.at)
    drafts.submit(change, saudi_focal_point)
    held.move_to(deadline + timedelta(hours=3))
    document = Document.objects.get(pk=document.pk)
    change = drafts.begin_change(document, "rev", saudi_focal_point, held.at)
    sponsors.answer(
        change.sponsorships.get().pk, joins=False, rights=rights_of(syrian_focal_point), at=held.at
    )
    revision = drafts.submit(change, saudi_focal_point).receipt.revision
    assert (revision.symbol, revision.verdict) == ("DG-2/1(Rev.2)", "late_flagged")
    assert revision.sources.count() == 1


@pytest.mark.parametrize("field", ["title", "summary"])
def test_a_change_of_sponsors_is_not_stopped_by_words_registered_before_they_would_be_refused(
    draft, saudi_focal_point, syrian_focal_point, deadline, held, monkeypatch, field
):
    """To mend them would make it another text, which comes too late."""
    words = "Rung \x07 twice"
    Contribution.objects.filter(pk=draft.pk).update(**{field: words})
    with monkeypatch.context() as before:
        before.setattr(signs, "refusal", lambda text, **kind: "")
        document = drafts.submit(draft, saudi_focal_point).receipt.revision.document
    held.move_to(deadline + timedelta(hours=3))
    change = drafts.joint_revision(document, saudi_focal_point, syrian_focal_point, held.at)
    Contribution.objects.filter(pk=change.pk).update(**{field: f"{words} more"})
    prepared = previewing.preview(previewing.load(change.pk), person=saudi_focal_point)
    assert [str(each) for each in prepared.problems] == [
        f"{field.capitalize()}: This contains control characters. Type it again instead of pasting it."
    ]
    Contribution.objects.filter(pk=change.pk).update(**{field: words})
    revision = drafts.submit(change, saudi_focal_point).receipt.revision
    assert (revision.verdict, revision.same_bytes, getattr(revision, field)) == ("late_flagged", True, words)


def test_other_line_ends_than_the_registered_ones_are_no_other_text(
    draft, saudi_focal_point, syrian_focal_point, deadline, held
):
    """Saving the form unchanged may end the lines otherwise."""
    Contribution.objects.filter(pk=draft.pk).update(summary="One\vtwo\r\nthree")
    document = drafts.submit(draft, saudi_focal_point).receipt.revision.document
    held.move_to(deadline + timedelta(hours=3))
    change = drafts.joint_revision(document, saudi_focal_point, syrian_focal_point, held.at)
    Contribution.objects.filter(pk=change.pk).update(summary="One\ntwo\nthree")
    assert drafts.submit(change, saudi_focal_point).receipt.revision.same_bytes


def test_sponsors_and_one_word_more_are_content_and_late(
    document, saudi_focal_point, syrian_focal_point, deadline, held
):
    change = drafts.joint_revision(document, saudi_focal_point, syrian_focal_point, held.at)
    Contribution.objects.filter(pk=change.pk).update(summary="One word more")
    held.move_to(deadline + MICROSECOND)
    drafts.late(change, saudi_focal_point)


def test_a_revision_that_changes_nothing_is_not_let_in_late(document, saudi_focal_point, deadline, held):
    held.move_to(deadline + MICROSECOND)
    change = drafts.begin_change(document, "rev", saudi_focal_point, held.at)
    drafts.late(change, saudi_focal_point)


def test_a_revision_carries_its_issues_and_title_to_the_document(document, saudi_focal_point, held):
    issue = PolicyIssue.objects.create(list_name="Resolution 1305", number=1, title="Multilingualization")
    change = drafts.begin_change(document, "rev", saudi_focal_point, held.at)
    drafting.edit(
        change.pk,
        drafts.wording(None, "A better title", issues=(issue,)),
        edition=change.edition,
        rights=rights_of(saudi_focal_point),
        at=held.at,
    )
    drafts.submit(change, saudi_focal_point)
    document.refresh_from_db()
    assert document.title == "A better title"
    assert list(document.issues.all()) == [issue]
    assert document.original.title == "On multilingualization"


def test_an_open_change_of_the_same_kind_is_taken_up_again(document, saudi_focal_point, held):
    first = drafts.begin_change(document, "rev", saudi_focal_point, held.at)
    assert drafts.begin_change(document, "rev", saudi_focal_point, held.at) == first
    assert drafts.begin_change(document, "corr", saudi_focal_point, held.at) != first


def test_a_corrigendum_may_concern_one_language(document, saudi_focal_point, held):
    change = drafts.begin_change(document, "corr", saudi_focal_point, held.at, language="en")
    drafts.put_file(change, saudi_focal_point, text="Read thirteen for twelve")
    assert drafts.submit(change, saudi_focal_point).receipt.revision.symbol == "DG-2/1(Corr.1)-E"


@pytest.mark.parametrize(("kind", "language"), [("corr", "fr"), ("rev", "en"), ("add", "en")])
def test_only_a_corrigendum_corrects_one_language_and_one_that_is_there(
    document, saudi_focal_point, held, kind, language
):
    before = Contribution.objects.count()
    with pytest.raises(ValueError):
        drafts.begin_change(document, kind, saudi_focal_point, held.at, language=language)
    assert Contribution.objects.count() == before


def test_a_corrigendum_of_one_language_is_written_in_it_and_takes_no_other_file(
    document, saudi_focal_point, held
):
    change = drafts.begin_change(document, "corr", saudi_focal_point, held.at, language="en")
    rights = rights_of(saudi_focal_point)
    words = drafts.wording(None, "Corrected", original_languages=("es",))
    drafting.edit(change.pk, words, edition=change.edition, rights=rights, at=held.at)
    change.refresh_from_db()
    assert (change.title, change.original_languages) == ("Corrected", ["en"])
    upload = SimpleUploadedFile("a.pdf", factories.pdf_bytes())
    with drafts.nothing_changes(change), pytest.raises(draft_files.OtherLanguage):
        draft_files.attach(change.pk, upload, language="es", rights=rights, at=held.at)
    upload.seek(0)
    assert (
        draft_files.attach(change.pk, upload, language="en", rights=rights, at=held.at).file.language == "en"
    )


def test_a_change_is_not_held_for_another_meeting(document, saudi_focal_point, held):
    change = drafts.begin_change(document, "rev", saudi_focal_point, held.at)
    with drafts.nothing_changes(change), pytest.raises(drafting.NotOpen):
        held_over.hold(change.pk, rights=rights_of(saudi_focal_point), at=held.at)


@pytest.mark.parametrize("who", ["syrian_focal_point", "secretary", "chair"])
def test_nobody_else_changes_or_withdraws_it(document, who, held, request):
    person = request.getfixturevalue(who)
    before = drafts.registered(), Contribution.objects.count()
    with pytest.raises(NotEntitled):
        drafts.begin_change(document, "rev", person, held.at)
    with pytest.raises(NotEntitled):
        withdrawing.withdraw(document, rights=rights_of(person), reason="no")
    assert (drafts.registered(), Contribution.objects.count()) == before


def test_the_same_bytes_are_asked_for_again_under_the_lock(
    document, saudi_focal_point, syrian_focal_point, deadline, held, monkeypatch
):
    """A Rev. of the words that is registered while a Rev. of the sponsors waits: the words would be undone late."""
    change = drafts.joint_revision(document, saudi_focal_point, syrian_focal_point, held.at)
    token = drafts.token_for(change, saudi_focal_point)
    held.move_to(deadline + MICROSECOND)
    lock = the_register.lock

    def after_another_revision(register_id):
        monkeypatch.setattr(the_register, "lock", lock)
        filing = factories.make_filing(
            "New words", revises_id=document.pk, revision_kind="rev", same_bytes=True
        )
        locked = lock(register_id)
        the_register.enter(locked, filing, actor=saudi_focal_point, token=uuid.uuid4(), arrived_at=held.at)
        return locked

    monkeypatch.setattr(the_register, "lock", after_another_revision)
    with pytest.raises(submission.DraftChanged):
        submission.submit(token, person=saudi_focal_point, arrived_at=held.at)
