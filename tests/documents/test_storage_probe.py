"""The storage's question of `/readyz`: however long the storage takes, whoever asks has an answer."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from cwg.documents import storage_probe
from cwg.documents.storage import documents
from cwg.record import patience
from tests.waiting import until


@pytest.fixture(autouse=True)
def _a_new_process(monkeypatch, storage):
    monkeypatch.setattr(storage_probe, "_answer", None)
    monkeypatch.setattr(storage_probe, "_store", patience.Store())
    monkeypatch.setattr(storage_probe, "ASKED_EVERY", 0.0)


@pytest.fixture
def hangs(monkeypatch):
    """The storage takes what it is given and does not come back, until the event is set."""
    asked, go_on, save = threading.Event(), threading.Event(), documents().save

    def hang(name, content):
        asked.set()
        assert go_on.wait(30)
        return save(name, content)

    hang.asked, hang.go_on = asked, go_on
    monkeypatch.setattr(documents(), "save", hang)
    yield hang
    go_on.set()


def test_whoever_asks_while_the_storage_hangs_has_the_last_answer_at_once(hangs):
    hangs.go_on.set()
    assert storage_probe.answer() == {"ok": True}
    hangs.go_on.clear()
    hangs.asked.clear()
    with ThreadPoolExecutor(4) as threads:
        first = threads.submit(storage_probe.answer)
        assert hangs.asked.wait(10)
        # The storage is being asked: nobody else stands behind that one.
        for other in [threads.submit(storage_probe.answer) for _ in range(3)]:
            assert other.result(timeout=patience.PATIENCE / 2) == {"ok": True}
        assert not first.done()
        assert first.result(timeout=patience.PATIENCE + 5) == {"ok": False}
        assert storage_probe.answer() == {"ok": False}


def test_a_storage_that_hangs_from_the_start_is_a_no_for_everybody(hangs, monkeypatch):
    monkeypatch.setattr(patience, "PATIENCE", 0.5)
    with ThreadPoolExecutor(6) as threads:
        asked = [threads.submit(storage_probe.answer) for _ in range(6)]
        assert [each.result(timeout=10) for each in asked] == [{"ok": False}] * 6
    began = time.monotonic()
    assert storage_probe.answer() == {"ok": False}
    assert time.monotonic() - began < patience.PATIENCE, "left alone, it is not waited for again"


def test_a_storage_that_goes_on_is_a_yes_again_and_keeps_nothing_of_the_probe(hangs, monkeypatch, storage):
    monkeypatch.setattr(patience, "PATIENCE", 0.2)
    monkeypatch.setattr(patience, "REST", 0.2)
    assert storage_probe.answer() == {"ok": False}
    hangs.go_on.set()
    until(lambda: storage_probe.answer() == {"ok": True})
    until(lambda: not [path for path in storage.rglob("*") if path.is_file()])
