"""A real gunicorn on the test database, and a client that sends a submission until it is answered."""

import contextlib
import http.client
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

from django.conf import settings
from django.db import connection

from cwg.operations.database_roles import Login
from tests import processes
from tests.database.base import PORTAL, login
from tests.ports import free_port
from tests.programs import without_privileges

CSRF = "c" * 32


class Server:
    """gunicorn, its master being `process`, at 127.0.0.1:`port`."""

    def __init__(self, port: int, liveness_port: int, log: Path, environment: dict[str, str]):
        self.port, self.liveness_port, self.log, self.environment = port, liveness_port, log, environment
        log.write_bytes(b"")
        self.begin()

    def begin(self) -> None:
        """Start it, at the same address each time; it does not answer yet."""
        gunicorn = (sys.executable, "-m", "gunicorn", "-c", "cwg/gunicorn.py", "cwg.wsgi")
        command = [*without_privileges(), *gunicorn]
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                command, cwd=settings.BASE_DIR, env=self.environment, stdout=out, stderr=out
            )

    def end(self) -> None:
        processes.end(self.process)

    def restart(self) -> None:
        """Returns when it answers again. Fails where it had to be killed."""
        self.end()
        assert self.process.returncode == 0, self.process.returncode
        self.begin()
        wait_until_it_answers(self)

    def workers(self) -> list[int]:
        """The pids of its workers: the master's children."""
        return processes.children(self.process.pid)

    def lives(self, timeout: float = 5) -> int:
        """The status that the responder beside the work gives."""
        wire = http.client.HTTPConnection("127.0.0.1", self.liveness_port, timeout=timeout)
        try:
            wire.request("GET", "/livez")
            return wire.getresponse().status
        finally:
            wire.close()

    def request(
        self, method: str, path: str, *, session: str = "", form: dict | None = None, timeout: float = 20
    ) -> tuple[int, dict[str, str], str]:
        """One request on a connection of its own. Raises OSError and http.client.HTTPException."""
        headers = {"Host": f"127.0.0.1:{self.port}", "Cookie": f"session={session}; csrf={CSRF}"}
        body = None
        if form is not None:
            body = urlencode({"csrfmiddlewaretoken": CSRF} | form)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        wire = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            wire.request(method, path, body, headers)
            answer = wire.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read().decode()
        finally:
            wire.close()

    def submit(self, sender, session: str, *, give_up_after: float = 120) -> tuple[str, str]:
        """("receipt", its path) or ("late", the page), sent with one token until there is an answer."""
        ends = time.monotonic() + give_up_after
        said = "no answer"
        while time.monotonic() < ends:
            try:
                status, headers, body = self.request(
                    "POST",
                    f"/contributions/{sender.draft}/submit/",
                    session=session,
                    form={"token": str(sender.token)},
                )
            except (OSError, http.client.HTTPException) as error:
                said = repr(error)
            else:
                if status == 302:
                    return "receipt", headers["Location"]
                if status == 409 and "The deadline has passed" in body:
                    return "late", body
                said = f"{status} {body[:200]}"
                assert status >= 500, said
            time.sleep(0.1)
        raise AssertionError(f"gave up: {said}")


def database_url() -> str:
    """The test database, as the portal's own role signs in there."""
    return login(PORTAL, connection.settings_dict).address


def administrator_url() -> str:
    """The same, as who looks after the server: may end the sessions of others."""
    return Login.of(connection.settings_dict).address


@contextlib.contextmanager
def running(log: Path, *, workers: int = 2, threads: int = 4, **environment: str) -> Iterator[Server]:
    """gunicorn as in production, on the test's database and files; ended when the block is left."""
    port, liveness_port = free_port(), free_port()
    mine = {
        "LIVENESS_BIND": f"127.0.0.1:{liveness_port}",
        "CWG_MODE": "test",
        "CWG_BIND": f"127.0.0.1:{port}",
        "DATABASE_URL": database_url(),
        "DATABASE_POOL": "true",
        "DJANGO_SETTINGS_MODULE": "cwg.settings",
        "REDIS_URL": "redis://127.0.0.1:1/0",  # nobody listens there
        "WEB_THREADS": str(threads),
        "WEB_WORKERS": str(workers),
    }
    server = Server(port, liveness_port, log, os.environ | mine | environment)
    try:
        wait_until_it_answers(server)
        yield server
    finally:
        server.end()


def wait_until_it_answers(server: Server) -> None:
    ends = time.monotonic() + 40
    while time.monotonic() < ends:
        if server.process.poll() is not None:
            break
        try:
            status, _, _ = server.request("GET", "/livez", timeout=5)
        except (OSError, http.client.HTTPException):
            time.sleep(0.1)
            continue
        if status == 200:
            return
    raise AssertionError(f"gunicorn did not start:\n{server.log.read_text()[-3000:]}")
