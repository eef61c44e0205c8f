"""What reads versions once a translation was added: lists, search, ZIP, header block, revisions, the record."""

import pytest

from contributions import drafting, sponsors
from cwg.documents import (
    aftermath,
    header_block,
    listing,
    pack,
    restore_gaps,
    search,
    text_reading,
    translations,
)
from cwg.documents import register as the_register
from cwg.documents.models import Document, PreparedFile, Version
from cwg.members.rights import rights_of
from cwg.record import checks, journal, replay
from cwg.record.models import JournalEntry
from tests import drafts, factories
from tests.tampering import past_the_triggers

from .translating import prepare, read

pytestmark = pytest.mark.django_db


# --- What reads versions ----------------------------------------------------------------------------------------------


def test_lists_search_and_zip_know_one_version_a_language_the_last_one(
    document, secretary, held, reads_alone
):
    factories.add_translation(document, text="Faux et perdu.", actor=secretary)
    added = factories.add_translation(document, text="Juste et bon.", actor=secretary, reason="Wrong file")
    assert text_reading.read_waiting() == 2

    def finds(word: str) -> bool:
        return bool(search.sought(word).best_first(Document.objects.all()))

    assert finds("bon") and not finds("perdu") and finds("texto")
    (row,) = listing.rows(Document.objects.all())
    assert row.languages_html.count("French: translation") == 2  # a title and the words for who listens
    packed = {one.language: one for one in pack.contents(header_block.for_page(Document.objects), ())}
    assert len(packed) == 3
    assert packed["fr"].blob == added.files.get().blob
    # Available since it was added, and judged by no rule; the others as the document.
    assert (packed["fr"].available_at, packed["fr"].timing) == (held.at.isoformat()[:-6] + "Z", "")
    assert packed["es"].available_at < packed["fr"].available_at and packed["es"].timing == "In time"


def test_the_row_of_a_language_says_that_its_file_replaces_an_earlier_one(
    document, secretary, saudi_delegate, client_of
):
    client = client_of(saudi_delegate)
    sign = "translation, replaces an earlier file,"

    def rows() -> dict[str, bool]:
        lines = header_block.languages_of(read(document).current, withdrawn=False, all_six=True)
        return {line.code: line.replaces for line in lines}

    factories.add_translation(document, actor=secretary)
    assert sign not in client.get(document.get_absolute_url()).content.decode() and not any(rows().values())
    factories.add_translation(document, text="Juste.", actor=secretary, reason="Wrong file")
    page = client.get(document.get_absolute_url()).content.decode()
    assert page.count(sign) == 1
    assert page.index(sign) < page.index('<details class="fold"')
    assert [code for code, replaces in rows().items() if replaces] == ["fr"]


def test_the_header_block_goes_on_naming_the_original_alone(document, secretary):
    factories.add_translation(document, actor=secretary)
    assert read(document).current.original_languages == ["en"]


def test_a_rev_of_the_sponsors_alone_takes_added_translations_along_with_their_instants(
    dg, register, saudi_focal_point, syrian_focal_point, secretary, held
):
    draft = drafts.make_draft(dg, register, by=saudi_focal_point)
    document = drafts.submit(draft, saudi_focal_point).receipt.revision.document
    factories.add_translation(document, "ru", text="Staroe.", actor=secretary)
    held.forward(hours=1)
    added = factories.add_translation(document, "ru", text="Tekst.", actor=secretary, reason="Wrong file")
    held.forward(hours=1)
    fresh = Document.objects.for_list().get(pk=document.pk)
    rights = rights_of(saudi_focal_point)
    change = drafting.begin_change(fresh, "rev", rights=rights, at=held.at)
    # The delegation's draft holds what the delegation filed.
    assert [file.language for file in change.files.all()] == ["en"]
    asked = sponsors.ask(change.pk, factories.make_state("SYR"), rights=rights, at=held.at)
    sponsors.answer(asked.pk, joins=True, rights=rights_of(syrian_focal_point), at=held.at)
    receipt = drafts.submit(change, saudi_focal_point).receipt
    revision = receipt.revision
    assert revision.same_bytes and revision.available_at == held.at
    taken = {version.language: version for version in revision.texts}["ru"]
    assert (taken.added_at, taken.added_by) == (added.added_at, secretary)
    assert taken.files.get().blob == added.files.get().blob
    assert [file["language"] for file in receipt.statement["files"]] == ["en"]
    assert aftermath.of(receipt) == []
    assert drafts.faults() == []


def test_a_rev_of_the_words_leaves_added_translations_with_the_old_text(document, secretary):
    factories.add_translation(document, actor=secretary)
    factories.make_document(document.register, "New words", revises_id=document.pk, revision_kind="rev")
    assert [version.language for version in read(document).current.texts] == ["en"]
    assert Version.objects.filter(language="fr").count() == 1
    assert drafts.faults() == []


# --- The record -------------------------------------------------------------------------------------------------------


def damage(statement: str, *values) -> None:
    past_the_triggers(statement, values=values)


def told() -> list[str]:
    return [fault for _check, found in checks.run() for fault in found if "translation" in fault]


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (
            "UPDATE documents_version SET added_at = added_at - interval '1 microsecond' WHERE language = 'fr'",
            "DG-2/1, fr: the journal tells of another translation than the register holds",
        ),
        (
            "UPDATE documents_version SET language = 'ru' WHERE language = 'fr'",
            "DG-2/1, ru: the journal does not tell that this translation was added",
        ),
        (
            "DELETE FROM documents_file WHERE version_id IN (SELECT id FROM documents_version WHERE language = 'fr')",
            "DG-2/1, fr: the journal tells of another translation than the register holds",
        ),
    ],
)
def test_verify_finds_a_translation_of_which_the_journal_says_otherwise(document, secretary, statement, said):
    factories.add_translation(document, actor=secretary)
    assert told() == []
    damage(statement)
    assert said in told()


def test_what_a_restore_has_lost_is_not_missed_and_is_listed_to_be_done_again(document, secretary):
    version = factories.add_translation(document, actor=secretary)
    entry = JournalEntry.objects.get(act="translation")
    assert restore_gaps.of([entry]).other_acts == [
        {"position": entry.position, "act": "translation", "symbol": "DG-2/1", "language": "fr"}
    ]
    damage("DELETE FROM documents_file WHERE version_id = %s", version.pk)
    damage("DELETE FROM documents_version WHERE id = %s", version.pk)
    assert len(told()) == 1
    with the_register.acting_on(document.register_id) as (locked, at):
        lost = {"chain": str(locked.chain), "first": entry.position, "last": entry.position}
        facts = lost | {"symbols": [], "numbers": {}, "revisions": [], "other_acts": []}
        journal.append(locked, replay.ACT, at=at, actor_id=None, facts=facts)
    assert told() == []


def test_a_file_prepared_for_another_document_is_not_put_aside_by_this_ones_address(document, secretary):
    other = factories.make_document(document.register, "Another")
    file = prepare(other, secretary)
    translations.put_aside(document, file.pk, rights=rights_of(secretary))
    translations.put_aside(other, 0, rights=rights_of(secretary))
    assert PreparedFile.objects.get() == file
