"""A real nginx before a real gunicorn, with the very configuration of docker-compose.yml.

Adapted are addresses, ports, paths, and two words that an older nginx does not know (`resolve`, `http2 on`).
"""

import http.client
import os
import re
import shutil
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml
from django.conf import settings

from tests.faults import web_server

ROOT = Path(__file__).resolve().parents[2]
HOST = "portal.example"
LIMIT = 1024 * 1024
CSRF = "c" * 32


def program(name: str) -> str:
    found = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    assert found, f"{name} is not installed; this test needs it (on Debian: apt install nginx-light openssl)."
    return found


def configuration(place: Path, ports: dict[str, int]) -> str:
    """What docker-compose.yml gives to nginx, with the places of this test."""
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    text = compose["configs"]["nginx"]["content"].replace("$$", "\0")
    text = text.replace("${PORTAL_HOST}", HOST).replace("\0", "$")
    assert "${" not in text
    for pattern, mine in (
        (r"resolver [^;]*;", ""),
        (r"server web:8000 resolve ", f"server 127.0.0.1:{ports['web']} "),
        (r"server web:8001 resolve;", f"server 127.0.0.1:{ports['liveness']};"),
        (r"http2 on;", ""),
        (r"listen 80\b", f"listen 127.0.0.1:{ports['http']}"),
        (r"listen 443\b", f"listen 127.0.0.1:{ports['https']}"),
        (r"listen 127\.0\.0\.1:8080;", f"listen 127.0.0.1:{ports['health']};"),
        (r"/run/secrets/tls_certificate", f"{place}/certificate.pem"),
        (r"/run/secrets/tls_key", f"{place}/key.pem"),
        (r"/srv/files/", f"{place}/files/"),
        (r"/srv/static/", f"{place}/static/"),
        (r"/var/log/nginx/", f"{place}/"),
        (r"/tmp/upload-limit\.conf", f"{place}/upload-limit.conf"),
    ):
        text, count = re.subn(pattern, mine, text)
        assert count, f"docker-compose.yml does not say {pattern} any more"
    return text


def reckon_upload_limit(place: Path) -> None:
    """What the container does before it starts nginx, with files of 1 MB."""
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    *shell, script = compose["services"]["nginx"]["command"]
    first, _exec = script.strip().splitlines()
    line = first.replace("$$", "$").replace("${MAX_FILE_MB:-50}", str(LIMIT // 1024 // 1024))
    subprocess.run([*shell, line.replace("/tmp/", f"{place}/")], check=True)


@contextmanager
def nginx(place: Path, server: web_server.Server):
    """nginx as the image starts it, its main file being as small; yields the ports by name."""
    ports = {name: web_server._free_port() for name in ("http", "https", "health")} | {
        "web": server.port,
        "liveness": server.liveness_port,
    }
    subprocess.run(
        f"{program('openssl')} req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
        f" -subj /CN={HOST} -keyout key.pem -out certificate.pem".split(),
        cwd=place,
        check=True,
        capture_output=True,
    )
    (place / "portal.conf").write_text(configuration(place, ports))
    reckon_upload_limit(place)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    scratch = "\n".join(f"{kind}_temp_path {place}/{kind};" for kind in kinds)
    (place / "nginx.conf").write_text(
        f"""{"user root root;" if os.geteuid() == 0 else ""}
        daemon off; worker_processes 1; pid {place}/nginx.pid; error_log {place}/error.log notice;
        events {{}}
        http {{
          types {{ text/css css; application/javascript js; image/svg+xml svg; }}
          default_type application/octet-stream; sendfile on; {scratch}
          include {place}/portal.conf;
        }}"""
    )
    process = subprocess.Popen(
        [program("nginx"), "-p", str(place), "-e", f"{place}/error.log", "-c", f"{place}/nginx.conf"],
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        ends = time.monotonic() + 10
        while not (place / "nginx.pid").exists() or not (place / "nginx.pid").read_text().strip():
            assert process.poll() is None, f"nginx did not start: {process.stderr.read()}"
            assert time.monotonic() < ends, "nginx did not start"
            time.sleep(0.05)
        yield ports
    finally:
        process.send_signal(signal.SIGQUIT)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class Front:
    """What a browser sees at the door: https, one host name."""

    def __init__(self, place: Path, ports: dict[str, int], server: web_server.Server):
        self.place, self.ports, self.server = place, ports, server

    def ask(self, method: str, path: str, *, session="", body=None, host=HOST, **headers):
        """(status, headers, body)."""
        trusting = ssl.create_default_context(cafile=str(self.place / "certificate.pem"))
        trusting.check_hostname = False
        wire = http.client.HTTPSConnection("127.0.0.1", self.ports["https"], timeout=20, context=trusting)
        sent = {
            "Host": host,
            "Origin": f"https://{HOST}",
            "Cookie": f"__Host-session={session}; __Host-csrf={CSRF}",
        } | {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            wire.request(method, path, body, sent)
            answer = wire.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            wire.close()

    def plain(self, path: str, host: str = HOST):
        wire = http.client.HTTPConnection("127.0.0.1", self.ports["http"], timeout=20)
        try:
            wire.request("GET", path, headers={"Host": host})
            answer = wire.getresponse()
            return answer.status, answer.headers
        finally:
            wire.close()


@contextmanager
def portal(place: Path) -> Iterator[Front]:
    """The portal under production settings, nginx before it; its files below `place`."""
    environment = {
        "CWG_MODE": "production",
        "SECRET_KEY": settings.SECRET_KEY,  # the sessions are made here
        "ALLOWED_HOSTS": f"{HOST},127.0.0.1",
        "CSRF_TRUSTED_ORIGINS": f"https://{HOST}",
        "CWG_STORAGE_DIR": str(place / "files"),
        "STATIC_ROOT": str(place / "static"),
        "X_ACCEL_PREFIX": "/_files/",
        "MAX_FILE_MB": "1",
        "LOG_LEVEL": "INFO",
        "METRICS_TOKEN": "a-token-of-the-tests",
    }
    url = {"DATABASE_URL": web_server.database_url(), "DJANGO_SETTINGS_MODULE": "cwg.settings"}
    for command in (["collectstatic", "--no-input", "-v", "0"], ["make_proxy_pages"]):
        subprocess.run(
            [sys.executable, "manage.py", *command], cwd=ROOT, env=os.environ | url | environment, check=True
        )
    with (
        web_server.running(place / "web.log", workers=1, **environment) as server,
        nginx(place, server) as ports,
    ):
        yield Front(place, ports, server)
