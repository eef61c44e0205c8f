import pytest

from cwg.documents.intake.pdf_targets import HERE, SHARE, WEB, reach


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://www.itu.int/council", WEB),
        ("HTTP://itu.int", WEB),
        ("www.itu.int", WEB),
        ("//www.itu.int/council", WEB),
        ("ftp://ftp.example/a", WEB),
        ("mailto:a@b.example", HERE),
        ("tel:+41227305111", HERE),
        ("Annex.pdf", HERE),
        ("../Annex.pdf", HERE),
        ("#annex", HERE),
        ("", HERE),
        ("/council/2026", HERE),
        ("file:///home/me/a.pdf", HERE),
        ("file:///C:/a.pdf", HERE),
        ("file://C:/a.pdf", HERE),
        ("file:///C|/a.pdf", HERE),
        ("file:C:\\a.pdf", HERE),
        ("file:////Users/me/Library/a.pdf", HERE),
        ("file:////Volumes/Data/a.pdf", HERE),
        ("file://localhost/a.pdf", HERE),
        ("C:\\Users\\me\\a.pdf", HERE),
        ("file://server/share", SHARE),
        ("file://10.0.0.7/share", SHARE),
        ("file:////server/share", SHARE),
        ("file://///server/share", SHARE),
        ("file:\\\\server\\share", SHARE),
        ("fi le://ser%76er/share", SHARE),
        ("\\\\server\\share", SHARE),
        ("\\\\server@SSL\\DavWWWRoot\\a", SHARE),
        ("smb://server/share", SHARE),
        ("search-ms:query=a&crumb=location:x", SHARE),
    ],
)
def test_an_address_tells_how_far_it_reaches(address, expected):
    assert reach(address) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("//server/share/a.pdf", SHARE),
        ("\\\\server\\share\\a.pdf", SHARE),
        ("/C/Users/me/a.pdf", HERE),
        ("a.pdf", HERE),
        ("https://itu.int/a.pdf", WEB),
    ],
)
def test_in_a_path_two_slashes_begin_the_name_of_a_computer(path, expected):
    assert reach(path, is_path=True) == expected
