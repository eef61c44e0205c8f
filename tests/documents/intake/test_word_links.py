import pytest

from cwg.documents.intake.reach import OWN, reach_of
from tests import hostile_files as files


@pytest.mark.parametrize(
    "target",
    [
        "http://template.example/a.dotm",
        "HTTPS://template.example/a.dotm",
        "ftp://template.example/a.dotm",
        "//server/share/a.dotm",
        r"\\server\share\a.dotm",
        r"\\server@SSL\DavWWWRoot\a.dotm",
        "file://server/share/a.dotm",
        r"file:///\\server\share\a.dotm",
        "file://///server/share/a.dotm",
        "file:////users.example/share/a.dotm",
        r"\\?\UNC\server\share\a.dotm",
        "mhtml:file://server/share/a.mht",
        "ftp://server/a.dotm",
        "file:////server/share/a.dotm",
        "file:///%5C%5Cserver/share/a.dotm",
        "mhtml:http://template.example/x!a",
        " http://template.example/a.dotm",
    ],
)
def test_an_address_or_a_share_is_elsewhere(look, target):
    assert reach_of(target) != OWN
    assert [finding.code for finding in look(files.external_template(target)).refusals] == [
        "docx_external_template"
    ]


@pytest.mark.parametrize(
    "target",
    [
        r"file:///C:\Users\Ann\AppData\Roaming\Microsoft\Templates\ITU.dotx",
        "file:///C:/Users/Ann/ITU.dotx",
        r"C:\Users\Ann\ITU.dotx",
        "file://localhost/Users/ann/ITU.dotx",
        "file:///Users/ann/ITU.dotx",
        "file:////Users/ann/Library/Group%20Containers/UBF8T346G9.Office/ITU.dotx",
        "file:////Applications/Microsoft%20Word.app/ITU.dotx",
        "file:////Volumes/Ann/ITU.dotx",
        "file:///Volumes/Ann/ITU.dotx",
        "file:////home/ann/ITU.dotx",
        "file:///C|/Users/ann/ITU.dotx",
        "file:ITU.dotx",
        "~/Library/ITU.dotx",
        "/Users/ann/ITU.dotx",
        "..\\\\Templates\\ITU.dotx",
        "MacintoshHD:Users:ann:ITU",
        r"\\?\C:\Users\ann\ITU.dotx",
        "Normal.dotm",
    ],
)
def test_the_authors_own_template_is_only_shown(look, target):
    assert reach_of(target) == OWN
    found = look(files.external_template(target))
    assert found.accepted
    assert [finding.code for finding in found.findings] == ["template_path"]


@pytest.mark.parametrize(
    "part", ["word/_rels/nothing.xml.rels", "word/_rels/.rels", "elsewhere/x.rels", "_rels/._.rels"]
)
def test_relations_of_parts_that_nothing_leads_to_are_judged_all_the_same(look, part):
    package = files.with_relation(files.word_file(), "attachedTemplate", "http://a.example/x.dotm", part=part)
    assert [finding.code for finding in look(package).refusals] == ["docx_external_template"]


def test_relations_that_word_reads_have_to_be_sound(look):
    package = files.changed(files.word_file(), {"word/_rels/document.xml.rels": "<Relationships"})
    assert [finding.code for finding in look(package).refusals] == ["xml_malformed"]


def test_relations_of_a_part_whose_name_is_escaped_have_to_be_sound_too(look):
    """Here we cannot read what others can: in an encoding that packages may not have."""
    word = files.with_relation(files.word_file(), "settings", "my%20settings.xml", external=False)
    settings = f'<w:settings xmlns:w="{files.WORD}"/>'
    relations = f'<?xml version="1.0" encoding="gb2312"?><Relationships xmlns="{files.PACKAGE_RELATIONS}"/>'
    more = {"word/my%20settings.xml": settings, "word/_rels/my%20settings.xml.rels": relations}
    assert [finding.code for finding in look(files.changed(word, more)).refusals] == ["xml_malformed"]


@pytest.mark.parametrize(
    "source", ['<w:query w:val="%s"/>', '<w:odso><w:udl w:val="Provider=X;Data Source=%s"/></w:odso>']
)
def test_a_form_letters_list_on_a_share_is_refused_however_it_is_named(look, source):
    letter = f'<w:settings xmlns:w="{files.WORD}"><w:mailMerge>{source}</w:mailMerge></w:settings>'
    found = look(files.changed(files.word_file(), {"word/settings.xml": letter % r"\\srv\share\list.mdb"}))
    assert [finding.code for finding in found.refusals] == ["docx_external_part"]


def test_hyperlinks_are_counted_and_not_refused(look):
    package = files.with_relation(files.word_file(), "hyperlink", "https://www.itu.int/")
    found = look(package)
    assert found.accepted
    assert [(finding.code, finding.data) for finding in found.findings] == [("external_links", {"count": 1})]


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("mailto:ann@delegation.example", []),
        ("annex.docx", []),
        ("#_Toc1", []),
        ("file:///C:/Users/ann/annex.docx", ["own_files"]),
        (r"C:\Users\ann\annex.docx", ["own_files"]),
        ("file:////Users/ann/annex.docx", ["own_files"]),
    ],
)
def test_a_link_that_leads_nowhere_else_is_no_link_to_a_page(look, target, expected):
    found = look(files.with_relation(files.word_file(), "hyperlink", target))
    assert found.accepted
    assert [finding.code for finding in found.findings] == expected


@pytest.mark.parametrize(
    "target", [r"\\srv\share\a.docx", "file://srv/share/a.docx", "file:///%5C%5Csrv/share"]
)
@pytest.mark.parametrize(
    ("kind", "code"),
    [("hyperlink", "docx_share_link"), ("image", "docx_external_part"), ("video", "docx_external_part")],
)
def test_what_a_share_is_asked_for_is_refused(look, target, kind, code):
    found = look(files.with_relation(files.word_file(), kind, target))
    assert [(said.code, said.data) for said in found.refusals] == [(code, {"target": target})]


@pytest.mark.parametrize("kind", ["oleObject", "image", "package", "mailMergeSource"])
def test_what_lies_on_the_authors_own_computer_is_told(look, kind):
    found = look(files.with_relation(files.word_file(), kind, "file:///C:/Users/ann/Book1.xlsx"))
    assert found.accepted
    assert [finding.code for finding in found.findings] == ["own_files"]


def test_a_form_letters_list_is_told_and_refused_where_it_lies_on_a_share(look):
    settings = f'<w:settings xmlns:w="{files.WORD}"><w:mailMerge><w:connectString w:val="%s"/></w:mailMerge></w:settings>'
    own = settings % "Provider=X;Data Source=C:\\Users\\ann\\list.mdb;Mode=Read"
    found = look(files.changed(files.word_file(), {"word/settings.xml": own}))
    assert (found.refusals, [finding.code for finding in found.findings]) == ((), ["own_files"])
    share = settings % "Provider=X;Data Source=\\\\srv\\share\\list.mdb;Mode=Read"
    found = look(files.changed(files.word_file(), {"word/settings.xml": share}))
    assert [finding.code for finding in found.refusals] == ["docx_external_part"]


def test_an_old_drawing_that_names_its_picture_is_judged_like_any(look):
    picture = '<w:p><w:r><w:pict xmlns:v="urn:schemas-microsoft-com:vml"><v:imagedata src="%s"/></w:pict></w:r></w:p>'
    share = look(files.word_file_with_body(picture % r"\\srv\share\a.png"))
    assert [finding.code for finding in share.refusals] == ["docx_external_part"]
    web = look(files.word_file_with_body(picture % "http://a.example/a.png"))
    assert (web.refusals, [finding.code for finding in web.findings]) == ((), ["external_content"])


def test_a_picture_loaded_from_elsewhere_is_warned_of(look):
    found = look(files.with_relation(files.word_file(), "image", "http://tracker.example/p.png"))
    assert found.accepted
    assert [(finding.code, finding.severity) for finding in found.findings] == [("external_content", "warn")]


@pytest.mark.parametrize("kind", ["frame", "package"])
def test_content_loaded_from_elsewhere_is_refused(look, kind):
    found = look(files.with_relation(files.word_file(), kind, "http://frame.example/x"))
    assert [finding.code for finding in found.refusals] == ["docx_external_part"]


def test_an_external_object_is_refused(look):
    found = look(files.with_relation(files.word_file(), "oleObject", "http://object.example/x"))
    assert [finding.code for finding in found.refusals] == ["docx_external_part"]
