"""What the text of a Word file is, as its readers and the search read it."""

import pytest

from cwg.documents.intake.word_symbols import symbol
from tests import hostile_files as files

MATH = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'


def text(look, body):
    found = look(files.word_file_with_body(body))
    assert found.accepted
    return found.text


def run(content):
    return f"<w:r><w:t>{content}</w:t></w:r>"


def paragraph(content, mark=""):
    properties = f"<w:pPr><w:rPr>{mark}</w:rPr></w:pPr>" if mark else ""
    return f"<w:p>{properties}{content}</w:p>"


def test_a_tab_stop_is_no_tab(look):
    stops = '<w:p><w:pPr><w:tabs><w:tab w:val="left" w:pos="100"/></w:tabs></w:pPr><w:r><w:t>a</w:t><w:tab/><w:t>b</w:t></w:r></w:p>'
    assert text(look, stops) == "a\tb"


@pytest.mark.parametrize("mark", ["del", "moveFrom"])
def test_a_paragraph_whose_mark_is_gone_goes_on_in_the_next(look, mark):
    body = (
        paragraph(run("one "), f'<w:{mark} w:id="1" w:author="A"/>')
        + paragraph(run("two"))
        + paragraph(run("three"))
    )
    assert text(look, body) == "one two\nthree"


def test_an_inserted_paragraph_mark_ends_the_line(look):
    assert (
        text(look, paragraph(run("one"), '<w:ins w:id="1" w:author="A"/>') + paragraph(run("two")))
        == "one\ntwo"
    )


def test_the_deleted_last_mark_of_a_cell_does_not_join_two_cells(look):
    cell = paragraph(run("one"), '<w:del w:id="1" w:author="A"/>')
    body = f"<w:tbl><w:tr><w:tc>{cell}</w:tc><w:tc>{paragraph(run('two'))}</w:tc></w:tr></w:tbl>"
    assert text(look, body) == "one\ntwo"


def test_what_was_inserted_and_deleted_again_is_gone(look):
    body = paragraph(
        run("a")
        + "<w:ins w:author='A'><w:del w:author='B'><w:r><w:delText>x</w:delText></w:r><w:r><w:t>y</w:t></w:r>"
        "</w:del><w:r><w:t>b</w:t></w:r></w:ins>"
    )
    assert text(look, body) == "ab"


def test_breaks_hyphens_and_position_tabs_are_the_characters_they_stand_for(look):
    body = paragraph(
        "<w:r><w:t>co\u00adop</w:t><w:softHyphen/><w:t>eration</w:t><w:br/><w:t>x</w:t><w:cr/><w:t>y</w:t><w:ptab/>"
        "<w:t>z</w:t><w:noBreakHyphen/><w:t>1</w:t></w:r>"
    )
    assert text(look, body) == "cooperation\nx\ny\tz\u20111"


@pytest.mark.parametrize(
    ("font", "code", "character"),
    [
        ("Symbol", "F0B0", "°"),
        ("Symbol", "F061", "α"),
        ("symbol", "57", "Ω"),
        ("Symbol", "F0B7", "•"),
        ("Symbol", "F0A3", "≤"),
        ("Wingdings", "F0FC", "✓"),
        ("Wingdings", "F0E0", "→"),
        ("Wingdings 2", "F052", "☑"),
        ("Calibri", "00E9", "é"),
        ("Unknown", "F0B0", "\uf0b0"),
        ("Symbol", "nonsense", ""),
        ("Symbol", "D800", ""),
    ],
)
def test_a_sign_of_a_font_of_signs_is_read_in_unicode(font, code, character):
    assert symbol(font, code) == character


def test_signs_stand_in_the_text(look):
    assert (
        text(look, paragraph(run("20 ") + '<w:r><w:sym w:font="Symbol" w:char="F0B0"/></w:r>' + run("C")))
        == "20 °C"
    )


def test_the_reading_of_a_word_stands_behind_it(look):
    ruby = "<w:r><w:ruby><w:rubyPr/><w:rt><w:r><w:t>kan</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>漢</w:t></w:r></w:rubyBase></w:ruby></w:r>"
    assert text(look, paragraph(ruby + run("字"))) == "漢(kan)字"


def m(content):
    return f"<m:r><m:t>{content}</m:t></m:r>"


@pytest.mark.parametrize(
    ("equation", "line"),
    [
        (m("E=m") + f"<m:sSup><m:e>{m('c')}</m:e><m:sup>{m('2')}</m:sup></m:sSup>", "E=mc^2"),
        (f"<m:f><m:num>{m('a+1')}</m:num><m:den>{m('b')}</m:den></m:f>", "(a+1)/b"),
        (
            f"<m:f><m:num>{m('1')}</m:num><m:den><m:f><m:num>{m('2')}</m:num><m:den>{m('3')}</m:den></m:f></m:den></m:f>",
            "1/(2/3)",
        ),
        (
            f"<m:sSubSup><m:e>{m('x')}</m:e><m:sub>{m('i+1')}</m:sub><m:sup>{m('2')}</m:sup></m:sSubSup>",
            "x_(i+1)^2",
        ),
        (f"<m:rad><m:deg/><m:e>{m('x')}</m:e></m:rad>", "√(x)"),
        (f"<m:rad><m:deg>{m('3')}</m:deg><m:e>{m('x')}</m:e></m:rad>", "3√(x)"),
        (f"<m:d><m:e>{m('x')}</m:e></m:d>", "(x)"),
        (
            f"<m:d><m:dPr><m:begChr m:val='['/><m:endChr m:val=')'/><m:sepChr m:val=';'/></m:dPr><m:e>{m('0')}</m:e><m:e>{m('1')}</m:e></m:d>",
            "[0;1)",
        ),
        (
            f"<m:nary><m:naryPr><m:chr m:val='∑'/></m:naryPr><m:sub>{m('i=1')}</m:sub><m:sup>{m('n')}</m:sup><m:e>{m('i')}</m:e></m:nary>",
            "∑_(i=1)^ni",
        ),
    ],
)
def test_an_equation_is_read_in_one_line(look, equation, line):
    assert (
        text(look, f"<w:p>{run('Let ')}<m:oMath {MATH}>{equation}</m:oMath>{run('.')}</w:p>")
        == f"Let {line}."
    )


def test_a_text_box_has_lines_of_its_own_and_is_read_once(look):
    box = paragraph(run("box"))
    body = (
        f"<w:p>{run('before')}<w:r><mc:AlternateContent><mc:Choice><w:txbxContent>{box}</w:txbxContent></mc:Choice>"
        f"<mc:Fallback><w:txbxContent>{box}</w:txbxContent></mc:Fallback></mc:AlternateContent></w:r>{run('after')}</w:p>"
    )
    assert text(look, body) == "before\nbox\nafter"


def test_the_instruction_of_a_field_is_no_text_and_its_result_is(look):
    mark = '<w:r><w:fldChar w:fldCharType="%s"/></w:r>'
    inner = (
        mark % "begin"
        + "<w:r><w:instrText> DATE </w:instrText></w:r>"
        + mark % "separate"
        + run("2026")
        + mark % "end"
    )
    field = (
        mark % "begin"
        + "<w:r><w:instrText> IF </w:instrText></w:r>"
        + inner
        + mark % "separate"
        + run("yes")
        + mark % "end"
    )
    assert text(look, paragraph(run("a ") + field + run(" b"))) == "a yes b"
    unfinished = mark % "begin" + "<w:r><w:instrText> PAGE </w:instrText></w:r>" + run("words")
    assert text(look, paragraph(unfinished) + paragraph(run("more"))) == "words\nmore"


def test_hidden_words_are_in_the_text(look):
    assert text(look, paragraph("<w:r><w:rPr><w:vanish/></w:rPr><w:t>secret</w:t></w:r>")) == "secret"
