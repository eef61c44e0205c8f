"""PDFs open, say what the blocks say, are PDF/UA, and come out the same byte for byte."""

import io

import pytest
from hypothesis import given, settings
from pypdf import PdfReader

from cwg.texts import glyphs
from cwg.texts.pdf_out import to_pdf
from cwg.texts.references import itself
from cwg.texts.tree import (
    UNDETERMINED,
    Block,
    Kind,
    Run,
    Style,
    Text,
    heading,
    items,
    pair,
    paragraph,
    row,
    runs_of,
    title,
)
from tests.texts.strategies import texts

HASH = "0123456789abcdef" * 4
BLOCKS = (
    title("Report of the meeting"),
    pair("Symbol", "WG-WSIS-14/7"),
    pair("SHA-256", HASH),
    heading(1, "Introduction", numbered=True, id="intro"),
    paragraph("The Group met in Geneva.\nIt had sixty delegates.", fixed="1.1"),
    paragraph((Run("See section "), Run(to="intro"), Run(note=(Run("A footnote."),)))),
    *items(["multilingualization", "spam"]),
    *items(["first", "second"], Style.COUNT),
    row("Member", "Answer", head=True),
    row("Syria", "yes"),
    Block(kind=Kind.SIGNATURE, runs=runs_of("The Chair")),
    Block(kind=Kind.ANNEX, runs=runs_of("List of documents")),
)
REPORT = Text("Report", "en", BLOCKS)
HOSTILE = '#panic("x") #eval("1+1") $ \\ @ref <label> *b* _i_ `raw` // no comment [x] "quoted" {{7*7}}'


def text_of(content):
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def of(*blocks, language="en", **more):
    return to_pdf(Text("T", language, blocks), **more)


def test_the_file_says_what_the_blocks_say():
    content = to_pdf(REPORT, header="WG-WSIS-14/7")
    text = text_of(content)
    for expected in ("Report of the meeting", "1 Introduction", "The Group met in Geneva.", "It had sixty delegates.",
                     "See section 1", "A footnote.", "multilingualization", "2. second", "Syria", HASH, "The Chair",
                     "Annex 1 List of documents", "1 / 2"):  # fmt: skip
        assert expected in " ".join(text.split(" ")), expected
    assert PdfReader(io.BytesIO(content)).metadata.title == "Report"


def test_the_file_is_tagged_and_says_that_it_is_pdf_ua():
    root = PdfReader(io.BytesIO(to_pdf(REPORT))).trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] and "/StructTreeRoot" in root
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_data()


def test_the_same_text_gives_the_same_bytes():
    first = to_pdf(REPORT)
    glyphs.typst_fonts.cache_clear()
    assert to_pdf(REPORT) == first


def test_no_date_and_no_author_is_written():
    metadata = PdfReader(io.BytesIO(to_pdf(REPORT))).metadata
    assert metadata.creation_date is None and metadata.modification_date is None and metadata.author is None


def test_hostile_text_is_only_text():
    said = Run(HOSTILE, "biu", reference=HOSTILE)
    content = to_pdf(
        Text(HOSTILE, "en", (
            title(HOSTILE), heading(1, HOSTILE, fixed="#1"), paragraph((said, Run(note=(said,))), fixed="$"),
            *items([HOSTILE]), row(HOSTILE), pair("#k", HOSTILE),
        )),
        header=HOSTILE,
        address_of=itself,
    )  # fmt: skip
    text = " ".join(text_of(content).split())
    assert text.count('#panic("x") #eval("1+1") $ \\ @ref <label> *b* _i_ `raw` // no comment') >= 7
    assert "\n2\n" not in text


def links_of(content) -> list[str]:
    pages = PdfReader(io.BytesIO(content)).pages
    notes = (note.get_object() for page in pages for note in page.get("/Annots", ()))
    return [note["/A"]["/URI"] for note in notes if "/A" in note and "/URI" in note["/A"]]


def test_a_reference_is_a_link_to_what_it_names():
    run = Run("WG-WSIS-14/7", reference="https://portal.example/documents/wg-wsis-14/7/")
    assert links_of(of(paragraph(run), address_of=itself)) == [run.reference]
    assert links_of(of(paragraph(run))) == []
    assert links_of(of(paragraph(Run("x", reference="file:///etc/passwd")), address_of=itself)) == []


@pytest.mark.parametrize("language", ["ar", "zh", "en", "fr", "ru", "es"])
def test_the_language_is_named_in_the_file(language):
    root = PdfReader(io.BytesIO(of(paragraph("WSIS"), language=language))).trailer["/Root"]
    assert root["/Lang"].startswith(language)


def leftmost(*blocks, language="en"):
    positions = []
    page = PdfReader(io.BytesIO(of(*blocks, language=language))).pages[0]
    page.extract_text(
        visitor_text=lambda text, cm, tm, font, size: (
            positions.append(cm[4] + tm[4]) if text.strip() else None
        )
    )
    return positions[0]


def test_arabic_starts_at_the_right_margin():
    assert leftmost(paragraph("نص"), language="ar") > 400 > leftmost(paragraph("نص"))


def test_a_block_in_a_language_of_its_own_starts_where_that_language_does():
    assert leftmost(paragraph("نص", language="ar")) > 400
    assert (
        leftmost(paragraph("نص", language=UNDETERMINED))
        > 400
        > leftmost(paragraph("x", language=UNDETERMINED))
    )
    assert leftmost(heading(1, "Title", language="en"), language="ar") < 400


def test_a_heading_is_larger_than_those_below_it():
    sizes: dict[str, float] = {}
    page = PdfReader(
        io.BytesIO(of(heading(1, "One"), heading(2, "Two"), heading(3, "Three"), paragraph("Four")))
    ).pages[0]
    page.extract_text(
        visitor_text=lambda text, cm, tm, font, size: sizes.setdefault(
            text.strip(), abs(size * tm[0] * cm[0])
        )
    )
    assert sizes["One"] > sizes["Two"] > sizes["Three"] == sizes["Four"] > 0


def test_a_long_text_runs_over_several_pages():
    assert len(PdfReader(io.BytesIO(of(*[paragraph("Contributions. " * 30)] * 30))).pages) > 2


def test_a_heading_that_skips_a_level_does_not_stop_it():
    assert "Deep" in text_of(of(heading(4, "Deep"), heading(2, "Up"), heading(6, "Down")))


# --- Characters that no font has ------------------------------------------------------------------------------------


def test_a_character_that_no_font_has_is_named():
    with pytest.raises(glyphs.MissingGlyphs, match=r"𓀀 \(U\+13000\)") as raised:
        of(paragraph("a 𓀀 b 𓀁 𓀀"))
    assert raised.value.characters == ("𓀀", "𓀁")


@pytest.mark.parametrize(
    "blocks",
    [
        (title("𓀀"),), (paragraph("x", fixed="𓀀"),), (paragraph(Run(note=(Run("𓀀"),))),), (row("𓀀"),),
        (pair("𓀀", "x"),), items(["𓀀"]),
    ],
)  # fmt: skip
def test_it_is_found_wherever_it_stands(blocks):
    with pytest.raises(glyphs.MissingGlyphs):
        of(*blocks)
    assert "�" in text_of(of(*blocks, replace_missing=True))


def test_it_is_found_in_the_running_header():
    with pytest.raises(glyphs.MissingGlyphs):
        of(paragraph("x"), header="𓀀")


def test_where_a_paper_must_be_printed_it_is_replaced_and_the_rest_stands():
    assert "Title � of a paper" in text_of(of(paragraph("Title 𓀀 of a paper"), replace_missing=True))


def test_a_cluster_that_no_one_font_has_is_printed_too():
    content = of(paragraph("before ب\u0301\u0334 after"), replace_missing=True)
    assert "before" in text_of(content) and "after" in text_of(content)


@settings(max_examples=40)
@given(texts())
def test_every_text_can_be_printed(text):
    content = to_pdf(text, header="x", address_of=itself, replace_missing=True)
    assert PdfReader(io.BytesIO(content)).pages


def test_without_the_folder_of_fonts_typst_s_own_are_used(monkeypatch, tmp_path):
    monkeypatch.setattr(glyphs, "FONTS_FOLDER", tmp_path / "missing")
    glyphs.forget()
    try:
        assert "WSIS" in text_of(of(paragraph("WSIS"), replace_missing=True))
    finally:
        monkeypatch.undo()
        glyphs.forget()
