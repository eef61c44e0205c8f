"""A backup or a verification that goes wrong is known to the readiness, and so told to the administrators."""

import json
import re
from datetime import timedelta
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import InterfaceError, OperationalError

from cwg.operations import backup, backup_state
from cwg.record import checks, heartbeat
from cwg.record.models import VerificationRun

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("error", "raised"),
    [(backup.BackupFailed("pg_dump failed"), CommandError), (OSError("No space left on device"), OSError)],
)
def test_a_backup_that_failed_is_told_until_one_is_made(tmp_path, monkeypatch, held, error, raised):
    def fails(folder):
        raise error

    assert backup_state.backup_is_fresh() == {"ok": True, "pruned": True, "made_seconds_ago": None}
    monkeypatch.setattr(backup, "make", fails)
    with pytest.raises(raised, match=str(error)):
        call_command("backup", str(tmp_path))
    assert backup_state.backup_is_fresh()["ok"] is False
    manifest = {
        "made_at": "2026-03-02T08:00:00.000000Z",
        "dump": {"size": 0, "sha256": ""},
        "chains": {},
        "blobs": {},
    }
    (tmp_path / backup.MANIFEST).write_text(json.dumps(manifest))
    monkeypatch.setattr(backup, "make", lambda folder: folder)
    call_command("backup", str(tmp_path))
    held.forward(hours=1)
    assert backup_state.backup_is_fresh() == {"ok": True, "pruned": True, "made_seconds_ago": 3600}


def test_what_the_command_finds_is_told_and_so_is_that_it_is_gone(monkeypatch, held):
    assert checks.last_run_held() == {"ok": True, "seconds_ago": None}
    monkeypatch.setattr(checks, "_checks", {})
    found = []
    checks.register("I1 bytes", lambda: iter(found))
    call_command("verify")
    assert not VerificationRun.objects.exists()  # nothing new: nothing is kept
    found.append("a file is missing")
    with pytest.raises(SystemExit):
        call_command("verify")
    held.forward(minutes=2)
    assert checks.last_run_held() == {"ok": False, "seconds_ago": 120}
    assert VerificationRun.objects.get().outcome[0]["found"] == ["a file is missing"]
    found.clear()
    call_command("verify")
    assert checks.last_run_held() == {"ok": True, "seconds_ago": 0}


def test_what_the_nightly_run_finds_is_told(monkeypatch, held):
    monkeypatch.setattr(checks, "_checks", {"I5 chain": lambda: iter(["an entry was changed"])})
    assert checks.note_outcome() == 1
    assert checks.last_run_held()["ok"] is False


@pytest.mark.parametrize(
    ("question", "mark", "setting"),
    [
        (backup_state.backup_is_fresh, backup_state.MADE, "BACKUP_WITHIN"),
        (backup_state.base_is_fresh, backup_state.BASE_MADE, "BASE_WITHIN"),
    ],
)
def test_one_that_is_too_old_is_told_where_somebody_asks(held, settings, question, mark, setting):
    heartbeat.beat(mark)
    held.forward(hours=36, microseconds=1)
    assert question()["ok"] is True, "nobody asks"
    setattr(settings, setting, timedelta(hours=36))
    assert question() == {"ok": False, "pruned": True, "made_seconds_ago": 36 * 3600}
    held.forward(microseconds=-1)
    assert question()["ok"] is True


def test_a_base_backup_that_failed_is_told_in_the_words_of_the_script():
    """`make-base` notes it by itself, in the words of the database."""
    script = (settings.BASE_DIR / ".docker" / "database" / "make-base").read_text()
    noted, forgotten = (
        {quoted or plain for quoted, plain in re.findall(rf"\b{word} (?:'([^']+)'|(\w+))", script)}
        for word in ("note", "forget")
    )
    failures = {backup_state.BASE_FAILED, backup_state.BASE_NOT_PRUNED}
    assert noted == {backup_state.BASE_MADE, *failures}
    assert forgotten == failures
    heartbeat.beat(backup_state.BASE_FAILED)
    assert backup_state.base_is_fresh() == {"ok": False, "pruned": True, "made_seconds_ago": None}


def test_a_verification_that_nobody_made_for_two_nights_is_told(monkeypatch, held, settings):
    """The command speaks for itself too, where it finds nothing new and keeps no run."""
    monkeypatch.setattr(checks, "_checks", {})
    settings.VERIFY_WITHIN = timedelta(hours=50)
    checks.note_outcome()
    held.forward(hours=50)
    assert checks.last_run_held() == {"ok": True, "seconds_ago": 50 * 3600}
    held.forward(microseconds=1)
    assert checks.last_run_held()["ok"] is False
    call_command("verify")
    assert VerificationRun.objects.count() == 1
    assert checks.last_run_held() == {"ok": True, "seconds_ago": 0}


@pytest.mark.parametrize("gone", [OperationalError, InterfaceError])
def test_a_database_that_goes_meanwhile_hides_no_failure(tmp_path, monkeypatch, gone):
    """Neither what the backup met, nor what the verification found."""

    def fails(*args):
        raise backup.BackupFailed("pg_dump failed")

    def goes(*args):
        raise gone("connection already closed")

    monkeypatch.setattr(backup, "make", fails)
    monkeypatch.setattr(backup_state, "note_failed", goes)
    with pytest.raises(CommandError, match="pg_dump failed"):
        call_command("backup", str(tmp_path))
    monkeypatch.setattr(checks, "on_one_snapshot", lambda: [("a check", ["It does not hold."])])
    monkeypatch.setattr(checks, "note_change", goes)
    out, err = StringIO(), StringIO()
    with pytest.raises(SystemExit):
        call_command("verify", stdout=out, stderr=err)
    assert "It does not hold." in out.getvalue() and "could not be kept" in err.getvalue()
