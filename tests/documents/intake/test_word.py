import io

import docx
import pytest

from tests import hostile_files as files

MAIN = "word/document.xml"
CHANGED = (
    '<w:p><w:r><w:t>The Group </w:t></w:r><w:del w:id="1" w:author="Ana" w:date="2026-01-01T00:00:00Z">'
    '<w:r><w:delText>rejects</w:delText></w:r></w:del><w:ins w:id="2" w:author="Boris"><w:r><w:t>supports</w:t></w:r>'
    '</w:ins><w:r><w:rPr><w:b/><w:rPrChange w:id="3" w:author="Ana"><w:rPr/></w:rPrChange></w:rPr><w:t> it.</w:t></w:r>'
    '</w:p><w:moveFrom w:id="4" w:author="Ana"><w:r><w:t>gone</w:t></w:r></w:moveFrom>'
    '<w:p><w:moveTo w:id="5" w:author="Ana"><w:r><w:t>here</w:t></w:r></w:moveTo></w:p>'
)


def codes(found):
    return [finding.code for finding in found]


def test_an_ordinary_document_is_taken(look):
    found = look(files.word_file("First.", "Second."))
    assert (found.format, found.refusals, found.findings) == ("docx", (), ())
    assert found.text == "First.\nSecond."
    assert found.media_type.endswith("wordprocessingml.document")


def test_title_authors_comments_and_declared_pages_are_shown(look):
    found = look(files.word_file(title="Use of names", author="Ann", comment_by="Bob"))
    assert (found.title, found.authors, found.comments) == ("Use of names", ("Ann", "Bob"), 1)
    assert (found.pages, found.pages_declared) == (1, True)
    assert codes(found.findings) == ["comments", "authors"]


def test_tracked_changes_are_counted_and_their_authors_named(look):
    found = look(files.word_file_with_body(CHANGED))
    assert found.tracked_changes == 5
    assert found.authors == ("Ana", "Boris")
    assert found.accepted


def test_inserted_text_is_read_and_deleted_or_moved_away_text_is_not(look):
    assert look(files.word_file_with_body(CHANGED)).text == "The Group supports it.\nhere"


def test_a_text_box_written_twice_is_read_and_counted_once(look):
    body = (
        "<w:p><w:r><mc:AlternateContent><mc:Choice><w:ins w:author='A'><w:t>box</w:t></w:ins></mc:Choice>"
        "<mc:Fallback><w:ins w:author='A'><w:t>box</w:t></w:ins></mc:Fallback></mc:AlternateContent></w:r></w:p>"
    )
    found = look(files.word_file_with_body(body))
    assert (found.text, found.tracked_changes) == ("box", 1)


def test_text_in_any_script_with_tabs_and_breaks_is_kept(look):
    document = docx.Document()
    document.add_paragraph("الوثيقة\t文件\nПредложение")
    out = io.BytesIO()
    document.save(out)
    assert look(out.getvalue()).text == "الوثيقة\t文件\nПредложение"


def test_strict_documents_are_read_like_any(look):
    body = "<w:p><w:ins w:author='A'><w:r><w:t>strict</w:t></w:r></w:ins></w:p>"
    strict = "http://purl.oclc.org/ooxml/wordprocessingml/main"
    xml = f'<?xml version="1.0"?><w:document xmlns:w="{strict}"><w:body>{body}</w:body></w:document>'
    found = look(files.changed(files.word_file(), {MAIN: xml}))
    assert (found.text, found.tracked_changes, found.accepted) == ("strict", 1, True)


def test_text_beyond_the_limit_is_cut_and_said_to_be(look):
    found = look(files.word_file("word " * 1000), text_chars=100)
    assert len(found.text) <= 100
    assert codes(found.findings) == ["text_partial"]
    assert found.accepted


@pytest.mark.parametrize("pages", ["0", "-3", "1e9", "999999999999", "٣", "", "many"])
def test_an_impossible_number_of_pages_is_not_believed(look, pages):
    kind = "application/vnd.openxmlformats-officedocument.extended-properties+xml"
    namespace = "http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"
    xml = f'<Properties xmlns="{namespace}"><Pages>{pages}</Pages></Properties>'
    package = files.with_type(files.word_file(), "docProps/app.xml", kind, **{"docProps/app.xml": xml})
    found = look(package)
    assert (found.pages, found.pages_declared, found.accepted) == (None, False, True)


def test_names_in_properties_lose_controls_and_direction_marks(look):
    found = look(files.word_file(author="Ann\u202egpj\u2066 \n Lee"))
    assert found.authors == ("Anngpj Lee",)


# What is refused


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (files.macros, "docx_macros"),
        (files.macro_enabled_main_part, "docx_macro_enabled"),
        (files.ole_object, "docx_ole"),
        (files.embedded_unknown_package, "docx_ole"),
        (files.external_template, "docx_external_template"),
        (files.template, "docx_template"),
        (files.encrypted_word_file, "docx_encrypted"),
        (files.billion_laughs, "docx_dtd"),
        (files.zip_called_docx, "docx_not_word"),
        (files.workbook, "docx_not_word"),
        (files.opendocument_text, "docx_not_word"),
    ],
)
def test_what_may_not_be_in_a_word_file_is_refused(look, make, code):
    found = look(make())
    assert codes(found.refusals) == [code]
    assert not found.accepted


def test_the_toolbars_of_old_versions_are_no_macros(look):
    package = files.with_relation(
        files.word_file(), "attachedToolbars", "attachedToolbars.bin", external=False
    )
    package = files.with_type(
        package,
        "word/attachedToolbars.bin",
        "application/vnd.ms-word.attachedToolbars",
        **{"word/attachedToolbars.bin": b"\0\1\2toolbar"},
    )
    found = look(package)
    assert (found.refusals, found.findings) == ((), ())


def test_a_type_for_every_ending_in_bin_makes_no_macros_of_other_parts(look):
    package = files.changed(files.word_file(), {"word/printerSettings/printerSettings1.bin": b"\0printer"})
    with_type = files.with_type(package, "x", "x")
    types = files.entry(with_type, "[Content_Types].xml").replace(
        b"<Default ",
        b'<Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/><Default ',
        1,
    )
    typed = files.changed(package, {"[Content_Types].xml": types})
    assert look(typed).accepted
    hidden = files.changed(typed, {"word/other.bin": files.compound_file("VBA")})
    assert codes(look(hidden).refusals) == ["docx_macros"]


@pytest.mark.parametrize("part", ["word/vbaProject.bin", "word/vbaData.xml", "elsewhere/VBAPROJECT.BIN"])
def test_a_macro_part_is_found_by_its_name_alone(look, part):
    assert codes(look(files.changed(files.word_file(), {part: "<a/>"})).refusals) == ["docx_macros"]


def test_a_macro_enabled_document_with_macros_is_told_of_the_macros(look):
    package = files.changed(
        files.macro_enabled_main_part(), {"word/vbaProject.bin": files.compound_file("VBA")}
    )
    assert codes(look(package).refusals) == ["docx_macros"]


def test_a_control_is_refused_by_relation_and_by_element(look):
    related = files.with_relation(files.word_file(), "control", "activeX/activeX1.xml", external=False)
    assert codes(look(related).refusals) == ["docx_activex"]
    body = '<w:p><w:r><w:object><w:control r:id="rId9" w:name="Hidden1"/></w:object></w:r></w:p>'
    assert codes(look(files.word_file_with_body(body)).refusals) == ["docx_activex"]


def test_a_vba_project_is_found_under_any_name_and_type(look):
    hidden = files.with_relation(files.word_file(), "vbaProject", "media/image1.png", external=False)
    assert codes(look(hidden).refusals) == ["docx_macros"]


def test_an_ole_container_is_found_under_any_name(look):
    package = files.changed(files.word_file(), {"word/media/image1.png": files.compound_file("Ole10Native")})
    assert codes(look(package).refusals) == ["docx_ole"]


def test_a_program_among_the_parts_is_refused(look):
    package = files.changed(files.word_file(), {"word/media/image1.png": b"MZ" + bytes(100)})
    assert codes(look(package).refusals) == ["docx_ole"]


def test_an_object_in_the_text_is_refused_even_without_its_relation(look):
    body = '<w:p><w:r><w:object><o:OLEObject Type="Embed" ProgID="Package"/></w:object></w:r></w:p>'
    assert codes(look(files.word_file_with_body(body)).refusals) == ["docx_ole"]


@pytest.mark.parametrize("kind", ["aFChunk", "subDocument"])
def test_a_part_in_another_format_is_refused(look, kind):
    package = files.with_relation(files.word_file(), kind, "part.html", external=False)
    package = files.changed(package, {"word/part.html": "<p>other text</p>"})
    assert codes(look(package).refusals) == ["docx_foreign_chunk"]


def test_all_reasons_are_told_at_once(look):
    package = files.with_relation(files.ole_object(), "vbaProject", "vba.bin", external=False)
    package = files.with_relation(package, "frame", "http://frame.example/")
    assert codes(look(package).refusals) == ["docx_macros", "docx_ole", "docx_external_part"]


@pytest.mark.parametrize(
    "xml",
    [
        "<w:document",
        "",
        '<?xml version="1.0" encoding="utf-7"?><a/>',
        '<?xml version="1.0" encoding="windows-1251"?><a/>',
        "<a>" * 300 + "</a>" * 300,
    ],
    ids=["cut", "nothing", "utf-7", "windows-1251", "deep"],
)
def test_a_part_that_is_not_sound_xml_is_refused(look, xml):
    assert codes(look(files.changed(files.word_file(), {MAIN: xml})).refusals) == ["xml_malformed"]


def test_a_main_part_that_is_no_document_is_refused(look):
    assert codes(look(files.changed(files.word_file(), {MAIN: "<a/>"})).refusals) == ["docx_not_word"]
