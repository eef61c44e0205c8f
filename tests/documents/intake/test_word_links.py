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
        "Normal.dotm",
    ],
)
def test_the_authors_own_template_is_only_shown(look, target):
    assert reach_of(target) == OWN
    found = look(files.external_template(target))
    assert found.accepted
    assert [finding.code for finding in found.findings] == ["template_path"]


def test_hyperlinks_are_counted_and_not_refused(look):
    package = files.with_relation(files.word_file(), "hyperlink", "https://www.itu.int/")
    found = look(package)
    assert found.accepted
    assert [(finding.code, finding.data) for finding in found.findings] == [("external_links", {"count": 1})]


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
