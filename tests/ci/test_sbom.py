"""The bill of materials names everything that an installation runs, by what the repository pins, and always the same way."""

import json
import re
import subprocess
import sys

import licences
import locked
import pytest
import sbom
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packaging.version import Version

from cwg.version import VERSION
from tests.compose_file import SERVICES
from tests.dockerfiles import DOCKERFILES, instructions

BILL = sbom.bill()
COMPONENTS = {component["bom-ref"]: component for component in BILL["components"]}


def of_type(kind: str) -> list[dict]:
    return [component for component in BILL["components"] if component["type"] == kind]


def test_it_holds_to_the_schema_of_cyclonedx():
    validator = JsonStrictValidator(SchemaVersion.V1_6)
    assert validator.validate_str(sbom.text()) is None
    # The validator finds what is wrong.
    assert validator.validate_str(sbom.text().replace('"library"', '"book"')) is not None


def test_every_library_is_there_with_version_licence_and_hashes():
    for library in locked.of_the_image().values():
        if library.name == locked.PROJECT:
            continue
        component = COMPONENTS[f"pkg:pypi/{library.name}@{library.version}"]
        assert component["licenses"] and component["purl"] == component["bom-ref"]
        known = {file.sha256 for file in library.distributions}
        told = {entry["hashes"][0]["content"] for entry in component["externalReferences"]}
        assert told and told <= known


def test_a_file_of_another_machine_or_python_is_not_named():
    urls = [entry["url"] for entry in component_of("psycopg-binary")["externalReferences"]]
    major, minor = locked.python_of_the_image().split(".")[:2]
    assert len(urls) == len(locked.MACHINES)
    assert all(f"cp{major}{minor}" in url and "manylinux" in url for url in urls)


def component_of(name: str) -> dict:
    return next(component for component in BILL["components"] if component["name"] == name)


def test_every_image_is_there_by_its_digest():
    named = {service["image"] for service in SERVICES.values() if "build" not in service}
    named |= {
        argument.split(" AS ")[0]
        for path in DOCKERFILES
        for word, argument in instructions(path)
        if word == "FROM"
    }
    pinned = {image for image in named if "@sha256:" in image}
    assert {component["hashes"][0]["content"] for component in of_type("container")} == {
        image.rpartition(":")[2] for image in pinned
    }
    assert len(pinned) > 3


def test_fonts_and_vendored_packages_are_there():
    names = {component["name"] for component in BILL["components"]}
    assert {"bootstrap", "bootstrap-icons", "htmx.org", "@fontsource-variable/noto-sans"} <= names
    assert {f"cwg/texts/fonts/{path.name}" for path in sbom.FONTS.glob("*.ttf")} <= names
    rows = re.findall(r"^\| (?!folder|---)", sbom.VENDORED.read_text(), re.MULTILINE)
    assert len([component for component in of_type("library") if "pkg:npm/" in component["purl"]]) == len(
        rows
    )


@pytest.mark.parametrize("component", BILL["components"], ids=lambda component: component["name"])
def test_what_is_named_may_be_handed_out(component: dict):
    for choice in component.get("licenses", ()):
        assert licences.is_allowed(choice.get("expression") or choice["license"]["id"])


def test_what_needs_what_is_told_of_each_and_leads_somewhere():
    told = {entry["ref"]: entry["dependsOn"] for entry in BILL["dependencies"]}
    root = BILL["metadata"]["component"]["bom-ref"]
    assert set(told) == {root, *COMPONENTS} and len(COMPONENTS) == len(BILL["components"])
    reached, waiting = set(), [root]
    while waiting:
        ref = waiting.pop()
        if ref not in reached:
            reached.add(ref)
            waiting += told[ref]
    assert reached == set(told)


def test_made_again_by_another_process_it_is_the_same():
    again = subprocess.run(
        [sys.executable, sbom.ROOT / ".ci/sbom.py"], capture_output=True, text=True, check=True
    )
    assert again.stdout == sbom.text()
    assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", json.loads(again.stdout)["serialNumber"])


@pytest.mark.skipif(not sbom.PATH.exists(), reason="no release has written one yet")
def test_the_one_that_is_kept_is_of_the_last_release():
    kept = sbom.PATH.read_text()
    of = json.loads(kept)["metadata"]["component"]["version"]
    assert f"\n## {of} - " in (sbom.ROOT / "CHANGELOG.md").read_text()
    assert Version(of) <= Version(VERSION)
    if of == VERSION:
        assert kept == sbom.text()
