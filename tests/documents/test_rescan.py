"""What no scanner could scan when it came is scanned later, and what never can be holds up nothing else."""

import socket
import threading
import time
from datetime import timedelta

import pytest
from django.core.management import call_command

from cwg import clock
from cwg.documents import blobs, rescan, scanner
from cwg.documents.models import Blob
from cwg.documents.scanner import ScanResult
from cwg.documents.storage import StorageFailed
from tests import factories

from .test_scanner import SIGNATURE, speak_instream
from .test_scanner import scanner as scanner_at

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(monkeypatch, settings) -> list[bytes]:
    """The files that a scanner was asked about: it cannot read those that say "unreadable"."""
    seen: list[bytes] = []

    def scan(pieces, *, address, timeout):
        assert address == "tcp://scanner"
        content = b"".join(pieces)
        seen.append(content)
        for word in (b"unreadable", b"infected"):
            if word in content:
                return ScanResult(scanner.FAILED if word == b"unreadable" else scanner.INFECTED)
        return ScanResult(scanner.CLEAN)

    monkeypatch.setattr(scanner, "scan", scan)
    monkeypatch.setattr(scanner, "answers", lambda address: True)
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
    later = kept(b"clean")
    rescan.scan_waiting()
    assert state_of(later)[0] == "clean"


def test_one_lost_file_does_not_stop_the_round_and_is_noted_as_lost(held, storage, asked):
    lost, clean = kept(b"lost"), kept(b"clean")
    (storage / lost.path).unlink()
    assert rescan.scan_waiting() == 2
    assert (state_of(lost)[0], state_of(clean)[0]) == ("failed", "clean")
    assert lost.damage == "missing"


def test_a_file_that_cannot_be_scanned_is_tried_ever_more_seldom_and_then_no_more(held, storage, asked):
    blob = kept(b"unreadable")
    assert rescan.scan_waiting() == 1
    for number, interval in enumerate(rescan.INTERVALS, 1):
        assert state_of(blob)[0] == "failed" and blob.scan_failures == number
        assert blob.scan_due_at == held.at + interval
        held.move_to(blob.scan_due_at - timedelta(microseconds=1))
        assert rescan.scan_waiting() == 0
        held.forward(microseconds=1)
        assert rescan.scan_waiting() == 1
    assert state_of(blob)[0] == "given_up" and blob.get_scan_display() == "Could not be scanned for viruses"
    held.forward(days=400)
    assert rescan.scan_waiting() == 0 and len(asked) == len(rescan.INTERVALS) + 1
    assert rescan.answer() == {
        "ok": True,
        "configured": True,
        "waiting": 0,
        "could_not_be_scanned": 1,
        "too_large": 0,
    }


def test_whoever_mended_the_scanner_has_them_tried_once_more(held, storage, asked):
    blob = kept(b"unreadable")
    Blob.objects.filter(pk=blob.pk).update(scan="given_up", scan_failures=8)
    large = kept(b"clean, but too large")
    Blob.objects.filter(pk=large.pk).update(scan="too_large")
    assert rescan.scan_waiting() == 0
    call_command("scan_again")
    assert rescan.scan_waiting() == 2
    assert (state_of(blob)[0], blob.scan_failures, state_of(large)[0]) == ("failed", 1, "clean")


def test_a_storage_that_is_away_costs_no_file_a_try(held, asked, monkeypatch):
    blob = kept(b"clean")

    def away(self, name):
        raise StorageFailed("away")

    monkeypatch.setattr("cwg.documents.storage.DurableFileSystemStorage.likeness", away)
    with pytest.raises(StorageFailed):
        rescan.scan_waiting()
    assert state_of(blob) == ("not_scanned", None) and blob.scan_failures == 0


# --- Against a server that speaks clamd's protocol --------------------------------------------------------------------


def speak(connection, seen: list[bytes], **limits) -> None:
    """PING, or a stream."""
    if connection.recv(6, socket.MSG_PEEK) == b"zPING\0":
        connection.recv(6)
        connection.sendall(b"PONG\0")
    else:
        speak_instream(connection, seen, **limits)


def test_a_real_exchange_finds_clean_infected_and_too_large(held, storage, settings):
    clean, infected = kept(b"clean"), kept(SIGNATURE)
    large = kept(bytes(3_000_000))
    seen: list[bytes] = []
    with scanner_at(lambda connection: speak(connection, seen, limit=1_000_000)) as address:
        settings.CLAMD_ADDRESS = address
        assert rescan.scan_waiting() == 3
        assert [state_of(blob)[0] for blob in (clean, infected, large)] == ["clean", "infected", "too_large"]
        # Neither clean nor an error: it is not tried for ever.
        held.forward(days=30)
        assert rescan.scan_waiting() == 0
    assert seen == [b"clean", SIGNATURE] or seen == [SIGNATURE, b"clean"]


def test_a_scanner_that_is_away_costs_no_file_a_try_and_readiness_tells(held, storage, settings):
    settings.CLAMD_ADDRESS = "tcp://127.0.0.1:1"
    blob = kept(b"clean")
    assert rescan.scan_waiting() == 0
    assert state_of(blob) == ("not_scanned", None) and rescan.answer()["ok"]
    held.move_to(held.at + rescan.SCANNED_WITHIN - timedelta(microseconds=1))
    assert rescan.answer()["ok"]
    held.forward(microseconds=1)
    assert rescan.answer() == {
        "ok": False,
        "configured": True,
        "waiting": 1,
        "could_not_be_scanned": 0,
        "too_large": 0,
    }


def test_a_scanner_that_hangs_ends_the_round_after_two_files(held, storage, settings, monkeypatch):
    monkeypatch.setattr(rescan, "TIMEOUT", 0.3)
    blobs_kept = [kept(b"%d" % number) for number in range(6)]
    over = threading.Event()

    def hang(connection) -> None:
        if connection.recv(6, socket.MSG_PEEK) == b"zPING\0":
            speak(connection, [])
        else:
            over.wait(0.6)

    with scanner_at(hang) as address:
        settings.CLAMD_ADDRESS = address
        began = time.monotonic()
        assert rescan.scan_waiting() == 2
        assert time.monotonic() - began < 10
        over.set()
    assert [state_of(blob)[0] for blob in blobs_kept].count("failed") == 2


def test_a_scanner_that_takes_orders_and_answers_none_is_away(settings, held, storage):
    blob = kept(b"clean")
    over = threading.Event()
    with scanner_at(lambda connection: over.wait(2)) as address:
        assert not scanner.answers(address, timeout=0.3)
        over.set()
    assert state_of(blob)[0] == "not_scanned"
