"""A real nginx before a real gunicorn, with the very configuration of docker-compose.yml.

Adapted are addresses, ports and paths, as for an installation without compose (`manage.py nginx_configuration`).
"""

import http.client
import os
import re
import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from django.conf import settings

from cwg.operations import nginx_configuration
from cwg.operations.nginx_configuration import Places
from tests import processes
from tests.compose_file import COMPOSE, ROOT
from tests.faults import web_server
from tests.ports import free_ports
from tests.programs import make_certificate, program
from tests.waiting import until

HOST = "portal.example"
LIMIT = 1024 * 1024
CSRF = "c" * 32
# Settings of the portal that nginx has to agree with.
OF_COMPOSE = (
    "PORTAL_URL",
    "CSRF_TRUSTED_ORIGINS",
    "MAX_FILE_MB",
    "SECURE_HSTS_SECONDS",
    "SECURE_HSTS_INCLUDE_SUBDOMAINS",
    "SECURE_HSTS_PRELOAD",
)


def of_the_portal(given: dict[str, str], *names: str) -> dict[str, str]:
    """What compose gives of these settings to the portal."""
    said = COMPOSE["x-portal"]["environment"]
    return {name: nginx_configuration.interpolated(said[name], given) for name in names}


def places(place: Path, servers: list[web_server.Server], ports: dict[str, int]) -> Places:
    return Places(
        certificate=place / "certificate.pem",
        key=place / "key.pem",
        files=place / "files",
        static=place / "static",
        web=tuple(f"127.0.0.1:{server.port}" for server in servers),
        liveness=tuple(f"127.0.0.1:{server.liveness_port}" for server in servers),
        http=(f"127.0.0.1:{ports['http']}",),
        https=(f"127.0.0.1:{ports['https']}",),
        health=f"127.0.0.1:{ports['health']}",
        logs=place,
        nginx=nginx_configuration.version_of(program("nginx")),
    )


# What a whole configuration has of the usual machine, whose ports and places a test leaves alone.
USUAL = (
    (r" listen \[::\]:\d+[^;]*;", ""),
    (r"listen 80\b", "listen 127.0.0.1:{http}"),
    (r"listen 443\b", "listen 127.0.0.1:{https}"),
    (r"listen 127\.0\.0\.1:8080\b", "listen 127.0.0.1:{health}"),
    (r"server 127\.0\.0\.1:8000\b", "server 127.0.0.1:{web}"),
    (r"server 127\.0\.0\.1:8001\b", "server 127.0.0.1:{liveness}"),
    (r"/run/nginx\.pid", "{place}/nginx.pid"),
    (r"/var/log/nginx/", "{place}/"),
)


def scratch(place: Path) -> str:
    """The directives for what nginx puts down on the way: its own folders are open to root alone."""
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    return " ".join(f"{kind}_temp_path {place}/{kind};" for kind in kinds)


def start_elsewhere(text: str, place: Path, ports: dict[str, int]) -> subprocess.Popen:
    """nginx with the whole configuration `text`, but at these ports of loopback and below `place`; whoever asks ends it."""
    for there, mine in USUAL:
        text = re.sub(there, mine.format(place=place, **ports), text)
    return started(text, place)


def started(text: str, place: Path) -> subprocess.Popen:
    """nginx with the whole configuration `text`, as whoever runs the tests, when it has said under which pid it runs."""
    text = text.replace("http {", f"http {{ {scratch(place)}", 1)
    (place / "nginx.conf").write_text(f"user root root;\n{text}" if os.geteuid() == 0 else text)
    errors, pid = place / "error.log", place / "nginx.pid"
    process = subprocess.Popen(
        [program("nginx"), "-p", place, "-e", errors, "-c", place / "nginx.conf", "-g", "daemon off;"]
    )

    def runs() -> bool:
        assert process.poll() is None, f"nginx did not start: {errors.read_text()[-3000:]}"
        return pid.exists() and bool(pid.read_text().strip())

    try:
        until(runs)
    except BaseException:
        processes.kill(process)
        raise
    return process


@contextmanager
def nginx(place: Path, servers: list[web_server.Server], ports: dict[str, int], given: dict[str, str]):
    """nginx with the main file and the rules of docker-compose.yml, `given` being compose's .env."""
    make_certificate(HOST, place / "certificate.pem", place / "key.pem")
    (place / "portal.conf").write_text(
        nginx_configuration.configuration(places(place, servers, ports), given)
    )
    main = nginx_configuration.whole(f"include {place}/portal.conf;\n", given)
    process = started(main.replace("/run/nginx.pid", f"{place}/nginx.pid"), place)
    try:
        yield
    finally:
        processes.end(process, signal.SIGQUIT, within=10)


class Front:
    """What a browser sees at the door: https, one host name."""

    def __init__(
        self,
        place: Path,
        ports: dict[str, int],
        servers: list[web_server.Server],
        origin: str,
        environment: dict,
    ):
        self.place, self.ports, self.servers, self.environment = place, ports, servers, environment
        self.server = servers[0] if servers else None
        # As it stands in the address bar.
        self.origin = origin

    def manage(self, *command: str, **more: str) -> str:
        """What `manage.py` prints in the same environment."""
        return subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=ROOT,
            env=os.environ | self.environment | more,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        ).stdout

    def ask(self, method: str, path: str, **how):
        """(status, headers, body) of what `begin` sends."""
        wire = self.begin(method, path, **how)
        try:
            answer = wire.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            wire.close()

    def begin(
        self,
        method: str,
        path: str,
        *,
        session="",
        body=None,
        host="",
        sender="127.0.0.1",
        patience: float = 20,
        **headers,
    ) -> http.client.HTTPSConnection:
        """Sent, on a connection of its own; its answer is still to come. `sender`: the address of this machine that it
        comes from."""
        trusting = ssl.create_default_context(cafile=str(self.place / "certificate.pem"))
        trusting.check_hostname = False
        wire = http.client.HTTPSConnection(
            "127.0.0.1", self.ports["https"], timeout=patience, context=trusting, source_address=(sender, 0)
        )
        sent = {
            "Host": host or self.origin.removeprefix("https://"),
            "Origin": self.origin,
            "Cookie": f"__Host-session={session}; __Host-csrf={CSRF}",
        } | {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            wire.request(method, path, body, sent)
        except BaseException:
            wire.close()
            raise
        return wire

    def plain(self, path: str, host: str = HOST):
        wire = http.client.HTTPConnection("127.0.0.1", self.ports["http"], timeout=20)
        try:
            wire.request("GET", path, headers={"Host": host})
            answer = wire.getresponse()
            return answer.status, answer.headers
        finally:
            wire.close()


@contextmanager
def portal(
    place: Path, *, odd_port: bool = False, hosts: int = 1, threads: int = 4, **said: str
) -> Iterator[Front]:
    """The portal under production settings, nginx before its `hosts`; its files below `place`.

    `said` is what compose's .env says besides. `odd_port`: people come to nginx's own port, else, as nginx sees it, to 443.
    """
    ports = free_ports("http", "https", "health")
    given = {"PORTAL_HOST": HOST, "MAX_FILE_MB": str(LIMIT // 1024 // 1024)} | said
    if odd_port:
        given["HTTPS_PORT"] = str(ports["https"])
    environment = {
        "CWG_MODE": "production",
        "LANGUAGES_IN_PREPARATION": "ar,zh,fr,ru,es",
        "SECRET_KEY": settings.SECRET_KEY,  # the sessions are made here
        "ALLOWED_HOSTS": f"{HOST},127.0.0.1",
        "CWG_STORAGE_DIR": str(place / "files"),
        "STATIC_ROOT": str(place / "static"),
        "X_ACCEL_PREFIX": "/_files/",
        "LOG_LEVEL": "INFO",
        "METRICS_TOKEN": "a-token-of-the-tests",
    } | of_the_portal(given, *OF_COMPOSE)
    url = {"DATABASE_URL": web_server.database_url(), "DJANGO_SETTINGS_MODULE": "cwg.settings"}
    origin = f"https://{HOST}" + (f":{ports['https']}" if odd_port else "")
    for command in (["collectstatic", "--no-input", "-v", "0"], ["make_proxy_pages"]):
        subprocess.run(
            [sys.executable, "manage.py", *command], cwd=ROOT, env=os.environ | url | environment, check=True
        )
    with ExitStack() as stack:
        servers = [
            stack.enter_context(web_server.running(place / name, workers=1, threads=threads, **environment))
            for name in ["web.log", *(f"web{number}.log" for number in range(2, hosts + 1))]
        ]
        stack.enter_context(nginx(place, servers, ports, given))
        yield Front(place, ports, servers, origin, url | environment)
