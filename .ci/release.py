"""Make a release: `./dev release 1.2.0`, as docs/developing.md says. Commits and tags; pushes nothing.

It is made whole or not at all: whatever fails on the way, the working copy is put back as it was.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from packaging.version import InvalidVersion, Version

ROOT = Path(__file__).resolve().parent.parent
UNRELEASED = "## Unreleased\n"
DATA = Path("tests/upgrade/releases")
# Whoever tries an upgrade with these data reads what the key of that day had sealed. It guards nothing else.
SECRET_KEY = "the-secret-key-of-a-demonstration-that-everybody-may-read-0123456789"

WHY = """\
The version of pyproject.toml, its section in CHANGELOG.md, the bill of materials and the data with which
upgrades from this release are tried belong together; `./dev release` makes them in one act. The tag
names this commit.
"""
WHY_GO_ON = """\
What comes after a release is none: whoever runs it reads so where the version is told.
"""

# Writes into the folder what the release leaves to those after it (tests/upgrade/recording.py).
Recording = Callable[[Path], None]


class Refused(Exception):
    """Why no release was made, as a sentence. Nothing was changed."""


@dataclass(frozen=True)
class Place:
    """A working copy."""

    root: Path

    def git(self, *arguments: str, text: str | None = None) -> str:
        command = ["git", "-C", str(self.root), *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True, input=text).stdout.strip()

    def read(self, name: str) -> str:
        return (self.root / name).read_text()

    @property
    def version(self) -> Version:
        return Version(tomllib.loads(self.read("pyproject.toml"))["project"]["version"])

    def set_version(self, version: str) -> None:
        """In pyproject.toml, and in the entry that uv.lock has of the project itself."""
        for name, before in (("pyproject.toml", r'^\[project\]\nname = "cwg-portal"\n'), ("uv.lock", r'^name = "cwg-portal"\n')):  # fmt: skip
            text, count = re.subn(
                rf'({before}version = )"[^"]+"', rf'\g<1>"{version}"', self.read(name), flags=re.MULTILINE
            )
            assert count == 1, name
            (self.root / name).write_text(text)

    def commit(self, subject: str, why: str) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--file=-", text=f"{subject}\n\n{why}")


def check(place: Place, wanted: str) -> str:
    """What is unreleased, as the changelog tells it. Raises Refused."""
    if not re.fullmatch(r"(0|[1-9]\d*)(\.(0|[1-9]\d*)){2}", wanted):
        raise Refused(f"A version has three numbers, such as 1.2.0; {wanted!r} is none.")
    if Version(wanted) <= place.version:
        raise Refused(f"{wanted} is not newer than {place.version}.")
    changelog = place.read("CHANGELOG.md")
    released = [_version(title) for title in re.findall(r"^## (\S+) - ", changelog, re.MULTILINE)]
    if latest := max(
        (version for version in released if version and version >= Version(wanted)), default=None
    ):
        raise Refused(f"{wanted} is not newer than {latest}, which has a section in CHANGELOG.md.")
    if place.git("status", "--porcelain"):
        raise Refused("There are changes that are not committed; a release is made of what is.")
    if place.git("tag", "--list", wanted):
        raise Refused(f"There is a tag {wanted} already.")
    news = changelog.partition(UNRELEASED)[2].partition("\n## ")[0].strip()
    if not re.search(r"^- ", news, re.MULTILINE):
        raise Refused("CHANGELOG.md has nothing under Unreleased: whoever upgrades would not know what for.")
    return news


def make(place: Place, wanted: str, *, on: date, record: Recording, write: Callable[[], None]) -> str:
    """Make the release `wanted` of what is committed; returns the version that the work goes on as. Raises Refused.

    `write` brings NOTICE and the bill of materials up to date, once the version is set.
    """
    news = check(place, wanted)
    before = place.git("rev-parse", "HEAD")
    try:
        return _make(place, wanted, news, on=on, record=record, write=write)
    except BaseException:
        # What was there is committed (`check`), so that nobody's work is lost by this.
        place.git("reset", "--quiet", "--hard", before)
        place.git("clean", "--quiet", "-d", "--force", "--", ".")
        if place.git("tag", "--list", wanted):
            place.git("tag", "--delete", wanted)
        raise


def _make(
    place: Place, wanted: str, news: str, *, on: date, record: Recording, write: Callable[[], None]
) -> str:
    with tempfile.TemporaryDirectory() as made:
        record(Path(made))
        target = place.root / DATA / wanted
        target.mkdir(parents=True)
        for path in Path(made).iterdir():
            if path.is_file():
                shutil.copy(path, target)
    changelog = place.read("CHANGELOG.md")
    title = f"{UNRELEASED}\n## {wanted} - {on.isoformat()}\n"
    (place.root / "CHANGELOG.md").write_text(changelog.replace(UNRELEASED, title, 1))
    place.set_version(wanted)
    write()
    place.commit(f"release: {wanted}", WHY)
    # Not `--cleanup=strip`: a line of the changelog that begins with # is its heading.
    place.git("tag", "--annotate", "--cleanup=verbatim", "--file=-", wanted, text=f"{wanted}\n\n{news}\n")
    major, minor, patch = map(int, wanted.split("."))
    after = f"{major}.{minor}.{patch + 1}.dev0"
    place.set_version(after)
    place.commit(f"release: go on as {after}", WHY_GO_ON)
    return after


def _version(text: str) -> Version | None:
    try:
        return Version(text)
    except InvalidVersion:
        return None


def record_this(folder: Path) -> None:
    """On the empty servers that `./dev release` has started."""
    env = os.environ | {
        "SECRET_KEY": SECRET_KEY,
        "PORTAL_URL": "http://127.0.0.1:8000",
        "LOG_LEVEL": "WARNING",
    }
    for command in (
        ["manage.py", "migrate", "--no-input", "-v", "0"],
        ["-m", "tests.upgrade.recording", str(folder)],
    ):
        subprocess.run([sys.executable, *command], cwd=ROOT, env=env, check=True)


def write_papers() -> None:
    for command in (["notice.py"], ["sbom.py", "docs/sbom.cdx.json"]):
        subprocess.run([sys.executable, f".ci/{command[0]}", *command[1:]], cwd=ROOT, check=True)


def main(arguments: list[str]) -> None:
    only_check = arguments[:1] == ["--check"]
    wanted = arguments[-1] if len(arguments) == 1 + only_check else ""
    here = Place(ROOT)
    try:
        check(here, wanted)
        if not only_check:
            after = make(here, wanted, on=datetime.now(UTC).date(), record=record_this, write=write_papers)
            print(
                f"{wanted} is committed and tagged; the work goes on as {after}. Look at both commits, then:"
            )
            print(f"    git push origin HEAD {wanted}")
    except Refused as refusal:
        sys.exit(f"./dev release: {refusal}")


if __name__ == "__main__":
    main(sys.argv[1:])
