"""Which backups stay, and what goes with the others."""

import errno
import fcntl
import hashlib
import json
import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from cwg.operations import backup, backup_keeping, backup_state

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
TICK = timedelta(microseconds=1)


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def file_of(folder: Path, content: bytes) -> Path:
    name = sha256(content)
    return folder / "files" / "sha256" / name[:2] / name[2:4] / name


def make(folder: Path, at: datetime, *contents: bytes, missing: tuple = (), damaged: bool = False) -> Path:
    """A finished backup with the files of these contents."""
    made = folder / f"{at:%Y-%m-%dT%H%M%SZ}"
    made.mkdir(parents=True)
    (made / "database.dump").write_bytes(b"half" if damaged else b"a dump")
    for content in contents:
        path = file_of(folder, content)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    manifest = {
        "version": 2,
        "made_at": f"{at:%Y-%m-%dT%H:%M:%S.%fZ}",
        "dump": {"size": 6, "sha256": sha256(b"a dump")},
        "blobs": {sha256(content): len(content) for content in contents},
        "missing": list(missing),
        "chains": {},
    }
    (made / "manifest.json").write_text(json.dumps(manifest))
    return made


def aged(path: Path, **ago: float) -> Path:
    then = time.time() - timedelta(**ago).total_seconds()
    os.utime(path, (then, then))
    return path


def prune(folder: Path, days: int = 35, months: int = 12, **options) -> backup_keeping.Pruned:
    return backup_keeping.prune(folder, now=NOW, days=days, months=months, **options)


def names(paths) -> list[str]:
    return sorted(path.name[:10] for path in paths)


def everything(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.name != ".lock")


# --- Which stay -------------------------------------------------------------------------------------------------------


def test_all_of_the_last_days_stay_and_then_the_first_of_each_month(tmp_path):
    at = datetime(2025, 9, 1, 1, tzinfo=UTC)
    while at < NOW:
        make(tmp_path, at)
        at += timedelta(days=1)
    prune(tmp_path)
    left = names(path.parent for path in tmp_path.glob("*/manifest.json"))
    daily = [f"{(NOW - timedelta(days=number)):%Y-%m-%d}" for number in range(35)]
    monthly = ["2025-11-01", "2025-12-01", *(f"2026-{month:02}-01" for month in range(1, 11))]
    assert left == sorted({*daily, *monthly})


@pytest.mark.parametrize(("younger", "stays"), [(TICK, True), (0 * TICK, True), (-TICK, False)])
def test_the_days_are_counted_to_the_instant(tmp_path, younger, stays):
    edge = make(tmp_path, NOW - timedelta(days=35) + younger)
    make(tmp_path, NOW - timedelta(days=10))
    make(tmp_path, NOW)
    prune(tmp_path, months=0)
    assert edge.exists() is stays


def test_of_a_month_stays_the_first_that_lacks_no_file(tmp_path):
    first = make(tmp_path, datetime(2026, 5, 1, tzinfo=UTC), missing=("sha256/aa/bb/aabb",))
    second = make(tmp_path, datetime(2026, 5, 2, tzinfo=UTC))
    for days in (40, 10, 0):
        make(tmp_path, NOW - timedelta(days=days))
    assert prune(tmp_path).gone == [first]
    assert second.exists() and not first.exists()


def test_the_last_one_stays_whatever_its_age_and_so_does_the_last_whole_one(tmp_path):
    whole = make(tmp_path, NOW - timedelta(days=900))
    make(tmp_path, NOW - timedelta(days=800), damaged=True)
    lacking = make(tmp_path, NOW - timedelta(days=7), missing=("sha256/aa/bb/aabb",))
    prune(tmp_path, days=0, months=0)
    assert names(path.parent for path in tmp_path.glob("*/manifest.json")) == names([whole, lacking])


@pytest.mark.parametrize("false_nights", [1, 2])
def test_a_clock_far_ahead_removes_nothing(tmp_path, false_nights):
    """Thirty nights, and then the clock stands two years later."""
    for days in range(30):
        make(tmp_path, NOW - timedelta(days=days), b"of each")
    ahead = NOW + timedelta(days=800)
    for days in range(false_nights):
        make(tmp_path, ahead - timedelta(days=days))
    before = everything(tmp_path)
    with pytest.raises(backup.BackupFailed, match="or a clock was wrong: nothing is removed"):
        backup_keeping.prune(tmp_path, now=ahead, days=35, months=12)
    # It is right again.
    with pytest.raises(backup.BackupFailed, match="lies in the future: nothing is removed"):
        prune(tmp_path, despite_gap=True)
    assert everything(tmp_path) == before


def test_where_none_was_made_for_long_somebody_says_so(tmp_path):
    old, edge = (make(tmp_path, NOW - timedelta(days=days)) for days in (36, 35))
    assert prune(tmp_path, months=0).gone == [old]
    edge.rename(tmp_path / "aside")
    (tmp_path / "aside" / "manifest.json").unlink()
    old = make(tmp_path, NOW - timedelta(days=36))
    make(tmp_path, NOW)
    with pytest.raises(backup.BackupFailed, match="For 36 days after"):
        prune(tmp_path, months=0)
    assert prune(tmp_path, months=0, despite_gap=True).gone == [old]


# --- What goes with the others ----------------------------------------------------------------------------------------


def test_files_that_no_kept_one_names_go_and_copies_of_chains_stay(tmp_path):
    old = make(tmp_path, NOW - timedelta(days=36), b"of both", b"of a deleted draft")
    make(tmp_path, NOW - timedelta(days=1), b"of both", b"new")
    copy = tmp_path / "files" / "journal" / "c0ffee" / "00000001.json"
    copy.parent.mkdir(parents=True)
    copy.write_text("{}")
    gone = file_of(tmp_path, b"of a deleted draft")
    before = everything(tmp_path)
    looked = prune(tmp_path, months=0, dry_run=True)
    assert everything(tmp_path) == before, "nothing is removed by looking"

    done = prune(tmp_path, months=0)

    assert (looked.gone, looked.files) == (done.gone, done.files) == ([old], [gone])
    assert looked.bytes == done.bytes > len(b"of a deleted draft")
    assert not old.exists() and not gone.exists() and not gone.parent.exists()
    assert copy.exists() and file_of(tmp_path, b"of both").exists() and file_of(tmp_path, b"new").exists()
    assert prune(tmp_path, months=0).gone == []


def test_what_was_broken_off_goes_after_a_day(tmp_path):
    make(tmp_path, NOW, b"kept")
    old = tmp_path / "2026-11-20T010000Z"
    young = tmp_path / "2026-11-26T010000Z"
    without_its_manifest = tmp_path / "2026-11-19T010000Z"
    for path in (old, young, without_its_manifest):
        path.mkdir()
        (path / "database.dump").write_bytes(b"half")
    for path in (old, young):
        (path / "manifest.json.unfinished").touch()
    of_others = tmp_path / "kept by hand"
    of_others.mkdir()
    half = file_of(tmp_path, b"kept").with_name("half.unfinished")
    half.write_bytes(b"ha")
    for path in (old, of_others, half, without_its_manifest):
        aged(path, hours=25)
    assert prune(tmp_path).leftovers == [old, half]
    assert not old.exists() and not half.exists() and young.exists() and of_others.exists()
    assert without_its_manifest.exists(), "its dump may be all there is"


def test_what_somebody_keeps_by_hand_stays_with_the_files_it_names(tmp_path):
    kept = make(tmp_path, NOW - timedelta(days=400), b"kept by hand").rename(tmp_path / "before-the-upgrade")
    elsewhere = make(tmp_path / "elsewhere", NOW - timedelta(days=300), b"linked")
    named_as_one = tmp_path / elsewhere.name
    named_as_one.symlink_to(elsewhere)
    make(tmp_path, NOW - timedelta(days=3), b"new")
    file_of(tmp_path, b"linked").parent.mkdir(parents=True)
    file_of(tmp_path, b"linked").write_bytes(b"linked")
    make(tmp_path, NOW, b"new")
    (tmp_path / "files" / "manifest.json").write_text((kept / "manifest.json").read_text())
    before = everything(tmp_path)
    done = prune(tmp_path, months=0)
    assert (done.gone, done.files, everything(tmp_path)) == ([], [], before)


def test_files_of_the_storage_at_work_are_out_of_reach(tmp_path):
    storage = tmp_path / "storage"
    at_work = file_of(storage, b"at work")
    at_work.parent.mkdir(parents=True)
    at_work.write_bytes(b"at work")
    folder = tmp_path / "backups"
    make(folder, NOW)
    (folder / "files").mkdir()
    (folder / "files" / "sha256").symlink_to(storage / "files" / "sha256")
    assert prune(folder).files == []
    assert at_work.exists()


@pytest.mark.parametrize(
    "said", ["{", "{}", "[]", "[" * 100_000, '{"made_at": "2026-01-01T00:00:00.000000Z"}']
)
def test_one_that_does_not_say_what_it_names_stays_and_so_does_every_file(tmp_path, said):
    strange = make(tmp_path, NOW - timedelta(days=1), b"of the strange one")
    (strange / "manifest.json").write_text(said.replace("2026-01-01", "2026-11-20"))
    make(tmp_path, NOW, b"new")
    done = prune(tmp_path)
    assert done.unreadable == [strange] and done.files == [] and strange.exists()
    assert file_of(tmp_path, b"of the strange one").exists()


def test_a_folder_without_a_finished_one_keeps_its_files(tmp_path):
    path = file_of(tmp_path, b"copied before it broke off")
    path.parent.mkdir(parents=True)
    path.write_bytes(b"copied before it broke off")
    prune(tmp_path)
    assert path.exists()


def test_while_one_is_being_made_none_goes(tmp_path):
    old = make(tmp_path, NOW - timedelta(days=40))
    make(tmp_path, NOW)
    with (tmp_path / ".lock").open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(backup.BackupFailed, match="is being made"):
            prune(tmp_path, months=0)
    assert old.exists()


# --- The commands -----------------------------------------------------------------------------------------------------


def test_the_command_follows_the_settings_and_names_what_would_go(db, tmp_path, settings, capsys, held):
    settings.BACKUPS_KEEP_DAYS, settings.BACKUPS_KEEP_MONTHS = 10, 0
    old = make(tmp_path, held.at - timedelta(days=11), b"old")
    make(tmp_path, held.at - timedelta(days=9), b"new")
    call_command("prune_backups", str(tmp_path), "--dry-run")
    said = capsys.readouterr().out
    assert str(old) in said and str(file_of(tmp_path, b"old")) in said and old.exists()
    call_command("prune_backups", str(tmp_path))
    assert "Backups removed: 1, with 1 files" in capsys.readouterr().out
    assert not old.exists()


def test_a_folder_that_is_not_there_is_named(db, tmp_path):
    with pytest.raises(CommandError, match="There is no folder"):
        call_command("prune_backups", str(tmp_path / "elsewhere"))


def test_a_backup_lets_the_old_ones_go_only_when_asked(portal, tmp_path, settings):
    settings.BACKUPS_KEEP_MONTHS = 0
    old = make(tmp_path, datetime.now(UTC) - timedelta(days=36), b"old")
    young = make(tmp_path, datetime.now(UTC) - timedelta(days=10))
    call_command("backup", str(tmp_path))
    assert old.exists()
    (made,) = {path.parent for path in tmp_path.glob("*/manifest.json")} - {old, young}
    made.rename(tmp_path / "2026-01-01T000000Z")  # one second has one name
    call_command("backup", str(tmp_path), "--prune")
    assert not old.exists() and not file_of(tmp_path, b"old").exists()
    assert backup.read_manifest(backup.latest(tmp_path))


def test_one_that_failed_lets_go_what_has_expired_and_keeps_the_last(db, tmp_path, monkeypatch, settings):
    """On a full disk there would never be room for the next one."""
    settings.BACKUPS_KEEP_DAYS, settings.BACKUPS_KEEP_MONTHS = 5, 0
    old = make(tmp_path, datetime.now(UTC) - timedelta(days=7))
    older = make(tmp_path, datetime.now(UTC) - timedelta(days=8))

    def fails(folder):
        raise backup.BackupFailed("pg_dump failed")

    monkeypatch.setattr(backup, "make", fails)
    with pytest.raises(CommandError, match="pg_dump failed"):
        call_command("backup", str(tmp_path), "--prune")
    assert old.exists() and not older.exists()
    assert backup_state.backup_is_fresh()["ok"] is False


def test_one_that_lacks_a_file_still_lets_old_ones_go_but_not_the_last_whole_one(
    portal, tmp_path, storage, settings
):
    """Else a storage with one lost file would fill the disk of the backups."""
    settings.BACKUPS_KEEP_DAYS, settings.BACKUPS_KEEP_MONTHS = 5, 0
    whole = make(tmp_path, datetime.now(UTC) - timedelta(days=7))
    older = make(tmp_path, datetime.now(UTC) - timedelta(days=8))
    next(path for path in (storage / "sha256").rglob("*") if path.is_file()).unlink()
    with pytest.raises(CommandError, match="the storage lacks"):
        call_command("backup", str(tmp_path), "--prune")
    assert whole.exists() and not older.exists()


def test_one_that_was_made_is_noted_so_though_what_has_expired_stays(portal, tmp_path):
    old = make(tmp_path, datetime.now(UTC) - timedelta(days=900))
    with pytest.raises(CommandError, match="or a clock was wrong"):
        call_command("backup", str(tmp_path), "--prune")
    answer = backup_state.backup_is_fresh()
    assert (answer["ok"], answer["pruned"], answer["made_seconds_ago"] is None) == (False, False, False)
    old.rename(tmp_path / "aside")
    (tmp_path / "aside" / "manifest.json").unlink()
    (made,) = tmp_path.glob("*/manifest.json")
    made.parent.rename(tmp_path / "2026-01-01T000000Z")
    call_command("backup", str(tmp_path), "--prune")
    assert backup_state.backup_is_fresh()["ok"] is True


def test_a_disk_that_cannot_lock_for_an_error_is_not_taken_for_one_without_locks(tmp_path, monkeypatch):
    def fails(number):
        def flock(*arguments):
            raise OSError(number, "as the disk says")

        monkeypatch.setattr(fcntl, "flock", flock)

    fails(errno.ENOLCK)
    with backup.alone_in(tmp_path):
        pass
    fails(errno.EIO)
    with pytest.raises(OSError, match="as the disk says"), backup.alone_in(tmp_path):
        pass


# --- Which there are --------------------------------------------------------------------------------------------------


def listed(folder: Path, capsys) -> list[str]:
    call_command("backup", str(folder), "--list")
    return capsys.readouterr().out.splitlines()


def test_those_that_there_are_are_listed_with_their_age_without_a_database(tmp_path, capsys):
    """Asked for when the database is lost: this test may not reach one."""
    now = datetime.now(UTC).replace(microsecond=0)
    three, whole = now - timedelta(days=3, minutes=1), now - timedelta(hours=5, minutes=1)
    make(tmp_path, whole, b"a file")
    make(tmp_path, three, missing=("sha256/ab/cd/abcd",), damaged=True)
    (tmp_path / "2026-11-20T010000Z").mkdir()
    before = everything(tmp_path)
    assert listed(tmp_path, capsys) == [
        f"{three:%Y-%m-%dT%H%M%SZ}: back to {three:%Y-%m-%dT%H:%M:%SZ}, 3 days ago, lacks files,"
        " its dump is gone or not whole",
        f"{whole:%Y-%m-%dT%H%M%SZ}: back to {whole:%Y-%m-%dT%H:%M:%SZ}, 5 hours, 1 minute ago",
    ]
    assert everything(tmp_path) == before, "nothing is made by looking"


def test_one_that_cannot_be_read_and_one_of_a_wrong_clock_are_listed_as_such(tmp_path, capsys):
    ahead = datetime.now(UTC) + timedelta(days=2)
    make(tmp_path, ahead)
    (make(tmp_path, NOW) / "manifest.json").write_text("half")
    first, second = listed(tmp_path, capsys)
    assert first.endswith(", in the future: a clock is wrong, or was")
    assert second == f"{NOW:%Y-%m-%dT%H%M%SZ}: has no manifest that can be read"


@pytest.mark.parametrize(
    "name", ["a\n2026-11-27T000000Z: back to today", "\x1b[31mred", os.fsdecode(b"\xff")]
)
def test_the_name_of_one_is_one_word_of_its_line_whatever_it_holds(tmp_path, capsys, name):
    made = make(tmp_path, NOW)
    (made / "manifest.json").write_text("half")
    made.rename(tmp_path / name)
    make(tmp_path, NOW)
    _first, second = listed(tmp_path, capsys)
    assert second == f"{name!a}: has no manifest that can be read"


def test_looking_and_removing_are_not_asked_for_at_once(tmp_path):
    make(tmp_path, NOW)
    before = everything(tmp_path)
    with pytest.raises(CommandError, match="not allowed with"):
        call_command("backup", str(tmp_path), "--list", "--prune")
    assert everything(tmp_path) == before


@pytest.mark.parametrize(("name", "match"), [("none", "no folder"), (".", "no finished backup")])
def test_where_there_is_none_the_list_says_so(tmp_path, name, match):
    with pytest.raises(CommandError, match=match):
        call_command("backup", str(tmp_path / name), "--list")
