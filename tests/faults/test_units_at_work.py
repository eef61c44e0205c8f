"""A machine of one's own, as docs/systemd.md walks through it: what the units of systemd start, behind the nginx that
`cwg-manage nginx_configuration` makes. Here this test does what systemd does: it keeps the port, hands out credentials,
hears that gunicorn is ready, and starts it again.
"""

import re
import secrets
import socket
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

import pytest
from django.db import connection

from cwg.operations.database_roles import Login
from tests import processes
from tests.compose_file import ROOT
from tests.database.base import OWNER, login
from tests.faults import proxy, web_server
from tests.faults.proxy import HOST
from tests.ports import free_ports
from tests.programs import make_certificate, postgres_client, program
from tests.tampering import as_owner
from tests.units import FOLDER, START, Unit, entries
from tests.waiting import until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults, pytest.mark.alone]

# Becomes the command: with the port at the place where systemd puts it, and memory that is never made executable after it
# was written to (`MemoryDenyWriteExecute`; a kernel before 6.3 does not know it).
AS_SYSTEMD_STARTS_IT = """
import ctypes, os, sys
ctypes.CDLL(None).prctl(65, 1, 0, 0, 0)
if given := int(sys.argv[1]):
    os.dup2(given, 3)
    os.environ |= {"LISTEN_FDS": "1", "LISTEN_PID": str(os.getpid())}
os.execv(sys.argv[2], sys.argv[2:])
"""


class Machine:
    """One with this release, its settings and its secrets, all below `place`."""

    def __init__(self, place: Path):
        self.place, self.started = place, []
        for folder in ("files", "static", "backups", "secrets"):
            (place / folder).mkdir()
        self.ports = free_ports("liveness", "http", "https", "health")
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.ports["web"] = self.socket.getsockname()[1]
        self.notified = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notified.bind(str(place / "notify"))
        for name, secret in {
            "secret_key": secrets.token_hex(32),
            "database_url": web_server.database_url(),
            "database_owner_url": login(OWNER, connection.settings_dict).address,
            "database_admin_url": Login.of(connection.settings_dict | {"NAME": "postgres"}).address,
        }.items():
            (place / "secrets" / name).write_text(f"{secret}\n")

    def environment(self, unit: Unit) -> dict[str, str]:
        """What systemd gives to the processes of the unit, and nothing of this process."""
        given = unit.environment() | dict(entries(FOLDER / "environment"))
        given |= {
            "ALLOWED_HOSTS": HOST,
            "PORTAL_URL": f"https://{HOST}:{self.ports['https']}",
            "LIVENESS_BIND": f"127.0.0.1:{self.ports['liveness']}",
            "TLS_CERTIFICATE": f"{self.place}/certificate.pem",
            "TLS_KEY": f"{self.place}/key.pem",
            "CWG_PG_BIN": postgres_client(),
            "REDIS_URL": "redis://127.0.0.1:1/0",  # nobody listens there
            # The walls keep it from writing anywhere else.
            "TMPDIR": str(self.place),
        }
        for secret in unit.credentials():
            assert (self.place / "secrets" / secret).is_file(), secret
        return {name: self.here(value.strip('"')) for name, value in given.items()}

    def here(self, value: str) -> str:
        for there, mine in (
            ("%d/", f"{self.place}/secrets/"),
            ("/var/lib/cwg/", f"{self.place}/"),
            (f"{START} ", f"{sys.prefix}/bin/"),
        ):
            value = value.replace(there, mine)
        return value

    def start(self, unit: Unit, line: str, *, port: bool = False, **options) -> subprocess.Popen:
        handed = self.socket.fileno() if port else 0
        more = {"NOTIFY_SOCKET": str(self.place / "notify")} if unit.all("Type") == ["notify"] else {}
        return subprocess.Popen(
            [sys.executable, "-c", AS_SYSTEMD_STARTS_IT, str(handed), *self.here(line).split()],
            cwd=ROOT,
            env=self.environment(unit) | more,
            pass_fds=[handed] if handed else [],
            **options,
        )

    def run(self, name: str, line: str = "", *, kind: str = "ExecStart") -> str:
        """What the commands of the unit print, or this one; each has to succeed."""
        unit, said = Unit(name), ""
        for command in [line] if line else unit.all(kind):
            process = self.start(unit, command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            printed, _ = processes.to_its_end(process)
            assert process.returncode == 0, f"{command}\n{printed[-3000:]}"
            said += printed
        return said

    def manage(self, *arguments: str) -> str:
        """As `cwg-manage` does: a unit whose name begins as all of them do."""
        return self.run("cwg-verify.service", f"{START} python manage.py {' '.join(arguments)}")

    def start_web(self) -> subprocess.Popen:
        """gunicorn, when it has said that it is ready."""
        unit = Unit("cwg-web.service")
        self.run("cwg-web.service", kind="ExecStartPre")
        with (self.place / "web.log").open("ab") as log:
            process = self.start(unit, unit.one("ExecStart"), port=True, stdout=log, stderr=log)
        self.started.append(process)
        self.notified.settimeout(40)
        while b"READY=1" not in self.notified.recv(4096):
            assert process.poll() is None, (self.place / "web.log").read_text()[-3000:]
        return process

    def start_nginx(self) -> None:
        make_certificate(HOST, self.place / "certificate.pem", self.place / "key.pem")
        text = self.manage("nginx_configuration", "--program", program("nginx"))
        self.started.append(proxy.start_elsewhere(text, self.place, self.ports))


@pytest.fixture
def machine(tmp_path):
    machine = Machine(tmp_path)
    yield machine
    for process in machine.started:
        processes.end(process, within=35)
    machine.socket.close()
    machine.notified.close()


def test_the_walk_from_an_empty_machine_to_a_page_and_a_restart_that_nobody_notices(machine):
    machine.run("cwg-roles.service")
    machine.run("cwg-migrate.service")
    assert (machine.place / "static" / "proxy" / "en" / "502.html").is_file()
    web = machine.start_web()
    machine.start_nginx()
    front = proxy.Front(machine.place, machine.ports, [], f"https://{HOST}:{machine.ports['https']}", {})

    assert front.ask("GET", "/livez")[0] == 200
    status, _, said = front.ask("GET", "/readyz")
    assert status == 200, said
    status, headers, page = front.ask("GET", "/accounts/login/")
    assert status == 200 and b"<h1" in page
    assert headers["Strict-Transport-Security"] == "max-age=31536000"
    style = re.search(rb'/static/css/[^"]+\.css', page)[0].decode()
    status, headers, _ = front.ask("GET", style)
    assert status == 200 and headers["Cache-Control"] == "public, max-age=31536000, immutable"
    status, headers = front.plain("/")
    assert (status, headers["Location"]) == (301, f"https://{HOST}:{machine.ports['https']}/")
    link = machine.manage(
        "make_administrator", "you@example.org", "--group", "CWG-Internet", "--group-name", "Group"
    )
    assert f"https://{HOST}:{machine.ports['https']}/invitation/" in link
    assert "Everything holds." in machine.run("cwg-verify.service")

    answers, over = Counter(), threading.Event()

    def read() -> None:
        while not over.is_set():
            try:
                # However long the start takes on a slow machine: the requests wait at the port.
                answers[front.ask("GET", "/accounts/login/", patience=60)[0]] += 1
            except OSError as error:
                answers[repr(error)] += 1

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    try:
        before = answers.total()
        web.terminate()
        assert web.wait(30) == 0
        machine.start_web()
        until(lambda: answers.total() >= before + 20)
    finally:
        over.set()
        for reader in readers:
            reader.join(30)
    assert set(answers) == {200}


def test_a_backup_is_made_where_the_unit_says(machine):
    machine.run("cwg-migrate.service", Unit("cwg-migrate.service").all("ExecStart")[0])
    machine.run("cwg-backup.service")
    (made,) = [path.parent for path in (machine.place / "backups").glob("*/manifest.json")]
    assert {path.name for path in made.iterdir()} == {"database.dump", "manifest.json"}


def test_it_is_not_started_on_a_schema_that_is_not_its_own(machine):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT app, name FROM django_migrations WHERE app = 'contributions' ORDER BY id DESC LIMIT 1"
        )
        app, name = cursor.fetchone()
    with as_owner() as owner:
        owner.execute("DELETE FROM django_migrations WHERE app = %s AND name = %s", [app, name])
    try:
        with pytest.raises(AssertionError, match=name):
            machine.run("cwg-web.service", kind="ExecStartPre")
    finally:
        with as_owner() as owner:
            owner.execute(
                "INSERT INTO django_migrations (app, name, applied) VALUES (%s, %s, now())", [app, name]
            )
    machine.run("cwg-web.service", kind="ExecStartPre")
