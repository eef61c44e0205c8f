"""Walls between groups (quality: bad input 42, I7), held on content and not only on status.

A second group lives in the portal before the matrix's own group is made. Every page that its people reach is read;
then the other group gets its people, meetings, documents, drafts, mails and log lines; then the same pages are read
again. Not a word, a row or a count on them may have changed.
"""

import contextlib
import re
from collections.abc import Iterator
from datetime import timedelta
from difflib import unified_diff
from html.parser import HTMLParser
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import Resolver404, resolve

from contributions import drafting
from cwg import clock
from cwg.documents import register
from cwg.documents.kinds import Kind
from cwg.documents.models import PolicyIssue
from cwg.members.models import Office, Person, Role
from cwg.members.parties import Party
from cwg.members.rights import rights_of
from cwg.notices import expansion, outbox
from cwg.notices.models import Notice
from cwg.record import access, heartbeat, signing
from cwg.record.models import VerificationRun
from meetings import requests
from tests import factories, matrix_world
from tests.matrix_world import MARK
from tests.test_matrix import AT, OBJECTS, address, matrix_folder, routes, with_storage  # noqa: F401

pytestmark = pytest.mark.django_db

NEIGHBOURS = ("secretariat", "auditor", "chair", "bureau", "delegate", "focal_point", "stakeholder", "nobody")
# Pages of one kind are alike: this many of each address are read.
OF_A_KIND = 2
# Addresses that are secrets themselves: whoever holds one may read what it is for.
SECRETS = ("of the delegate", "open")
# The portal's own, of no group: heads of all announced chains are public by intent (numbers and hashes, no names), and
# whoever verifies learns that there is more to verify.
OF_THE_PORTAL = ("/record/heads/", "/console/verification/")
START = (
    "/",
    "/meetings/",
    "/documents/",
    "/me/",
    "/today/",
    "/people/",
    "/console/",
    "/delegation/",
    f"/documents/?q={MARK}",
    f"/go/?q={MARK}",
)


class Links(HTMLParser):
    """The addresses that a page links to."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag, attrs) -> None:
        if tag == "a" and (href := dict(attrs).get("href")):
            self.found.append(href)


def read(client: Client, url: str) -> str:
    """The page as its reader sees it, without what changes from one request to the next. Nothing it does stays."""
    savepoint = transaction.savepoint()
    try:
        response = client.get(url)
        body = b"".join(response.streaming_content) if response.streaming else response.content
    finally:
        connection.needs_rollback = False
        transaction.savepoint_rollback(savepoint)
    text = body.decode("utf-8", "replace")
    text = re.sub(r'(name="csrfmiddlewaretoken" value=|nonce=)"[^"]*"', "", text)
    return f"{response.status_code} {response.headers.get('Location', '')}\n{text}"


def kind_of(url: str) -> str | None:
    try:
        return resolve(urlsplit(url).path).view_name + ("?" if urlsplit(url).query else "")
    except Resolver404:
        return None


def walk(client: Client) -> dict[str, str]:
    """What a person is shown: every page that can be reached by links, a few of each kind."""
    pages: dict[str, str] = {}
    waiting, of_a_kind = list(START), {}
    while waiting:
        url = waiting.pop(0)
        kind = kind_of(url)
        if kind is None or url in pages or of_a_kind.get(kind, 0) >= OF_A_KIND + (url in START) * 9:
            continue
        of_a_kind[kind] = of_a_kind.get(kind, 0) + 1
        pages[url] = read(client, url)
        links = Links()
        links.feed(pages[url])
        for link in links.found:
            absolute = urldefrag(urljoin(f"http://testserver{url}", link)).url
            if absolute.startswith("http://testserver/"):
                waiting.append(absolute.removeprefix("http://testserver"))
    return pages


def neighbours() -> dict[str, Person]:
    """The people of a second group that has all that a group has."""
    group = factories.make_group("NEIGHBOUR", name="The neighbours' group")
    # They are not alone even before: who sees every group there is sees more.
    factories.make_group("ELSEWHERE")
    offices = {
        kind: factories.make_office(kind, f"neighbour-{kind}", f"Neighbours' {kind}") for kind in Office.Kind
    }
    # Offices are ITU's, not a group's: those of the other group are there before anybody looks.
    for kind in Office.Kind:
        factories.make_office(kind)
    for iso3 in ("SAU", "SYR", "FRA", "BRA"):
        factories.make_state(iso3)
    seats = {
        "secretariat": (Role.SECRETARIAT, None, offices["secretariat"]),
        "auditor": (Role.AUDITOR, None, None),
        "chair": (Role.CHAIR, None, offices["chair"]),
        "bureau": (Role.BUREAU, None, offices["bureau"]),
        "delegate": (Role.DELEGATE, "BRA", None),
        "focal_point": (Role.FOCAL_POINT, "BRA", None),
        "stakeholder": (Role.STAKEHOLDER, None, None),
    }
    people = {
        name: factories.accredit(f"{name}@neighbour.example", group, *seat).person
        for name, seat in seats.items()
    }
    people["nobody"] = factories.make_person("nobody@neighbour.example")
    now = clock.now()
    meeting = factories.make_meeting(group, 1)
    in_session = factories.make_meeting(group, 2, opens_at=now - timedelta(hours=1))
    actor = people["focal_point"]
    factories.make_document(
        meeting.register, "A neighbour's document", actor=actor, sources=(factories.state_source("BRA"),)
    )
    requests.record(
        in_session,
        addressees=[factories.make_state("BRA")],
        item="1",
        wording="A neighbour's request",
        actor=people["secretariat"],
    )
    drafting.begin(
        rights=rights_of(people["delegate"]),
        at=now,
        party=Party(group, factories.make_state("BRA")),
        wording=drafting.Wording(meeting.register, Kind.CONTRIBUTION_ACTION, "A neighbour's draft", ("en",)),
    )
    # What is the portal's and no group's: the worker's heartbeat, the key that signs, issues that bind everybody.
    heartbeat.beat()
    VerificationRun.objects.create(at=now, held=True, outcome=[])
    with transaction.atomic():
        signing.sign("test", {})
    PolicyIssue.objects.create(list_name="Resolution 1305", number=1, title="Multilingualization")
    access.note("signed_in", at=now, person_id=actor.pk)
    expansion.expand_due()
    return people


@pytest.fixture(scope="module")
def walled(django_db_setup, django_db_blocker, matrix_folder) -> Iterator[tuple]:  # noqa: F811
    """The second group, what each of its people was shown before the other group was there, and the other group."""
    with django_db_blocker.unblock(), contextlib.ExitStack() as stack:
        atomic = transaction.atomic()
        atomic._from_testcase = True  # as Django's own test cases mark theirs
        stack.enter_context(atomic)
        stack.callback(transaction.set_rollback, True)
        stack.enter_context(clock.held_at(AT))
        with with_storage(matrix_folder):
            people = neighbours()
            clients = {}
            for name, person in people.items():
                clients[name] = Client()
                clients[name].force_login(person)
            before = {name: walk(client) for name, client in clients.items()}
            world = matrix_world.build()
            # What is disclosed is meant to be seen by neighbours too.
            for disclosed in (world.public, world.membership):
                register.change_disclosure(
                    disclosed, "member_states", actor=world.people["secretariat"], reason=MARK
                )
            outbox.tell(
                "meeting_announced",
                key="walls",
                at=AT,
                group=world.group.pk,
                facts={"meeting": world.announced.pk},
            )
            expansion.expand_due()
            yield world, clients, before


@pytest.fixture
def standing(walled, db, storage, matrix_folder) -> Iterator[tuple]:  # noqa: F811
    with with_storage(matrix_folder), clock.held_at(AT):
        yield walled


def test_there_is_something_to_see(standing):
    """The group's own secretariat and delegate meet the mark on many pages."""
    world, _clients, _before = standing
    for role, at_least in (("secretariat", 15), ("delegate", 5)):
        pages = walk(world.client(role))
        assert len([url for url, page in pages.items() if MARK in page]) >= at_least, sorted(pages)


@pytest.mark.parametrize("role", NEIGHBOURS)
def test_another_group_changes_nothing_that_its_neighbours_are_shown(standing, role: str):
    _world, clients, before = standing
    assert len(before[role]) > 5
    changed = {}
    for url, page in before[role].items():
        if not url.startswith(OF_THE_PORTAL) and (now := read(clients[role], url)) != page:
            changed[url] = [line.strip() for line in unified_diff(page.splitlines(), now.splitlines(), n=0)][
                :12
            ]
    assert changed == {}, "\n".join(f"{url}: {lines}" for url, lines in changed.items())


@pytest.mark.parametrize("role", NEIGHBOURS)
def test_no_address_of_another_group_tells_its_neighbours_anything(standing, role: str):
    """Every address that names an object of the other group, asked by somebody of the second."""
    world, clients, _before = standing
    leaks = []
    for route in routes():
        for thing in OBJECTS.get(route, {}):
            if thing in SECRETS:
                continue
            url = address(route, thing, world)
            page = read(clients[role], url)
            if MARK in page or "matrix.example" in page:
                leaks.append(url)
    assert leaks == []


@pytest.mark.parametrize("role", NEIGHBOURS)
def test_what_is_the_portals_own_names_nothing_of_a_group(standing, role: str):
    _world, clients, _before = standing
    for url in ("/record/heads/", "/console/verification/", "/console/verification/portal-chain.jsonl"):
        page = read(clients[role], url)
        assert MARK not in page and "matrix.example" not in page


def test_mails_of_a_group_go_to_its_own_people(standing):
    assert Notice.objects.filter(address__endswith="@matrix.example").exists()
    assert not Notice.objects.filter(event__key="walls", address__endswith="@neighbour.example").exists()
