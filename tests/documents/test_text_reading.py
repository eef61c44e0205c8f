"""The text of a file comes after the file: nobody waits for it, search finds it all the same, and what was registered stays."""

import fcntl
import os
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from cwg import clock
from cwg.documents import blobs, intake, search, text_reading
from cwg.documents.filing import FileLine, VersionLine
from cwg.documents.intake import places
from cwg.documents.models import Blob, Document, Version
from cwg.documents.storage import StorageFailed
from cwg.record import waking
from tests import factories
from tests.tampering import as_owner

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reads_alone")]


def taken(text: str = "Zebra") -> Blob:
    return blobs.take_in([factories.pdf_bytes(text)], name="a.pdf", at=clock.now())


def state_of(blob: Blob) -> tuple[str, str]:
    blob.refresh_from_db()
    return blob.reading, blob.text


def found(word: str) -> list[int]:
    return search.sought(word).best_first(Document.objects.all())


def test_a_pdf_is_taken_before_its_text_is_read(held, storage):
    blob = taken()
    assert state_of(blob) == ("waiting", "")
    assert text_reading.answer()["waiting"] == 1
    assert text_reading.read_waiting() == 1
    assert state_of(blob) == ("read", "Zebra")
    assert text_reading.read_waiting() == 0
    assert text_reading.answer() == {"ok": True, "waiting": 0, "could_not_be_read": 0}


def test_who_waits_for_the_beginning_of_a_text_has_it_and_the_job_reads_all_of_it_later(
    held, storage, monkeypatch
):
    blob = taken()
    assert text_reading.beginning_of(blob) == "Zebra"
    assert state_of(blob) == ("waiting", "")
    assert text_reading.read_waiting() == 1
    monkeypatch.setattr(intake, "read", None)  # nobody reads it again
    blob.refresh_from_db()
    assert text_reading.beginning_of(blob) == "Zebra"


@pytest.mark.parametrize("trouble", ["storage", "file"])
def test_who_waits_for_the_beginning_of_what_cannot_be_read_has_none(held, storage, monkeypatch, trouble):
    blob = taken()
    assert text_reading.beginning_of(blob) == "Zebra"

    def fails(blob):
        raise StorageFailed

    if trouble == "storage":
        monkeypatch.setattr(text_reading.stored, "bytes_of", fails)
    else:
        monkeypatch.setattr(intake, "read", lambda path, **how: intake.ReadText(ended="timeout"))
    assert text_reading.beginning_of(blob) == ""
    assert state_of(blob) == ("waiting", "")


def test_a_word_file_is_read_as_it_is_judged(held, storage, monkeypatch):
    blob = blobs.take_in([factories.docx_bytes("Zebra")], name="a.docx", at=held.at)
    assert state_of(blob) == ("read", "Zebra")
    found = intake.Inspection(format="docx", text="Ze", findings=(intake.Finding("text_partial", "info"),))
    monkeypatch.setattr(intake, "inspect", lambda path, declared_name: found)
    blob = blobs.take_in([factories.docx_bytes("Zebras")], name="a.docx", at=held.at)
    assert state_of(blob) == ("partial", "Ze")


def test_what_was_registered_before_its_text_was_read_is_found_by_it_and_is_not_touched(
    held, storage, register, saudi_focal_point
):
    blob = taken()
    line = VersionLine("en", (FileLine("a.pdf", blob.pk, blob.size),))
    document = factories.make_document(register, actor=saudi_focal_point, versions=(line,))
    before = Version.objects.values().get()
    assert found("zebra") == []
    text_reading.read_waiting()
    assert found("zebra") == [document.pk]
    assert Version.objects.values().get() == before


def test_what_is_registered_is_read_before_what_is_not(
    held, storage, register, saudi_focal_point, monkeypatch
):
    first, second = taken("Draft"), taken("Registered")
    line = VersionLine("en", (FileLine("a.pdf", second.pk, second.size),))
    factories.make_document(register, actor=saudi_focal_point, versions=(line,))
    order = []
    monkeypatch.setattr(
        text_reading, "_read", lambda blob: order.append(blob.pk) or intake.ReadText("x", whole=True)
    )
    text_reading.read_waiting()
    assert order == [second.pk, first.pk]


def test_a_text_read_in_part_is_kept_and_said_to_be_one(held, storage, monkeypatch):
    blob = taken()
    monkeypatch.setattr(intake, "read", lambda path: intake.ReadText("Ze", whole=False))
    text_reading.read_waiting()
    assert state_of(blob) == ("partial", "Ze")


def test_what_does_not_open_for_reading_is_not_tried_again(held, storage, monkeypatch):
    blob = taken()
    monkeypatch.setattr(intake, "read", lambda path: intake.ReadText(ended="unreadable"))
    assert text_reading.read_waiting() == 1
    assert state_of(blob) == ("unreadable", "")
    assert text_reading.answer() == {"ok": True, "waiting": 0, "could_not_be_read": 1}


def test_a_reading_that_comes_to_no_end_is_begun_again_at_growing_intervals_and_then_given_up(
    held, storage, monkeypatch
):
    blob, begun = taken(), []
    monkeypatch.setattr(intake, "read", lambda path: begun.append(1) or intake.ReadText(ended="memory"))
    for number, interval in enumerate(text_reading.INTERVALS, 1):
        text_reading.read_waiting()
        assert len(begun) == number and state_of(blob) == ("waiting", "")
        held.move_to(held.at + interval - timedelta(microseconds=1))
        text_reading.read_waiting()
        assert len(begun) == number
        held.forward(microseconds=1)
    text_reading.read_waiting()
    assert len(begun) == len(text_reading.INTERVALS)
    assert state_of(blob) == ("unreadable", "")


def test_one_that_nobody_reads_holds_up_no_other_and_readiness_tells(held, storage, monkeypatch):
    stuck, later = taken("Stuck"), taken("Later")
    whole = intake.ReadText("Later", whole=True)
    monkeypatch.setattr(
        text_reading, "_read", lambda blob: intake.ReadText(ended="timeout") if blob.pk == stuck.pk else whole
    )
    assert text_reading.read_waiting() == 2
    assert (state_of(stuck)[0], state_of(later)) == ("waiting", ("read", "Later"))
    due = Blob.objects.get(pk=stuck.pk).read_due_at
    held.move_to(due + text_reading.READ_WITHIN - timedelta(microseconds=1))
    assert text_reading.answer()["ok"]
    held.forward(microseconds=1)
    assert not text_reading.answer()["ok"]


def test_a_storage_that_does_not_answer_is_not_the_fault_of_the_file(held, storage, monkeypatch):
    def away(blob):
        raise StorageFailed

    blob = taken()
    monkeypatch.setattr(text_reading.stored, "bytes_of", away)
    for _ in range(len(text_reading.INTERVALS) + 2):
        with pytest.raises(StorageFailed):
            text_reading.read_waiting()
        held.forward(days=2)
    monkeypatch.undo()
    text_reading.read_waiting()
    assert state_of(blob) == ("read", "Zebra")


def test_bytes_that_are_missing_are_waited_for(held, storage):
    blob = taken()
    content = (storage / blob.path).read_bytes()
    (storage / blob.path).unlink()
    text_reading.read_waiting()
    assert state_of(blob) == ("waiting", "")
    (storage / blob.path).write_bytes(content)
    held.forward(minutes=10)
    text_reading.read_waiting()
    assert state_of(blob) == ("read", "Zebra")


def test_where_another_process_reads_nothing_is_begun(held, storage, tmp_path):
    blob = taken()
    place = os.open(places.shared_folder() / "reading", os.O_RDWR | os.O_CREAT)
    fcntl.flock(place, fcntl.LOCK_EX)
    assert text_reading.read_waiting() == 0
    os.close(place)
    assert text_reading.read_waiting() == 1
    assert state_of(blob) == ("read", "Zebra")


def test_texts_are_read_where_somebody_else_made_the_folder_in_a_shared_tmp(held, storage, tmp_path, caplog):
    blob = taken()
    folder = places.shared_folder()
    folder.rename(tmp_path / "aside")
    folder.write_text("in the way")
    assert text_reading.read_waiting() == 1
    assert state_of(blob) == ("read", "Zebra")
    assert "without a look" in caplog.text


def test_the_worker_is_woken_once_the_file_is_kept(
    held, storage, monkeypatch, django_capture_on_commit_callbacks
):
    woken = []
    monkeypatch.setattr(waking, "wake", woken.append)
    with django_capture_on_commit_callbacks(execute=True):
        taken()
        assert woken == []
    assert woken == [text_reading.JOB]
    with django_capture_on_commit_callbacks(execute=True):
        factories.version_line(text="The portal's own")
    assert woken == [text_reading.JOB]


def test_no_text_is_written_over_another(held, storage):
    blob = taken()
    text_reading.read_waiting()
    with as_owner(), pytest.raises(DatabaseError), transaction.atomic():
        Blob.objects.filter(pk=blob.pk).update(text="Another")
    assert state_of(blob) == ("read", "Zebra")


def test_what_a_process_of_the_release_before_keeps_was_read_as_it_came(held):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO documents_blob (sha256, size, media_type, stored_at, sent_at, scan, text)"
            " VALUES (%s, 1, 'application/pdf', now(), now(), 'not_scanned', 'Zebra')",
            ["0" * 64],
        )
    assert state_of(Blob.objects.get()) == ("read", "Zebra")
    assert text_reading.read_waiting() == 0
