"""What a line of the log looks like, whoever wrote it."""

import io
import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import structlog
from django.db import IntegrityError, connection, transaction

from cwg.record import log_lines
from cwg.record.log_lines import LineFormatter
from tests import factories


class Log:
    """A handler of its own, and what it has written."""

    def __init__(self, form: str):
        self.written = io.StringIO()
        self.handler = logging.StreamHandler(self.written)
        self.handler.setFormatter(LineFormatter(form))

    @property
    def lines(self) -> list[str]:
        return self.written.getvalue().splitlines()

    @property
    def last(self) -> dict:
        return json.loads(self.lines[-1])


@pytest.fixture
def logger() -> Iterator[logging.Logger]:
    found = logging.getLogger("tests.log_lines")
    found.setLevel(logging.DEBUG)
    found.propagate = False
    yield found
    found.handlers.clear()
    structlog.contextvars.clear_contextvars()


@pytest.fixture
def log(logger) -> Log:
    made = Log("json")
    logger.addHandler(made.handler)
    return made


def test_a_line_of_the_standard_library_is_one_object(logger, log):
    before = datetime.now(UTC)
    logger.warning("%d files were\nleft", 3)
    assert len(log.lines) == 1
    at = datetime.fromisoformat(log.last["time"])
    assert before <= at <= datetime.now(UTC)
    assert {name: log.last[name] for name in ("level", "logger", "event")} == {
        "level": "warning",
        "logger": "tests.log_lines",
        "event": "3 files were\nleft",
    }


def test_a_line_of_structlog_has_its_fields_as_they_are(logger, log):
    structlog.get_logger("tests.log_lines").info("mail", attempts=2, outcome="sent", who=None)
    assert list(log.last)[:4] == ["time", "level", "logger", "event"]
    assert (log.last["attempts"], log.last["outcome"], log.last["who"]) == (2, "sent", None)


def test_what_is_bound_stands_in_the_lines_of_both_and_in_none_afterwards(logger, log):
    with log_lines.bound(request_id="a" * 32):
        assert log_lines.request_id() == "a" * 32
        logger.info("one")
        assert log.last["request_id"] == "a" * 32
        structlog.get_logger("tests.log_lines").info("two")
        assert log.last["request_id"] == "a" * 32
    logger.info("three")
    assert "request_id" not in log.last
    assert log_lines.request_id() == ""


def test_a_traceback_stays_on_its_line(logger, log):
    try:
        raise RuntimeError("no answer")
    except RuntimeError:
        logger.exception("it failed")
    assert len(log.lines) == 1
    assert log.last["event"] == "it failed"
    assert (
        log.last["exception"].startswith("Traceback") and "RuntimeError: no answer" in log.last["exception"]
    )


def test_six_languages_are_written_as_they_are(logger, log):
    logger.info("%s", "العربية 中文 Русский")
    assert "العربية 中文 Русский" in log.lines[-1]


def test_a_person_reads_the_other_form(logger):
    made = Log("readable")
    logger.addHandler(made.handler)
    with log_lines.bound(request_id="b" * 32):
        structlog.get_logger("tests.log_lines").info("request", path="/meetings/", note="two words", ms=1.5)
    (line,) = made.lines
    assert line.endswith(
        f'info tests.log_lines request request_id={"b" * 32} path=/meetings/ note="two words" ms=1.5'
    )
    try:
        raise RuntimeError("no answer")
    except RuntimeError:
        logger.exception("it failed")
    assert made.lines[-1] == "RuntimeError: no answer"


def test_another_form_is_refused():
    with pytest.raises(ValueError, match="json or readable"):
        LineFormatter("xml")


def test_what_the_database_quotes_of_a_row_is_not_in_the_traceback(db, dg, logger, log):
    """A value with line breaks in it, so that no pattern could tell where the quotation ends."""
    title = "On naming,\n\nand on the rest of it)"
    document = factories.make_document(factories.make_register(dg), title)
    with pytest.raises(IntegrityError) as refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE documents_document SET disclosure = NULL WHERE id = %s", [document.pk])
    assert "On naming" in str(refused.value)  # there is something to leave out
    logger.error("refused (%s)", refused.value)
    assert "naming" not in log.lines[-1] and "null value in column" in log.last["event"]
    logger.error("refused", exc_info=refused.value)
    assert "naming" not in log.lines[-1] and "rest of it" not in log.lines[-1]
    assert "null value in column" in log.last["exception"]


def test_what_ends_a_command_is_a_line_too(logger, log, monkeypatch):
    import sys

    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    command = logging.getLogger("cwg.command")
    command.addHandler(log.handler)
    try:
        log_lines.log_what_nobody_caught()
        try:
            raise RuntimeError("somebody@mission.example")
        except RuntimeError as error:
            sys.excepthook(RuntimeError, error, error.__traceback__)
    finally:
        command.removeHandler(log.handler)
    assert log.last["level"] == "critical" and log.last["logger"] == "cwg.command"
    assert "RuntimeError: ***" in log.last["exception"]
