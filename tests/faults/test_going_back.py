"""The log is archived, base backups are made, and the database is taken back to an instant: the walk of docs/going-back.md.

On a PostgreSQL of the test's own, with the scripts that are in its image (`.docker/database/`).
"""

import contextlib
import gzip
import os
import shutil
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection

from cwg import clock
from cwg.documents.models import Document, Register
from cwg.operations import archive_state
from cwg.record import copying
from tests import factories
from tests.database.base import OWNER, login
from tests.faults import own_database
from tests.faults.own_archive import SCRIPTS, Archive
from tests.operations.lost_database import verified
from tests.waiting import until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]


@pytest.fixture(scope="module")
def prepared(django_db_setup, django_db_blocker, tmp_path_factory):
    """The cluster of a server that was stopped in order, with the portal's schema: each test has one like it."""
    with django_db_blocker.unblock():
        own = own_database.Database(tmp_path_factory.mktemp("prepared"))
        try:
            with own.in_use():
                own.prepare()
        finally:
            own.stop()
    return own.cluster


@pytest.fixture
def database(prepared, transactional_db, tmp_path):
    own = own_database.Database(tmp_path, like=prepared)
    try:
        yield own
    finally:
        own.stop(own_database.AT_ONCE)


@pytest.fixture
def archive(database, tmp_path) -> Archive:
    return Archive(database, tmp_path)


@pytest.fixture
def portal(database, archive, settings):
    """Two documents, on a server that archives its log."""
    archive.begin()
    with database.in_use():
        owner = login(OWNER, connection.settings_dict)
        settings.DATABASE_OWNER = {
            "USER": owner.user,
            "PASSWORD": owner.password,
            "OPTIONS": dict(owner.options),
        }
        register = factories.make_register(factories.make_group("WG-WSIS"), 14)
        for title in ("One", "Two"):
            factories.make_document(register, title)
        yield register


def archiver(database, column: str):
    with psycopg.connect(database.url) as session:
        return session.execute(f"SELECT {column} FROM pg_stat_archiver").fetchone()[0]


# --- The archive ------------------------------------------------------------------------------------------------------


def test_a_crash_between_the_rename_and_postgresqls_note_does_not_shut_the_archive(database, archive):
    """PostgreSQL asks again for a segment that is there already, and goes on with the next one."""
    crash = archive.programs / "crash"
    dying = archive.program(
        "archive-and-die",
        f'{SCRIPTS}/archive-segment "$@" || exit',
        # Immediate shutdown, before the success is told; once, and not while the one before is still being told.
        f'if [ "$(cat {crash})" = "$2" ] && rm {crash}; then kill -QUIT "$(head -n 1 postmaster.pid)"; exec sleep 60; fi',
    )
    archive.begin(dying)
    archive.all_is_archived()
    last = archive.at_hand()
    crash.write_text(last)
    with contextlib.suppress(psycopg.OperationalError):  # it may be gone before it answers
        archive.end_segment()
    database.ended(90)
    assert (database.cluster / "pg_wal" / "archive_status" / f"{last}.ready").exists()
    database.start()
    following = archive.all_is_archived()
    until(lambda: (archiver(database, "last_archived_wal") or "") >= following, within=90)
    assert archiver(database, "failed_count") == 0
    assert f"{last}.gz" in archive.segments() and following > last


def test_a_segment_of_another_server_is_never_overwritten(database, archive):
    archive.begin()
    archive.all_is_archived()
    following = f"{int(archive.segments()[-1].partition('.')[0], 16) + 1:024X}"
    strange = archive.wal / f"{following}.gz"
    strange.write_bytes(gzip.compress(b"of another server", mtime=0))
    before = strange.read_bytes()
    archive.end_segment()
    until(lambda: archiver(database, "last_failed_wal") == following, within=90)
    assert strange.read_bytes() == before
    with database.in_use():
        assert archive_state.log_is_archived()["ok"] is False
    assert "is there with another content; it is not overwritten" in database.log()
    strange.unlink()
    until(lambda: archiver(database, "last_archived_wal") == following, within=90)
    with database.in_use():
        assert archive_state.log_is_archived()["ok"] is True


# --- Back to an instant -----------------------------------------------------------------------------------------------


def test_the_walk_back_to_an_instant(portal, database, archive, tmp_path, capsys):
    """What was registered after it is told as lost, its numbers stay used, and the portal goes on."""
    base = archive.make_base()
    factories.make_document(portal, "Three")
    instant = clock.now()
    for title in ("Four", "Five"):
        factories.make_document(portal, title)
    archive.all_is_archived()
    # In the server's own folder only, when it is stopped.
    factories.make_document(portal, "Six")
    copying.catch_up()
    connection.close()
    lost_at = datetime.now(UTC)

    database.stop()
    gone_back = archive.run("rewind", instant.strftime("%Y-%m-%dT%H:%M:%S.%fZ"))
    assert gone_back.returncode == 0, gone_back.stderr
    assert base.name in gone_back.stdout
    database.start()
    assert sorted(Document.objects.values_list("number", flat=True)) == [1, 2, 3]
    call_command("restore", "--already-loaded", "--lost-at", lost_at.isoformat())

    out = capsys.readouterr().out
    assert "lost, their numbers stay used: WG-WSIS-14/4, WG-WSIS-14/5, WG-WSIS-14/6" in out
    assert "known to be whole until" in out
    assert verified()["holds"] is True
    assert factories.make_document(Register.objects.get(), "Seven").number == 7
    # What was there before is there still, and the archive has both histories.
    (before,) = archive.clusters.glob("before-*")
    assert (before / "PG_VERSION").exists()
    archive.all_is_archived()
    assert "00000002.history.gz" in archive.segments()
    assert archive.make_base() > base
    assert verified()["holds"] is True


def test_to_the_last_instant_with_what_was_not_archived_yet(portal, database, archive):
    archive.make_base()
    factories.make_document(portal, "Three")
    instant = clock.now()
    # A commit after it: so PostgreSQL knows that it is there.
    factories.make_document(portal, "Four")
    connection.close()
    database.stop()
    assert archive.run("rewind", instant.isoformat()).returncode == 0
    database.start()
    assert Document.objects.count() == 3


def test_the_disk_is_lost_and_the_log_is_followed_to_its_end(portal, database, archive):
    archive.make_base()
    factories.make_document(portal, "Three")
    archive.all_is_archived()
    connection.close()
    database.stop()
    shutil.rmtree(database.cluster)
    done = archive.run("rewind", "latest")
    assert done.returncode == 0 and "the end of the WAL" in done.stdout
    database.start()
    assert Document.objects.count() == 3


def test_from_a_base_and_a_log_of_releases_before(portal, database, archive):
    """Not compressed; the base backup with its log inside, named by when it was begun."""
    old = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    done = database.as_its_account(
        *(database.programs / "pg_basebackup", "-d", database.url, "-c", "fast", "-X", "fetch", "-Ft", "-z"),
        *("-D", archive.base / old),
    )
    assert done.returncode == 0, done.stderr
    until(lambda: f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}" > old)
    factories.make_document(portal, "Three")
    instant = clock.now()
    factories.make_document(portal, "Four")
    archive.all_is_archived()
    for path in archive.wal.glob("*.gz"):
        plain = path.with_suffix("")
        plain.write_bytes(gzip.decompress(path.read_bytes()))
        database.give(plain)
        path.unlink()
    connection.close()
    database.stop()
    shutil.rmtree(database.cluster / "pg_wal")  # the disk is gone: all there is is what was copied
    assert archive.run("rewind", instant.isoformat()).returncode == 0
    database.start()
    assert Document.objects.count() == 3


def test_a_damaged_segment_stops_it_rather_than_ending_too_early(portal, database, archive, tmp_path):
    archive.make_base()
    factories.make_document(portal, "Three")
    damaged = archive.wal / f"{archive.all_is_archived()}.gz"
    factories.make_document(portal, "Four")
    instant = clock.now()
    factories.make_document(portal, "Five")
    archive.all_is_archived()
    connection.close()
    database.stop()
    content = damaged.read_bytes()
    damaged.write_bytes(content[:-100])
    assert archive.run("rewind", instant.isoformat()).returncode == 0
    with pytest.raises(Exception, match="does not start"):
        database.start()
    assert "is damaged" in database.log()
    # The right one is put in its place, and it goes on from where it was.
    damaged.write_bytes(content)
    database.start()
    assert Document.objects.count() == 4


def rows(database) -> list[int]:
    with psycopg.connect(database.url) as session:
        return [number for (number,) in session.execute("SELECT number FROM kept ORDER BY number")]


def add(database, number: int) -> datetime:
    """One row, in a commit of its own; an instant after it, by the clock that dates commits."""
    with psycopg.connect(database.url, autocommit=True) as session:
        session.execute("INSERT INTO kept VALUES (%s)", [number])
        row = session.execute("SELECT clock_timestamp()").fetchone()
        assert row is not None
        return row[0].astimezone(UTC)


def test_a_second_going_back_loses_nothing_and_asks_which_history_is_meant(database, archive):
    shut = archive.programs / "shut"
    archive.begin(
        archive.program("archive", f"[ ! -e {shut} ] || exit 1", f'exec {SCRIPTS}/archive-segment "$@"')
    )
    with psycopg.connect(database.url, autocommit=True) as session:
        session.execute("CREATE TABLE kept (number int)")
    archive.make_base()
    first, second = add(database, 1), add(database, 2)
    add(database, 3)
    until(lambda: datetime.now(UTC) - second > timedelta(seconds=1))
    abandoned = archive.make_base()
    database.stop()
    assert archive.run("rewind", first.isoformat()).returncode == 0
    shut.touch()
    database.start()
    assert rows(database) == [1]
    add(database, 10)
    database.stop()

    # It broke off between its two renames: what was not archived, the history too, is in before-... alone.
    database.cluster.rename(archive.clusters / f"before-{datetime.now(UTC):%Y%m%dT%H%M%SZ}-broken")
    refused = archive.run("rewind", "latest", "--base", abandoned.name)
    assert refused.returncode == 1 and "is of another history" in refused.stderr
    done = archive.run("rewind", "latest")
    assert done.returncode == 0 and abandoned.name not in done.stdout, done.stderr
    shut.unlink()
    database.start()
    assert rows(database) == [1, 10]
    histories = {"00000002.history.gz", "00000003.history.gz"}
    until(lambda: histories <= set(archive.segments()), within=90)
    database.stop()

    before = sorted(os.listdir(database.cluster))
    refused = archive.run("rewind", second.isoformat())
    assert refused.returncode == 1 and "two histories" in refused.stderr, refused.stderr
    assert "--timeline 1 is" in refused.stderr and "--timeline 3" in refused.stderr
    assert sorted(os.listdir(database.cluster)) == before
    assert archive.run("rewind", second.isoformat(), "--timeline", "1").returncode == 0
    database.start()
    assert rows(database) == [1, 2]


def test_it_refuses_what_cannot_be_and_touches_nothing(portal, database, archive):
    base = archive.make_base()
    connection.close()
    refusals = {
        "at work": [f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}"],
        "'yesterday' is no instant": ["yesterday"],
        "'14:05' is no instant": ["14:05"],
        "'2026-11-26' is no instant": ["2026-11-26"],
        "'2026-02-31T14:05' is no instant": ["2026-02-31T14:05"],
        "'2026-11-26T14:05 CET' is no instant": ["2026-11-26T14:05 CET"],
        "in the future": [f"{datetime.now(UTC) + timedelta(days=1):%Y-%m-%dT%H:%M:%S}"],
        "say the instant": [],
    }
    for said, arguments in refusals.items():
        refused = archive.run("rewind", *arguments)
        assert (refused.returncode, said in refused.stderr) == (1, True), refused.stderr
    database.stop()
    before = sorted(os.listdir(database.cluster))
    now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}"
    refusals = {
        "was whole by": ["2026-01-01T00:00"],
        "is no whole base backup": [now, "--base", "20260101T000000Z"],
        "there is no option": [now, "--fast", "yes"],
        "wants a value": [now, "--base"],
        "no history of timeline 7": [now, "--timeline", "7"],
    }
    for said, arguments in refusals.items():
        refused = archive.run("rewind", *arguments)
        assert (refused.returncode, said in refused.stderr) == (1, True), refused.stderr
    # Somebody starts the server while the base backup is being verified.
    at_work = database.cluster / "postmaster.pid"
    archive.program("pg_verifybackup", f"echo 1 > {at_work}")
    refused = archive.run("rewind", now)
    assert refused.returncode == 1 and "at work" in refused.stderr
    assert list(archive.clusters.iterdir()) == []
    at_work.unlink()
    archive.have_pg_verifybackup()
    damage(base)
    refused = archive.run("rewind", now)
    assert refused.returncode == 1 and "is damaged" in refused.stderr
    assert sorted(os.listdir(database.cluster)) == before
    assert list(archive.clusters.iterdir()) == []
    database.start()
    assert Document.objects.count() == 2


def damage(base) -> None:
    """One byte in the middle."""
    path = base / "base.tar.gz"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
