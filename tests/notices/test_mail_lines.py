"""One line in the log for each attempt on a mail, under the number of the request that it tells of."""

import io
import json
import logging
from collections.abc import Iterator

import pytest

from cwg.notices import outbox, sending
from cwg.notices.expansion import expand_due
from cwg.notices.models import Event, Notice
from cwg.notices.postman import Postman
from cwg.record import log_lines
from tests import factories

pytestmark = pytest.mark.django_db

NUMBER, ANOTHER = "0123456789abcdef" * 2, "f" * 32
READER = "amal.reader@mission.example"


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    logger, stream = logging.getLogger(), io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(log_lines.LineFormatter("json"))
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield stream
    logger.removeHandler(handler)
    logger.setLevel(before)


def mails(written: io.StringIO) -> list[dict]:
    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    return [line for line in lines if line["event"] == "mail"]


@pytest.fixture
def notice(news, now) -> Notice:
    news.people = [factories.make_person(READER, name="Amal Reader")]
    with log_lines.bound(request_id=NUMBER):
        outbox.tell("news", key="2", at=now)
    expand_due()
    return Notice.objects.get()


def test_a_mail_that_went_out(smtp, notice, written):
    # A round that another request has asked for.
    with log_lines.bound(request_id=ANOTHER):
        sending.send_due()
    assert len(smtp.arrived) == 1
    (line,) = mails(written)
    told = ("request_id", "message_id", "kind", "outcome", "attempts", "notice")
    assert [line[name] for name in told] == [NUMBER, notice.message_id, "news", "sent", 1, notice.pk]
    assert READER not in written.getvalue() and "Amal" not in written.getvalue()


def test_one_that_is_refused_for_good(smtp, notice, written):
    smtp.refuse[READER] = f"550 5.1.1 <{READER}> no such mailbox"
    sending.send_due()
    (line,) = mails(written)
    errors = [told for told in written.getvalue().splitlines() if json.loads(told)["level"] == "error"]
    assert len(errors) == 1
    assert (line["outcome"], line["level"], line["request_id"]) == ("failed", "error", NUMBER)
    assert line["why"] == "no_mailbox"
    assert READER not in written.getvalue()


def test_one_that_is_tried_again_later(smtp, notice, written):
    smtp.refuse[READER] = f"451 4.7.1 <{READER}> later"
    sending.send_due()
    (line,) = mails(written)
    assert (line["outcome"], line["level"], line["attempts"]) == ("later", "info", 1)
    assert line["why"] == "try_later"
    assert READER not in written.getvalue()


def test_one_that_the_server_did_not_look_at(smtp, notice, written):
    smtp.at_connect = "421 4.3.2 too many connections"
    sending.send_due()
    (line,) = mails(written)
    assert (line["outcome"], line["why"]) == ("later", "busy")
    assert Notice.objects.get().why == ""


def test_one_that_somebody_else_finished_meanwhile(smtp, notice, written, monkeypatch):
    taken = Postman.send

    def finished_elsewhere(postman, message):
        taken(postman, message)
        Notice.objects.update(status=Notice.Status.SET_ASIDE)

    monkeypatch.setattr(Postman, "send", finished_elsewhere)
    sending.send_due()
    (line,) = mails(written)
    assert (line["outcome"], line["level"]) == ("overtaken", "info")
    assert Notice.objects.get().status == "set_aside"


def test_one_that_no_longer_matters(smtp, notice, news, written):
    news.matters = False
    sending.send_due()
    (line,) = mails(written)
    assert line["outcome"] == "dropped"


def test_what_a_background_job_tells_of_has_no_number(smtp, news, now, written):
    news.people = [factories.make_person(READER)]
    outbox.tell("news", key="3", at=now)
    assert Event.objects.get().request_id == ""
    expand_due()
    with log_lines.bound(request_id=ANOTHER):
        sending.send_due()
    (line,) = mails(written)
    assert "request_id" not in line
