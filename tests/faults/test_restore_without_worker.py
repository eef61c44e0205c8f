"""The database is lost while no worker was ever at work: what a delegation has on a receipt is never given again."""

import contextlib
import http.client
import json
import os
import signal
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from cwg import clock
from cwg.documents import restore_gaps
from cwg.documents.models import Receipt, Register
from cwg.record import chain_copies, copy_mark, journal
from cwg.record.models import JournalEntry
from tests import factories
from tests.faults import crowd, hanging_storage, web_server
from tests.operations.conftest import own_database  # noqa: F401
from tests.operations.lost_database import lose_the_database, tables, verified
from tests.waiting import until

pytestmark = pytest.mark.faults


@pytest.fixture
def meeting(own_database) -> Register:  # noqa: F811
    return crowd.make_meeting(factories.make_group("DG"))


def kill(server: web_server.Server) -> None:
    """kill -9 of all that serves the web."""
    for pid in [server.process.pid, *server.workers()]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    server.process.wait()


def hanging(folder: Path) -> dict[str, str]:
    """The environment of a portal whose file storage writes no copy of a chain, while a file stands in `folder`."""
    stands = folder / "hangs"
    stands.touch()
    return {"DJANGO_SETTINGS_MODULE": "tests.faults.hanging_settings", hanging_storage.VARIABLE: str(stands)}


def sessions_of(senders) -> dict:
    return {sender.person: crowd.session_of(sender.person) for sender in senders}


def issued() -> dict[str, str]:
    """Path of the receipt -> symbol, of all that the register holds."""
    receipts = Receipt.objects.select_related("revision__document")
    return {receipt.get_absolute_url(): receipt.revision.symbol for receipt in receipts}


def submitted_again(senders, log) -> list[str]:
    """The symbols that these drafts get from the restored portal; their tokens are given out anew."""
    again = [crowd.Sender(s.draft, s.person, crowd.token_of(s.draft, s.person)) for s in senders]
    keys = sessions_of(again)
    connections.close_all()
    with web_server.running(log) as server:
        paths = [server.submit(sender, keys[sender.person])[1] for sender in again]
    told = issued()
    return [told[path] for path in paths]


def test_no_number_on_a_receipt_is_given_again(meeting, tmp_path):
    """kill -9 of the web in the middle of submissions, then of the database; the backup knows of none of them."""
    senders = crowd.make_senders(meeting, 16)
    call_command("backup", str(tmp_path / "backups"))
    keys = sessions_of(senders)
    connections.close_all()
    shown: dict[str, str] = {}
    with web_server.running(tmp_path / "web.log", workers=3) as server:

        def send(mine):
            # Whoever is cut off was shown nothing.
            with contextlib.suppress(OSError, http.client.HTTPException, AssertionError):
                for sender in mine:
                    shown[str(sender.draft)] = server.submit(sender, keys[sender.person], give_up_after=20)[1]

        threads = [threading.Thread(target=send, args=(senders[at::4],), daemon=True) for at in range(4)]
        for thread in threads:
            thread.start()
        until(lambda: len(shown) >= 8, within=90)
        kill(server)
        on_receipts = {issued()[path] for path in list(shown.values())}
        lost_at = clock.now()
        lose_the_database()
        for thread in threads:
            thread.join(timeout=60)

    call_command("restore", str(tmp_path / "backups"), "--lost-at", lost_at.isoformat())

    assert len(on_receipts) >= 8
    register = Register.objects.get()
    assert on_receipts <= set().union(
        *(
            entry.facts["symbols"]
            for entry in JournalEntry.objects.filter(chain=register.chain, act="restored")
        )
    )
    again = submitted_again(senders, tmp_path / "again.log")
    assert len(set(again)) == len(senders)
    assert not on_receipts & set(again)
    assert verified()["holds"] is True


def test_with_the_storage_away_answers_come_and_a_restore_stops(meeting, tmp_path, storage):
    first, *others = senders = crowd.make_senders(meeting, 4)
    call_command("backup", str(tmp_path / "backups"))
    keys = sessions_of(senders)
    connections.close_all()
    with web_server.running(tmp_path / "web.log", workers=1) as server:
        server.submit(first, keys[first.person])
        storage.rename(storage.with_name("kept"))
        storage.touch()  # a file stands where the folder was: nobody can write there, not even root
        took = []
        for sender in others:
            began = time.monotonic()
            kind, path = server.submit(sender, keys[sender.person])
            took.append(time.monotonic() - began)
            assert kind == "receipt"
        assert max(took) < 10
        said = json.loads(server.request("GET", "/readyz")[2])
        assert "chain copies" in said["degraded"]
        assert said["checks"]["chain copies"]["missing"] == 3
        assert "was answered without its copy" in server.log.read_text()
        kill(server)
    last = issued()[path]
    storage.unlink()
    storage.with_name("kept").rename(storage)
    # As if all this had taken five minutes longer.
    mark, lost_at = storage / copy_mark.PATH, clock.now()
    said = json.loads(mark.read_bytes())
    mark.write_bytes(journal.canonical({**said, "whole_until": lost_at - timedelta(minutes=5)}))
    lose_the_database()
    folder, when = str(tmp_path / "backups"), lost_at.isoformat()

    with pytest.raises(CommandError, match="The copies are known to be whole until"):
        call_command("restore", folder, "--lost-at", when)
    assert tables() == 0
    call_command(
        "restore", folder, "--lost-at", when, "--issued", last, "--accept-unknown", "The receipts were read."
    )

    assert JournalEntry.objects.filter(act=restore_gaps.ACCEPTED).exists()
    again = submitted_again(senders, tmp_path / "again.log")
    numbers = [int(symbol.rpartition("/")[2]) for symbol in again]
    assert min(numbers) > int(last.rpartition("/")[2])
    assert verified()["holds"] is True


def test_a_web_killed_between_commit_and_copy_is_made_good_by_the_next_one(meeting, tmp_path, storage):
    """The store hangs where the copy is written, so that the kill falls right there."""
    (sender,) = crowd.make_senders(meeting, 1)
    keys = sessions_of([sender])
    register = Register.objects.get()
    place = storage / chain_copies.path(register.chain, register.chain_length + 1)
    connections.close_all()
    hangs = hanging(tmp_path)
    with web_server.running(tmp_path / "web.log", workers=1, **hangs) as server:
        answers: list = []

        def send():
            with contextlib.suppress(OSError, http.client.HTTPException, AssertionError):
                answers.append(server.submit(sender, keys[sender.person], give_up_after=1))

        thread = threading.Thread(target=send, daemon=True)
        thread.start()
        until(lambda: Receipt.objects.exists())
        kill(server)
        thread.join(timeout=60)
    assert answers == [], "nobody was shown a receipt"
    assert not place.exists()
    with web_server.running(tmp_path / "again.log", workers=1) as server:
        until(place.is_file)  # without a worker, and before anybody asks
        kind, path = server.submit(sender, keys[sender.person])
    assert (kind, path) == ("receipt", Receipt.objects.get().get_absolute_url())
    assert json.loads(place.read_bytes())["act"] == "registered"
    assert verified()["holds"] is True


def test_a_store_that_hangs_costs_one_answer_some_seconds(meeting, tmp_path, storage):
    senders = crowd.make_senders(meeting, 4)
    keys = sessions_of(senders)
    connections.close_all()
    took = []
    with web_server.running(tmp_path / "web.log", workers=1, **hanging(tmp_path)) as server:
        for sender in senders:
            began = time.monotonic()
            assert server.submit(sender, keys[sender.person])[0] == "receipt"
            took.append(time.monotonic() - began)
        said = json.loads(server.request("GET", "/readyz")[2])
    assert took[0] < 10
    assert sum(took[1:]) < 9, "each would have waited three seconds"
    assert said["checks"]["chain copies"]["missing"] == 4
