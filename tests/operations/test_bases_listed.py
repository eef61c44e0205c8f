"""`rewind list` tells which base backups there are, and to which instants each leads. Needs no server: it reads names and labels."""

import gzip
import io
import json
import os
import shutil
import subprocess
import tarfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings

REWIND = settings.BASE_DIR / ".docker" / "database" / "rewind"


@pytest.fixture
def bases(tmp_path) -> Path:
    for name in ("base", "wal", "clusters", "data/pg_wal", "programs"):
        (tmp_path / name).mkdir(parents=True)
    # As PostgreSQL's own would say of a folder of the server that the base backups are of.
    said = tmp_path / "programs" / "pg_controldata"
    said.write_text('#!/bin/sh\n[ -e "$1/strange" ] || echo "Database system identifier:           7001"\n')
    said.chmod(0o755)
    return tmp_path / "base"


def rewind_list(bases: Path, *more: str, **settings: str | None) -> subprocess.CompletedProcess[str]:
    """`settings` instead of its own; None: without."""
    place = bases.parent
    places = {
        "BASES": str(bases),
        "WAL": str(place / "wal"),
        "CLUSTERS": str(place / "clusters"),
        "PGDATA": str(place / "data"),
        "PATH": f"{place / 'programs'}:{os.defpath}",
    }
    given = {name: value for name, value in (places | settings).items() if value is not None}
    return subprocess.run([REWIND, "list", *more], env=given, capture_output=True, text=True, check=False)


def base(bases: Path, segment: int, *, timeline: int = 1, whole_at: str = "0/1000158", **ago: float) -> str:
    """A whole base backup that needs the WAL from that segment on; its name."""
    at = datetime.now(UTC) - timedelta(**ago)
    made = bases / f"{at:%Y%m%dT%H%M%SZ}"
    made.mkdir()
    label = f"START WAL LOCATION: 0/1000028 (file {name_of(segment, timeline)})\n".encode()
    with tarfile.open(made / "base.tar.gz", "w:gz") as archive:
        member = tarfile.TarInfo("backup_label")
        member.size = len(label)
        archive.addfile(member, io.BytesIO(label))
    reached = {"Timeline": timeline, "Start-LSN": "0/1000028", "End-LSN": whole_at}
    (made / "backup_manifest").write_text(json.dumps({"System-Identifier": 7001, "WAL-Ranges": [reached]}))
    return made.name


def name_of(segment: int, timeline: int = 1) -> str:
    return f"{timeline:08X}{segment // 256:08X}{segment % 256:08X}"


def archived(bases: Path, *segments: int, timeline: int = 1, ending: str = ".gz", **ago: float) -> None:
    for segment in segments:
        path = bases.parent / "wal" / (name_of(segment, timeline) + ending)
        path.touch()
        at = time.time() - timedelta(**ago).total_seconds()
        os.utime(path, (at, at))


def left(bases: Path, position: str, *, not_archived_in: Path | None = None) -> None:
    """The database was taken back: timeline 2 leaves the first there. Archived, or in a server's folder alone."""
    line = f"1\t{position}\tbefore 2026-11-26 14:05:31.123+00\n".encode()
    if not_archived_in:
        (not_archived_in / "pg_wal" / "00000002.history").write_bytes(line)
    else:
        (bases.parent / "wal" / "00000002.history.gz").write_bytes(gzip.compress(line))


def test_each_is_told_with_its_age_and_how_far_the_wal_reaches(bases):
    archived(bases, 254, 255, hours=30)
    archived(bases, 256, 257, minutes=3)
    older, newer = base(bases, 254, days=9), base(bases, 256, hours=3)
    done = rewind_list(bases)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0].startswith(f"{older}: 20") and ", 9 days ago; timeline 1, " in lines[0]
    assert lines[2].startswith(f"{newer}: 20") and ", 3 hours ago; timeline 1, " in lines[2]
    for line in (lines[1], lines[3]):
        assert line.startswith("  to any instant from then on, until the WAL ends that was archived by 20")
        assert line.endswith(", 3 minutes ago")
    assert lines[4].startswith("latest: as far as the WAL reaches") and len(lines) == 5


def test_a_hole_in_the_wal_is_named_where_it_ends_the_way(bases):
    """PostgreSQL never passes over one."""
    archived(bases, 254, 255, hours=50)
    archived(bases, 257, 258, minutes=3)
    base(bases, 254, days=9), base(bases, 257, hours=3)
    lines = rewind_list(bases).stdout.splitlines()
    assert lines[1].endswith(", 2 days ago")
    assert lines[2] == "  its next file is missing: ........0000000100000000"
    assert lines[4].endswith(", 3 minutes ago") and len(lines) == 6


def test_one_whose_wal_is_not_there_leads_to_no_instant(bases):
    archived(bases, 3, 4)
    base(bases, 9, hours=3)
    assert rewind_list(bases).stdout.splitlines()[1] == (
        f"  the WAL from ........0000000000000009 on is not in {bases.parent / 'wal'}"
    )


def test_the_wal_goes_on_over_a_going_back_and_what_is_no_segment_counts_for_none(bases):
    archived(bases, 3, 4, hours=5)
    archived(bases, 4, timeline=2, hours=4)
    archived(bases, 5, timeline=2, ending="", minutes=3)
    archived(bases, 6, ending=".gz.part")
    archived(bases, 7, ending=".00000028.backup.gz")
    left(bases, "0/4000158")
    base(bases, 3, hours=6)
    lines = rewind_list(bases).stdout.splitlines()
    assert lines[1].endswith(", 3 minutes ago") and len(lines) == 3


def test_one_of_a_history_that_was_left_is_not_said_to_lead_on(bases):
    """As `rewind` has it, which passes it over."""
    archived(bases, 3, 4, hours=5)
    archived(bases, 4, 5, timeline=2, minutes=3)
    base(bases, 3, whole_at="0/3000158", hours=6)
    base(bases, 4, whole_at="0/4000158", hours=5)
    base(bases, 5, timeline=2, whole_at="0/5000158", minutes=3)
    left(bases, "0/4000100")
    lines = rewind_list(bases).stdout.splitlines()
    assert lines[1].endswith(", 3 minutes ago")
    assert lines[3] == "  of a history that was left: leads on with --timeline 1 alone"
    assert lines[5].endswith(", 3 minutes ago") and len(lines) == 7


@pytest.mark.parametrize("place", ["data", "clusters/before-20261126T152204Z"])
def test_a_history_that_is_not_archived_yet_is_known_too(bases, place):
    """Of the server's folder, also while it is at work; or where a going back that broke off has put it."""
    archived(bases, 3, 4, minutes=3)
    base(bases, 3, whole_at="0/3000158", hours=6)
    base(bases, 4, whole_at="0/4000158", hours=5)
    server = bases.parent / place
    (server / "pg_wal").mkdir(parents=True, exist_ok=True)
    if place == "data":
        (server / "postmaster.pid").touch()
    else:
        shutil.rmtree(bases.parent / "data")
    left(bases, "0/4000100", not_archived_in=server)
    lines = rewind_list(bases).stdout.splitlines()
    assert lines[1].endswith(", 3 minutes ago")
    assert lines[3] == "  of a history that was left: leads on with --timeline 1 alone"
    assert lines[4].startswith("latest: ") and len(lines) == 5


def test_where_no_folder_of_that_server_is_there_it_says_what_it_cannot_know(bases):
    """The disk is lost, or another server is in its place."""
    archived(bases, 3, minutes=3)
    base(bases, 3, hours=6)
    left(bases, "0/1000100", not_archived_in=bases.parent / "data")
    (bases.parent / "data" / "strange").touch()
    lines = rewind_list(bases).stdout.splitlines()
    assert lines[1].endswith(", 3 minutes ago")
    assert lines[2].endswith("a timeline that it has not archived yet is not known") and len(lines) == 4


UNKNOWN = ": a timeline that it has not archived yet is not known"


@pytest.mark.parametrize("why", ["mistyped", "unreadable", "another server's"])
def test_a_folder_of_before_does_not_stand_for_one_of_now_that_cannot_be_read(bases, why):
    """The server may have gone on since, and left the timeline for another."""
    archived(bases, 3, minutes=3)
    base(bases, 3, hours=6)
    (bases.parent / "clusters" / "before-20261126T152204Z" / "pg_wal").mkdir(parents=True)
    data = bases.parent / "data"
    if why == "mistyped":
        data = bases.parent / "dta" / "18" / "data"
    elif why == "unreadable":
        (
            data / "pg_wal"
        ).rmdir()  # as it looks to one who may not search the folder; root may search every one
    else:
        (data / "strange").touch()
    done = rewind_list(bases, PGDATA=str(data))
    assert done.stdout.splitlines()[2:-1] == [
        f"{data} cannot be read, or is no folder of that server{UNKNOWN}"
    ]
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("before", [False, True])
def test_what_keeps_it_from_knowing_is_named(bases, before):
    """Also where a folder of before is there: the server may have gone on since in the one that cannot be found."""
    archived(bases, 3, minutes=3)
    base(bases, 3, hours=6)
    if before:
        (bases.parent / "clusters" / "before-20261126T152204Z" / "pg_wal").mkdir(parents=True)
    done = rewind_list(bases, PGDATA=None)
    assert done.stdout.splitlines()[2:-1] == [f"PGDATA does not name the server's folder{UNKNOWN}"]
    others = bases.parent / "others"
    others.mkdir()
    for program in [
        "sh",
        "cat",
        "cut",
        "date",
        "dirname",
        "du",
        "gzip",
        "head",
        "sed",
        "sort",
        "stat",
        "tail",
        "tar",
        "tr",
    ]:
        (others / program).symlink_to(shutil.which(program))
    done = rewind_list(bases, PATH=str(others))
    assert done.stdout.splitlines()[2:-1] == [
        f"pg_controldata was not found (CWG_PG_BIN names the folder of such programs){UNKNOWN}"
    ]
    assert (done.returncode, done.stderr) == (0, "")
    done = rewind_list(bases, PATH=str(others), CWG_PG_BIN=str(bases.parent / "programs"))
    assert UNKNOWN not in done.stdout


@pytest.mark.parametrize("place", ["our data", "our clusters/before-20261126T152204Z"])
def test_blanks_in_the_names_of_a_servers_folders_do_no_harm(bases, place):
    archived(bases, 3, 4, minutes=3)
    base(bases, 4, whole_at="0/4000158", hours=5)
    server = bases.parent / place
    (server / "pg_wal").mkdir(parents=True)
    left(bases, "0/4000100", not_archived_in=server)
    where = {"CLUSTERS": str(bases.parent / "our clusters"), "PGDATA": str(bases.parent / "our data")}
    done = rewind_list(bases, **where)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[1] == "  of a history that was left: leads on with --timeline 1 alone"


def test_where_the_history_is_damaged_that_is_said_and_each_is_listed_all_the_same(bases):
    archived(bases, 3, 4, minutes=3)
    (bases.parent / "wal" / "00000002.history.gz").write_bytes(b"half")
    base(bases, 3, hours=6)
    done = rewind_list(bases)
    assert "00000002.history.gz is damaged" in done.stderr
    assert done.stdout.splitlines()[1].endswith(", 3 minutes ago")


def test_what_is_none_and_what_cannot_be_read_is_said_to_be(bases):
    (bases / base(bases, 3, hours=3) / "base.tar.gz").write_bytes(b"half")
    (bases / "20261120T004500Z").mkdir()
    (bases / ".unfinished-20261120T004500Z").mkdir()
    lines = rewind_list(bases).stdout.splitlines()
    assert lines[1:3] == [
        "  cannot be read",
        "20261120T004500Z: has no backup_manifest, and is no base backup",
    ]


def test_one_of_a_wrong_clock_is_said_to_be(bases):
    base(bases, 3, days=-2)
    assert "in the future: a clock is wrong, or was; timeline 1" in rewind_list(bases).stdout


def test_without_any_it_fails_and_says_so(bases):
    done = rewind_list(bases)
    assert (done.returncode, done.stdout) == (1, "")
    assert "there is no whole base backup in" in done.stderr


def test_it_takes_nothing_more(bases):
    assert rewind_list(bases, "--base").returncode == 1
