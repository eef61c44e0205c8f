"""The bill of materials of a release: what an installation of it runs, in CycloneDX 1.6. `./dev release` writes docs/sbom.cdx.json.

It is made of what the repository pins and of nothing else, so that whoever makes it again gets the same bytes: no instant,
no number by chance. Hashes are those of the files that uv.lock accepts, and of the images that compose pulls.
"""

import hashlib
import json
import re
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import licences
import locked
import yaml
from packaging.tags import compatible_tags, cpython_tags
from packaging.utils import parse_wheel_filename

ROOT = locked.ROOT
PATH = ROOT / "docs" / "sbom.cdx.json"
COMPOSE = ROOT / "docker-compose.yml"
VENDORED = ROOT / "static" / "vendor" / "README.md"
# Fonts without a package and a version: each file by its hash.
FONTS = ROOT / "cwg" / "texts" / "fonts"
FONTS_LICENCE = "OFL-1.1"


def bill() -> dict:
    """The whole, as JSON has it."""
    libraries = locked.of_the_image()
    portal = libraries.pop(locked.PROJECT)
    of_python = [library(each) for each in libraries.values()]
    others = [*vendored(), *fonts(), *containers()]
    root = f"pkg:generic/{locked.PROJECT}@{portal.version}"
    needs = {
        root: [*map(_purl, (libraries[name] for name in portal.needs)), *(each["bom-ref"] for each in others)]
    }
    needs |= {_purl(each): [_purl(libraries[name]) for name in each.needs] for each in libraries.values()}
    needs |= {each["bom-ref"]: [] for each in others}
    said = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "lifecycles": [{"phase": "build"}],
            "component": {
                "type": "application",
                "bom-ref": root,
                "name": locked.PROJECT,
                "version": portal.version,
                "licenses": _licensed("Apache-2.0"),
                "purl": root,
            },
        },
        "components": [*of_python, *others],
        "dependencies": [{"ref": ref, "dependsOn": sorted(on)} for ref, on in sorted(needs.items())],
    }
    # One content, one number.
    number = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(said, sort_keys=True))
    return {**said, "serialNumber": f"urn:uuid:{number}"}


def text() -> str:
    return json.dumps(bill(), indent=1, sort_keys=True) + "\n"


def library(each: locked.Library) -> dict:
    files = [file for file in each.distributions if _is_source(file.url) or _fits(file.url)]
    return {
        "type": "library",
        "bom-ref": _purl(each),
        "name": each.name,
        "version": each.version,
        "licenses": _licensed(licences.of(each.name)),
        "purl": _purl(each),
        "externalReferences": [
            {
                "type": "source-distribution" if _is_source(file.url) else "distribution",
                "url": file.url,
                "hashes": _sha256(file.sha256),
            }
            for file in files
        ],
    }


def vendored() -> Iterator[dict]:
    """The packages of npm whose files lie under static/, as the table beside them names them."""
    for _, package, version, licence in re.findall(
        r"^\| ([^|]+) \| ([^| ]+)[^|]* \| ([\d.]+) \| ([^|]+) \|$", VENDORED.read_text(), re.MULTILINE
    ):
        purl = f"pkg:npm/{quote(package)}@{version}"
        yield {
            "type": "library",
            "bom-ref": purl,
            "name": package,
            "version": version,
            "licenses": _licensed(licence.replace("OFL 1.1", "OFL-1.1")),
            "purl": purl,
        }


def fonts() -> Iterator[dict]:
    for path in sorted(FONTS.glob("*.ttf")):
        name = path.relative_to(ROOT).as_posix()
        yield {
            "type": "file",
            "bom-ref": name,
            "name": name,
            "hashes": _sha256(hashlib.sha256(path.read_bytes()).hexdigest()),
            "licenses": _licensed(FONTS_LICENCE),
        }


def images() -> list[str]:
    """What compose pulls and what its own images are built on, each as `name:release@sha256:...`."""
    services = yaml.safe_load(COMPOSE.read_text())["services"].values()
    pulled = {service["image"] for service in services if "build" not in service and "@" in service["image"]}
    built_on = {
        image
        for path in (ROOT / ".docker").glob("*.Dockerfile")
        for image in re.findall(r"^FROM (\S+@\S+)", path.read_text(), re.MULTILINE)
    }
    return sorted(pulled | built_on)


def containers() -> Iterator[dict]:
    for image in images():
        named, digest = image.split("@")
        name, release = named.split(":")
        where = name if "/" in name else f"library/{name}"
        purl = (
            f"pkg:oci/{name.rpartition('/')[2]}@{quote(digest, safe='')}"
            f"?repository_url={quote(f'docker.io/{where}', safe='/')}&tag={release}"
        )
        yield {
            "type": "container",
            "bom-ref": purl,
            "name": where,
            "version": release,
            "hashes": _sha256(digest.removeprefix("sha256:")),
            "purl": purl,
        }


def _purl(each: locked.Library) -> str:
    return f"pkg:pypi/{each.name}@{each.version}"


def _licensed(expression: str) -> list[dict]:
    single = re.fullmatch(r"[\w.-]+", expression)
    return [{"license": {"id": expression}} if single else {"expression": expression}]


def _sha256(digits: str) -> list[dict]:
    return [{"alg": "SHA-256", "content": digits}]


def _is_source(url: str) -> bool:
    return not url.endswith(".whl")


def _tags() -> frozenset:
    """Of every wheel that the image's Python takes on one of its machines, without the glibc they ask for."""
    python = tuple(map(int, locked.python_of_the_image().split(".")[:2]))
    platforms = [f"linux_{machine}" for machine in locked.MACHINES]
    return frozenset(
        [*cpython_tags(python, platforms=platforms), *compatible_tags(python, platforms=platforms)]
    )


_TAKEN = _tags()


def _fits(url: str) -> bool:
    tags = parse_wheel_filename(url.rpartition("/")[2])[3]
    plain = {
        (tag.interpreter, tag.abi, re.sub(r"^manylinux\w*?_(?=x86_64|aarch64)", "linux_", tag.platform))
        for tag in tags
    }
    return any((tag.interpreter, tag.abi, tag.platform) in plain for tag in _TAKEN)


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(text()) if sys.argv[1:] else sys.stdout.write(text())
