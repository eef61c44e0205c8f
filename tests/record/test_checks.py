"""The nightly verification leaves its outcome where somebody looks."""

import logging

import pytest

from cwg.record import checks, heartbeat

pytestmark = pytest.mark.django_db


def test_a_night_on_which_all_holds_is_noted(held):
    assert checks.note_outcome() == 0
    assert heartbeat.last(heartbeat.VERIFY_HELD) == held.at
    assert heartbeat.last(heartbeat.VERIFY_FAILED) is None


def test_each_fault_is_an_error_in_the_log_and_the_night_is_noted_as_failed(held, caplog, monkeypatch):
    monkeypatch.setattr(checks, "_checks", {"I1 bytes": lambda: iter(["the bytes of X are missing"])})
    with caplog.at_level(logging.ERROR, logger="cwg.record.checks"):
        assert checks.note_outcome() == 1
    assert "I1 bytes: the bytes of X are missing" in caplog.text
    assert heartbeat.last(heartbeat.VERIFY_FAILED) == held.at
    assert heartbeat.last(heartbeat.VERIFY_HELD) is None
