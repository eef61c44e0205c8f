"""archive-segment and fetch-segment of `.docker/database/`: PostgreSQL's archive_command and restore_command.

With a real server they are tried in `tests/faults/test_going_back.py`.
"""

import gzip
import random
import subprocess
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).resolve().parents[2] / ".docker" / "database"
NAME = "000000010000000000000007"


@pytest.fixture
def segment(tmp_path) -> Path:
    path = tmp_path / "pg_wal" / NAME
    path.parent.mkdir()
    # A part that is dense and one that is empty, as segments are that were ended by archive_timeout.
    path.write_bytes(random.Random(7).randbytes(50_000) + bytes(500_000))
    return path


@pytest.fixture
def archive(tmp_path) -> Path:
    folder = tmp_path / "wal"
    folder.mkdir()
    return folder


def archived(
    segment: Path, archive: Path, name: str = NAME, before: str = ""
) -> subprocess.CompletedProcess[str]:
    return called(before, SCRIPTS / "archive-segment", segment, name, archive)


def fetched(target: Path, archive: Path, name: str = NAME) -> subprocess.CompletedProcess[str]:
    return called("", SCRIPTS / "fetch-segment", name, target, archive)


def called(before: str, *command: object) -> subprocess.CompletedProcess[str]:
    line = f'{before}exec "$0" "$@"'
    return subprocess.run(["sh", "-c", line, *map(str, command)], capture_output=True, text=True)


def state(archive: Path) -> dict[str, tuple[bytes, int]]:
    return {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in archive.iterdir()}


def test_what_was_archived_comes_back_as_it_was(segment, archive, tmp_path):
    assert archived(segment, archive).returncode == 0
    assert [path.name for path in archive.iterdir()] == [f"{NAME}.gz"]
    assert (archive / f"{NAME}.gz").stat().st_size < 60_000
    back = tmp_path / "RECOVERYXLOG"
    assert fetched(back, archive).returncode == 0
    assert back.read_bytes() == segment.read_bytes()
    assert not back.with_name("RECOVERYXLOG.part").exists()


@pytest.mark.parametrize(
    "name", ["00000002.history", "000000010000000000000002.00000028.backup", f"{NAME}.partial"]
)
def test_histories_and_labels_are_kept_the_same_way(archive, tmp_path, name):
    source = tmp_path / name
    source.write_text("1\t0/3000000\tbefore 2026-03-02 09:00:00+00\n")
    assert archived(source, archive, name).returncode == 0
    assert fetched(tmp_path / "back", archive, name).returncode == 0
    assert (tmp_path / "back").read_text() == source.read_text()


def test_the_same_segment_again_is_a_success_and_changes_nothing(segment, archive):
    assert archived(segment, archive).returncode == 0
    before = state(archive)
    assert archived(segment, archive).returncode == 0
    assert state(archive) == before


def test_another_one_of_that_name_is_refused_and_overwrites_nothing(segment, archive):
    assert archived(segment, archive).returncode == 0
    before = state(archive)
    segment.write_bytes(b"of another server")
    refused = archived(segment, archive)
    assert refused.returncode == 1
    assert f"{NAME}.gz is there with another content" in refused.stderr
    assert state(archive) == before


def test_one_that_is_damaged_is_refused_and_kept_for_whoever_looks(segment, archive):
    assert archived(segment, archive).returncode == 0
    there = archive / f"{NAME}.gz"
    there.write_bytes(there.read_bytes()[:-20])
    before = state(archive)
    refused = archived(segment, archive)
    assert refused.returncode == 1 and "damaged" in refused.stderr
    assert state(archive) == before


def test_what_a_crash_left_half_written_is_replaced(segment, archive):
    (archive / f"{NAME}.gz.part").write_bytes(b"half")
    assert archived(segment, archive).returncode == 0
    assert gzip.decompress((archive / f"{NAME}.gz").read_bytes()) == segment.read_bytes()
    assert len(list(archive.iterdir())) == 1


def test_without_room_nothing_is_there_under_its_name(segment, archive):
    """A limit on the size of files stands for the full disk."""
    assert archived(segment, archive, before="ulimit -f 40; ").returncode != 0
    assert list(archive.iterdir()) == []
    assert archived(segment, archive).returncode == 0


def test_an_archive_that_is_not_there_is_an_error_of_both(segment, tmp_path):
    gone = tmp_path / "not mounted"
    assert archived(segment, gone).returncode != 0
    assert fetched(tmp_path / "back", gone).returncode == 255


# --- What releases before this one archived, uncompressed -----------------------------------------------------------


def test_one_from_before_is_fetched(segment, archive, tmp_path):
    (archive / NAME).write_bytes(segment.read_bytes())
    assert fetched(tmp_path / "back", archive).returncode == 0
    assert (tmp_path / "back").read_bytes() == segment.read_bytes()


def test_one_from_before_that_postgresql_was_not_told_of_is_a_success(segment, archive):
    """What kept the archive shut for ever: killed between the rename and PostgreSQL's note."""
    (archive / NAME).write_bytes(segment.read_bytes())
    before = state(archive)
    assert archived(segment, archive).returncode == 0
    assert state(archive) == before


def test_one_from_before_with_another_content_is_refused(segment, archive):
    (archive / NAME).write_bytes(b"of another server")
    before = state(archive)
    assert archived(segment, archive).returncode == 1
    assert state(archive) == before


# --- The end of the log, and a hole in it ----------------------------------------------------------------------------


def test_what_was_never_archived_is_the_end_of_the_log(archive, tmp_path):
    ended = fetched(tmp_path / "back", archive)
    assert (ended.returncode, ended.stderr) == (1, "")
    assert not (tmp_path / "back").exists()


def test_a_damaged_one_is_no_end_of_the_log(segment, archive, tmp_path):
    """More than 128 stops the recovery; 1 would make it go on with a shorter history than there was."""
    archived(segment, archive)
    there = archive / f"{NAME}.gz"
    there.write_bytes(there.read_bytes()[:-20])
    stopped = fetched(tmp_path / "back", archive)
    assert stopped.returncode == 255 and "is damaged" in stopped.stderr
    assert not (tmp_path / "back").exists() and not (tmp_path / "back.part").exists()
