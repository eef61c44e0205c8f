"""NOTICE names every work that is handed out with the portal, and each may be."""

import re

import licences
import locked
import notice
import pytest

LIBRARIES = sorted(set(locked.of_the_image()) - {locked.PROJECT})


@pytest.mark.parametrize("name", LIBRARIES)
def test_each_library_is_under_a_licence_that_is_allowed_and_is_named(name: str):
    assert f"\n{name}: {licences.of(name)}\n" in notice.PATH.read_text()


def test_it_names_no_library_that_is_not_there():
    of_libraries = notice.PATH.read_text().split("\nLibraries of Python\n")[1]
    assert re.findall(r"^(\S+): ", of_libraries, re.MULTILINE) == LIBRARIES
    assert set(notice.INSIDE) | set(licences.READ) <= set(LIBRARIES)


def test_each_font_and_each_vendored_folder_is_named():
    there = [path for path in (notice.ROOT / "static/vendor").iterdir() if path.is_dir()]
    fonts = ("static/fonts", "cwg/texts/fonts")
    there += [
        path
        for folder in fonts
        for path in (notice.ROOT / folder).glob("*.[wto]*f*")
        if path.suffix != ".txt"
    ]
    named = tuple(str(notice.ROOT / start) for start, *_ in notice.BUNDLED)
    assert len(there) > 10
    assert [path for path in there if not str(path).startswith(named)] == []
    assert all(licences.is_allowed(licence) for _, _, licence, _ in notice.BUNDLED)


@pytest.mark.parametrize(
    ("expression", "allowed"),
    [
        ("MIT", True),
        ("GPL-3.0-only", False),
        ("AGPL-3.0-or-later OR Apache-2.0", True),
        ("Apache-2.0 AND BSD-2-Clause", True),
        ("Apache-2.0 AND GPL-2.0-only", False),
        ("(GPL-2.0-only OR MIT) AND SSPL-1.0", False),
        ("LicenseRef-Proprietary", False),
    ],
)
def test_of_a_choice_one_is_enough_and_of_several_all_are_needed(expression: str, allowed: bool):
    assert licences.is_allowed(expression) is allowed


def test_a_library_that_does_not_say_its_licence_has_to_be_read(monkeypatch):
    monkeypatch.delitem(licences.READ, "vine")
    with pytest.raises(licences.NotKnown, match="vine says 'BSD'"):
        licences.of("vine")


def test_no_notice_is_written_where_a_licence_is_not_allowed(monkeypatch):
    monkeypatch.setitem(licences.READ, "vine", "GPL-3.0-only")
    with pytest.raises(licences.NotAllowed, match="vine is under GPL"):
        notice.text()


def test_a_line_that_claims_a_copyright_is_told_from_one_that_speaks_of_it():
    text = """
        Copyright (c) 2015  Somebody & contributors.
        The above copyright notice and this permission notice shall be included in all copies.
        (c) You must retain, in the Source form of any Derivative Works
        Copyright [yyyy] [name of copyright owner]
        2009-2026 (c) Another <another@example.org>
        Copyright (C) 2007 Free Software Foundation, Inc. <https://fsf.org/>
    """
    assert notice.lines_of(text) == [
        "Copyright (c) 2015 Somebody & contributors",
        "2009-2026 (c) Another <another@example.org>",
    ]
