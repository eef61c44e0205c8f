"""Nothing is offered that is then refused (quality: bad input 41): every page, walked as every role.

Each role starts from every address of the matrix that answers it with a page, follows every link of every page it
comes to, and presses every button of every form, as the form stands there. A form may ask for more (400, 422); an
offer never ends in 403, 404, 405, 409 or 5xx. The address of a document that is lost answers 410 with a page that says so
and what can be done: it is offered where the loss is told, and walked like any other. Whatever a press did is rolled back.
"""

import contextlib
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urldefrag, urlencode, urljoin, urlsplit

import pytest
from django.db import connection, transaction
from django.http import HttpResponseBase
from lxml import html

from cwg.members.models import Office, Role
from tests import factories
from tests.matrix_world import ROLES, World, session_of
from tests.test_matrix import address, matrix_folder, rows, standing, world

__all__ = ["matrix_folder", "standing", "world"]  # its fixtures: the same world

pytestmark = pytest.mark.django_db

WALKERS = (*ROLES, "vice_chair", "foreign_secretariat")
HOST = "http://testserver"
ANSWERED = {200, 302, 400, 422}
# Beside the pages: what is handed out and not walked.
OUTSIDE = ("/static/", "/media/")


@dataclass(frozen=True)
class Press:
    """One button of one form, with what the form sends as it stands."""

    method: str
    url: str
    fields: tuple[tuple[str, str], ...] = ()

    @property
    def kind(self) -> tuple:
        """Presses of one kind differ in values only; one of them is tried."""
        return self.method, shape(self.url), tuple(name for name, _ in self.fields), self.button

    button: str = field(default="", compare=False)


def local(page: str, reference: str | None) -> str | None:
    """Path and query of what `reference` on `page` leads to; None for another site, a mail, a place on the page."""
    whole = urldefrag(urljoin(HOST + page, reference or "")).url
    parts = urlsplit(whole)
    if f"{parts.scheme}://{parts.netloc}" != HOST or parts.path.startswith(OUTSIDE):
        return None
    return parts.path + (f"?{parts.query}" if parts.query else "")


def links_of(tree: html.HtmlElement, page: str) -> Iterator[str]:
    for attribute in ("href", "hx-get"):
        for element in tree.xpath(f"//*[not(self::link)][@{attribute}]"):
            if (found := local(page, element.get(attribute))) is not None:
                yield found


def presses_of(tree: html.HtmlElement, page: str) -> Iterator[Press]:
    for form in tree.forms:
        buttons = [
            *form.xpath(".//button[not(@type) or @type='submit']"),
            *form.xpath(".//input[@type='submit']"),
        ]
        if form.get("id"):
            buttons += tree.xpath(f"//button[@form='{form.get('id')}']")
        for button in buttons:
            target = local(page, button.get("formaction") or form.get("action") or page)
            if target is None or button.get("disabled") is not None:
                continue
            method = (button.get("formmethod") or form.get("method") or "get").lower()
            sent = [(name, value) for name, value in form.form_values() if name != "csrfmiddlewaretoken"]
            if button.get("name"):
                sent.append((button.get("name"), button.get("value") or ""))
            yield Press(method, target, tuple(sent), f"{button.get('name')}={button.get('value')}")


def shape(url: str) -> tuple:
    """Links that differ in the values of their query only are one: of a filter or an order one is followed."""
    parts = urlsplit(url)
    return parts.path, tuple(name for name, _ in parse_qsl(parts.query, keep_blank_values=True))


def narrowed_again(url: str, here: str) -> bool:
    """A list that is filtered or ordered already, once more: every filter is followed, not all their combinations."""
    before, after = urlsplit(here), urlsplit(url)
    return before.path == after.path and bool(before.query)


def starts(world: World, role: str) -> Iterator[str]:
    """Every address of the matrix that may answer this role with a page."""
    for route, thing, method, cells in rows():
        if method == "GET" and (role not in cells or "200" in cells[role].split("|")):
            yield address(route, thing, world)


@contextlib.contextmanager
def undone() -> Iterator[None]:
    savepoint = transaction.savepoint()
    try:
        yield
    finally:
        connection.needs_rollback = False
        transaction.savepoint_rollback(savepoint)


def ask(world: World, role: str, press: Press) -> HttpResponseBase:
    client = world.client(role)
    if press.method == "get":
        query = urlencode(press.fields)
        return client.get(press.url + ("?" + query if query else ""))
    # A redirect is part of the answer: it must lead somewhere too.
    return client.post(press.url, _by_name(press.fields), follow=True)


def _by_name(fields: tuple[tuple[str, str], ...]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in fields:
        found.setdefault(name, []).append(value)
    return found


def walk(world: World, role: str) -> list[str]:
    """What is offered to `role` and then refused, a line each."""
    waiting = deque((Press("get", url), "") for url in starts(world, role))
    seen = {shape(press.url) for press, _ in waiting}
    lost = address("documents:document", "lost", world)
    wrong = []
    while waiting:
        press, offered_on = waiting.popleft()
        # What a page puts down as it is read (the token of a preview) must be there when its button is pressed.
        with undone() if press.method == "post" else contextlib.nullcontext():
            try:
                answer = ask(world, role, press)
                status = answer.status_code
            except Exception as error:
                wrong.append(f"{offered_on}: {press.method} {press.url} raises {error!r}")
                continue
            tells_loss = status == 410 and press.url == lost
            if offered_on and status not in ANSWERED and not tells_loss:
                wrong.append(f"{offered_on}: {press.method} {press.url} {press.button} -> {status}")
            is_page = (status == 200 or tells_loss) and answer.get("Content-Type", "").startswith("text/html")
            if press.method != "get" or not is_page or answer.streaming:
                continue
            tree = html.document_fromstring(answer.content.decode())
        here = press.url
        for url in links_of(tree, here):
            if shape(url) not in seen and not narrowed_again(url, here):
                seen.add(shape(url))
                waiting.append((Press("get", url), here))
        for form in presses_of(tree, here):
            key = form.kind if form.method == "post" else shape(form.url)
            if key not in seen:
                seen.add(key)
                waiting.append((form, here))
    return wrong


@pytest.mark.parametrize("role", WALKERS)
def test_nothing_is_offered_that_is_then_refused(standing: World, role: str):
    if role == "foreign_secretariat":
        office = factories.make_office(Office.Kind.SECRETARIAT)
        elsewhere = standing.foreign.register.group
        seat = factories.accredit("secretariat@elsewhere.example", elsewhere, Role.SECRETARIAT, office=office)
        standing.sessions[role] = session_of(seat.person)
    assert walk(standing, role) == []


def test_the_walk_sees_links_buttons_and_what_a_form_sends():
    """The walker itself: it would hold nothing if it found nothing."""
    page = html.document_fromstring(
        "<a href='/a/?x=1#top'>a</a> <a href='mailto:x@y.example'>m</a> <a href='https://elsewhere.example/'>e</a>"
        "<form id='f' method='post' action='/do/'><input name='n' value='1'><input type='checkbox' name='c' value='2'>"
        "<button name='b' value='join'>J</button><button formaction='/other/'>O</button></form>"
        "<button form='f' name='out' value='3'>Out</button>"
    )
    assert list(links_of(page, "/here/")) == ["/a/?x=1"]
    assert [(press.method, press.url, press.fields) for press in presses_of(page, "/here/")] == [
        ("post", "/do/", (("n", "1"), ("b", "join"))),
        ("post", "/other/", (("n", "1"),)),
        ("post", "/do/", (("n", "1"), ("out", "3"))),
    ]
