"""One line for each request, under one number."""

import ast
import io
import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.http import StreamingHttpResponse
from django.test import Client, RequestFactory

from cwg.operations import error_pages, request_lines
from cwg.operations.request_lines import RequestLineMiddleware
from cwg.record import log_lines
from cwg.record.log_lines import LineFormatter

ROOT = Path(__file__).resolve().parents[2]
NUMBER = "0123456789abcdef" * 2


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    logger, stream = logging.getLogger("cwg.request"), io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(LineFormatter("json"))
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield stream
    logger.removeHandler(handler)
    logger.setLevel(before)


def lines(written: io.StringIO) -> list[dict]:
    return [json.loads(line) for line in written.getvalue().splitlines()]


def test_a_line_tells_what_was_asked_and_answered_and_no_name(db, client_of, saudi_delegate, written):
    response = client_of(saudi_delegate).get("/documents/?text=secret+words")
    (line,) = lines(written)
    assert line.pop("ms") > 0
    for name in ("time", "level", "logger"):
        line.pop(name)
    assert line == {
        "event": "request",
        "request_id": response["X-Request-ID"],
        "method": "GET",
        "path": "/documents/",
        "route": "documents:documents",
        "status": 200,
        "bytes": len(response.content),
        "person": saudi_delegate.pk,
    }
    assert saudi_delegate.email not in written.getvalue() and "secret" not in written.getvalue()


def test_what_no_page_answers_has_a_line_without_a_route(db, client, written):
    client.get("/no-such-page/")
    (line,) = lines(written)
    assert (line["route"], line["status"], line["person"]) == ("", 404, None)


def test_the_answer_of_an_outer_layer_has_a_line_too(db, written):
    Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "a@b.example"})
    (line,) = lines(written)
    assert line["status"] == 403


def test_the_secret_of_a_path_is_masked(db, client, written):
    client.get("/invitation/eyJpIjoi/")
    assert lines(written)[0]["path"] == "/invitation/***/"


@pytest.mark.parametrize(("more", "told"), [(-1, ""), (0, ""), (1, "... (1 characters more)")])
def test_of_a_path_longer_than_any_page_has_the_beginning_is_told(db, client, written, more, told):
    path = "/" + "a" * (request_lines.LONGEST_PATH - 1 + more)
    client.get(path)
    assert lines(written)[0]["path"] == path[: request_lines.LONGEST_PATH] + told


def test_probes_leave_no_line_while_all_is_well(db, client, written):
    assert client.get("/livez").status_code == 200
    assert lines(written) == []
    client.post("/livez")
    assert lines(written)[0]["status"] == 405


def test_each_request_has_a_number_of_its_own(db, client):
    first, second = client.get("/livez")["X-Request-ID"], client.get("/livez")["X-Request-ID"]
    assert first != second
    assert re.fullmatch("[0-9a-f]{32}", first) and re.fullmatch("[0-9a-f]{32}", second)


def test_only_the_proxys_number_is_believed(db, client, settings):
    settings.BEHIND_PROXY = False
    assert client.get("/livez", headers={"X-Request-ID": NUMBER})["X-Request-ID"] != NUMBER
    settings.BEHIND_PROXY = True
    assert client.get("/livez", headers={"X-Request-ID": NUMBER})["X-Request-ID"] == NUMBER


@pytest.mark.parametrize("given", ["", "x" * 32, NUMBER.upper(), NUMBER + "0", f"{NUMBER}\n"])
def test_what_is_no_number_is_not_taken(db, settings, given):
    settings.BEHIND_PROXY = True
    request = RequestFactory().get("/", HTTP_X_REQUEST_ID=given)
    assert request_lines.number_of(request) != given


def test_nothing_of_one_request_stands_in_the_next(db, client):
    client.get("/livez")
    assert log_lines.request_id() == ""


def test_a_stream_has_its_line_when_the_last_of_it_has_left(written):
    def answer(request):
        return StreamingHttpResponse(iter([b"abc", b"de"]))

    response = RequestLineMiddleware(answer)(RequestFactory().get("/x/"))
    assert lines(written) == []
    assert b"".join(response) == b"abcde"
    (line,) = lines(written)
    assert (line["bytes"], line["request_id"]) == (5, response["X-Request-ID"])


def test_a_stream_that_broke_off_has_its_line_with_what_was_sent(db, written):
    def answer(request):
        return StreamingHttpResponse(iter([b"abc", b"de"]))

    response = RequestLineMiddleware(answer)(RequestFactory().get("/x/"))
    next(iter(response))
    response.close()  # as the server does once the connection is gone
    assert lines(written)[0]["bytes"] == 3


def test_a_page_for_a_fault_gives_the_number_to_quote(db, client, written, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError("x")

    client.raise_request_exception = False
    monkeypatch.setattr("cwg.look.instants.iso_utc", broken)
    response = client.get("/clock/")
    assert response.status_code == 500
    assert f'<code class="file-hash" dir="ltr" translate="no">{response["X-Request-ID"]}</code>' in (
        response.content.decode()
    )
    (line,) = lines(written)
    assert (line["status"], line["level"]) == (500, "warning")


def test_the_page_for_a_fault_stands_without_a_number():
    page = error_pages.server_error(RequestFactory().get("/")).content.decode()
    assert "quote this number" not in page


def pages_for_faults() -> set[str]:
    """Templates that some code answers with a status of 5xx, whether it names them there or is given them."""
    found = {"500.html"}
    for path in (path for top in ("cwg", "meetings", "contributions") for path in (ROOT / top).rglob("*.py")):
        module = ast.parse(path.read_text())
        for function in (node for node in ast.walk(module) if isinstance(node, ast.FunctionDef)):
            for template in templates_for_faults(function):
                if isinstance(template, ast.Constant):
                    found.add(template.value)
                else:
                    assert isinstance(template, ast.Name), f"{path}: {ast.unparse(template)}"
                    given = given_to(module, function.name)
                    assert given, f"{path}: nobody names a template for {function.name}"
                    found |= given
    return found


def templates_for_faults(function: ast.FunctionDef) -> Iterator[ast.expr]:
    for call in (node for node in ast.walk(function) if isinstance(node, ast.Call)):
        if ast.unparse(call.func) in ("render", "standing_alone.answer"):
            status = [ast.unparse(keyword.value) for keyword in call.keywords if keyword.arg == "status"]
            if status and status[0].startswith("5"):
                yield call.args[1]


def given_to(module: ast.Module, name: str) -> set[str]:
    """The templates with which the function `name` is called."""
    return {
        given.value
        for call in ast.walk(module)
        if isinstance(call, ast.Call) and ast.unparse(call.func).split(".")[-1] == name
        for given in call.args
        if isinstance(given, ast.Constant) and str(given.value).endswith(".html")
    }


def test_every_page_for_a_fault_gives_the_number():
    pages = pages_for_faults()
    known = {"500.html", "busy.html", "clock_set_back.html", "storage_away.html", "unavailable.html"}
    assert known | {"documents/damaged_file.html"} <= pages
    for name in pages:
        assert "components/request_number.html" in (ROOT / "templates" / name).read_text(), name
