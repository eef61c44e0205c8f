from datetime import UTC, date, datetime

import pytest

from cwg.documents import archive
from cwg.documents.archive import ArchivedDocument, ArchivedRegister
from cwg.documents.filing import VersionLine
from cwg.documents.models import Document, Register, Version
from cwg.record import checks, journal
from cwg.record.models import JournalEntry
from tests import factories

pytestmark = pytest.mark.django_db

KNOWN = ArchivedRegister(
    slug="wg-wsis-14",
    title="14th meeting",
    ordinal=14,
    place="Geneva",
    zone="Europe/Zurich",
    first_day=date(2009, 2, 11),
    last_day=date(2009, 2, 13),
    opens_at=datetime(2009, 2, 11, 8, 30, tzinfo=UTC),
)


@pytest.fixture
def group(db):
    return factories.make_group("WG-WSIS")


@pytest.fixture
def register(group, secretary):
    return archive.open_archive(group, KNOWN, actor=secretary)


def test_an_archive_register_is_past_and_closed(register):
    assert register.is_archive
    assert register.closed_at == datetime(2009, 2, 13, 23, tzinfo=UTC)
    assert register.announced_at == KNOWN.opens_at
    assert not register.deadlines.exists()


def test_opening_an_archive_twice_is_opening_it_once(register, group, secretary):
    assert archive.open_archive(group, KNOWN, actor=secretary) == register
    assert JournalEntry.objects.filter(act="archive_opened").count() == 1


def test_a_known_symbol_is_kept_whatever_numbers_are_missing(register, secretary):
    known = ArchivedDocument("x", "contribution_action", number=7, sources=(factories.state_source("RUS"),))
    document = archive.enter_archive(register, known, actor=secretary)
    assert (document.symbol, document.path, document.number) == ("WG-WSIS-14/7", "wg-wsis-14/7", 7)
    revision = document.original
    assert (revision.verdict, revision.received_at, revision.filed_by) == ("not_measured", None, None)
    assert not hasattr(revision, "receipt")


def test_what_is_not_known_stays_empty(register, secretary):
    known = ArchivedDocument(
        "doc-6", "information", known_as="Doc. 6 (Internet governance)", versions=(VersionLine("en", ()),)
    )
    document = archive.enter_archive(register, known, actor=secretary)
    assert (document.symbol, document.number, document.title) == ("", None, "")
    assert document.path == "wg-wsis-14/unnumbered/doc-6"
    assert document.heading == "Doc. 6 (Internet governance)"
    assert document.undated and not document.date_only
    assert Version.objects.get().text_held is False


def test_a_day_is_kept_as_a_day_at_the_seat(register, secretary):
    document = archive.enter_archive(
        register, ArchivedDocument("report", "report", dated=date(2009, 2, 13)), actor=secretary
    )
    assert document.date_only and not document.undated
    assert document.available_at == datetime(2009, 2, 12, 23, tzinfo=UTC)


def test_entering_twice_is_entering_once_and_makes_no_files_again(register, secretary):
    known = ArchivedDocument("report", "report")
    first = archive.enter_archive(register, known, actor=secretary, files=lambda: (factories.version_line(),))

    def never():
        raise AssertionError("the files are there")

    assert archive.enter_archive(register, known, actor=secretary, files=never) == first
    assert Document.objects.count() == JournalEntry.objects.filter(act="archived").count() == 1
    assert list(journal.faults(Register.objects.get())) == []
    assert [sentence for _, found in checks.run() for sentence in found] == []


def test_a_register_that_the_portal_keeps_is_refused(dg, group, secretary):
    kept = factories.make_register(dg, 2)
    with pytest.raises(archive.NotAnArchive):
        archive.enter_archive(kept, ArchivedDocument("x", "report"), actor=secretary)
    factories.make_register(group, 14)
    with pytest.raises(archive.NotAnArchive):
        archive.open_archive(group, KNOWN, actor=secretary)
    assert not Document.objects.exists()
