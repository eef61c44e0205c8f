"""The secretariat adds a translation: its own instant, no verdict, no receipt, an entry of the journal."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, IntegrityError, transaction

from cwg.documents import (
    aftermath,
    archive,
    blobs,
    filing,
    header_block,
    offers,
    receipts,
    taking_files,
    translations,
)
from cwg.documents import register as the_register
from cwg.documents.models import Blob, Document, File, PreparedFile, Receipt, Version
from cwg.documents.translations import Standing
from cwg.members.models import Office, Role
from cwg.members.parties import NotEntitled
from cwg.members.rights import rights_of
from cwg.record.models import JournalEntry
from cwg.record.reasons import ReasonMissing
from tests import drafts, factories
from tests.tampering import as_owner

from .translating import add, places, prepare, read, standing

pytestmark = pytest.mark.django_db


@pytest.fixture
def archived(dg, secretary, held) -> Document:
    """Of before the portal: its text is not held, and nobody states in which language it was."""
    opens_at = held.at - timedelta(days=6000)
    known = archive.ArchivedRegister(
        "dg-1", "First meeting", 1, "Geneva", "Europe/Zurich", opens_at.date(), opens_at.date(), opens_at
    )
    paper = archive.ArchivedDocument(
        "saudi",
        "contribution_action",
        title="Of 2009",
        sources=(factories.state_source("SAU"),),
        versions=(
            factories.version_line("en", "Of 2009"),
            filing.VersionLine("fr", (), is_original=False),
        ),
    )
    return archive.enter_archive(archive.open_archive(dg, known, actor=secretary), paper, actor=secretary)


# --- Adding -----------------------------------------------------------------------------------------------------------


def test_a_translation_is_added_with_its_own_instant_and_an_entry_and_no_verdict(document, secretary, held):
    assert places(document)["fr"] is Standing.MISSING
    receipt = Receipt.objects.get()
    prepare(document, secretary)
    prepare(document, secretary, text="L'annexe.")
    version = add(document, secretary)
    assert (version.added_at, version.added_by, version.edition) == (held.at, secretary, 1)
    assert version.is_original is False
    assert version.added_at > version.revision.available_at
    files = [{"sha256": f.blob_id, "size": f.blob.size} for f in version.files.order_by("position")]
    assert len(files) == 2
    entry = JournalEntry.objects.get(act="translation")
    assert (entry.at, entry.actor_id) == (held.at, secretary.pk)
    assert entry.facts == {
        "document": document.pk,
        "revision": document.original.pk,
        "symbol": "DG-2/1",
        "path": "dg-2/1",
        "language": "fr",
        "edition": 1,
        "replaces": False,
        "files": files,
    }
    assert places(document)["fr"] is Standing.ADDED
    assert list(Receipt.objects.all()) == [receipt] and not PreparedFile.objects.exists()
    assert drafts.faults() == []


def test_the_receipt_goes_on_stating_only_what_came_with_the_document(document, secretary):
    stated = Receipt.objects.get().statement["files"]
    factories.add_translation(document, actor=secretary)
    receipt = Receipt.objects.get()
    assert receipt.statement["files"] == stated
    assert {file["language"] for file in stated} == {"en", "es"}
    assert list(receipts.differences(receipt)) == []
    (later,) = aftermath.of(receipt)
    assert later.sentence == "French translation added by the secretariat"


def test_to_a_document_of_the_archive_too_where_no_text_is_held(archived, secretary):
    assert places(archived) | {} == dict.fromkeys(("ar", "zh", "fr", "ru", "es"), Standing.MISSING) | {
        "en": Standing.ORIGINAL
    }
    version = factories.add_translation(archived, actor=secretary)
    # In the place of what says that the text is not held; that replaces no translation.
    assert (version.edition, version.reason) == (2, "")
    assert {line.code: line.state for line in header_block.languages_of(
        read(archived).current, withdrawn=False, all_six=False
    )} == {"en": "original", "fr": "translation"}  # fmt: skip
    assert header_block.entries(read(archived), with_receipts=False)[0].replaced == []
    assert drafts.faults() == []


def test_a_corrigendum_or_an_addendum_that_applies_is_translated_and_one_of_one_language_is_not(
    document, secretary
):
    for kind, language in (("corr", ""), ("add", ""), ("corr", "en")):
        factories.make_document(
            document.register, revises_id=document.pk, revision_kind=kind, language=language
        )
    fresh = read(document)
    assert [str(each) for each in translations.texts(fresh)] == ["DG-2/1", "DG-2/1(Corr.1)", "DG-2/1(Add.1)"]
    corr, addendum, only_english = (fresh.revisions.get(position=position) for position in (2, 3, 4))
    for revision in (corr, addendum):
        version = factories.add_translation(fresh, actor=secretary, revision=revision)
        assert version.revision == revision
    before = standing()
    with pytest.raises(translations.NotTheText):
        factories.add_translation(fresh, actor=secretary, revision=only_english)
    assert standing() == before
    assert drafts.faults() == []


# --- Refused ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "es", "xx"])
def test_a_language_that_came_with_the_document_is_not_the_secretariats(document, secretary, language):
    before = standing()
    with pytest.raises(translations.LanguageTaken):
        prepare(document, secretary, language)
    with pytest.raises(translations.LanguageTaken):
        add(document, secretary, language)
    assert standing() == before and not PreparedFile.objects.exists()


@pytest.mark.parametrize("who", ["saudi_delegate", "chair", "bureau", "auditor", "administrator", "nobody"])
def test_only_the_secretariat_of_the_group_adds(document, who, request):
    person = request.getfixturevalue(who)
    before = standing()
    with pytest.raises(NotEntitled):
        prepare(document, person)
    with pytest.raises(NotEntitled):
        add(document, person)
    assert standing() == before


def test_the_secretariat_of_another_group_does_not(document, archived, secretary):
    office = factories.make_office(Office.Kind.SECRETARIAT)
    stranger = factories.accredit(
        "other@test.example", factories.make_group("OTHER"), Role.SECRETARIAT, office=office
    ).person
    before = standing()
    for one in (document, archived):
        with pytest.raises(NotEntitled):
            prepare(one, stranger)
    assert standing() == before


def test_a_role_that_ended_meanwhile_adds_nothing(document, secretary, held):
    prepare(document, secretary)
    before = standing()
    secretary.accreditations.update(until=held.at)
    with pytest.raises(NotEntitled):
        add(document, secretary)
    assert standing() == before and PreparedFile.objects.count() == 1


def test_nothing_is_added_to_a_document_that_is_withdrawn(document, secretary, saudi_delegate):
    prepare(document, secretary)
    the_register.withdraw(document, actor=saudi_delegate, reason="A mistake")
    before = standing()
    with pytest.raises(offers.DocumentWithdrawn):
        add(document, secretary)
    with pytest.raises(offers.DocumentWithdrawn):
        prepare(read(document), secretary, "ru")
    assert standing() == before


def test_a_text_that_was_superseded_meanwhile_takes_none(document, secretary):
    prepare(document, secretary)
    old = document.current.pk
    factories.make_document(document.register, "New", revises_id=document.pk, revision_kind="rev")
    before = standing()
    with pytest.raises(translations.NotTheText):
        translations.add(document, old, "fr", rights=rights_of(secretary))
    with pytest.raises(
        translations.NothingPrepared
    ):  # what was prepared for the old text is not of the new one
        add(read(document), secretary)
    assert standing() == before and PreparedFile.objects.count() == 1


def test_a_file_in_which_a_virus_was_found_is_not_added_and_stays_prepared(document, secretary):
    file = prepare(document, secretary)
    Blob.objects.filter(pk=file.blob_id).update(scan="infected")
    before = standing()
    with pytest.raises(translations.FileInfected):
        add(document, secretary)
    assert standing() == before and PreparedFile.objects.count() == 1
    Blob.objects.filter(pk=file.blob_id).update(scan="clean")
    assert add(document, secretary)


def test_a_file_that_intake_refuses_leaves_what_was_prepared(document, secretary, held):
    prepare(document, secretary)
    broken = SimpleUploadedFile("b.pdf", b"no pdf at all", content_type=factories.PDF)
    with pytest.raises(blobs.FileRefused):
        translations.prepare(
            document, document.current.pk, broken, language="fr", rights=rights_of(secretary), at=held.at
        )
    assert PreparedFile.objects.count() == 1


def test_the_same_bytes_twice_are_one_file_and_a_language_holds_only_so_many(
    document, secretary, monkeypatch
):
    monkeypatch.setattr(taking_files, "MAX_FILES_A_LANGUAGE", 1)
    assert prepare(document, secretary) == prepare(document, secretary)
    with pytest.raises(taking_files.TooManyFiles):
        prepare(document, secretary, text="Une autre.")
    assert prepare(document, secretary, "ru", text="Une autre.").language == "ru"
    assert PreparedFile.objects.count() == 2


def test_what_somebody_else_prepares_is_neither_seen_nor_added(dg, document, secretary):
    office = factories.make_office(Office.Kind.SECRETARIAT)
    colleague = factories.accredit("colleague@test.example", dg, Role.SECRETARIAT, office=office).person
    file = prepare(document, colleague)
    before = standing()
    with pytest.raises(translations.NothingPrepared):
        add(document, secretary)
    translations.put_aside(document, file.pk, rights=rights_of(secretary))
    assert standing() == before and PreparedFile.objects.get() == file
    translations.put_aside(document, file.pk, rights=rights_of(colleague))
    assert not PreparedFile.objects.exists()


# --- Replacing --------------------------------------------------------------------------------------------------------


def test_a_wrong_translation_is_replaced_with_a_reason_and_stays_readable(document, secretary, held):
    first = factories.add_translation(document, text="Faux.", actor=secretary)
    held.forward(hours=1)
    second = factories.add_translation(
        document, text="Juste.", actor=secretary, reason=" The wrong file was uploaded "
    )
    assert (second.edition, second.added_at, second.reason) == (2, held.at, "The wrong file was uploaded")
    entry = JournalEntry.objects.filter(act="translation").latest("position")
    assert (entry.facts["replaces"], entry.facts["reason"]) == (True, "The wrong file was uploaded")
    fresh = read(document)
    assert {v.language: v.pk for v in fresh.current.texts}["fr"] == second.pk
    (entry,) = header_block.entries(fresh, with_receipts=False)
    assert [line.files[0]["sha256"] for line in entry.replaced] == [first.files.get().blob_id]
    assert File.objects.visible_to(rights_of(secretary)).filter(version=first).count() == 1
    assert [later.sentence for later in aftermath.of(Receipt.objects.get())] == [
        "French translation added by the secretariat",
        "French translation replaced by the secretariat",
    ]
    assert drafts.faults() == []


@pytest.mark.parametrize("reason", ["", "   "])
def test_no_translation_is_replaced_without_a_reason(document, secretary, reason):
    factories.add_translation(document, actor=secretary)
    prepare(document, secretary, text="Une autre.")
    before = standing()
    with pytest.raises(ReasonMissing):
        add(document, secretary, reason=reason)
    assert standing() == before and PreparedFile.objects.count() == 1


def test_the_files_that_stand_already_replace_nothing(document, secretary):
    factories.add_translation(document, actor=secretary)
    before = standing()
    with pytest.raises(the_register.NothingToChange):
        factories.add_translation(document, actor=secretary, reason="Again")
    assert standing() == before


def test_what_was_added_is_as_immutable_as_the_rest(document, secretary):
    version = factories.add_translation(document, actor=secretary)
    for change in ({"added_at": version.revision.available_at}, {"reason": "x"}, {"edition": 9}):
        with pytest.raises(DatabaseError, match="never changed"), as_owner():
            Version.objects.filter(pk=version.pk).update(**change)
    with pytest.raises(DatabaseError, match="never changed"), as_owner() as cursor:
        cursor.execute("DELETE FROM documents_version WHERE id = %s", [version.pk])


@pytest.mark.parametrize(
    "wrong",
    [
        {"edition": 1},
        {"edition": 2, "added_at": None, "added_by": None},
        {"edition": 2, "is_original": True},
        {"edition": 2, "added_by": None},
    ],
)
def test_no_row_says_what_cannot_be(document, secretary, held, wrong):
    added = factories.add_translation(document, actor=secretary)
    values = {"added_at": held.at, "added_by": secretary, "is_original": False} | wrong
    with pytest.raises(IntegrityError), transaction.atomic():
        Version.objects.create(revision=added.revision, language="fr", **values)
    assert Version.objects.filter(language="fr").count() == 1
