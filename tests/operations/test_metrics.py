"""/metrics: who may read it, what it tells, and that it tells of nobody."""

import re
import time
import timeit
import uuid
from datetime import timedelta
from pathlib import Path
from typing import ClassVar

import promql_parser
import pytest
import yaml
from django.core.signals import request_finished
from django.db import InterfaceError, OperationalError, connection
from django.test import Client
from prometheus_client.core import Metric
from prometheus_client.parser import text_string_to_metric_families

from cwg import clock
from cwg.documents import register
from cwg.notices.models import Event, Notice
from cwg.operations import backup_state, health, http_metrics, metrics_page
from cwg.record import chain_clock, heartbeat, holding, jobs, journal, metrics, overdue, restore_guard
from cwg.record.models import ChainCopy, VerificationRun
from tests import factories

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "a-token-of-the-tests"


def read(**headers) -> dict[str, Metric]:
    response = Client().get("/metrics", headers=headers)
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/plain; version=")
    return {family.name: family for family in text_string_to_metric_families(response.content.decode())}


def values(families: dict[str, Metric], name: str, **labels) -> list[float]:
    """Of every sample of that name whose labels are these, or more."""
    return [
        sample.value
        for family in families.values()
        for sample in family.samples
        if sample.name == name and labels.items() <= sample.labels.items()
    ]


def value(families: dict[str, Metric], name: str, **labels) -> float:
    (found,) = values(families, name, **labels) or [0.0]
    return found


# --- Who may read it ----------------------------------------------------------------------------------------------


def status(client_address: str = "192.0.2.7", **headers) -> int:
    return Client().get("/metrics", REMOTE_ADDR=client_address, headers=headers).status_code


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.8.8", "::1"])
def test_this_machine_reads_it_past_the_proxy(db, address):
    assert status(address) == 200


@pytest.mark.parametrize(
    "header", ["X-Forwarded-For", "X-Forwarded-Proto", "X-Request-ID", "Forwarded", "Via", "X-Real-IP"]
)
def test_what_came_through_a_proxy_of_this_machine_is_from_elsewhere(db, header):
    assert status("127.0.0.1", **{header: "x"}) == 404
    assert status("127.0.0.1", **{header: ""}) == 404


@pytest.mark.parametrize("address", ["192.0.2.7", "10.0.0.1", "::ffff:192.0.2.7", "", "nonsense"])
def test_from_elsewhere_it_is_not_there(db, address):
    assert status(address) == 404


def test_it_is_missing_like_any_page_that_is_not_there(db):
    client = Client()
    there = client.get("/metrics", REMOTE_ADDR="192.0.2.7")
    not_there = client.get("/metricz", REMOTE_ADDR="192.0.2.7")

    def told(response) -> str:
        return re.sub(r"metric[sz]|[0-9a-f]{32}|value=\"\w{64}\"", "", response.content.decode())

    assert told(there) == told(not_there)
    post = Client(enforce_csrf_checks=True).post
    assert post("/metrics", REMOTE_ADDR="192.0.2.7").status_code == 404


def test_the_token_opens_it_from_anywhere(db, settings):
    settings.METRICS_TOKEN = TOKEN
    assert status(Authorization=f"Bearer {TOKEN}") == 200
    assert status(Authorization=f"Bearer {TOKEN}", X_Forwarded_For="192.0.2.9") == 200


@pytest.mark.parametrize(
    "given", ["", "Bearer ", f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", TOKEN, f"bearer {TOKEN}", "Bearer é"]
)
def test_another_token_does_not(db, settings, given):
    settings.METRICS_TOKEN = TOKEN
    assert status(Authorization=given) == 404


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer "])
def test_where_no_token_is_set_none_opens_it(db, settings, given):
    settings.METRICS_TOKEN = ""
    assert status(Authorization=given) == 404


def test_it_asks_for_no_host_name_and_no_https(db, settings):
    """Prometheus asks each web process by the address of its machine."""
    settings.ALLOWED_HOSTS, settings.SECURE_SSL_REDIRECT = ["portal.example"], True
    assert Client().get("/metrics", HTTP_HOST="172.18.0.5:8000").status_code == 200
    assert Client().get("/livez", HTTP_HOST="172.18.0.5:8000").status_code == 400


def test_it_is_read_and_never_posted_to(db):
    assert Client().post("/metrics").status_code == 405
    assert Client().head("/metrics").status_code == 200


# --- What it tells ------------------------------------------------------------------------------------------------


def test_a_request_is_counted_by_the_name_of_its_address(db, client_of, saudi_delegate):
    label = {"view": "documents:documents", "method": "GET", "status": "2xx"}
    before = read()
    client_of(saudi_delegate).get("/documents/?text=words")
    after = read()
    name = "cwg_http_requests_total"
    assert value(after, name, **label) == value(before, name, **label) + 1
    seconds = "cwg_http_request_seconds_count"
    assert value(after, seconds, view=label["view"]) == value(before, seconds, view=label["view"]) + 1


def test_made_up_addresses_and_methods_are_one(db, client):
    client.get("/a-made-up-address/")
    before = read()
    client.get("/another-made-up-address/")
    client.generic("BREW", "/a-third/")
    after = read()
    assert {sample.labels["method"] for sample in after["cwg_http_requests"].samples} <= {
        "GET",
        "HEAD",
        "POST",
        "OPTIONS",
        "other",
    }
    label = {"view": "none", "method": "GET", "status": "4xx"}
    assert value(after, "cwg_http_requests_total", **label) == (
        value(before, "cwg_http_requests_total", **label) + 1
    )


def test_the_time_of_a_request_holds_its_wait_before_a_thread_had_time(db, client, settings):
    settings.BEHIND_PROXY = True
    name, label = "cwg_http_request_seconds_sum", {"view": "operations:livez"}
    client.get("/livez")
    before = value(read(), name, **label)
    client.get("/livez", headers={"X-Request-Start": f"t={time.time() - 30:.3f}"})
    assert 30 <= value(read(), name, **label) - before < 60


def test_the_pool_is_looked_at_whenever_a_request_has_ended(db, monkeypatch):
    class Pool:
        def get_stats(self):
            return {"pool_size": 7, "pool_available": 5, "requests_waiting": 2}

    class Connection:
        settings_dict: ClassVar = {"OPTIONS": {"pool": {}}}
        pool = Pool()

    with monkeypatch.context() as of_a_pool:
        of_a_pool.setattr(http_metrics, "connection", Connection())
        request_finished.send(sender=None)
    told = read()
    held = [
        value(told, f"cwg_database_pool_{of}")
        for of in ("connections", "idle_connections", "waiting_requests")
    ]
    assert held == [7, 5, 2]


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_a_source_that_cannot_be_read_is_passed_over(db, monkeypatch, error):
    def gone():
        raise error("connection already closed")

    monkeypatch.setitem(metrics._sources, "outbox", gone)
    assert "cwg_ready_ok" in read()


def test_a_fault_is_counted_as_one(db, client, monkeypatch):
    def broken(*args):
        raise RuntimeError("x")

    client.raise_request_exception = False
    monkeypatch.setattr("cwg.look.instants.iso_utc", broken)
    label = {"view": "clock", "method": "GET", "status": "5xx"}
    before = value(read(), "cwg_http_requests_total", **label)
    assert client.get("/clock/").status_code == 500
    assert value(read(), "cwg_http_requests_total", **label) == before + 1


def test_a_register_that_nobody_gets_is_counted(db, client_of, saudi_delegate, monkeypatch):
    def busy(*args, **kwargs):
        raise register.RegisterBusy

    monkeypatch.setattr("cwg.look.instants.iso_utc", busy)
    before = value(read(), "cwg_busy_answers_total", why="locked")
    assert Client().get("/clock/").status_code == 503
    assert value(read(), "cwg_busy_answers_total", why="locked") == before + 1


@pytest.mark.parametrize(
    "refusal",
    [chain_clock.ClockSetBack(timedelta(seconds=9)), restore_guard.RestoreNotFinished(uuid.uuid4())],
    ids=lambda refusal: refusal.code,
)
def test_an_act_that_its_chain_refuses_is_counted_apart_from_a_busy_register(db, monkeypatch, refusal):
    def refused(*args, **kwargs):
        raise refusal

    monkeypatch.setattr("cwg.look.instants.iso_utc", refused)
    before = read()
    assert Client().get("/clock/").status_code == 503
    after, code = read(), refusal.code
    counted = value(before, "cwg_refused_acts_total", code=code)
    assert value(after, "cwg_refused_acts_total", code=code) == counted + 1
    assert values(after, "cwg_busy_answers_total") == values(before, "cwg_busy_answers_total")


def test_the_outbox_is_told_by_states_and_by_its_oldest(db):
    now = clock.now()
    event = Event.objects.create(kind="k", key="k:1", happened_at=now, expanded_at=now)
    for number, (state, due, attempts) in enumerate(
        [("waiting", now - timedelta(hours=2), 3), ("waiting", now, 0), ("failed", now, 8), ("sent", now, 1)]
    ):
        Notice.objects.create(
            event=event,
            address=f"amal{number}@mission.example",
            due_at=due,
            status=state,
            attempts=attempts,
            message_id=f"<{number}@x>",
        )
    Event.objects.create(kind="k", key="k:2", happened_at=now)
    told = read()
    states = {sample.labels["state"]: sample.value for sample in told["cwg_outbox_notices"].samples}
    assert states == {"waiting": 2, "failed": 1, "sent": 1, "set_aside": 0, "dropped": 0}
    assert value(told, "cwg_outbox_retried_notices") == 1
    assert 7200 <= value(told, "cwg_outbox_oldest_due_seconds") < 7300
    assert value(told, "cwg_outbox_waiting_events") == 1


def test_the_record_is_told_by_its_ages(db, dg):
    at = clock.now()
    assert values(told := read(), "cwg_verification_held") == []
    assert values(told, "cwg_worker_last_seen_timestamp_seconds") == []
    heartbeat.beat()
    jobs.run("reminders")
    VerificationRun.objects.create(at=at - timedelta(days=1), held=True, outcome=[])
    VerificationRun.objects.create(at=at, held=False, outcome=[])
    told = read()
    assert value(told, "cwg_verification_held") == 0
    assert value(told, "cwg_verification_last_timestamp_seconds") == pytest.approx(at.timestamp(), abs=0.001)
    assert value(told, "cwg_worker_last_seen_timestamp_seconds") >= at.timestamp()
    assert value(told, "cwg_job_last_done_timestamp_seconds", job="reminders") >= at.timestamp()
    assert values(told, "cwg_job_last_done_timestamp_seconds", job="seals") == []


def test_entries_without_a_copy_are_counted_over_all_chains(db, dg, now):
    made = factories.make_register(dg)
    before = value(read(), "cwg_chain_copies_behind_entries")
    for _ in range(3):
        journal.append(made, "test", at=now, actor_id=None, facts={})
    assert value(read(), "cwg_chain_copies_behind_entries") == before + 3
    made.refresh_from_db()
    ChainCopy.objects.update_or_create(chain=made.chain, defaults={"copied": made.chain_length - 1})
    others = before + 3 - made.chain_length
    assert value(read(), "cwg_chain_copies_behind_entries") == others + 1


def test_registered_documents_are_counted(db, dg):
    before = value(read(), "cwg_registered_documents")
    factories.make_document(factories.make_register(dg), "A document")
    assert value(read(), "cwg_registered_documents") == before + 1


def test_every_question_of_readyz_is_a_number(db):
    with clock.held_at(overdue.installed_at() + timedelta(hours=1)):
        told = read()
    assert value(told, "cwg_ready_ok", question="database") == 1
    assert value(told, "cwg_ready_ok", question="worker") == 0
    assert value(told, "cwg_ready_seconds", measure="outbox.oldest") == 0
    assert values(told, "cwg_ready_seconds", measure="backup.made_ago") == []
    heartbeat.beat(backup_state.MADE)
    heartbeat.beat()
    VerificationRun.objects.create(at=clock.now() - timedelta(minutes=1), held=True, outcome=[])
    told = read()
    for measure, least in (("backup.made_ago", 0), ("worker.seen_ago", 0), ("verify.ago", 60)):
        assert least <= value(told, "cwg_ready_seconds", measure=measure) < least + 30
    measures = {sample.labels["measure"] for sample in told["cwg_ready_seconds"].samples}
    assert not [name for name in measures if name.startswith("database")]  # milliseconds are none


def test_without_a_database_it_still_tells_what_the_process_counted(db, client):
    client.get("/a-made-up-address/")

    def gone(execute, sql, params, many, context):
        raise OperationalError("connection refused to db-secret-host")

    with connection.execute_wrapper(gone):
        told = read()
    assert value(told, "cwg_ready_ok", question="database") == 0
    assert value(told, "cwg_http_requests_total", view="none", method="GET", status="4xx") >= 1
    assert "cwg_outbox_notices" not in told


def test_it_asks_as_often_with_three_rows_as_with_one(db, dg, django_assert_num_queries, monkeypatch):
    from django.test.utils import CaptureQueriesContext

    # However slow the machine is, the write of a probe falls before what is counted.
    monkeypatch.setattr(health, "WRITTEN_EVERY", float("inf"))
    at = clock.now()

    def one_more(number: int) -> None:
        made = factories.make_register(dg, number)
        factories.make_document(made, f"Document {number}")
        event = Event.objects.create(kind="k", key=f"k:{number}", happened_at=at, expanded_at=at)
        Notice.objects.create(event=event, address="a@b.example", due_at=at, message_id=f"<{number}>")

    one_more(1)
    read()
    with CaptureQueriesContext(connection) as with_one:
        read()
    one_more(2)
    one_more(3)
    with django_assert_num_queries(len(with_one)):
        read()


def test_no_label_tells_of_anybody(db, dg, client_of, saudi_focal_point):
    document = factories.make_document(factories.make_register(dg), "A title of its own")
    client_of(saudi_focal_point).get(document.get_absolute_url())
    text = Client().get("/metrics").content.decode()
    assert 'view="documents:document"' in text
    for told in (saudi_focal_point.email, saudi_focal_point.name, document.title, document.path):
        assert told not in text


def test_names_follow_prometheus(db):
    for name, family in read().items():
        assert re.fullmatch(r"cwg_[a-z_]+", name) and family.documentation, name
        assert family.type in ("counter", "gauge", "histogram", "unknown")
        if family.type == "histogram":
            assert name.endswith("_seconds"), name


def test_counting_a_request_takes_less_than_fifty_microseconds():
    """Loosely held: the least of several rounds, so that a busy machine does not fail it."""
    http_metrics.count("documents:document", "GET", 200, 0.01)
    rounds = timeit.repeat(
        lambda: http_metrics.count("documents:document", "GET", 200, 0.01), number=500, repeat=5
    )
    assert min(rounds) / 500 < 50e-6


# --- The example rules --------------------------------------------------------------------------------------------

RULES = [
    rule
    for group in yaml.safe_load((ROOT / ".docker/alerts.yml").read_text())["groups"]
    for rule in group["rules"]
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_an_example_rule_is_sound_and_says_what_it_means(rule):
    promql_parser.parse(rule["expr"])
    assert rule["annotations"]["summary"] and rule["labels"]["severity"] in ("page", "ticket")
    if "for" in rule:
        assert re.fullmatch(r"\d+[smhd]", rule["for"])
    assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}


def exposed() -> set[str]:
    """Every name that a sample may have."""
    families = [*metrics.REGISTRY.collect(), *metrics_page._asked_now()]
    found = set()
    for family in families:
        found |= {family.name, f"{family.name}_total"} if family.type == "counter" else {family.name}
        if family.type == "histogram":
            found |= {f"{family.name}_{part}" for part in ("bucket", "count", "sum")}
    return found


def test_the_rules_name_only_what_there_is(db):
    named = {name for rule in RULES for name in re.findall(r"cwg_\w+", rule["expr"])}
    assert len(named) > 10
    assert named - exposed() == set()


def test_a_busy_answer_of_each_kind_is_counted_from_zero(db):
    """A rate sees nothing of a count that first appears as one."""
    told = {
        sample.labels["why"] for sample in read()["cwg_busy_answers"].samples if sample.name[-6:] == "_total"
    }
    assert told == {str(why) for why in holding.Why}
    codes = {s.labels["code"] for s in read()["cwg_refused_acts"].samples if s.name[-6:] == "_total"}
    assert codes == {"clock-set-back", "restore-not-finished"}


def test_whether_the_worker_is_missed_is_said_by_the_portal_alone():
    """It was never seen, or not of late, or a new installation still starts it: no rule may say it otherwise."""
    (rule,) = [rule for rule in RULES if "worker" in rule["expr"]]
    assert rule["expr"] == 'min(cwg_ready_ok{question="worker"}) == 0' and "for" in rule


@pytest.mark.parametrize("question", ["backup", "base", "verify", "archive"])
def test_how_old_a_backup_may_be_is_said_by_the_settings_alone(question):
    """An installation that makes its backups by other means sets no age, and no rule may ask for one."""
    asking = [rule["expr"] for rule in RULES if f'question="{question}"' in rule["expr"]]
    assert [expr for expr in asking if expr.startswith(f'min(cwg_ready_ok{{question="{question}"}}) == 0')]
    assert not [rule for rule in RULES if f"{question}.made_ago" in rule["expr"]]


def test_running_md_explains_every_metric(db):
    families = {family.name for family in (*metrics.REGISTRY.collect(), *metrics_page._asked_now())}
    told = (ROOT / "docs/running.md").read_text()
    assert {name for name in families if f"`{name}" not in told} == set()
