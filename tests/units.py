"""The units of systemd in .systemd/, read as systemd reads them: with what all names of one beginning have in common."""

from collections.abc import Iterator
from pathlib import Path

from tests.compose_file import ROOT

FOLDER = ROOT / ".systemd"
# Where an installation keeps its release (docs/systemd.md).
RELEASE = "/srv/cwg/current"
# What each of its programs is started by.
START = f"{RELEASE}/.systemd/start"


def entries(path: Path) -> Iterator[tuple[str, str]]:
    """(name, value) of each line that says something; continued lines are not used here."""
    for line in path.read_text().splitlines():
        if line.strip() and line[0] not in "#;[":
            name, _, value = line.partition("=")
            yield name.strip(), value.strip()


class Unit:
    def __init__(self, name: str):
        self.name = name
        self.path = FOLDER / name
        self.parts = [self.path, *sorted(self._drop_ins())]
        self.entries = [entry for part in self.parts for entry in entries(part)]

    def _drop_ins(self) -> Iterator[Path]:
        """`cwg-a-b.service` is completed by `cwg-.service.d` and `cwg-a-.service.d`."""
        stem, _, kind = self.name.rpartition(".")
        words = stem.split("-")
        for count in range(1, len(words)):
            yield from FOLDER.glob(f"{'-'.join(words[:count])}-.{kind}.d/*.conf")

    def all(self, name: str) -> list[str]:
        return [value for given, value in self.entries if given == name]

    def one(self, name: str) -> str:
        (value,) = self.all(name)
        return value

    def environment(self) -> dict[str, str]:
        """What `Environment=` sets; `%d` is where systemd puts the credentials."""
        return dict(pair.split("=", 1) for line in self.all("Environment") for pair in line.split())

    def credentials(self) -> dict[str, str]:
        """The file of each credential, by its name."""
        return dict(line.split(":", 1) for line in self.all("LoadCredential"))

    def commands(self, name: str = "ExecStart") -> list[list[str]]:
        """Each in its words, programs of the release by their names alone."""
        return [[word for word in line.split() if word != START] for line in self.all(name)]


SERVICES = sorted(path.name for path in FOLDER.glob("*.service"))
EVERY = sorted(
    path.name for path in FOLDER.glob("cwg*.*") if path.suffix in {".service", ".socket", ".timer", ".target"}
)
