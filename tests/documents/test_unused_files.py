"""What was uploaded and never used goes after thirty days; what anything names stays, whoever uses it meanwhile."""

import threading
from datetime import datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections, transaction

from contributions.models import Contribution, DraftFile
from cwg import clock
from cwg.documents import blobs, translations, unused_files
from cwg.documents.models import Blob, Document, File, PreparedFile, Register, Version
from cwg.members.models import Office, Person, Role
from cwg.members.rights import rights_of
from cwg.record import jobs
from tests import drafts, factories

THIRTY_DAYS = timedelta(days=30)
TEXT = factories.pdf_bytes("Le texte.")


@pytest.fixture
def document(register, secretary) -> Document:
    return factories.make_document(register)


def prepare(
    document: Document, by: Person, at: datetime, content: bytes = TEXT, *, language: str = "fr"
) -> PreparedFile:
    upload = SimpleUploadedFile("fr.pdf", content, content_type=factories.PDF)
    revision = document.current.pk
    return translations.prepare(document, revision, upload, language=language, rights=rights_of(by), at=at)


def is_kept(blob: Blob) -> bool:
    """Row and bytes; never one without the other."""
    there = Blob.objects.filter(pk=blob.pk).exists()
    assert bool(blobs.hash_of_stored(blob)) is there
    return there


@pytest.mark.django_db
@pytest.mark.parametrize(("moment", "goes"), [(-1, False), (0, True), (1, True)])
def test_a_prepared_file_goes_thirty_days_after_it_came(document, secretary, held, moment, goes):
    file = prepare(document, secretary, held.at)
    held.move_to(held.at + THIRTY_DAYS + timedelta(microseconds=moment))
    assert jobs.run("unused-files") == (2 if goes else 0)
    assert PreparedFile.objects.exists() is is_kept(file.blob) is not goes
    assert jobs.run("unused-files") == 0
    assert Document.objects.for_list().get() == document and drafts.faults() == []


@pytest.mark.django_db
@pytest.mark.parametrize(("moment", "goes"), [(-1, False), (0, True), (1, True)])
def test_files_of_one_language_go_together_thirty_days_after_the_last_of_them(
    document, secretary, held, moment, goes
):
    """Else who adds them, from a page that shows them all, would register half a translation."""
    files = [prepare(document, secretary, held.at)]
    held.forward(days=29)
    files.append(prepare(document, secretary, held.at, factories.pdf_bytes("L'annexe.")))
    held.move_to(held.at + THIRTY_DAYS + timedelta(microseconds=moment))
    assert jobs.run("unused-files") == (4 if goes else 0)
    assert PreparedFile.objects.count() == (0 if goes else 2)
    assert [is_kept(file.blob) for file in files] == [not goes] * 2


@pytest.mark.django_db
def test_newer_files_of_another_language_text_or_person_keep_none(document, secretary, bureau, held, dg):
    other = factories.make_document(document.register, "Another")
    prepare(document, secretary, held.at)
    held.forward(days=29)
    office = Office.objects.get(kind=Office.Kind.SECRETARIAT)
    factories.accredit(bureau.email, dg, Role.SECRETARIAT, office=office)
    prepare(document, secretary, held.at, language="es")
    prepare(document, bureau, held.at)
    prepare(other, secretary, held.at)
    held.forward(days=1)
    assert jobs.run("unused-files") == 1
    left = PreparedFile.objects.values_list("revision__document", "language", "uploaded_by")
    assert (document.pk, "fr", secretary.pk) not in left and len(left) == 3


@pytest.mark.django_db
def test_one_of_a_text_that_was_superseded_goes_too(document, secretary, held):
    file = prepare(document, secretary, held.at)
    factories.make_document(document.register, "New", revises_id=document.pk, revision_kind="rev")
    held.forward(days=30)
    assert jobs.run("unused-files") == 2
    assert not is_kept(file.blob) and not PreparedFile.objects.exists()


@pytest.mark.django_db
def test_one_that_is_sent_again_is_as_new_as_that(document, secretary, held):
    file = prepare(document, secretary, held.at)
    held.forward(days=29)
    prepare(document, secretary, held.at)
    held.forward(days=29)
    assert jobs.run("unused-files") == 0
    assert PreparedFile.objects.get() == file and is_kept(file.blob)


@pytest.mark.django_db
def test_bytes_that_a_registered_file_names_stay(document, secretary, held):
    """The same bytes, prepared twice: added to one text, forgotten for another."""
    other = factories.make_document(Register.objects.get(), "Another")
    added, forgotten = prepare(document, secretary, held.at), prepare(other, secretary, held.at)
    assert added.blob == forgotten.blob
    translations.add(document, document.current.pk, "fr", rights=rights_of(secretary))
    held.forward(days=400)
    assert jobs.run("unused-files") == 1
    assert not PreparedFile.objects.exists() and is_kept(added.blob)
    assert drafts.faults() == []


@pytest.mark.django_db
@pytest.mark.parametrize("where", ["draft", "letter", "prepared"])
def test_bytes_that_anything_names_stay(dg, register, document, secretary, held, where):
    blob = blobs.keep_own(TEXT, media_type=factories.PDF, at=held.at)
    draft = drafts.make_draft(dg, register, by=secretary, received=drafts.LETTER)
    held.forward(days=30)
    if where == "draft":
        DraftFile.objects.update(blob=blob)
    elif where == "letter":
        draft.letters.update(blob=blob)
    else:
        PreparedFile.objects.create(
            revision=document.current,
            language="fr",
            blob=blob,
            name="fr.pdf",
            uploaded_by=secretary,
            uploaded_at=held.at,
        )
    jobs.run("unused-files")
    assert is_kept(blob) and drafts.faults() == []


@pytest.mark.django_db
@pytest.mark.parametrize(("moment", "goes"), [(-1, False), (0, True), (1, True)])
def test_bytes_that_nothing_names_go_thirty_days_after_they_were_last_sent(held, db, moment, goes):
    blob = blobs.take_in([TEXT], name="a.pdf", at=held.at)
    held.forward(days=10)
    assert blobs.take_in([TEXT], name="b.pdf", at=held.at) == blob
    held.move_to(held.at + THIRTY_DAYS + timedelta(microseconds=moment))
    assert jobs.run("unused-files") == int(goes)
    assert is_kept(blob) is not goes


@pytest.mark.django_db
def test_the_file_of_a_draft_that_was_removed_goes_and_comes_back_when_it_is_sent_again(
    dg, register, secretary, held
):
    draft = drafts.make_draft(dg, register, by=secretary, received=drafts.LETTER)
    blob = draft.files.get().blob
    draft.files.all().delete()
    held.forward(days=30)
    assert jobs.run("unused-files") == 1 and not is_kept(blob)
    drafts.put_file(draft, secretary, text=f"{draft.title}. The text.")
    assert is_kept(blob) and Contribution.objects.get().files.get().blob == blob


@pytest.mark.django_db
def test_bytes_that_the_storage_does_not_give_up_are_tried_again(held, monkeypatch):
    blob = blobs.take_in([TEXT], name="a.pdf", at=held.at)
    held.forward(days=30)

    def refuses(*args):
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as broken:
        broken.setattr("django.core.files.storage.FileSystemStorage.delete", refuses)
        assert jobs.run("unused-files") == 0
    assert is_kept(blob)
    assert jobs.run("unused-files") == 1 and not is_kept(blob)


# --- At once --------------------------------------------------------------------------------------------------------


def in_a_thread(work) -> threading.Thread:
    def run() -> None:
        try:
            work()
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@pytest.mark.django_db(transaction=True)
def test_bytes_that_were_sent_again_and_are_being_named_this_moment_stay(dg, secretary):
    register = factories.make_register(dg)
    draft = drafts.make_draft(dg, register, by=secretary, received=drafts.LETTER)
    then = clock.now() + THIRTY_DAYS
    blob = blobs.take_in([TEXT], name="a.pdf", at=then - THIRTY_DAYS)
    named, swept = threading.Event(), threading.Event()

    def name_it() -> None:
        again = blobs.take_in([TEXT], name="fr.pdf", at=then)
        with transaction.atomic():
            draft.files.create(
                language="fr", blob=again, name="fr.pdf", uploaded_by=secretary, uploaded_at=then
            )
            named.set()
            assert swept.wait(20)

    thread = in_a_thread(name_it)
    assert named.wait(20)
    unused_files.forget_unused_at(then)
    swept.set()
    thread.join(20)
    assert is_kept(blob) and draft.files.filter(blob=blob).exists()


@pytest.mark.django_db(transaction=True)
def test_bytes_that_are_sent_again_while_they_are_removed_are_kept_anew(db, monkeypatch):
    now = clock.now()
    blob = blobs.take_in([TEXT], name="a.pdf", at=now)
    threads: list[threading.Thread] = []
    delete = type(unused_files.storage()).delete

    def slowly(self, name) -> None:
        threads.append(in_a_thread(lambda: blobs.take_in([TEXT], name="a.pdf", at=now + THIRTY_DAYS)))
        threads[0].join(2)
        assert threads[0].is_alive(), "it waits for what is being removed"
        delete(self, name)

    monkeypatch.setattr(type(unused_files.storage()), "delete", slowly)
    assert unused_files.forget_unused_at(now + THIRTY_DAYS) == 1
    threads[0].join(20)
    assert is_kept(blob)


@pytest.mark.django_db(transaction=True)
def test_no_bytes_are_removed_while_some_are_copied_and_all_that_are_due_afterwards(db):
    then = clock.now() + THIRTY_DAYS
    blob = blobs.take_in([TEXT], name="a.pdf", at=then - THIRTY_DAYS)
    copying, swept = threading.Event(), threading.Event()

    def copy() -> None:
        with unused_files.none_removed(), unused_files.none_removed():  # two copies at once
            copying.set()
            assert swept.wait(20)

    thread = in_a_thread(copy)
    assert copying.wait(20)
    assert unused_files.forget_unused_at(then) == 0 and is_kept(blob)
    swept.set()
    thread.join(20)
    assert unused_files.forget_unused_at(then) == 1 and not is_kept(blob)


@pytest.mark.django_db(transaction=True)
def test_copying_waits_for_the_bytes_that_are_being_removed(db, monkeypatch):
    now = clock.now()
    blobs.take_in([TEXT], name="a.pdf", at=now)
    seen: list[bool] = []
    threads: list[threading.Thread] = []
    delete = type(unused_files.storage()).delete

    def copy() -> None:
        with unused_files.none_removed():
            seen.append(Blob.objects.exists())

    def slowly(self, name) -> None:
        threads.append(in_a_thread(copy))
        threads[0].join(2)
        assert threads[0].is_alive(), "it waits for what is being removed"
        delete(self, name)

    monkeypatch.setattr(type(unused_files.storage()), "delete", slowly)
    assert unused_files.forget_unused_at(now + THIRTY_DAYS) == 1
    threads[0].join(20)
    assert seen == [False]


@pytest.mark.django_db(transaction=True)
def test_a_prepared_file_that_is_being_added_this_moment_is_added(dg, secretary, monkeypatch):
    document = factories.make_document(factories.make_register(dg))
    file = prepare(document, secretary, clock.now())
    reached, swept = threading.Event(), threading.Event()
    append = translations.journal.append

    def slowly(*args, **kwargs):
        reached.set()
        assert swept.wait(20)
        return append(*args, **kwargs)

    monkeypatch.setattr(translations.journal, "append", slowly)
    thread = in_a_thread(
        lambda: translations.add(document, document.current.pk, "fr", rights=rights_of(secretary))
    )
    assert reached.wait(20)
    unused_files.forget_unused_at(clock.now() + THIRTY_DAYS)
    swept.set()
    thread.join(20)
    assert Version.objects.filter(language="fr", added_by=secretary).exists()
    assert File.objects.filter(blob=file.blob).exists() and is_kept(file.blob)


@pytest.mark.django_db(transaction=True)
def test_a_prepared_file_that_was_removed_before_it_is_added_is_refused_in_words(dg, secretary):
    document = factories.make_document(factories.make_register(dg))
    file = prepare(document, secretary, clock.now())
    unused_files.forget_unused_at(clock.now() + THIRTY_DAYS)
    with pytest.raises(translations.NothingPrepared):
        translations.add(document, document.current.pk, "fr", rights=rights_of(secretary))
    assert not is_kept(file.blob)
