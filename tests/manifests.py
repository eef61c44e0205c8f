"""The manifests in .kubernetes/, as far as a test has to understand them; `./dev lint kubernetes` builds and validates them."""

from collections.abc import Iterator
from pathlib import Path

import yaml

from tests.compose_file import ROOT

FOLDER = ROOT / ".kubernetes"
PORTAL, EXAMPLE = FOLDER / "portal", FOLDER / "example"


def documents(folder: Path = PORTAL) -> Iterator[dict]:
    """Every object of the files in the folder, but for the kustomization."""
    for path in sorted(folder.glob("*.yaml")):
        if path.name != "kustomization.yaml":
            yield from yaml.safe_load_all(path.read_text())


def kustomization(folder: Path) -> dict:
    return yaml.safe_load((folder / "kustomization.yaml").read_text())


def settings(folder: Path) -> dict[str, str]:
    lines = (folder / "settings.env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


OBJECTS = list(documents())


def found(kind: str, name: str) -> dict:
    (match,) = [item for item in OBJECTS if item["kind"] == kind and item["metadata"]["name"] == name]
    return match


def template(item: dict) -> dict | None:
    """The pod that the object makes, if it makes one."""
    spec = item.get("spec", {})
    return spec.get("jobTemplate", {}).get("spec", spec).get("template")


class Container:
    """One of a pod, `begins` if it is among those that begin before the others."""

    def __init__(self, pod: dict, said: dict, begins: bool):
        self.pod, self.said, self.begins = pod, said, begins
        self.name, self.image, self.command = said["name"], said["image"], said["command"]
        self.app = pod["metadata"]["labels"]["app"]

    @property
    def is_the_portals(self) -> bool:
        return self.image.startswith("cwg-portal:")

    def mounts(self) -> dict[str, dict]:
        """The volume at each path."""
        volumes = {volume["name"]: volume for volume in self.pod["spec"]["volumes"]}
        return {mount["mountPath"]: volumes[mount["name"]] for mount in self.said["volumeMounts"]}

    def environment(self) -> dict[str, str]:
        """What the portal's part says; an installation's own comes on top."""
        assert self.said["envFrom"] == [{"configMapRef": {"name": "settings"}}]
        return settings(PORTAL) | {one["name"]: one["value"] for one in self.said.get("env", [])}


PODS = [pod for item in OBJECTS if (pod := template(item))]
CONTAINERS = [
    Container(pod, said, begins)
    for pod in PODS
    for begins, key in ((True, "initContainers"), (False, "containers"))
    for said in pod["spec"].get(key, [])
]


def container(app: str, name: str) -> Container:
    (match,) = [one for one in CONTAINERS if (one.app, one.name) == (app, name)]
    return match
