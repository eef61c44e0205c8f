"""The libraries that the portal runs with: what uv.lock names for the image, without those of its tests."""

import re
import tomllib
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from packaging.markers import Marker

ROOT = Path(__file__).resolve().parent.parent
PROJECT = "cwg-portal"
MACHINES = ("x86_64", "aarch64")


@dataclass(frozen=True)
class Distribution:
    """A file in which a library is handed out. `sha256` in hexadecimal digits."""

    url: str
    sha256: str


@dataclass(frozen=True)
class Library:
    """`needs`: the names of the libraries that it needs itself."""

    name: str
    version: str
    needs: tuple[str, ...]
    distributions: tuple[Distribution, ...]


def of_the_image(lock: Path = ROOT / "uv.lock") -> dict[str, Library]:
    """Each library by its name, the portal itself among them, for either kind of machine; sorted."""
    packages = {package["name"]: package for package in tomllib.loads(lock.read_text())["package"]}
    extras: dict[str, set[str]] = defaultdict(set)
    needs: dict[str, set[str]] = defaultdict(set)
    waiting = [(PROJECT, frozenset[str]())]
    while waiting:
        name, wanted = waiting.pop()
        if name in needs and wanted <= extras[name]:
            continue
        extras[name] |= wanted
        wants = list(packages[name].get("dependencies", ()))
        for extra in extras[name]:
            wants += packages[name].get("optional-dependencies", {}).get(extra, ())
        needs[name] = {want["name"] for want in wants if _holds(want.get("marker"))}
        waiting += [
            (want["name"], frozenset(want.get("extra", ()))) for want in wants if want["name"] in needs[name]
        ]
    return {
        name: Library(name, packages[name]["version"], tuple(sorted(needs[name])), _files(packages[name]))
        for name in sorted(needs)
    }


def python_of_the_image() -> str:
    """As `3.14.8`."""
    text = (ROOT / ".docker" / "portal.Dockerfile").read_text()
    found = re.findall(r"^FROM python:([\d.]+)", text, re.MULTILINE)
    return found[-1]


def _holds(marker: str | None) -> bool:
    if marker is None:
        return True
    python = python_of_the_image()
    image = {
        "implementation_name": "cpython",
        "os_name": "posix",
        "platform_python_implementation": "CPython",
        "platform_system": "Linux",
        "python_full_version": python,
        "python_version": ".".join(python.split(".")[:2]),
        "sys_platform": "linux",
        "extra": "",
    }
    return any(Marker(marker).evaluate({**image, "platform_machine": machine}) for machine in MACHINES)


def _files(package: dict) -> tuple[Distribution, ...]:
    found = [*([package["sdist"]] if "sdist" in package else []), *package.get("wheels", ())]
    # The image is a Debian: its wheels are for glibc, or for every machine.
    fitting = [
        file
        for file in found
        if file["url"].endswith((".tar.gz", ".zip")) or re.search(r"-any\.whl$|manylinux", file["url"])
    ]
    return tuple(Distribution(file["url"], file["hash"].removeprefix("sha256:")) for file in fitting)
