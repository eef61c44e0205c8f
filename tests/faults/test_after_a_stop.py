"""A portal that was stopped on purpose and started again: what a real web host says of the worker that comes after it."""

import json
from datetime import timedelta

import pytest

from cwg import clock
from cwg.record import heartbeat
from cwg.record.models import Heartbeat
from tests.faults import web_server

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]


def test_its_worker_is_starting_until_it_is_seen(tmp_path):
    heartbeat.beat()
    Heartbeat.objects.update(at=clock.now() - timedelta(hours=10))
    with web_server.running(tmp_path / "web.log", workers=1) as server:

        def said_of_the_worker() -> tuple[bool, bool]:
            worker = json.loads(server.request("GET", "/readyz")[2])["checks"]["worker"]
            return worker["ok"], worker["starting"]

        assert said_of_the_worker() == (True, True)
        heartbeat.beat()
        assert said_of_the_worker() == (True, False)
