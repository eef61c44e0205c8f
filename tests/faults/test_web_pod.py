"""The web pod of Kubernetes, as far as it goes without a cluster: what its containers start, one after the other, with the
settings and secrets that they are given there.
"""

import http.client
import re
import secrets
import signal
import socket
import ssl
import subprocess
import sys
from pathlib import Path

import pytest

from tests import manifests, processes
from tests.compose_file import ROOT
from tests.faults import proxy, web_server
from tests.manifests import EXAMPLE, PORTAL, Container, container
from tests.ports import free_ports
from tests.programs import make_certificate
from tests.waiting import until

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]
HOST = manifests.settings(EXAMPLE)["ALLOWED_HOSTS"]


class Pod:
    """Its volumes and ports, below `place` and on loopback."""

    def __init__(self, place: Path):
        self.place, self.processes = place, []
        self.ports = free_ports("web", "liveness", "http", "https", "health")
        for folder in ("portal", "tls", "static", "nginx", "tmp"):
            (place / folder).mkdir()
        make_certificate(HOST, place / "tls" / "tls.crt", place / "tls" / "tls.key")
        given = {"secret_key": secrets.token_hex(32), "database_url": web_server.database_url()}
        for name, path in manifests.settings(PORTAL).items():
            if name.endswith("_FILE"):
                key = path.rpartition("/")[2]
                (place / "portal" / key).write_text(given.get(key, "redis://127.0.0.1:1/0"))

    def here(self, value: str) -> str:
        for there, mine in (
            ("0.0.0.0:8000", f"127.0.0.1:{self.ports['web']}"),
            ("0.0.0.0:8001", f"127.0.0.1:{self.ports['liveness']}"),
            ("127.0.0.1:8000", f"127.0.0.1:{self.ports['web']}"),
            ("127.0.0.1:8001", f"127.0.0.1:{self.ports['liveness']}"),
            ("/run/secrets/", f"{self.place}/"),
            ("/srv/", f"{self.place}/"),
        ):
            value = value.replace(there, mine)
        return value

    def start(self, one: Container) -> subprocess.Popen:
        """With its own environment, and nothing of this process; the store of the example is nowhere."""
        given = {
            name: self.here(value)
            for name, value in (manifests.settings(EXAMPLE) | one.environment()).items()
        }
        given |= {"S3_ENDPOINT_URL": "http://127.0.0.1:1", "PATH": f"{sys.prefix}/bin:/usr/bin:/bin"}
        with (self.place / f"{one.name}.log").open("wb") as log:
            process = subprocess.Popen(
                [self.here(word) for word in one.command],
                cwd=ROOT,
                env=given | {"TMPDIR": f"{self.place}/tmp"},
                stdout=log,
                stderr=log,
            )
        self.processes.append(process)
        return process

    def said(self, name: str) -> str:
        return (self.place / f"{name}.log").read_text()

    def end(self) -> None:
        for process in reversed(self.processes):
            processes.end(process, within=35)

    def start_nginx(self) -> None:
        text = (self.place / "nginx" / "nginx.conf").read_text()
        # The image's nginx knows it, this machine's may not.
        text = re.sub(r"^ *http2 on;$", "", text, flags=re.MULTILINE)
        self.processes.append(proxy.start_elsewhere(text, self.place, self.ports))

    def asked(self, probe: dict) -> int:
        """What the kubelet is answered, which comes by the address of the pod."""
        wire = http.client.HTTPConnection("127.0.0.1", self.ports[probe["httpGet"]["port"]], timeout=10)
        try:
            wire.request("GET", probe["httpGet"]["path"], headers={"Host": "10.1.2.3"})
            return wire.getresponse().status
        finally:
            wire.close()


def is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def pod(tmp_path):
    pod = Pod(tmp_path)
    yield pod
    pod.end()


def test_the_web_pod_comes_up_stays_while_the_store_is_away_and_leaves_nobody_without_an_answer(pod):
    for name in ("schema", "static"):
        assert pod.start(container("web", name)).wait(120) == 0, pod.said(name)
    web, nginx = container("web", "web").said, container("web", "nginx").said

    process = pod.start(container("web", "web"))

    def lives() -> bool:
        assert process.poll() is None, pod.said("web")
        try:
            return pod.asked(web["startupProbe"]) == 200
        except OSError:
            return False

    until(lives, within=60)
    pod.start_nginx()
    assert pod.asked(nginx["readinessProbe"]) == pod.asked(nginx["livenessProbe"]) == 200

    front = proxy.Front(pod.place, pod.ports, [], f"https://{HOST}", {})
    (pod.place / "certificate.pem").symlink_to(pod.place / "tls" / "tls.crt")
    status, _, said = front.ask("GET", "/readyz")
    assert status == 503 and b'"failed": ["storage"]' in said
    assert pod.asked(web["readinessProbe"]) == pod.asked(web["livenessProbe"]) == 200
    status, headers, page = front.ask("GET", "/accounts/login/")
    assert status == 200 and b"<h1" in page and headers["X-Request-ID"]
    # Nobody sees what Prometheus reads, without the token.
    assert front.ask("GET", "/metrics")[0] == 404

    # As the pod leaves: nginx first, which brings to its end what it has begun to take.
    trusting = ssl.create_default_context(cafile=str(pod.place / "certificate.pem"))
    with (
        socket.create_connection(("127.0.0.1", pod.ports["https"]), timeout=20) as plain,
        trusting.wrap_socket(plain, server_hostname=HOST) as wire,
    ):
        head = f"POST /accounts/login/ HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 10\r\nConnection: close\r\n\r\n"
        wire.sendall(f"{head}email".encode())
        *_, gunicorn, proxying = pod.processes
        proxying.send_signal(signal.SIGQUIT)
        until(lambda: not is_open(pod.ports["https"]))
        wire.sendall(b"=a@b.")
        # A refusal of the portal's own: the form has no token.
        assert wire.recv(4096).startswith(b"HTTP/1.1 403 ")
    assert proxying.wait(30) == 0
    gunicorn.terminate()
    assert gunicorn.wait(35) == 0
