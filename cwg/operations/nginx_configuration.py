"""nginx's configuration where there is no compose, made of the one that docker-compose.yml gives to its own nginx.

Its rules (stamps, numbers, limits, masks, caches, headers) are part of the portal and written there alone. Here they get
the addresses and places of another installation; an answer of nginx is the same on all of them.
"""

import re
import socket
import subprocess
import tempfile
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.http.request import validate_host

SOURCE = "docker-compose.yml"
# From here on `http2` is a directive of its own.
HTTP2_ON = (1, 25, 1)
_HOST = re.compile(r"\.?[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?|\[[0-9a-f:.]+\]")
_VARIABLE = re.compile(r"\$\{(\w+)(?:(:-|-|:\+|:\?)([^${}]*))?\}")


class CannotConfigure(Exception):
    """Why there is no configuration, in one sentence for whoever asked for it."""


@dataclass(frozen=True)
class Places:
    """Where nginx listens, whom it asks, and where things lie. Addresses are host:port, or a port alone."""

    certificate: Path
    key: Path
    # Of the portal: CWG_STORAGE_DIR and STATIC_ROOT.
    files: Path
    static: Path
    web: tuple[str, ...] = ("127.0.0.1:8000",)
    liveness: tuple[str, ...] = ("127.0.0.1:8001",)
    http: tuple[str, ...] = ("80",)
    https: tuple[str, ...] = ("443",)
    # Where `/readyz` is asked for by this machine itself.
    health: str = "127.0.0.1:8080"
    # Beside the portal's own name, in nginx's words (`server_names`).
    further_names: tuple[str, ...] = ()
    logs: Path = Path("/var/log/nginx")
    nginx: tuple[int, ...] = HTTP2_ON


def interpolated(text: str, given: Mapping[str, str]) -> str:
    """What compose makes of `text`, whose .env is `given`: `$$`, `${NAME}`, `${NAME:-other}`, `${NAME-other}`,
    `${NAME:+other}`, `${NAME:?why}`, nested. Raises CannotConfigure where a name is missing that must be given.
    """
    text = text.replace("$$", "\0")

    def value(match: re.Match) -> str:
        name, sign, other = match.groups()
        held = given.get(name)
        match sign:
            case ":-":
                return held or other
            case "-":
                return other if held is None else held
            case ":+":
                return other if held else ""
            case ":?" if not held:
                raise CannotConfigure(f"{name} is not set: {other}.")
        return held or ""

    while (made := _VARIABLE.sub(value, text)) != text:
        text = made
    return text.replace("\0", "$")


def configuration(places: Places, given: Mapping[str, str]) -> str:
    """What stands in nginx's `http` block; `given` is what compose would find in its .env.

    Raises CannotConfigure where docker-compose.yml does not say what is looked for here.
    """
    service = _service()
    text = _with_parts(
        interpolated(service["environment"]["NGINX_RULES"], given), _parts(service["command"], given)
    )
    old_http2 = "" if places.nginx >= HTTP2_ON else " http2"
    for pattern, here in (
        # Addresses that do not move need no name server.
        (r"^ *#.*\n *resolver [^;]*;\n", lambda _: ""),
        (r"^( *)server web:8000 resolve\b([^;]*;)", lambda found: _asking(places.web, *found.groups())),
        (r"^( *)server web:8001 resolve\b([^;]*;)", lambda found: _asking(places.liveness, *found.groups())),
        (r"listen 80\b([^;]*);", lambda found: _listening(places.http, found[1])),
        (r"listen 443 ssl\b([^;]*);", lambda found: _listening(places.https, f" ssl{old_http2}{found[1]}")),
        (r"listen 127\.0\.0\.1:8080;", lambda _: f"listen {places.health};"),
        (r"^ *http2 on;\n", lambda found: "" if old_http2 else found[0]),
        (r"(server_name [^;]+);", lambda found: " ".join((found[1], *places.further_names)) + ";"),
        (r"/run/secrets/tls_certificate\b", lambda _: str(places.certificate)),
        (r"/run/secrets/tls_key\b", lambda _: str(places.key)),
        (r"/srv/files/", lambda _: f"{places.files}/"),
        (r"/srv/static/", lambda _: f"{places.static}/"),
        (r"/var/log/nginx/", lambda _: f"{places.logs}/"),
    ):
        text, count = re.subn(pattern, here, text, flags=re.MULTILINE)
        if not count:
            raise CannotConfigure(f"{SOURCE} does not say {pattern} any more.")
    return text


def server_names(allowed: Sequence[str], portal_url: str) -> tuple[str, tuple[str, ...]]:
    """The portal's own name, and in nginx's words every other one that `allowed` (ALLOWED_HOSTS) lets in.

    Its own is that of PORTAL_URL, which people have in the address bar; `.example.org` is that name and all below it, `*`
    every name. Raises CannotConfigure where `allowed` leaves the portal's own out.
    """
    own = portal_url.split("://", 1)[1].split("/", 1)[0].lower()
    own = re.sub(r":\d+$", "", own)
    if not _HOST.fullmatch(own):
        raise CannotConfigure(f"{own!r} of PORTAL_URL is no name of a host that nginx can serve.")
    if not validate_host(own, allowed):
        raise CannotConfigure(f"PORTAL_URL is at {own}, which is not among ALLOWED_HOSTS.")
    names = [name.lower() for name in allowed]
    further: dict[str, None] = {}
    for name in names:
        if name != "*" and not _HOST.fullmatch(name):
            raise CannotConfigure(f"{name!r} of ALLOWED_HOSTS is no name of a host that nginx can serve.")
        if name == "*":
            further["~."] = None
        elif name.startswith(".") and name[1:] in {own, *names}:
            # nginx names nothing twice.
            further[f"*{name}"] = None
        elif name != own:
            further[name] = None
    return own, tuple(further)


def _service() -> dict[str, Any]:
    """nginx as docker-compose.yml has it, nothing filled in."""
    return yaml.safe_load((settings.BASE_DIR / SOURCE).read_text())["services"]["nginx"]


def _listening(addresses: tuple[str, ...], words: str) -> str:
    return " ".join(f"listen {address}{words};" for address in addresses)


def _asking(addresses: tuple[str, ...], indent: str, words: str) -> str:
    return "\n".join(f"{indent}server {address}{words}" for address in addresses)


def _parts(command: list[str], given: Mapping[str, str]) -> dict[str, str]:
    """The files that the container writes before it starts nginx, by their names there."""
    *shell, script = command
    *before, last = interpolated(script, given).strip().splitlines()
    if shell[0] != "sh" or "exec nginx" not in last:
        raise CannotConfigure(f"{SOURCE} starts nginx in a way that is not known here.")
    with tempfile.TemporaryDirectory() as place:
        subprocess.run([*shell, "\n".join(before).replace("/tmp/", f"{place}/")], check=True)
        return {f"/tmp/{path.name}": path.read_text() for path in Path(place).iterdir()}


def _with_parts(text: str, parts: Mapping[str, str]) -> str:
    """With each part in the place of the line that includes it."""

    def content(match: re.Match) -> str:
        indent, name = match.groups()
        if name not in parts:
            raise CannotConfigure(f"{SOURCE} includes {name} and does not make it.")
        return "".join(f"{indent}{line}\n" for line in parts[name].splitlines())

    return re.sub(r"^( *)include (/tmp/[^;]+);\n", content, text, flags=re.MULTILINE)


def whole(inside: str, given: Mapping[str, str], *, user: str = "") -> str:
    """The main file that docker-compose.yml gives to its nginx, around what stands in the `http` block here.

    `given` is what compose would find in its .env; `user`: whom nginx's processes run as; without one, as whoever started them.
    Raises CannotConfigure where docker-compose.yml does not say what is looked for here.
    """
    text = interpolated(_service()["environment"]["NGINX_MAIN"], given)
    for pattern, here in (
        (r"^user nginx;\n", f"user {user};\n" if user else ""),
        (r"^ *include /etc/nginx/conf\.d/default\.conf;\n", textwrap.indent(inside, "  ")),
    ):
        around = re.split(pattern, text, flags=re.MULTILINE)
        if len(around) == 1:
            raise CannotConfigure(f"{SOURCE} does not say {pattern} any more.")
        text = here.join(around)
    return f"# Made by `manage.py nginx_configuration`. Make it anew after a change of settings and with each release.\n{text}"


def version_of(program: str) -> tuple[int, ...]:
    """The version of this nginx. Raises CannotConfigure where it is none."""
    try:
        said = subprocess.run([program, "-v"], capture_output=True, text=True, check=True).stderr
    except (OSError, subprocess.CalledProcessError) as error:
        raise CannotConfigure(f"{program} is no nginx that can be asked for its version: {error}.") from error
    found = re.search(r"nginx/(\d+)\.(\d+)\.(\d+)", said)
    if not found:
        raise CannotConfigure(f"{program} does not tell its version: {said.strip()}.")
    return tuple(int(part) for part in found.groups())


def everywhere(port: int) -> tuple[str, ...]:
    """What nginx listens at for everybody who can reach this machine, by IPv6 too where it has that."""
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return (f"{port}", f"[::]:{port}")
    except OSError:
        return (f"{port}",)
