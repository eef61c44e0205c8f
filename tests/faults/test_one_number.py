"""Real servers: every line they write is JSON, and one number leads from a request to its answer and to its mails."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from prometheus_client.parser import text_string_to_metric_families

from cwg.documents.models import File
from tests import drafts, factories, processes
from tests.faults import crowd, web_server
from tests.mailroom import Mailroom, serving
from tests.waiting import until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults, pytest.mark.alone]


def lines(log: Path) -> list[dict]:
    """Every line of a log. Fails on one that is no JSON object."""
    found = [json.loads(line) for line in log.read_text().splitlines()]
    for line in found:
        assert {"time", "level", "logger", "event"} <= set(line), line
    return found


def test_every_line_of_gunicorn_is_json_and_a_page_for_a_fault_gives_its_number(dg, tmp_path, storage):
    reader = factories.accredit("focal.sau@test.example", dg, "focal_point", "SAU").person
    document = factories.make_document(factories.make_register(dg), "A document", actor=reader)
    file = File.objects.get(version__revision__document=document)
    (storage / file.blob.path).unlink()
    log = tmp_path / "web.log"
    with web_server.running(log, LOG_FORMAT="json", LOG_LEVEL="INFO") as server:
        session = crowd.session_of(reader)
        status, headers, page = server.request("GET", f"/files/{file.pk}/?x=secret", session=session)
        assert status == 503
        (number,) = re.findall(r"<code[^>]*>([0-9a-f]{32})</code>", page)
        assert headers["X-Request-ID"] == number
        # A worker dies and another takes its place: gunicorn has something to say.
        os.kill(server.workers()[0], signal.SIGKILL)
        until(lambda: "SIGKILL" in log.read_text(), within=60)
    told = lines(log)
    assert {"gunicorn.error", "cwg.request"} <= {line["logger"] for line in told}
    of_request = [line for line in told if line.get("request_id") == number]
    (line,) = [line for line in of_request if line["event"] == "request"]
    assert (line["status"], line["path"], line["person"]) == (503, f"/files/{file.pk}/", reader.pk)
    assert line["route"] == "documents:file" and line["ms"] > 0 and line["bytes"] == len(page.encode())
    assert "secret" not in log.read_text() and reader.email not in log.read_text()


@contextlib.contextmanager
def worker_at_work(log: Path, redis: str, mail_port: int) -> Iterator[None]:
    """A worker on the test's database; ended when the block is left."""
    mine = {
        "CWG_MODE": "test",
        "DATABASE_URL": web_server.database_url(),
        "DJANGO_SETTINGS_MODULE": "cwg.settings",
        "REDIS_URL": redis,
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": str(mail_port),
        "LOG_FORMAT": "json",
        "LOG_LEVEL": "INFO",
    }
    command = "-m celery -q -A cwg.celery:app worker --concurrency 1 --without-gossip --without-mingle"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, *command.split()],
            cwd=settings.BASE_DIR,
            env=os.environ | mine,
            stdout=out,
            stderr=out,
        )
        try:
            until(lambda: " ready." in log.read_text(), within=60)
            yield
        finally:
            processes.end(process)


def test_one_number_leads_from_a_submission_to_the_task_and_the_mails(dg, tmp_path):
    sender = crowd.make_senders(crowd.make_meeting(dg), 1)[0]
    # A number of its own on the tests' Redis.
    redis = os.environ["REDIS_URL"].rsplit("/", 1)[0] + "/7"
    room, web_log, worker_log = Mailroom(), tmp_path / "web.log", tmp_path / "worker.log"
    with (
        serving(room) as mail_port,
        worker_at_work(worker_log, redis, mail_port),
        web_server.running(
            web_log, workers=1, LOG_FORMAT="json", LOG_LEVEL="INFO", REDIS_URL=redis
        ) as server,
    ):
        session = crowd.session_of(sender.person)
        status, headers, _ = server.request(
            "POST",
            f"/contributions/{sender.draft}/submit/",
            session=session,
            form={"token": str(sender.token)},
        )
        assert status == 302
        number = headers["X-Request-ID"]
        until(lambda: '"event":"mail"' in worker_log.read_text(), within=60)
        until(lambda: '"rows":' in worker_log.read_text(), within=60)
    (asked,) = [
        line for line in lines(web_log) if line["event"] == "request" and line["route"].endswith("submit")
    ]
    assert asked["request_id"] == number
    told = [line for line in lines(worker_log) if line.get("request_id") == number]
    mails = [line for line in told if line["event"] == "mail"]
    assert {line["outcome"] for line in mails} == {"sent"}
    arrived = {str(mail["Message-ID"]) for mail in room.arrived}
    assert {line["message_id"] for line in mails} <= arrived
    (task,) = [line for line in told if line["event"] == "task"]
    assert (task["name"], task["outcome"]) == ("notices", "done")
    assert task["rows"] >= 1 and task["ms"] > 0 and task["task_id"]
    assert sender.person.email not in worker_log.read_text()
    assert drafts.faults() == []


def metrics(server: web_server.Server) -> dict[tuple[str, frozenset], float]:
    status, _, text = server.request("GET", "/metrics")
    assert status == 200
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_the_processes_of_a_server_count_together_and_outlive_each_other(dg, tmp_path, monkeypatch):
    (tmp_path / "temporary").mkdir()
    label = {"view": "clock", "method": "GET", "status": "2xx"}
    clock = ("cwg_http_requests_total", frozenset(label.items()))
    seconds = ("cwg_http_request_seconds_count", frozenset({"view": "clock"}.items()))
    with web_server.running(
        tmp_path / "web.log", workers=2, threads=2, TMPDIR=str(tmp_path / "temporary")
    ) as server:
        (folder,) = (tmp_path / "temporary").glob(f"cwg-metrics-{server.process.pid}-*")
        assert folder.stat().st_mode & 0o777 == 0o700
        asked = 40
        for _ in range(asked):
            assert server.request("GET", "/clock/")[0] == 200
        told = metrics(server)
        assert told[clock] == told[seconds] == asked
        assert told["cwg_database_pool_connections", frozenset()] >= 1
        workers = set(server.workers())
        counting = {int(path.stem.rpartition("_")[2]) for path in folder.glob("counter_[0-9]*.db")}
        assert len(counting & workers) == 2, "one worker answered everything"
        for pid in workers:
            os.kill(pid, signal.SIGKILL)
        until(lambda: len(set(server.workers()) - workers) == 2, within=60)
        until(
            lambda: (
                not [
                    path for path in folder.glob("*.db") if str(path.stem).endswith(tuple(map(str, workers)))
                ]
            ),
            within=60,
        )
        told = metrics(server)
        assert told[clock] == told[seconds] == asked
        # What the dead held is held no more.
        assert told["cwg_database_pool_connections", frozenset()] <= 2 * (2 + 2)
        server.request("GET", "/clock/")
        assert metrics(server)[clock] == asked + 1
    assert list((tmp_path / "temporary").glob("cwg-metrics-*")) == []
