"""PDFs open, say what the blocks say, and come out the same byte for byte."""

import io

import pytest
from pypdf import PdfReader

from cwg.texts import pdf_out
from cwg.texts.blocks import Heading, Items, KeyValues, Paragraph, Table
from cwg.texts.pdf_out import to_pdf

HASH = "0123456789abcdef" * 4
BLOCKS = [
    KeyValues([("Symbol", "WG-WSIS-14/7"), ("SHA-256", HASH)]),
    Heading(1, "Introduction", number="1"),
    Paragraph("The Group met in Geneva.\nIt had sixty delegates.", number="1.1"),
    Items(["multilingualization", "spam"]),
    Items(["first", "second"], ordered=True),
    Table([["Member", "Answer"], ["Syria", "yes"]]),
]
HOSTILE = '#panic("x") #eval("1+1") $ \\ @ref <label> *b* _i_ `raw` // no comment [x] "quoted" {{7*7}}'


def text_of(content):
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def test_the_file_says_what_the_blocks_say():
    content = to_pdf(BLOCKS, title="Report of the meeting", language="en", header="WG-WSIS-14/7")
    text = text_of(content)
    for expected in ("Report of the meeting", "Introduction", "The Group met in Geneva.", "It had sixty delegates.",
                     "multilingualization", "2. second", "Syria", HASH, "1 / 1"):  # fmt: skip
        assert expected in text
    assert PdfReader(io.BytesIO(content)).metadata.title == "Report of the meeting"


def test_the_same_blocks_give_the_same_bytes():
    first = to_pdf(BLOCKS, title="Report", language="en")
    pdf_out._fonts.cache_clear()
    assert to_pdf(BLOCKS, title="Report", language="en") == first


def test_no_date_and_no_author_is_written():
    metadata = PdfReader(io.BytesIO(to_pdf(BLOCKS, title="Report", language="en"))).metadata
    assert metadata.creation_date is None and metadata.modification_date is None and metadata.author is None


def test_hostile_text_is_only_text():
    blocks = [
        Heading(1, HOSTILE, number="#1"), Paragraph(HOSTILE, number="$"), Items([HOSTILE]),
        Table([[HOSTILE]], header=False), KeyValues([("#k", HOSTILE)]),
    ]  # fmt: skip
    text = " ".join(text_of(to_pdf(blocks, title=HOSTILE, language="en", header=HOSTILE)).split())
    assert text.count('#panic("x") #eval("1+1") $ \\ @ref <label> *b* _i_ `raw` // no comment') >= 6
    assert "\n2\n" not in text


def test_control_characters_do_no_harm():
    assert "ab" in text_of(to_pdf([Paragraph("a\x00\x1bb")], title="", language="en"))


@pytest.mark.parametrize("language", ["ar", "zh", "en", "fr", "ru", "es"])
def test_the_language_is_named_in_the_file(language):
    reader = PdfReader(io.BytesIO(to_pdf([Paragraph("WSIS")], title="T", language=language)))
    assert reader.trailer["/Root"]["/Lang"] == language


def test_arabic_starts_at_the_right_margin():
    def leftmost(language):
        positions = []
        page = PdfReader(io.BytesIO(to_pdf([Paragraph("نص")], title="", language=language))).pages[0]
        page.extract_text(
            visitor_text=lambda text, cm, tm, font, size: (
                positions.append(cm[4] + tm[4]) if text.strip() else None
            )
        )
        return positions[0]

    assert leftmost("ar") > 400 > leftmost("en")


def test_a_long_text_runs_over_several_pages():
    content = to_pdf([Paragraph("Contributions. " * 30)] * 30, title="", language="en")
    assert len(PdfReader(io.BytesIO(content)).pages) > 2


def test_without_the_folder_of_fonts_typst_s_own_are_used(monkeypatch, tmp_path):
    monkeypatch.setattr(pdf_out, "FONTS_FOLDER", tmp_path / "missing")
    pdf_out._fonts.cache_clear()
    try:
        assert "WSIS" in text_of(to_pdf([Paragraph("WSIS")], title="", language="en"))
    finally:
        pdf_out._fonts.cache_clear()


def test_an_unknown_language_is_refused():
    with pytest.raises(ValueError, match="no layout"):
        to_pdf([], title="", language="it")
