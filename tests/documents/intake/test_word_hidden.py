"""Where a Word file hides words: by the run, by a style, by the document's defaults; and where it does not."""

import pytest

from tests import hostile_files as files

STYLES = "word/styles.xml"


def places(look, body, styles=""):
    changes = {STYLES: f'<w:styles xmlns:w="{files.WORD}">{styles}</w:styles>'} if styles else {}
    found = look(files.word_file_with_body(body, **changes))
    assert found.accepted
    return next((said.data["count"] for said in found.findings if said.code == "hidden_text"), 0)


def style(name, hides="", kind="character", based_on="", default=False):
    base = f'<w:basedOn w:val="{based_on}"/>' if based_on else ""
    mark = ' w:default="1"' if default else ""
    return f'<w:style w:type="{kind}" w:styleId="{name}"{mark}>{base}<w:rPr>{hides}</w:rPr></w:style>'


def run(properties="", words="words"):
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t>{words}</w:t></w:r>"


def paragraph(*runs, properties=""):
    return f"<w:p><w:pPr>{properties}</w:pPr>{''.join(runs)}</w:p>"


VANISH, SHOWN = "<w:vanish/>", '<w:vanish w:val="0"/>'
HIDDEN = style("H", VANISH)
CHAIN = style("H2", based_on="H1") + style("H1", based_on="H") + HIDDEN
PARAGRAPH = style("P", VANISH, "paragraph")
DEFAULTS = f"<w:docDefaults><w:rPrDefault><w:rPr>{VANISH}</w:rPr></w:rPrDefault></w:docDefaults>"
OF_H, OF_P = '<w:rStyle w:val="H"/>', '<w:pStyle w:val="P"/>'


@pytest.mark.parametrize(
    ("body", "styles", "count"),
    [
        (paragraph(run(VANISH)), "", 1),
        (paragraph(run(VANISH), run(VANISH)), "", 1),
        (paragraph(run(VANISH), run(), run(VANISH)) + paragraph(run(VANISH)), "", 3),
        (paragraph(run(OF_H)), HIDDEN, 1),
        (paragraph(run('<w:rStyle w:val="H2"/>')), CHAIN, 1),
        (paragraph(run(), properties=OF_P), PARAGRAPH, 1),
        (paragraph(run()), style("N", VANISH, "paragraph", default=True), 1),
        (paragraph(run()), DEFAULTS, 1),
        # What does not hide.
        (paragraph(run(), properties=f"<w:rPr>{VANISH}</w:rPr>"), "", 0),
        (paragraph(run("<w:webHidden/>")), "", 0),
        (paragraph(run(SHOWN)), "", 0),
        (paragraph(run(VANISH, " ")), "", 0),
        (paragraph(run(OF_H + SHOWN)), HIDDEN, 0),
        (paragraph(run(SHOWN)), DEFAULTS, 0),
        (paragraph(run()), HIDDEN + PARAGRAPH, 0),
        (paragraph(run('<w:rStyle w:val="S"/>')), HIDDEN + style("S", SHOWN, based_on="H"), 0),
        (paragraph(run(OF_H), properties=OF_P), HIDDEN + PARAGRAPH, 0),
        (paragraph(run(f"<w:rPrChange><w:rPr>{VANISH}</w:rPr></w:rPrChange>")), "", 0),
        (paragraph("<w:r><w:rPr><w:vanish/></w:rPr><w:instrText>XE a</w:instrText></w:r>"), "", 0),
        (paragraph(run('<w:rStyle w:val="A"/>')), style("A", based_on="B") + style("B", based_on="A"), 0),
    ],
)
def test_hidden_words_are_counted_by_place(look, body, styles, count):
    assert places(look, body, styles) == count


def test_a_text_box_inside_a_run_does_not_hide_the_words_around_it(look):
    box = f"<w:txbxContent>{paragraph(run(), properties=f'<w:rPr>{VANISH}</w:rPr>')}</w:txbxContent>"
    assert places(look, paragraph(f"<w:r>{box}<w:t>around</w:t></w:r>")) == 0


def test_styles_are_known_wherever_they_stand_in_the_file(look):
    package = files.word_file_with_body(paragraph(run(OF_H)))
    styles = f'<w:styles xmlns:w="{files.WORD}">{HIDDEN}</w:styles>'
    last = files.changed(files.changed(package, {STYLES: None}), {STYLES: styles})
    assert [said.code for said in look(last).findings] == ["hidden_text"]
