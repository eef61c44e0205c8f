import pytest

from cwg.documents.intake.pdf_targets import reach_of_link
from cwg.documents.intake.reach import OWN, SHARE, WEB, reach_of


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://www.itu.int/council", WEB),
        ("HTTP://itu.int", WEB),
        ("www.itu.int", WEB),
        ("//www.itu.int/council", WEB),
        ("ftp://ftp.example/a", WEB),
        ("mailto:a@b.example", OWN),
        ("tel:+41227305111", OWN),
        ("Annex.pdf", OWN),
        ("../Annex.pdf", OWN),
        ("#annex", OWN),
        ("", OWN),
        ("/council/2026", OWN),
        ("file:///home/me/a.pdf", OWN),
        ("file:///C:/a.pdf", OWN),
        ("file://C:/a.pdf", OWN),
        ("file:///C|/a.pdf", OWN),
        ("file:C:\\a.pdf", OWN),
        ("file:////Users/me/Library/a.pdf", OWN),
        ("file:////Volumes/Data/a.pdf", OWN),
        ("file://localhost/a.pdf", OWN),
        ("C:\\Users\\me\\a.pdf", OWN),
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
    assert reach_of_link(address) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("//server/share/a.pdf", SHARE),
        ("\\\\server\\share\\a.pdf", SHARE),
        ("/C/Users/me/a.pdf", OWN),
        ("a.pdf", OWN),
        ("https://itu.int/a.pdf", WEB),
    ],
)
def test_in_a_path_two_slashes_begin_the_name_of_a_computer(path, expected):
    assert reach_of(path) == expected
