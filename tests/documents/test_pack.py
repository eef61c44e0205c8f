"""The ZIP of a meeting: its index is read by people without the portal, the CSV beside it by programs."""

import csv
import html
import io
import re
import zipfile
from datetime import timedelta

import pytest
from django.utils import translation

from cwg.documents import header_block, pack, stored
from cwg.documents.models import Blob, Document
from tests import factories
from tests.tampering import as_owner

from . import harm

pytestmark = pytest.mark.django_db


@pytest.fixture
def document(held, dg) -> Document:
    held.forward(microseconds=89588)
    meeting = factories.make_register(dg, opens_at=held.at + timedelta(days=10), zone="Europe/Zurich")
    return factories.make_document(meeting, title="On <names>")


def index(language: str = "en") -> tuple[str, str]:
    """`index.html` and `index.csv` of all documents."""
    packed = pack.contents(header_block.for_page(Document.objects), ())
    zipped = b"".join(pack.stream(packed, title="x", language=language, may_read=lambda file: True))
    with zipfile.ZipFile(io.BytesIO(zipped)) as opened:
        page, table = (opened.read(name).decode("utf-8-sig") for name in ("index.html", "index.csv"))
    return page, table


def seen(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<style>.*?</style>|<[^>]+>", " ", page, flags=re.DOTALL)).split())


def test_the_index_says_times_for_people_at_the_seat_and_the_csv_to_the_microsecond(document, held):
    page, table = index()
    (row,) = csv.DictReader(io.StringIO(table))
    assert row["available"] == held.at.isoformat().replace("+00:00", "Z") and ".089588Z" in row["available"]
    said = seen(page)
    assert "2 Mar 2026, 10:00 CET" in said and "089588" not in said
    assert "On <names>" in said and "English" in said


def test_the_index_tells_original_from_translation_and_a_corrigendum_from_what_it_corrects(
    document, held, secretary
):
    factories.add_translation(document, "fr", actor=secretary)
    filed = (factories.version_line(), factories.version_line("ar", "A translation.", is_original=False))
    factories.make_document(document.register, title="In two languages", versions=filed)
    factories.make_document(
        document.register, title="On <names>", revises_id=document.pk, revision_kind="corr", language="en"
    )
    said = seen(index()[0])
    for words in (
        "Contribution for action Saudi Arabia English original",
        "French translation, added later",
        "Arabic translation 2 Mar 2026",
        "DG-2/1(Corr.1)-E On <names> Contribution for action · Corrigendum",
    ):
        assert words in said, words
    assert said.count("Corrigendum") == 1


def test_the_index_names_a_file_without_its_folder_and_leads_into_it(document):
    page, table = index()
    (row,) = csv.DictReader(io.StringIO(table))
    folder, _, name = row["file"].partition("/")
    assert f'<a href="{folder}/{name}">' in page and f">{name}</bdi>" in page


def test_the_index_needs_nothing_but_itself_and_runs_as_its_language_does(document):
    page, _table = index()
    assert '<html lang="en" dir="ltr">' in page
    assert not re.search(r"<link|<script|src=|url\(|https?:", page)
    with translation.override("ar"):
        page, _table = index("ar")
    assert '<html lang="ar" dir="rtl">' in page


@pytest.mark.parametrize(
    ("known", "page_says", "table_says"),
    [("undated", "<td>not known</td>", ""), ("date_only", ">2 Mar 2026</time>", "2026-03-02")],
)
def test_the_index_claims_no_more_than_the_archive_knows_of_a_time(document, known, page_says, table_says):
    with as_owner():
        Document.objects.update(**{known: True})
    page, table = index()
    (row,) = csv.DictReader(io.StringIO(table))
    assert page_says in page and "CET" not in page and row["available"] == table_says


# --- Damaged files ---------------------------------------------------------------------------------------------------


def opened(zipped: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(zipped)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize("kind", harm.KINDS)
@pytest.mark.parametrize("ahead", [pack.HASHED_AHEAD, 0], ids=["hashed", "noted"])
def test_a_damaged_file_is_left_out_and_the_index_says_so(document, monkeypatch, kind, ahead):
    whole = factories.make_document(document.register, title="Whole")
    damaged = Blob.objects.get(files__version__revision__document=document)
    harm.do(damaged, kind)
    if not ahead:
        monkeypatch.setattr(pack, "HASHED_AHEAD", ahead)
        with pytest.raises(stored.Damaged):
            stored.bytes_of(damaged)
        damaged.refresh_from_db()
    packed = pack.contents(header_block.for_page(Document.objects.order_by("number")), ())
    zipped = pack.stream(packed, title="x", language="en", may_read=lambda file: True)
    length = len(zipped)
    held = b"".join(zipped)
    assert len(held) == length
    files = opened(held)
    names = [name for name in files if name.startswith("DG-2")]
    assert len(names) == 1 and "2-2" in names[0].replace("/", "-")
    said = seen(files["index.html"].decode())
    assert "1 file." in said
    assert said.count("Left out: the portal's stored copy is damaged or missing.") == 1
    assert f"{document.symbol} On <names>" in said and whole.symbol in said
    left, kept = csv.DictReader(io.StringIO(files["index.csv"].decode("utf-8-sig")))
    assert (left["symbol"], left["file"]) == (document.symbol, "") and "damaged or missing" in left[
        "left out"
    ]
    assert kept["left out"] == "" and kept["file"] in files
    assert damaged.pk not in files["SHA256SUMS"].decode()
    assert Blob.objects.get(pk=damaged.pk).damage == kind


def test_a_file_that_turns_out_damaged_on_the_way_breaks_the_download_off(document, monkeypatch):
    monkeypatch.setattr(pack, "HASHED_AHEAD", 0)
    blob = Blob.objects.get()
    harm.do(blob, "altered")
    packed = pack.contents(header_block.for_page(Document.objects), ())
    zipped = pack.stream(packed, title="x", language="en", may_read=lambda file: True)
    length, got = len(zipped), b""
    with pytest.raises(stored.Damaged):
        for piece in zipped:
            got += piece
    assert len(got) < length
    # The next who asks has a whole ZIP, without it.
    packed = pack.contents(header_block.for_page(Document.objects), ())
    again = b"".join(pack.stream(packed, title="x", language="en", may_read=lambda file: True))
    assert "damaged or missing" in opened(again)["index.csv"].decode("utf-8-sig")


def test_what_there_was_no_time_to_look_at_is_looked_at_when_its_turn_comes(document, monkeypatch):
    """A store in the net is asked for each file: a thousand of them do not keep the first byte waiting."""
    monkeypatch.setattr(pack, "LOOKS_AHEAD", 0)
    factories.make_document(document.register, title="Whole")
    monkeypatch.setattr(stored, "must_be_whole", lambda blob, **how: pytest.fail("it was asked ahead"))
    harm.do(Blob.objects.get(files__version__revision__document=document), "missing")
    packed = pack.contents(header_block.for_page(Document.objects.order_by("number")), ())
    with pytest.raises(stored.Damaged):
        list(pack.stream(packed, title="x", language="en", may_read=lambda file: True))
    # The row says so now, which asks nobody.
    packed = pack.contents(header_block.for_page(Document.objects.order_by("number")), ())
    files = opened(b"".join(pack.stream(packed, title="x", language="en", may_read=lambda file: True)))
    assert len([name for name in files if name.startswith("DG-2")]) == 1
    assert "damaged or missing" in files["index.csv"].decode("utf-8-sig")
