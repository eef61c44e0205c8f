"""The launcher: it says in one sentence why it cannot start, and it never leaves a process behind."""

import contextlib
import fcntl
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ports import free_port
from tests.processes import not_of_this_run

pytestmark = pytest.mark.alone

ROOT = Path(__file__).resolve().parent.parent
READY_SECONDS = 180


def environment(**more: str) -> dict[str, str]:
    # A browser that is missing is said first, and is not what is tested here.
    return not_of_this_run() | {"CWG_CHROMIUM": "-"} | more


def dev(
    *arguments: object,
    root: Path = ROOT,
    python: str | Path = sys.executable,
    cwd: str | Path = "/",
    **more: str,
) -> subprocess.CompletedProcess[str]:
    """Run the launcher to its end, from a directory that is not the project's."""
    return subprocess.run(
        [python, root / "dev", *map(str, arguments)],
        cwd=cwd,
        env=environment(**more),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
    )


def refused_in_one_sentence(result: subprocess.CompletedProcess[str], *words: str) -> None:
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert result.stderr.startswith("./dev: ")
    for word in words:
        assert word in result.stderr


# --- What stops it before anything starts ------------------------------------------------------------------


def test_help_names_every_command():
    result = dev("--help")
    assert result.returncode == 0
    for command in ("run", "test", "format", "lint", "docs", "bench", "manage", "servers"):
        assert f"./dev {command}" in result.stdout


def test_an_unknown_command_or_option_is_refused_with_a_hint():
    refused_in_one_sentence(dev("dance"), "'dance'", "--help")
    refused_in_one_sentence(dev("run", "--fast"), "'--fast'", "--help")
    refused_in_one_sentence(dev("run", "--port"), "--port", "--help")
    refused_in_one_sentence(dev("format", "--fast"), "'--fast'", "--help")
    refused_in_one_sentence(dev("lint", "spelling"), "'spelling'", "mypy")


def test_an_interpreter_that_is_not_there_is_named(tmp_path):
    refused_in_one_sentence(dev("test", "--python", "3.99"), "no Python 3.99")
    # As the signposts of pyenv are: a name on PATH behind which there is nothing.
    signpost = tmp_path / "python3.98"
    signpost.write_text("#!/bin/sh\nexit 127\n")
    signpost.chmod(0o755)
    path = f"{tmp_path}:{os.environ['PATH']}"
    refused_in_one_sentence(dev("test", "--python", "3.98", PATH=path), "no Python 3.98")


@pytest.mark.parametrize("port", ["0", "65536", "-1", "eighty"])
def test_a_port_that_is_none_is_refused(port):
    refused_in_one_sentence(dev("run", "--port", port), repr(port), "65535")


def test_a_taken_port_is_named_and_nothing_is_started(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = dev("run", "--port", port, "--data", tmp_path / "data")
    refused_in_one_sentence(result, f"port {port} is already taken")
    assert not (tmp_path / "data" / "postgres").exists()


def test_a_second_run_on_the_same_data_says_where_the_first_one_is(tmp_path):
    note = {"command": "run", "pid": 4711, "address": "http://127.0.0.1:8123/", "environment": {}}
    (tmp_path / "servers.json").write_text(json.dumps(note))
    with open(tmp_path / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        result = dev("run", "--port", free_port(), "--data", tmp_path)
    refused_in_one_sentence(result, str(tmp_path), "4711", "http://127.0.0.1:8123/")
    assert json.loads((tmp_path / "servers.json").read_text()) == note


def test_data_of_a_newer_database_is_left_alone(tmp_path):
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("19\n")
    refused_in_one_sentence(dev("manage", "--data", tmp_path, "check"), "PostgreSQL 19")
    assert os.listdir(tmp_path / "postgres") == ["PG_VERSION"]


@pytest.fixture
def bare_clone(tmp_path):
    """The project as just cloned: nothing fetched yet."""
    for name in ("dev", "uv.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("server", "said"),
    [
        (None, "there is no program named postgres in"),
        (
            "postgres (PostgreSQL) 17.9 (Debian 17.9-1)",
            "PostgreSQL 18 is needed; this is postgres (PostgreSQL) 17.9",
        ),
    ],
)
def test_an_installed_postgresql_that_will_not_do_is_refused(server, said):
    # Not in the test's own folder, where the account that PostgreSQL runs as may not look.
    with tempfile.TemporaryDirectory(dir="/var/tmp") as place:
        folder = Path(place)
        folder.chmod(0o755)
        if server:
            program = folder / "postgres"
            program.write_text(f"#!/bin/sh\necho '{server}'\n")
            program.chmod(0o755)
        data = folder / "data"
        refused = dev("manage", "--data", data, "check", CWG_POSTGRES=place)
        assert refused.returncode == 1
        assert f"CWG_POSTGRES: {said}" in refused.stderr
        assert not (data / "postgres").exists()


def test_without_a_network_the_first_start_says_so(bare_clone):
    nothing = bare_clone / "nothing"
    nothing.mkdir()
    # The machine's own python3, which has pip; the one of the virtual environment has none.
    python = Path(sys.base_prefix, "bin", "python3")
    result = dev("test", root=bare_clone, python=python, PIP_NO_INDEX="1", PIP_FIND_LINKS=str(nothing))
    refused_in_one_sentence(result, "uv could not be installed", "network")
    assert not (bare_clone / ".venv").exists()


def test_without_pip_the_first_start_says_what_to_install(bare_clone):
    refused_in_one_sentence(dev("test", root=bare_clone, PATH=str(bare_clone)), "no pip", "python3-pip")


# --- The whole portal, and its end ---------------------------------------------------------------------------


class Portal:
    """A `./dev run` with data and port of its own."""

    def __init__(self, data: Path, *options: str, root: Path = ROOT, **more: str):
        self.data, self.port = data, free_port()
        self.address = f"http://127.0.0.1:{self.port}/"
        self.output = data.with_suffix(".out")
        with open(self.output, "wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, root / "dev", "run", *options, "--port", str(self.port), "--data", data],
                cwd="/",
                env=environment(**more),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def said(self) -> str:
        return self.output.read_text(errors="replace")

    def wait_until_ready(self) -> None:
        self.wait_until_it_says(re.escape(f"The portal is at {self.address}"))

    def wait_until_it_says(self, pattern: str, times: int = 1) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while len(re.findall(pattern, self.said())) < times:
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.1)

    def wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                self.page("readyz")
                return
            except OSError:
                time.sleep(0.1)
        raise AssertionError(self.said())

    def page(self, path: str) -> str:
        # Never through a proxy: it is this machine we ask.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(self.address + path) as answer:
            return answer.read().decode()

    def end(self) -> None:
        """Whatever a failed test left."""
        for pid in self.everything():
            if pid != os.getpid():
                # Who was killed before may have taken it along.
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        self.process.kill()
        self.process.wait()

    def supervisor(self) -> int:
        [pid] = [pid for pid, (parent, _) in processes().items() if parent == self.process.pid]
        return pid

    def everything(self) -> set[int]:
        """The launcher and all processes below it."""
        parents = {pid: parent for pid, (parent, _) in processes().items()}
        found, wave = set(), {self.process.pid} & parents.keys()
        while wave:
            found |= wave
            wave = {pid for pid, parent in parents.items() if parent in wave} - found
        return found


def names(place: Path, pid: int) -> bool:
    """Does a living process name this folder in its command or its environment?"""
    for source in ("cmdline", "environ"):
        try:
            if os.fsencode(place) in Path("/proc", str(pid), source).read_bytes():
                return True
        except OSError:
            continue
    return False


def processes() -> dict[int, tuple[int, str]]:
    """Every living process: id -> (its parent, the instant it started). Zombies do not live."""
    found = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                stat = Path("/proc", entry, "stat").read_text(errors="replace")
            except OSError:
                continue
            state, parent, *rest = stat.rpartition(")")[2].split()
            if state != "Z":
                found[int(entry)] = int(parent), rest[17]
    return found


def left_over(place: Path, before: dict[int, str], seconds: float = 30) -> list[str]:
    """What still lives after `seconds`: of the processes `before` (id -> start), and of any that name `place`."""
    deadline = time.monotonic() + seconds
    while True:
        now = processes()
        left = {pid for pid, started in before.items() if pid in now and now[pid][1] == started}
        left |= {pid for pid in now if pid != os.getpid() and names(place, pid)}
        if not left or time.monotonic() > deadline:
            return [
                f"{pid} {Path('/proc', str(pid), 'cmdline').read_bytes()!r}"
                for pid in left & processes().keys()
            ]
        time.sleep(0.1)


@contextlib.contextmanager
def at_work(data: Path, **more: str) -> Iterator[Portal]:
    started = Portal(data, **more)
    try:
        started.wait_until_ready()
        yield started
    finally:
        started.end()


@pytest.fixture
def portal(tmp_path) -> Iterator[Portal]:
    """The demonstration."""
    with at_work(tmp_path / "data") as started:
        yield started


@pytest.fixture
def empty_portal(tmp_path) -> Iterator[Portal]:
    """The same processes without the demonstration's data, whose loading is most of a first start."""
    with at_work(tmp_path / "data", CWG_MODE="development") as started:
        yield started


@pytest.mark.faults
def test_a_backup_and_its_restore_need_nothing_that_a_bare_machine_has_not(tmp_path):
    """No pg_dump on the PATH, nor anything else; DIR is in the folder of whoever typed it."""
    (empty := tmp_path / "empty").mkdir()
    bare = {"cwd": tmp_path, "PATH": str(empty)}
    made, restored = tmp_path / "made", tmp_path / "restored"
    none_yet = dev("manage", "--data", made, "backup", "backups", **bare)
    assert (
        none_yet.returncode == 1 and "has no tables" in none_yet.stderr and "Traceback" not in none_yet.stderr
    )
    assert not (tmp_path / "backups").exists()
    for command in (["migrate", "-v", "0"], ["load_reference"], ["backup", "backups"]):
        done = dev("manage", "--data", made, *command, **bare)
        assert done.returncode == 0, done.stderr
    assert list((tmp_path / "backups").glob("*/manifest.json"))
    done = dev(
        *(
            "manage",
            "--data",
            restored,
            "restore",
            "backups",
            "--accept-unknown",
            "Tried on another machine.",
        ),
        **bare,
    )
    assert done.returncode == 0, done.stderr
    assert "Everything holds." in done.stdout


def test_with_a_server_of_ones_own_the_programs_of_postgresql_come_with_the_libraries(tmp_path):
    said = dev(
        *("manage", "--data", tmp_path, "shell", "-c", "import os; print(os.environ['CWG_PG_BIN'])"),
        PATH=str(tmp_path),
        DATABASE_URL="postgres://cwg@127.0.0.1:1/cwg",
        REDIS_URL="redis://127.0.0.1:1/0",
    )
    assert said.returncode == 0, said.stderr
    assert (Path(said.stdout.split()[-1]) / "pg_dump").exists()


def test_where_bytecode_may_not_lie_beside_the_sources_it_is_kept_with_the_tools(tmp_path):
    said = dev(
        *("manage", "--data", tmp_path, "shell", "-v", "0", "-c"),
        "import sys; print(sys.dont_write_bytecode, sys.pycache_prefix)",
        DATABASE_URL="postgres://cwg@127.0.0.1:1/cwg",
        REDIS_URL="redis://127.0.0.1:1/0",
        PYTHONDONTWRITEBYTECODE="1",
        PYTHONPYCACHEPREFIX="",
    )
    assert said.returncode == 0, said.stderr
    assert said.stdout.split()[-2:] == ["False", str(ROOT / ".tools" / "bytecode")]


@pytest.mark.faults
def test_ctrl_c_ends_a_portal_that_answered_and_shared_its_servers(portal):
    assert portal.page("readyz")
    said = portal.said()
    assert "secretariat@demo.example" in said
    # What a cold start was at, each with its seconds.
    for words in ("Starting PostgreSQL", "Migrating the database", "archive of 2009", "Starting the portal"):
        assert re.search(rf"{words}.* \d+\.\d s$", said, re.MULTILINE), words

    # `./dev manage` reaches the servers that are up, not some of its own.
    code = "from django.db import connection as c; print('port', c.settings_dict['PORT'])"
    managed = dev("manage", "--data", portal.data, "shell", "-c", code)
    assert managed.returncode == 0, managed.stderr
    port = re.search(r"^port (\d+)$", managed.stdout, re.MULTILINE)[1]
    assert (portal.data / "postgres" / "postmaster.pid").read_text().splitlines()[3] == port

    # With the database's own programs: the ones of this machine may be too old, or not there.
    backup = dev("manage", "--data", portal.data, "backup", portal.data.with_name("backup"), PATH=os.defpath)
    assert backup.returncode == 0, backup.stderr

    # Nobody else on the machine reads the keys.
    for name in ("secrets.json", "servers.json"):
        assert (portal.data / name).stat().st_mode & 0o777 == 0o600

    now = processes()
    before = {pid: now[pid][1] for pid in portal.everything()}
    assert len(before) > 8
    portal.process.send_signal(signal.SIGINT)
    assert portal.process.wait(60) == 0
    assert left_over(portal.data, before, seconds=0) == []
    assert not (portal.data / "servers.json").exists()
    assert not (portal.data / "postgres" / "postmaster.pid").exists()


@pytest.mark.faults
@pytest.mark.parametrize(
    "killed",
    ["the launcher", "its supervisor", pytest.param("both at once", marks=pytest.mark.long)],
)
def test_kill_9_leaves_no_process(empty_portal, killed):
    now = processes()
    before = {pid: now[pid][1] for pid in empty_portal.everything()}
    assert len(before) > 8
    supervisor = empty_portal.supervisor()
    if killed != "its supervisor":
        empty_portal.process.kill()
    if killed != "the launcher":
        os.kill(supervisor, signal.SIGKILL)
    # Reap it: until then it only looks alive.
    empty_portal.process.wait(60)
    assert left_over(empty_portal.data, before) == []


@pytest.mark.faults
def test_what_is_killed_comes_back_and_what_is_stopped_ends_too(empty_portal):
    def pids(*words: str) -> list[int]:
        """Those of the portal whose command line names all of these words; the oldest, which is the parent, first."""
        found = []
        now = processes()
        for pid in sorted(empty_portal.everything() & now.keys(), key=lambda pid: int(now[pid][1])):
            with contextlib.suppress(OSError):
                line = Path("/proc", str(pid), "cmdline").read_bytes()
                if all(word.encode() in line for word in words):
                    found.append(pid)
        return found

    for name, words in (
        ("web", ["gunicorn"]),
        ("PostgreSQL", ["postgres", "-D"]),
        ("worker", ["celery", "worker"]),
    ):
        first = pids(*words)[0]
        os.kill(first, signal.SIGKILL)
        empty_portal.wait_until_it_says(f"{name} ended")
        empty_portal.wait_until_it_answers()
        assert first not in pids(*words)

    before = {pid: processes()[pid][1] for pid in empty_portal.everything()}
    for pid in [*pids("gunicorn"), *pids("celery"), empty_portal.supervisor()]:
        os.kill(pid, signal.SIGSTOP)
    empty_portal.process.send_signal(signal.SIGINT)
    empty_portal.process.wait(60)
    assert left_over(empty_portal.data, before, seconds=0) == []


# --- While somebody works on the sources ---------------------------------------------------------------------


@pytest.fixture
def copied_project(tmp_path):
    """The sources as they are, to be changed; the libraries are those of this project."""
    root = tmp_path / "project"
    root.mkdir()
    for name in ("dev", "uv.lock", "pyproject.toml", "manage.py"):
        shutil.copy(ROOT / name, root)
    for name in ("cwg", "meetings", "contributions", "templates", "static"):
        shutil.copytree(ROOT / name, root / name)
    (root / ".venv").symlink_to(ROOT / ".venv")
    return root


@pytest.mark.faults
def test_reload_serves_what_was_changed_and_waits_for_a_mistake_to_be_mended(tmp_path, copied_project):
    footer = copied_project / "templates" / "components" / "footer.html"
    wsgi = copied_project / "cwg" / "wsgi.py"
    good = wsgi.read_text()
    portal = Portal(tmp_path / "data", "--reload", root=copied_project)
    try:
        portal.wait_until_ready()
        assert "a new footer" not in portal.page("accounts/login/")
        footer.write_text("<footer>a new footer</footer>")
        portal.wait_until_it_says(r"footer\.html changed, restarting \.\.\. \d")
        assert "a new footer" in portal.page("accounts/login/")

        wsgi.write_text("this is = no Python")
        portal.wait_until_it_says("Waiting for the next change")
        assert "SyntaxError" in portal.said()
        wsgi.write_text(good)
        portal.wait_until_it_says(r"wsgi\.py changed, restarting \.\.\. \d")
        assert "a new footer" in portal.page("accounts/login/")
    finally:
        portal.end()


@pytest.mark.faults
def test_a_bare_pytest_brings_its_servers_and_leaves_none(tmp_path):
    """As an editor starts it: no `./dev`, no mode, no address of a database."""
    temporary = {"TMPDIR": str(tmp_path)}
    command = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/members/test_rights.py"]
    result = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=environment(**temporary),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=READY_SECONDS,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert " passed" in result.stdout
    assert left_over(tmp_path, {}) == []


@pytest.mark.faults
def test_servers_end_with_whoever_asked_for_them(tmp_path):
    process = subprocess.Popen(
        [sys.executable, ROOT / "dev", "servers"],
        env=environment(TMPDIR=str(tmp_path)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    reached = json.loads(process.stdout.readline())
    assert set(reached) == {"DATABASE_URL", "REDIS_URL", "CWG_STORAGE_DIR"}
    # What the kernel does when its owner is killed.
    process.stdin.close()
    assert process.wait(60) == 0
    assert left_over(tmp_path, {}) == []
    assert list(tmp_path.iterdir()) == []
