"""Fields that start programs or fetch something, wherever and however they are written."""

import pytest

from tests import hostile_files as files

MARK = '<w:r><w:fldChar w:fldCharType="%s"/></w:r>'
ALTERNATIVES = (
    '<w:r><mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
    '<mc:Choice Requires="w">%s</mc:Choice><mc:Fallback>%s</mc:Fallback></mc:AlternateContent></w:r>'
)
ENDNOTES = "application/vnd.openxmlformats-officedocument.wordprocessingml.endnotes+xml"


def field(*instruction, result="x"):
    """A field whose instruction is spread over runs; a piece that begins with `<` is markup."""
    pieces = [
        piece if piece.startswith("<") else f"<w:r><w:instrText>{piece}</w:instrText></w:r>"
        for piece in instruction
    ]
    shown = f"<w:r><w:t>{result}</w:t></w:r>"
    return MARK % "begin" + "".join(pieces) + MARK % "separate" + shown + MARK % "end"


def simple(instruction):
    return f'<w:fldSimple w:instr="{instruction}"><w:r><w:t>x</w:t></w:r></w:fldSimple>'


def judged(look, body):
    return look(files.word_file_with_body(f"<w:p>{body}</w:p>"))


def codes(found):
    return [finding.code for finding in found]


@pytest.mark.parametrize(
    "body",
    [
        simple(" DDEAUTO c:\\\\windows\\\\system32\\\\cmd.exe &quot;/k&quot; "),
        field(" DD", "E excel"),
        field('"DDE" excel'),
        field("DD<w:t/>E excel"),
        field(" DDE", "<w:r><w:t> excel</w:t></w:r>"),
        field("dde excel"),
        field('DDEAUTO"c:\\\\cmd.exe" x'),
        field("DDE\\\\cmd x"),
        field(" " * 5000 + "DDEAUTO cmd"),
        field(*[" "] * 5000, "DDEAUTO cmd"),
        simple(" " * 5000 + "DDEAUTO cmd"),
        field('""', "DDEAUTO cmd"),
        field("<w:r><w:delInstrText>AUTHOR </w:delInstrText></w:r>", "DDEAUTO cmd"),
        field(ALTERNATIVES % ("", "<w:instrText>AUTHOR </w:instrText>"), "DDEAUTO cmd"),
        field(ALTERNATIVES % ("<w:instrText>AUTHOR </w:instrText>", ""), "DDEAUTO cmd"),
        field(field("QUOTE 68 68 69"), " c:\\\\cmd"),
        field(field("REF x", result="DDEAUTO"), " c:\\\\cmd"),
        field("IF 1=1 ", field("DDEAUTO cmd"), " x"),
        MARK % "begin" + "<w:r><w:t>DDEAUTO cmd</w:t></w:r>" + MARK % "end",
        MARK % "begin" + "<w:r><w:instrText>DDEAUTO cmd</w:instrText></w:r>",
        MARK % "begin" + "<w:r><w:delInstrText>DDE cmd</w:delInstrText></w:r>" + MARK % "end",
        f"<w:r><w:txbxContent><w:p>{field('DDE cmd')}</w:p></w:txbxContent></w:r>",
    ],
)
def test_a_field_that_starts_programs_is_refused(look, body):
    assert codes(judged(look, body).refusals) == ["docx_dde"]


@pytest.mark.parametrize(
    "part", ["header1", "footer1", "footnotes", "endnotes", "comments", "glossary/document"]
)
def test_a_field_is_found_in_every_part(look, part):
    xml = f'<w:a xmlns:w="{files.WORD}"><w:p>{simple("DDE excel")}</w:p></w:a>'
    found = look(files.changed(files.word_file(), {f"word/{part}.xml": xml}))
    assert codes(found.refusals) == ["docx_dde"]


@pytest.mark.parametrize(
    "instruction",
    ["PAGE", "DATE \\@ &quot;d MMMM&quot;", "TOC \\o &quot;1-3&quot; \\h", "REF DDE", "SEQ x", ""],
)
def test_ordinary_fields_are_taken_without_a_word(look, instruction):
    found = judged(look, simple(instruction) + field(instruction.replace("&quot;", '"')))
    assert (found.refusals, found.findings) == ((), ())


def test_a_button_that_runs_something_is_refused_and_named(look):
    found = judged(look, field("MACROBUTTON NoMacro [Click here]"))
    assert [(said.code, said.data) for said in found.refusals] == [("docx_macro_button", {"name": "NoMacro"})]


@pytest.mark.parametrize(
    "command",
    ["INCLUDETEXT", "includetext", "INCLUDE", "LINK Excel.Sheet.12", "IMPORT", "RD", "DATABASE \\d"],
)
@pytest.mark.parametrize(
    "target",
    [
        "http://a.example/x.docx",
        "https:\\\\a.example\\x",
        "ftp://a.example/x",
        "\\\\\\\\srv\\\\share\\\\x.docx",
        "\\\\srv\\share\\x.docx",
        "//srv/share/x.docx",
        "file://srv/share/x.docx",
        "file:///\\\\\\\\srv\\\\share",
    ],
)
def test_content_that_a_field_takes_from_elsewhere_is_refused(look, command, target):
    found = judged(look, field(f'{command} "{target}" \\* MERGEFORMAT'))
    assert codes(found.refusals) == ["docx_external_field"]
    assert found.refusals[0].data["field"] == command.split()[0].upper()


@pytest.mark.parametrize("between", ["", " " * 5000])
def test_content_from_elsewhere_is_found_however_far_its_address_stands(look, between):
    found = judged(look, field(f'INCLUDETEXT{between}"\\\\\\\\srv\\\\share\\\\x.docx"'))
    assert codes(found.refusals) == ["docx_external_field"]


def test_a_share_in_the_connection_of_a_table_is_found(look):
    found = judged(
        look,
        field('DATABASE \\c "Provider=X;Data Source=\\\\\\\\srv\\\\share\\\\a.mdb;Mode=Read" \\s "SELECT 1"'),
    )
    assert codes(found.refusals) == ["docx_external_field"]


def test_a_target_made_of_codes_is_found(look):
    codes_of_share = " ".join(str(ord(character)) for character in "\\\\srv\\share\\x")
    found = judged(look, field("INCLUDETEXT ", field(f"QUOTE {codes_of_share}")))
    assert codes(found.refusals) == ["docx_external_field"]


@pytest.mark.parametrize(
    "instruction",
    [
        'INCLUDETEXT "C:\\\\Users\\\\ann\\\\x.docx" \\* MERGEFORMAT',
        'LINK Excel.Sheet.12 "C:\\\\Budget.xlsx" "Sheet1!R1C1:R9C3" \\a \\f 4 \\h',
        'INCLUDEPICTURE "C:\\\\logo.png" \\d',
        'LINK Excel.Sheet.12 "file:////Users/ann/Budget.xlsx"',
    ],
)
def test_what_a_field_takes_from_its_authors_computer_is_told(look, instruction):
    found = judged(look, field(instruction))
    assert (found.refusals, codes(found.findings)) == ((), ["own_files"])


def test_a_picture_from_the_web_is_warned_of_and_one_from_a_share_refused(look):
    found = judged(look, field('INCLUDEPICTURE "http://a.example/x.png" \\d'))
    assert (found.refusals, codes(found.findings)) == ((), ["external_content"])
    found = judged(look, field('INCLUDEPICTURE "\\\\\\\\srv\\\\share\\\\x.png" \\d'))
    assert codes(found.refusals) == ["docx_external_field"]


def test_a_link_by_field_to_the_web_is_taken_and_one_to_a_share_refused(look):
    found = judged(
        look, field('HYPERLINK "https://www.itu.int/" \\l "a"') + simple("HYPERLINK \\l &quot;_Toc1&quot;")
    )
    assert [(said.code, said.data) for said in found.findings] == [("external_links", {"count": 1})]
    package = files.with_relation(
        files.word_file_with_body(field('HYPERLINK "http://a.example/"')), "hyperlink", "http://b.example/"
    )
    assert look(package).findings[0].data == {"count": 2}
    for share in (
        '"file://srv/share/x.docx"',
        '\\o "tip" " \\\\srv\\share\\x.docx"',
        '"%5C%5Csrv/share/x.docx"',
    ):
        assert codes(judged(look, field(f"HYPERLINK {share}")).refusals) == ["docx_share_link"]
