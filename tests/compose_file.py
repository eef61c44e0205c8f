"""What docker-compose.yml starts, for whoever has to start the same elsewhere."""

import shlex
from pathlib import Path

import yaml

from cwg.operations.nginx_configuration import interpolated

ROOT = Path(__file__).resolve().parent.parent
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]


def commands(service: str) -> list[list[str]]:
    """The commands of a service, one after the other, each in its words; with nothing set in .env."""
    return of_shell(interpolated(SERVICES[service]["command"], {}))


def of_shell(command: str) -> list[list[str]]:
    """The same, of a line that may be one for `sh -ec`."""
    words = shlex.split(command)
    if words[:2] == ["sh", "-ec"]:
        words = shlex.split(words[2])
    parts: list[list[str]] = [[]]
    for word in words:
        if word == "&&":
            parts.append([])
        else:
            parts[-1].append(word)
    return parts


def seconds(said: str) -> int:
    """What "30s", "2m" or "2min" is in seconds; systemd and compose both write so."""
    number, unit = said.rstrip("smin"), said.lstrip("0123456789")
    return int(number) * {"": 1, "s": 1, "m": 60, "min": 60}[unit]
