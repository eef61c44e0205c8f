"""The one door to stored bytes: the right ones to the last, or none that could be taken for them."""

import logging

import pytest

from cwg import clock
from cwg.documents import blobs, storage, stored
from cwg.documents.models import Blob
from tests import factories

from . import harm

pytestmark = pytest.mark.django_db

LARGE = bytes(range(256)) * 4096 + b"the end"  # four pieces and a little


@pytest.fixture(params=[b"small", LARGE, b""], ids=["small", "large", "empty"])
def blob(request, held) -> Blob:
    return blobs.keep_own(request.param, media_type=factories.PDF, at=held.at)


@pytest.fixture
def large(held) -> Blob:
    return blobs.keep_own(LARGE, media_type=factories.PDF, at=held.at)


@pytest.fixture
def no_likeness(monkeypatch):
    """A store that tells nothing of whether its files were written to, as S3."""
    monkeypatch.setattr(storage.DurableFileSystemStorage, "likeness", lambda self, name: None)


def noted(blob: Blob) -> tuple[str, object]:
    blob.refresh_from_db()
    return blob.damage, blob.damaged_at


def read(blob: Blob, *part: int) -> bytes:
    return b"".join(stored.bytes_of(blob, *part))


def test_whole_bytes_come_out_whole_and_in_parts(blob):
    content = harm.path_of(blob).read_bytes()
    assert read(blob) == content
    for start, stop in ((0, 1), (1, 3), (2, len(content))):
        if start < stop <= len(content):
            assert read(blob, start, stop) == content[start:stop]
    stored.must_be_whole(blob)
    assert noted(blob) == ("", None)


@pytest.mark.parametrize("store", ["folder", "no_likeness"])
@pytest.mark.parametrize("kind", harm.KINDS)
def test_harmed_bytes_do_not_come_out_and_are_noted_with_an_alarm(large, held, caplog, kind, store, request):
    if store == "no_likeness":
        request.getfixturevalue("no_likeness")
    harm.do(large, kind)
    at = held.forward(minutes=5)
    got = b""
    with caplog.at_level(logging.ERROR), pytest.raises(stored.Damaged) as refused:
        for piece in stored.bytes_of(large):
            got += piece
    assert refused.value.damage == kind
    # Of a store some may have gone out; never as many as were announced.
    assert len(got) < large.size and (store == "no_likeness" or not got)
    assert noted(large) == (kind, at)
    assert [record.message for record in caplog.records] == [
        f"the stored file {large.path} is damaged ({kind}): put it back from a backup"
    ]
    # Once noted, nothing goes out and nothing new is said.
    held.forward(minutes=5)
    caplog.clear()
    for door in (stored.bytes_of, stored.must_be_whole, lambda blob: stored.bytes_of(blob, 1, 2)):
        with pytest.raises(stored.Damaged):
            door(large)
    assert noted(large) == (kind, at) and not caplog.records


def test_a_small_file_of_a_store_is_judged_before_its_first_byte(held, no_likeness):
    small = blobs.keep_own(b"small", media_type=factories.PDF, at=held.at)
    harm.do(small, "altered")
    with pytest.raises(stored.Damaged):
        stored.bytes_of(small)


def test_of_a_file_that_looks_as_before_the_last_piece_is_kept_back(large):
    stored.must_be_whole(large)
    harm.silently(large)
    # Somebody who watched only the times of the file would not know.
    likeness = storage.documents().likeness(large.path)
    stored._remember(large, likeness, "")
    got = []
    with pytest.raises(stored.Damaged):
        for piece in stored.bytes_of(large):
            got.append(piece)
    assert 0 < sum(map(len, got)) < large.size
    assert noted(large)[0] == "altered"


def test_a_file_that_is_cut_while_it_is_read_is_found_short(large):
    pieces = stored.bytes_of(large)
    next(pieces)
    harm.do(large, "size")
    with pytest.raises(stored.Damaged):
        list(pieces)
    assert noted(large)[0] == "size"


def test_what_the_disk_does_not_give_back_is_unreadable(large, monkeypatch, held):
    def rotten(self, size):
        raise storage.Unreadable(5, "Input/output error")

    monkeypatch.setattr(storage.Reading, "read", rotten)
    with pytest.raises(stored.Damaged):
        stored.bytes_of(large)
    assert noted(large) == ("unreadable", held.at)


def test_an_error_of_the_disk_is_told_from_a_storage_that_is_away():
    for number, kind in ((5, storage.Unreadable), (13, storage.StorageFailed), (28, storage.StorageFull)):
        with pytest.raises(storage.StorageFailed) as told, storage._faults_told():
            raise OSError(number, "x")
        assert type(told.value) is kind


def test_a_storage_that_is_away_says_nothing_of_the_bytes(large, monkeypatch):
    def away(self, name, start=0, stop=None):
        raise storage.StorageFailed("away")

    monkeypatch.setattr(storage.DurableFileSystemStorage, "reading", away)
    monkeypatch.setattr(storage.DurableFileSystemStorage, "likeness", lambda self, name: None)
    with pytest.raises(storage.StorageFailed):
        stored.bytes_of(large)
    with pytest.raises(storage.StorageFailed):
        stored.look(large, clock.now())
    assert noted(large) == ("", None)


def test_a_file_that_is_put_back_comes_out_at_once(large, held, caplog):
    content = harm.do(large, "altered")
    with pytest.raises(stored.Damaged):
        stored.bytes_of(large)
    harm.mend(large, content)
    at = held.forward(minutes=5)
    with caplog.at_level(logging.WARNING):
        assert read(large) == LARGE
    assert noted(large) == ("", None) and large.whole_at == at
    assert "is whole again" in caplog.text


def test_a_file_is_read_for_its_hash_once_as_long_as_nobody_writes_to_it(large, monkeypatch):
    looks = []
    examined = stored._examined
    monkeypatch.setattr(stored, "_examined", lambda blob: looks.append(blob.pk) or examined(blob))
    assert stored.must_be_whole(large) == large.size
    for _ in range(3):
        assert stored.must_be_whole(large) == 0
    assert len(looks) == 1
    harm.mend(large, LARGE)  # the same bytes, written again
    assert stored.must_be_whole(large) == large.size
    assert len(looks) == 2


def test_bytes_that_are_sent_again_mend_a_damaged_file_and_its_note(held):
    content = factories.pdf_bytes("Sent twice")
    blob = blobs.take_in([content], name="a.pdf", at=held.at)
    harm.do(blob, "altered")
    with pytest.raises(stored.Damaged):
        stored.bytes_of(blob)
    assert noted(blob)[0] == "altered"
    again = blobs.take_in([content], name="b.pdf", at=held.at)
    assert again == blob and read(again) == content
    assert noted(blob) == ("", None)


def replaced_before_reading(monkeypatch, blob: Blob, contents: list[bytes]) -> None:
    """Before each reading of it the next of `contents` is put in the file's place, as an object of a store is."""
    reading = storage.DurableFileSystemStorage.reading

    def meanwhile(self, name, *part):
        if contents:
            path = harm.path_of(blob)
            beside = path.with_suffix(".beside")
            beside.write_bytes(contents.pop(0))
            beside.replace(path)
        return reading(self, name, *part)

    monkeypatch.setattr(storage.DurableFileSystemStorage, "reading", meanwhile)


OTHER = bytes([LARGE[0] ^ 1]) + LARGE[1:]


@pytest.mark.parametrize("contents", [[OTHER], [LARGE, OTHER]], ids=["judged before", "judged now"])
def test_no_part_goes_out_of_other_bytes_put_in_place_after_it_was_judged(large, held, monkeypatch, contents):
    if contents == [OTHER]:
        stored.must_be_whole(large)
    replaced_before_reading(monkeypatch, large, contents)
    with pytest.raises(stored.Damaged):
        stored.bytes_of(large, 0, 3)
    assert noted(large) == ("altered", held.at)


def test_a_part_goes_out_of_the_right_bytes_that_were_put_in_place_meanwhile(large, monkeypatch):
    stored.must_be_whole(large)
    replaced_before_reading(monkeypatch, large, [LARGE])
    assert read(large, 1, 3) == LARGE[1:3]
    assert noted(large) == ("", None)


def test_of_a_file_that_never_stays_the_same_no_part_goes_out(large, monkeypatch):
    replaced_before_reading(monkeypatch, large, [LARGE] * 20)
    with pytest.raises(storage.StorageFailed, match="again and again"):
        stored.bytes_of(large, 1, 3)
    assert noted(large) == ("", None)
