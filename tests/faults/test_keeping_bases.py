"""Base backups are made, verified, told to the portal, and let go with the log that only they needed (`make-base`, `prune-archive`)."""

import os
import shutil
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection

from tests.faults import own_database
from tests.faults.own_archive import Archive

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]

DAY = 24 * 60 * 60


@pytest.fixture(scope="module")
def own_server(django_db_setup, django_db_blocker, tmp_path_factory):
    """One server for all of these tests; the archive is each test's own."""
    with django_db_blocker.unblock():
        own = own_database.Database(tmp_path_factory.mktemp("bases"))
        try:
            with own.in_use():
                own.prepare()
            yield own
        finally:
            own.stop(own_database.AT_ONCE)


@pytest.fixture
def archive(own_server, transactional_db, tmp_path) -> Archive:
    made = Archive(own_server, tmp_path)
    made.begin()
    return made


def noted(archive: Archive) -> dict[str, datetime]:
    """What the portal was told, by its name."""
    with archive.database.in_use(), connection.cursor() as cursor:
        cursor.execute("SELECT name, at FROM record_heartbeat WHERE name LIKE '%base%'")
        return dict(cursor.fetchall())


def aged(base: Path, days: float) -> Path:
    """The base backup as if it had been made so many days ago."""
    at = datetime.now(UTC) - timedelta(days=days)
    older = base.with_name(f"{at:%Y%m%dT%H%M%SZ}")
    base.rename(older)
    return older


def copies(archive: Archive, *days: float) -> list[Path]:
    """The newest base backup again, as if made so many days ago."""
    newest = max(archive.bases())
    return [aged(shutil.copytree(newest, archive.base / "copy"), ago) for ago in days]


def lie_there(path: Path, days: float) -> Path:
    """As if it had been left there so many days ago."""
    os.utime(path, (time.time() - days * DAY,) * 2)
    return path


# --- Making one -------------------------------------------------------------------------------------------------------


def test_one_is_made_whole_and_the_portal_is_told(archive):
    before = datetime.now(UTC) - timedelta(seconds=1)
    base = archive.make_base()
    assert {path.name for path in base.iterdir()} == {"backup_manifest", "base.tar.gz", "pg_wal.tar.gz"}
    assert base.stat().st_mode & 0o077 == 0
    assert before <= datetime.strptime(base.name, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) <= datetime.now(UTC)
    told = noted(archive)
    assert set(told) == {"base"} and told["base"] >= before
    assert [path.name for path in archive.base.iterdir()] == [base.name], "nothing half made is left"


def test_one_that_cannot_be_verified_is_none(archive):
    archive.program("pg_verifybackup", "echo 'checksum mismatch for file base/1/1259' >&2; exit 1")
    failed = archive.run("make-base")
    assert failed.returncode == 1
    assert "checksum mismatch" in failed.stderr and "no base backup was made" in failed.stderr
    assert list(archive.base.iterdir()) == []
    assert "failing: base" in noted(archive)
    # The next good one puts it right.
    archive.program("pg_verifybackup", "exit 0")
    archive.make_base()
    assert set(noted(archive)) == {"base"}


def test_one_that_fails_still_lets_go_what_has_expired(archive):
    """On a full disk there would never be room for the next one."""
    base = archive.make_base()
    oldest, between, young = copies(archive, 40, 20, 10)
    archive.program("pg_basebackup", "echo 'No space left on device' >&2; exit 1")
    failed = archive.run("make-base")
    assert failed.returncode == 1 and "No space left" in failed.stderr
    assert not oldest.exists() and archive.bases() == [between, young, base]


def test_without_the_server_it_fails_and_removes_nothing(archive):
    old = aged(archive.make_base(), days=400)
    failed = archive.run("make-base", PGPORT="1")
    assert failed.returncode == 1
    assert archive.bases() == [old]


# --- Letting go -------------------------------------------------------------------------------------------------------


def segments_of(archive: Archive) -> list[str]:
    """The files of the log without the histories."""
    return [
        name for name in archive.segments() if len(name.partition(".")[0]) == 24 and ".backup" not in name
    ]


@pytest.fixture
def four(archive) -> list[Path]:
    """Base backups of 40, 20, 10 and no days ago, with the log from before the first until now."""
    made = []
    archive.all_is_archived()
    for days in (40, 20, 10, 0):
        base = archive.make_base(BASES_KEEP_DAYS="9999")
        made.append(aged(base, days) if days else base)
        archive.all_is_archived()
    return made


def test_each_is_listed_and_leads_to_the_end_of_the_archived_log(archive, four):
    segments = archive.segments()
    done = archive.run("rewind", "list")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert [line.partition(":")[0] for line in lines[:-1:2]] == [base.name for base in four]
    reaches = "  to any instant from then on, until the WAL ends that was archived by "
    assert [line[: len(reaches)] for line in lines[1::2]] == [reaches] * 4
    ends = {line.rpartition(", ")[0] for line in lines[1::2]}
    assert len(ends) == 1, "all to the same end: nothing is missing in between"
    assert (archive.bases(), archive.segments()) == (four, segments), "nothing is removed by looking"


def test_what_reaches_every_instant_of_those_days_stays(archive, four):
    """The one of 20 days ago too: the instants between 14 and 10 days ago are reached from there."""
    (archive.wal / "00000002.history.gz").write_bytes(b"as it was")
    segments = segments_of(archive)
    dry = archive.run("prune-archive", "--dry-run")
    assert dry.returncode == 0, dry.stderr
    assert archive.bases() == four and segments_of(archive) == segments, "nothing is removed by looking"
    assert str(four[0]) in dry.stdout and str(four[1]) not in dry.stdout
    done = archive.run("prune-archive")
    assert done.returncode == 0, done.stderr
    assert archive.bases() == four[1:]
    left = segments_of(archive)
    assert left == segments[-len(left) :] and 0 < len(left) < len(segments)
    assert "00000002.history.gz" in archive.segments()
    assert dry.stdout.splitlines()[-1].partition("remove")[2].lstrip("d ") == (
        done.stdout.splitlines()[-1].partition("remove")[2].lstrip("d ")
    )
    # All the log that the oldest needs is there: the database can be taken to now from it.
    again = archive.run("prune-archive")
    assert again.returncode == 0 and segments_of(archive) == left, "a second time nothing more goes"


def test_the_oldest_that_stays_still_leads_to_now(archive, four):
    archive.run("prune-archive")
    oldest, database = archive.bases()[0], archive.database
    database.stop()
    assert archive.run("rewind", "latest", "--base", oldest.name).returncode == 0
    database.start()
    assert len(archive.bases()) == 3


def test_the_last_one_stays_whatever_its_age(archive):
    old = aged(archive.make_base(), days=400)
    archive.all_is_archived()
    done = archive.run("prune-archive", "--despite-gap", BASES_KEEP_DAYS="0")
    assert done.returncode == 0
    assert archive.bases() == [old] and segments_of(archive)


def test_making_one_lets_go_what_it_replaces(archive):
    archive.make_base()
    older, newer, young = copies(archive, 40, 20, 10)
    base = archive.make_base()
    assert older not in archive.bases()
    assert archive.bases()[:2] == [newer, young] and archive.bases()[-1] == base


def test_a_clock_that_is_wrong_removes_nothing_and_says_so(archive):
    base = archive.make_base()
    copies(archive, 47, 40, 33, 26)
    archive.all_is_archived()
    before = archive.bases(), archive.segments()
    refused = archive.run("prune-archive")
    assert refused.returncode == 1 and "or a clock was wrong: nothing is removed" in refused.stderr
    # That the base backup was made is told apart from it.
    made = archive.run("make-base")
    assert made.returncode == 1 and "made and verified" in made.stdout
    assert set(noted(archive)) == {"base", "failing: base pruning"}
    shutil.rmtree(max(archive.bases()))
    later = base.rename(archive.base / f"{datetime.now(UTC) + timedelta(days=800):%Y%m%dT%H%M%SZ}")
    refused = archive.run("prune-archive", "--despite-gap")
    assert refused.returncode == 1 and "lies in the future: nothing is removed" in refused.stderr
    later.rename(base)
    assert (archive.bases(), set(before[1]) - set(archive.segments())) == (before[0], set())
    assert archive.run("prune-archive", "--despite-gap").returncode == 0
    assert len(archive.bases()) == 2


def test_without_a_base_backup_nothing_of_the_log_goes(archive):
    archive.all_is_archived()
    before = archive.segments()
    done = archive.run("prune-archive")
    assert done.returncode == 0 and "0 base backups stay" in done.stdout
    assert archive.segments() == before


def test_one_that_cannot_be_read_keeps_everything(archive, four):
    (four[3] / "base.tar.gz").write_bytes(b"")
    before = archive.segments()
    refused = archive.run("prune-archive")
    assert refused.returncode == 1 and "nothing is removed" in refused.stderr
    assert archive.bases() == four and archive.segments() == before


@pytest.mark.parametrize("days", ["many", "-1", "1.5"])
def test_days_that_are_no_number_are_refused(archive, days):
    refused = archive.run("prune-archive", BASES_KEEP_DAYS=days)
    assert refused.returncode == 1 and "not a number of days" in refused.stderr


def test_what_broke_off_goes_after_a_day(archive):
    base = archive.make_base()
    (old_part := archive.wal / "000000010000000000000009.gz.part").touch()
    (young_part := archive.wal / "00000001000000000000000A.gz.part").touch()
    for name in (".unfinished-20260101T000000Z", "20260102T000000Z", ".unfinished-20260103T000000Z"):
        (archive.base / name).mkdir()
    lie_there(old_part, days=2)
    # The manifest is lost, and the data there.
    (archive.base / "20260102T000000Z" / "base.tar.gz").touch()
    for name in (".unfinished-20260101T000000Z", "20260102T000000Z"):
        lie_there(archive.base / name, days=2)
    done = archive.run("prune-archive")
    assert done.returncode == 0 and "2 leftovers" in done.stdout
    assert "20260102T000000Z has no backup_manifest: it is no base backup, and stays" in done.stdout
    assert young_part.exists() and not old_part.exists()
    assert sorted(path.name for path in archive.base.iterdir()) == [
        ".unfinished-20260103T000000Z",
        "20260102T000000Z",
        base.name,
    ]


def test_names_with_blanks_or_stars_and_links_take_nothing_else_along(archive):
    base = archive.make_base()
    archive.all_is_archived()
    needed = archive.segments()
    strange = [archive.wal / f"{max(needed)} bad.part", archive.wal / "* copy.part"]
    for path in strange:
        path.touch()
        lie_there(path, days=2)
    copy = archive.base / f"{base.name} copyZ"
    copy.mkdir()
    lie_there(copy, days=2)
    elsewhere = archive.clusters / "elsewhere"
    shutil.copytree(base, elsewhere)
    for days in (40, 30, 20):
        at = datetime.now(UTC) - timedelta(days=days)
        (archive.base / f"{at:%Y%m%dT%H%M%SZ}").symlink_to(elsewhere)
    done = archive.run("prune-archive", "--despite-gap")
    assert done.returncode == 0, done.stderr
    assert "2 leftovers" in done.stdout and not any(path.exists() for path in strange)
    assert archive.segments() >= needed and base in archive.bases() and copy.exists()
    assert (elsewhere / "backup_manifest").exists()


@pytest.mark.parametrize("option", ["-n", "--dryrun", "--help"])
def test_an_option_that_there_is_not_removes_nothing(archive, four, option):
    refused = archive.run("prune-archive", option)
    assert refused.returncode == 1 and f"there is no option {option}" in refused.stderr
    assert archive.bases() == four


@pytest.mark.parametrize(
    ("script", "needed"), [("make-base", "pg_verifybackup"), ("rewind", "pg_controldata")]
)
def test_a_program_that_is_missing_is_named(archive, script, needed):
    (archive.programs / "pg_verifybackup").unlink()
    for name in {"pg_verifybackup"} - {needed}:
        archive.program(name, "exit 0")
    refused = archive.run(script, "latest", PATH=f"{archive.programs}:{os.defpath}")
    assert refused.returncode == 1
    assert "was not found: name the folder of PostgreSQL's programs in CWG_PG_BIN" in refused.stderr
    assert archive.bases() == []
