"""What no scanner could scan when it came is scanned later, and what never can be holds up nothing else."""

import pytest

from cwg import clock
from cwg.documents import blobs, rescan, scanner
from cwg.documents.models import Blob
from cwg.documents.scanner import ScanResult
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(monkeypatch, settings) -> list[bytes]:
    """The files that a scanner was asked about: it cannot read those that say "unreadable"."""
    seen: list[bytes] = []

    def scan(stored, *, address):
        assert address == "tcp://scanner"
        content = stored.read()
        seen.append(content)
        for word in (b"unreadable", b"infected"):
            if word in content:
                return ScanResult(scanner.FAILED if word == b"unreadable" else scanner.INFECTED)
        return ScanResult(scanner.CLEAN)

    monkeypatch.setattr(scanner, "scan", scan)
    settings.CLAMD_ADDRESS = "tcp://scanner"
    return seen


def kept(content: bytes) -> Blob:
    return blobs.keep_own(content, media_type=factories.PDF, at=clock.now())


def state_of(blob: Blob) -> tuple[str, object]:
    blob.refresh_from_db()
    return blob.scan, blob.scanned_at


def test_what_waits_is_scanned_once(held, storage, asked):
    clean, infected = kept(b"clean"), kept(b"infected")
    assert state_of(clean) == ("not_scanned", None)
    at = held.forward(minutes=1)
    assert rescan.scan_waiting() == 2
    assert (state_of(clean), state_of(infected)) == (("clean", at), ("infected", at))
    assert rescan.scan_waiting() == 0 and len(asked) == 2


def test_without_a_scanner_nothing_is_looked_at(held, storage, settings, asked):
    blob = kept(b"clean")
    settings.CLAMD_ADDRESS = ""
    assert rescan.scan_waiting() == 0
    assert state_of(blob) == ("not_scanned", None) and asked == []


@pytest.mark.parametrize("away", [False, True], ids=["unreadable", "missing"])
def test_what_cannot_be_scanned_holds_up_nothing_that_came_later(held, storage, asked, monkeypatch, away):
    monkeypatch.setattr(rescan, "BATCH", 2)
    stuck = [kept(b"unreadable %d" % number) for number in range(2)]
    if away:
        for blob in stuck:
            (storage / blob.path).unlink()
    assert rescan.scan_waiting() == 2
    assert [state_of(blob)[0] for blob in stuck] == ["failed", "failed"]
    held.forward(minutes=1)
    later = kept(b"clean")
    rescan.scan_waiting()
    assert state_of(later)[0] == "clean"
