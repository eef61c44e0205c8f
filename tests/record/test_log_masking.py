"""No secret of an address reaches the log: not by a request, not by `next=`, not by a traceback."""

import io
import logging
import re
import time
import uuid
from urllib.parse import quote

import pytest
from django.conf import settings
from django.urls import reverse
from gunicorn.config import Config

from cwg.gunicorn import LineLogger
from cwg.members import people
from cwg.members.models import Invitation
from cwg.record.log_lines import LineFormatter
from cwg.record.log_masking import MASK, mask, masked
from tests.faults import web_server

SECRET = "eyJpIjoi-_0:1vM"
ADDRESSES = [
    reverse("members:invitation", args=[SECRET]),
    reverse("account_use_sign_in_link", args=[SECRET]),
    reverse("account_confirm_address", args=[SECRET]),
    reverse("account_reset_password_from_key", kwargs={"uidb36": "2b", "key": "d0x-4fa9c"}),
    reverse("meetings:feed", args=["s3cret-of-the-calendar"]),
]
SECRETS = (SECRET, quote(SECRET), "d0x-4fa9c", "s3cret-of-the-calendar")


def tells_nothing(line: str) -> bool:
    return MASK in line and not any(secret in line for secret in SECRETS)


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_secret_of_an_address_is_masked(address: str):
    assert tells_nothing(mask(f"request='GET {address}' code=200"))


@pytest.mark.parametrize("address", ADDRESSES)
def test_it_is_masked_within_the_address_to_go_to_after_signing_in(address: str):
    sign_in = reverse("account_login")
    assert tells_nothing(mask(f"GET {sign_in}?next={address}"))
    once = quote(address, safe="")
    assert tells_nothing(mask(f"GET {sign_in}?next={once}&language=fr"))
    assert tells_nothing(mask(f"GET {sign_in}?next={quote(f'{sign_in}?next={once}', safe='')}"))


def test_what_stands_around_a_secret_stays_readable():
    assert mask("GET /invitation/abc/?x=1 HTTP/1.1") == f"GET /invitation/{MASK}/?x=1 HTTP/1.1"


@pytest.mark.parametrize(
    "address", ["/me/calendar/", "/documents/wg-wsis-14/7/", "/meetings/dg-2/meeting.ics"]
)
def test_other_addresses_stay_as_they_are(address: str):
    assert mask(f"GET {address}") == f"GET {address}"


@pytest.mark.parametrize(
    "text",
    [
        "refused: [(550, b'5.1.1 <amal.focal@mission.example>: no such user')]",
        "to=amal.focal@mission.example",
        "GET /people/?search=amal.focal%40mission.example",
        "GET /accounts/login/?next=%2Fpeople%2F%3Fsearch%3Damal.focal%2540mission.example",
        "postgres://cwg:amal.focal@mission.example:5432/cwg",
    ],
)
def test_a_mail_address_is_nobodys_business(text: str):
    assert MASK in mask(text)
    assert "amal" not in mask(text) and "mission" not in mask(text)


@pytest.mark.parametrize("between", ["|", "%2C", "+", "*", " ", ", ", "%20"])
def test_neither_of_two_addresses_beside_each_other_is_told(between: str):
    said = mask(f"to=amal@mission.example{between}omar%40ministry.example.")
    assert said.startswith("to=***") and said.endswith(".")
    assert not any(word in said for word in ("amal", "mission", "omar", "ministry"))


def test_a_name_that_looks_like_a_domain_is_not_told():
    assert mask("/@amal.focal@mission.example/") == "/******/"


@pytest.mark.parametrize("text", ["@mission.example", "a @b", "40 of 40", "x@", "/%40mission.example/"])
def test_what_is_no_address_stays(text: str):
    assert mask(text) == text


@pytest.mark.parametrize(
    "hostile",
    [
        "/" + "a" * 64_000 + "40",
        "/" + "a" * 64_000 + "@",
        "a@" + "b" * 64_000,
        "a@" + "b." * 32_000,
        "x%" + "25" * 32_000 + "40",
        "%40" * 21_000,
        "a%40b" * 12_000,
        "a@b.c|" * 10_000,
        "/@a.b" * 12_000,
        "@40/" + "%" * 64_000,
        "/invitation/40" + "%25" * 21_000,
        "/invitation" * 6_000,
        "%2Finvitation%" + "25" * 32_000,
        "DETAIL:" + " " * 64_000,
        "DETAIL: " * 8_000,
    ],
    ids=lambda text: text[:16],
)
def test_no_text_of_a_stranger_keeps_the_log_busy(hostile: str):
    """Eight times what a path may be: a pattern that tries every beginning takes most of a minute for it."""
    began = time.process_time()
    mask(hostile)
    assert time.process_time() - began < 2


def test_a_mail_is_still_found_by_its_message_id():
    text = f"message_id=<{uuid.uuid4().hex}@portal.example>"
    assert mask(text) == text


def test_the_detail_of_an_error_of_the_database_stays_out_of_a_sentence():
    said = "IntegrityError: duplicate key value DETAIL:  Key (title)=(On naming) already exists."
    assert mask(said) == f"IntegrityError: duplicate key value DETAIL:  {MASK}"


def test_every_field_is_masked_however_deep_it_lies():
    class Told:
        def __str__(self) -> str:
            return ADDRESSES[0]

    fields = {"a": [ADDRESSES[0], {"b": (ADDRESSES[1],)}], ADDRESSES[2]: Told(), "n": 3, "no": None}
    plain = masked(fields)
    assert tells_nothing(str(plain))
    assert plain["n"] == 3 and plain["no"] is None


@pytest.mark.parametrize("form", ["json", "readable"])
def test_a_traceback_is_masked_too(form: str):
    try:
        raise RuntimeError(f"no answer for {ADDRESSES[0]}")
    except RuntimeError as error:
        record = logging.LogRecord(
            "x", logging.ERROR, __file__, 1, "failed", None, (type(error), error, None)
        )
    assert tells_nothing(LineFormatter(form).format(record))


def test_every_handler_of_the_portal_masks():
    for handler in settings.LOGGING["handlers"].values():
        formatter = settings.LOGGING["formatters"][handler["formatter"]]
        assert formatter["()"].endswith(".LineFormatter")


def test_a_real_request_leaves_no_secret_in_the_log(client, db, dg, secretary, now, monkeypatch, caplog):
    """Through every middleware and logger; the console's handler writes to us for the time of the test."""
    invitation = people.invite(
        email="new@test.example",
        name="New",
        language="en",
        group=dg,
        role="auditor",
        actor=secretary,
        at=now,
    )
    link = people.invitation_link(invitation)
    token = link.rstrip("/").rpartition("/")[2]
    written, root = io.StringIO(), logging.getLogger()
    (console,) = [h for h in root.handlers if isinstance(h.formatter, LineFormatter)]
    monkeypatch.setattr(console, "stream", written)
    caplog.set_level(logging.INFO)
    assert client.get(f"/invitation/{token}/").status_code == 200
    assert client.get("/calendar/s3cret-of-the-calendar.ics").status_code == 404
    lines = written.getvalue()
    assert f"/invitation/{MASK}/" in lines and f"/calendar/{MASK}" in lines
    assert token not in lines and "s3cret-of-the-calendar" not in lines
    assert Invitation.objects.get().used_at is None


def test_what_gunicorn_says_of_a_failed_request_is_masked(capsys):
    log = LineLogger(Config())
    log.error("Error handling request %s", ADDRESSES[0])
    assert tells_nothing(capsys.readouterr().err)
    for handler in list(log.error_log.handlers):
        log.error_log.removeHandler(handler)


@pytest.mark.faults
@pytest.mark.django_db(transaction=True)
def test_the_log_of_a_real_web_server_holds_no_secret(tmp_path):
    secret = uuid.uuid4().hex
    with web_server.running(tmp_path / "web.log", workers=1, LOG_LEVEL="INFO") as server:
        for path in (
            f"/invitation/{secret}/",
            f"/calendar/{secret}.ics",
            f"/accounts/login/?next=/invitation/{secret}/",
        ):
            server.request("GET", path)
    log = (tmp_path / "web.log").read_text()
    # No query string is told: the third has nothing to mask.
    assert len(re.findall(rf"/(?:invitation|calendar)/{re.escape(MASK)}", log)) >= 2
    assert "/accounts/login/" in log
    assert secret not in log
