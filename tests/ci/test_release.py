"""A release is made whole or not at all, of what is committed, and pushed by nobody but a person."""

import subprocess
from datetime import date
from pathlib import Path

import pytest
import release
from release import Place, Refused

PYPROJECT = '[project]\nname = "cwg-portal"\nversion = "0.2.0.dev0"\ndependencies = ["x>=1"]\n'
LOCK = (
    '[[package]]\nname = "cwg"\nversion = "1.0"\n\n[[package]]\nname = "cwg-portal"\nversion = "0.2.0.dev0"\n'
)
CHANGELOG = """# Changelog

## Unreleased

### Added
- Something new.

## 0.1.0 - 2026-11-21

### Added
- The beginning.
"""


@pytest.fixture
def place(tmp_path) -> Place:
    made = Place(tmp_path / "copy")
    subprocess.run(["git", "init", "--quiet", "--bare", tmp_path / "public"], check=True)
    subprocess.run(
        ["git", "clone", "--quiet", tmp_path / "public", made.root], check=True, capture_output=True
    )
    made.git("config", "user.name", "A Maintainer")
    made.git("config", "user.email", "maintainer@test.example")
    for name, text in (("pyproject.toml", PYPROJECT), ("uv.lock", LOCK), ("CHANGELOG.md", CHANGELOG)):
        (made.root / name).write_text(text)
    made.commit("all: begin", "For the test.")
    return made


def make(place: Place, wanted: str, record=lambda folder: (folder / "release.json").write_text("{}")) -> str:
    def write() -> None:
        (place.root / "NOTICE").write_text(f"as of {place.version}")

    return release.make(place, wanted, on=date(2026, 11, 27), record=record, write=write)


def test_a_release_is_one_commit_with_its_tag_and_the_work_goes_on_after_it(place):
    assert make(place, "0.2.0") == "0.2.1.dev0"
    assert place.git("log", "--format=%s").splitlines() == [
        "release: go on as 0.2.1.dev0",
        "release: 0.2.0",
        "all: begin",
    ]
    assert place.git("rev-parse", "0.2.0^{commit}") == place.git("rev-parse", "HEAD~1")
    assert place.git("cat-file", "-t", "0.2.0") == "tag"
    assert (
        place.git("tag", "--list", "--format=%(contents)", "0.2.0") == "0.2.0\n\n### Added\n- Something new."
    )
    assert place.git("status", "--porcelain") == ""

    def then(name: str) -> str:
        return place.git("show", f"0.2.0:{name}")

    assert "## Unreleased\n\n## 0.2.0 - 2026-11-27\n\n### Added\n- Something new.\n\n## 0.1.0" in then(
        "CHANGELOG.md"
    )
    assert 'name = "cwg-portal"\nversion = "0.2.0"\ndependencies = ["x>=1"]' in then("pyproject.toml")
    assert then("uv.lock") == LOCK.replace("0.2.0.dev0", "0.2.0").strip()
    assert then("NOTICE") == "as of 0.2.0"
    assert then("tests/upgrade/releases/0.2.0/release.json") == "{}"
    assert str(place.version) == "0.2.1.dev0"


def test_nothing_is_pushed(place, tmp_path):
    make(place, "0.2.0")
    assert (
        subprocess.run(["git", "-C", tmp_path / "public", "for-each-ref"], capture_output=True).stdout == b""
    )


def test_the_next_one_needs_news_and_a_number_of_its_own(place):
    make(place, "0.2.0")
    with pytest.raises(Refused, match="nothing under Unreleased"):
        make(place, "0.3.0")
    with pytest.raises(Refused, match=r"not newer than 0\.2\.1\.dev0"):
        make(place, "0.2.0")


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ("", "three numbers"),
        ("1.0", "three numbers"),
        ("v1.0.0", "three numbers"),
        ("1.0.0rc1", "three numbers"),
        ("01.0.0", "three numbers"),
        ("0.1.0", "not newer than 0.2.0.dev0"),
        ("0.0.9", "not newer than 0.2.0.dev0"),
    ],
)
def test_a_version_that_is_none_or_not_newer_is_refused(place, wanted, words):
    refused(place, wanted, words)


def test_a_version_that_the_changelog_has_passed_is_refused(place):
    text = place.read("CHANGELOG.md").replace("## 0.1.0 - ", "## 0.3.0 - ")
    (place.root / "CHANGELOG.md").write_text(text)
    place.commit("changelog: pass it", "For the test.")
    refused(place, "0.2.0", "not newer than 0.3.0, which has a section")


def test_what_is_not_committed_is_refused(place):
    (place.root / "new.py").write_text("")
    before = state(place)
    with pytest.raises(Refused, match="not committed"):
        make(place, "0.2.0")
    assert state(place) == before


def test_a_tag_that_is_there_is_refused(place):
    place.git("tag", "0.2.0")
    refused(place, "0.2.0", "a tag 0.2.0 already")


def test_where_the_data_cannot_be_recorded_nothing_is_changed(place):
    def fails(folder: Path) -> None:
        raise subprocess.CalledProcessError(1, "recording")

    before = state(place)
    with pytest.raises(subprocess.CalledProcessError):
        make(place, "0.2.0", fails)
    assert state(place) == before


@pytest.mark.parametrize("step", ["write", "commit", "tag", "go on"])
def test_whatever_fails_on_the_way_puts_the_working_copy_back(place, monkeypatch, step):
    """NOTICE cannot be written, a hook refuses the commit, git cannot tag: everything is as it was, and may be tried again."""

    def write() -> None:
        (place.root / "NOTICE").write_text("half")
        (place.root / "new").write_text("half")
        if step == "write":
            raise subprocess.CalledProcessError(1, "notice.py")

    git = Place.git

    def failing(self, *arguments, text=None):
        said = text or ""
        if (
            (step == "commit" and arguments[0] == "commit")
            or (step == "tag" and arguments[:2] == ("tag", "--annotate"))
            or (step == "go on" and arguments[0] == "commit" and "go on" in said)
        ):
            raise subprocess.CalledProcessError(1, "git")
        return git(self, *arguments, text=text)

    before = state(place)
    with monkeypatch.context() as patched:
        patched.setattr(Place, "git", failing)
        with pytest.raises(subprocess.CalledProcessError):
            release.make(place, "0.2.0", on=date(2026, 11, 27), record=lambda folder: None, write=write)
    assert state(place) == before
    assert make(place, "0.2.0") == "0.2.1.dev0"


def refused(place: Place, wanted: str, words: str) -> None:
    before = state(place)
    with pytest.raises(Refused, match=words):
        make(place, wanted)
    assert state(place) == before


def state(place: Place) -> tuple[str, ...]:
    return (
        place.git("rev-parse", "HEAD"),
        place.git("for-each-ref"),
        place.git("status", "--porcelain"),
        place.git("diff"),
    )
