"""Who gets which answer where (quality: bad input 1, I7): every address x role x method, as `matrix.csv` has it.

An address without a row fails. A cell is the status of the answer: `login` is the way to the sign-in page, `a|b`
leaves both open. Requests carry no data, so a POST tells who gets as far as the form, and changes nothing that a
row would have to undo: every request is rolled back.
"""

import contextlib
import csv
import re
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test import override_settings
from django.urls import NoReverseMatch, URLPattern, get_resolver, reverse

from cwg import clock
from cwg.members.rights import ADMINISTERED_MODELS
from tests import factories, matrix_proposals, matrix_world
from tests.matrix_world import ROLES, World, file_of, meeting_slug

# Also tells pytest-django that a test database is wanted. The transaction of each test lies within the world's.
pytestmark = pytest.mark.django_db

METHODS = ("GET", "POST")
Address = Callable[[World], dict]


def seat(w: World) -> dict:
    return {"group": w.group.slug, "code": "sau"}


# What stands in an address that names something: route -> name of the object in the matrix -> its parts.
OBJECTS: dict[str, dict[str, Address]] = {
    "members:invitation": {
        "open": lambda w: {"token": w.invitation_token},
        "never issued": lambda w: {"token": "x" * 43},
    },
    "members:person-act": {
        name: (lambda w, act=act: {"pk": w.people["delegate"].pk, "name": act})
        for name, act in (
            ("address of delegate", "address"),
            ("second factor of delegate", "second-factor"),
            ("joining delegate", "join"),
            ("closing delegate", "close"),
            ("no such act", "nothing"),
        )
    },
    "members:person": {
        name: (lambda w, name=name: {"pk": w.people[name].pk}) for name in ("delegate", "secretariat")
    },
    "members:new-password": {"delegate": lambda w: {"pk": w.people["delegate"].pk}},
    "members:state-people": {"Saudi Arabia": lambda w: {"iso3": "sau"}},
    "members:imported": {"by the secretariat": lambda w: {"pk": w.roster.pk}},
    "members:role-end": {
        "Saudi delegate": lambda w: {"pk": w.seat_of_delegate.pk},
        "Syrian delegate": lambda w: {"pk": w.seat_of_syrian.pk},
    },
    "members:invitation-revoke": {"to Saudi Arabia": lambda w: {"pk": w.invitation.pk}},
    "mfa_edit_webauthn": {"of nobody": lambda w: {"pk": 0}},
    "mfa_remove_webauthn": {"of nobody": lambda w: {"pk": 0}},
    "account_confirm_address": {"never issued": lambda w: {"token": "x" * 43}},
    "account_use_sign_in_link": {"never issued": lambda w: {"token": "x" * 43}},
    "account_reset_password_from_key": {"never issued": lambda w: {"uidb36": "1", "key": "abc-def"}},
    "meetings:meeting": {
        name: (lambda w, name=name: {"slug": meeting_slug(w.things[name])})
        for name in ("announced", "in_session", "prepared", "foreign")
    },
    "meetings:request": {
        "in session": lambda w: {"slug": meeting_slug(w.in_session), "pk": w.request.pk},
        "by another meeting's address": lambda w: {"slug": meeting_slug(w.announced), "pk": w.request.pk},
    },
    "meetings:link-answer": {
        name: (
            lambda w, name=name: {
                "slug": meeting_slug(w.in_session),
                "pk": w.things[name].request_id,
                "addressee": w.things[name].pk,
            }
        )
        for name in ("awaiting", "answered")
    }
    | {
        "by another request's address": lambda w: {
            "slug": meeting_slug(w.in_session),
            "pk": w.request.pk,
            "addressee": w.awaiting.pk,
        },
    },
    "meetings:feed": {
        "of the delegate": lambda w: {"secret": w.people["delegate"].calendar_secret},
        "never issued": lambda w: {"secret": "x" * 43},
    },
    "documents:document": {
        name: (lambda w, name=name: {"path": w.things[name].path})
        for name in (
            "private",
            "membership",
            "public",
            "withdrawn",
            "foreign_document",
            "lost",
            "foreign_lost",
        )
    },
    "documents:file": {
        name: (lambda w, name=name: {"pk": file_of(w.things[name]).pk})
        for name in ("private", "membership", "public", "withdrawn", "foreign_document")
    },
    "documents:receipt": {
        name: (lambda w, name=name: {"code": w.things[name].original.receipt.code})
        for name in ("private", "public", "withdrawn", "foreign_document")
    },
    "contributions:seat": {
        "Saudi Arabia": seat,
        "Syria": lambda w: {"group": w.group.slug, "code": "syr"},
    },
    "contributions:contribution": {
        name: (lambda w, name=name: {"pk": w.things[name].pk})
        for name in ("draft", "discarded", "syrian_draft", "joint_draft", "filed_draft")
    },
    "contributions:take-back": {"discarded": lambda w: {"pk": w.discarded.pk}},
    "contributions:draft-file": {
        "own": lambda w: {"pk": w.draft.pk, "file": w.draft_file.pk},
        "by another draft's address": lambda w: {"pk": w.syrian_draft.pk, "file": w.draft_file.pk},
    },
    "contributions:remove-sponsor": {
        "draft": lambda w: {"pk": w.draft.pk, "sponsorship": w.sponsorship_of_draft.pk}
    },
    "contributions:answer-sponsorship": {
        "asked of Saudi Arabia": lambda w: {"pk": w.sponsorship_of_saudi.pk}
    },
    "contributions:use-slot": {
        "draft": lambda w: {"pk": w.draft.pk, "slot": w.addressee.slot_id},
        "syrian_draft": lambda w: {"pk": w.syrian_draft.pk, "slot": w.addressee.slot_id},
    },
    "contributions:answer-request": {
        "draft": lambda w: {"pk": w.draft.pk, "asked": w.awaiting.pk},
        "syrian_draft": lambda w: {"pk": w.syrian_draft.pk, "asked": w.awaiting.pk},
    },
    "contributions:change": {
        name: (lambda w, name=name: {"document": w.things[name].pk})
        for name in ("private", "public", "withdrawn", "foreign_document", "filed_document")
    },
}
OBJECTS["documents:objection"] = {
    name: (lambda w, name=name: {"path": w.things[name].path})
    for name in ("filed_document", "private", "withdrawn", "foreign_document")
}
OBJECTS["documents:letter"] = {"of filed_document": lambda w: {"pk": w.letter.pk}}
OBJECTS["contributions:draft-letter"] = {
    "own": lambda w: {"pk": w.filed_draft.pk, "letter": w.letter_of_draft.pk},
    "by another draft's address": lambda w: {"pk": w.draft.pk, "letter": w.letter_of_draft.pk},
}
OBJECTS["contributions:remove-letter"] = OBJECTS["contributions:draft-letter"]
OBJECTS["documents:heads-of-day"] = {
    "published": lambda w: {"day": w.heads.day},
    "never published": lambda w: {"day": date(2009, 2, 12)},
}
OBJECTS["documents:translation-remove"] = {
    "prepared for private": lambda w: {"path": w.private.path, "pk": w.prepared_file.pk},
    "by another document's address": lambda w: {"path": w.public.path, "pk": w.prepared_file.pk},
}
for _act in ("today:one-mail", "today:send-again", "today:set-aside"):
    OBJECTS[_act] = {"failed mail": lambda w: {"pk": w.notice.pk}}
for _act in ("today:send-all-again", "today:set-all-aside"):
    OBJECTS[_act] = {"failed mail": lambda w: {"why": w.notice.why}}
OBJECTS["console:verification-run"] = {"of the world": lambda w: {"pk": w.verification.pk}}
OBJECTS["documents:rule"] = {
    name: (lambda w, name=name: {"pk": w.things[name].pk}) for name in ("rule", "own_rule", "foreign_rule")
}
OBJECTS["documents:rule-preset"] = {
    "Decision 556": lambda w: {"key": "decision-556", "slug": w.group.slug},
    "foreign group": lambda w: {"key": "decision-556", "slug": w.foreign.register.group.slug},
    "unknown": lambda w: {"key": "unknown", "slug": w.group.slug},
}
OBJECTS["console:notices_demomail_html"] = {"a mail": lambda w: {"pk": w.demo_mail.pk}}
# Who finds what is kept, and in which browser, is in tests/operations/test_asked_again.py.
for _act in ("members:kept-words", "members:kept-words-list", "members:discard-kept-words"):
    OBJECTS[_act] = {"never kept": lambda w: {"pk": uuid.UUID(int=0)}}
DRAFTS = {
    name: OBJECTS["contributions:contribution"][name] for name in ("draft", "syrian_draft", "filed_draft")
}
# Routes that name the same objects as another.
SAME = {
    "meetings:pack": "meetings:meeting",
    "meetings:record": "meetings:meeting",
    "meetings:chain": "meetings:meeting",
    "meetings:calendar": "meetings:meeting",
    "meetings:announce": "meetings:meeting",
    "meetings:move": "meetings:meeting",
    "meetings:deadlines": "meetings:meeting",
    "meetings:edit": "meetings:meeting",
    "meetings:postpone": "meetings:meeting",
    "meetings:cancel": "meetings:meeting",
    "meetings:open-sitting": "meetings:meeting",
    "meetings:undo-opening": "meetings:meeting",
    "meetings:close": "meetings:meeting",
    "meetings:record-request": "meetings:meeting",
    "meetings:withdraw-request": "meetings:request",
    "meetings:withdraw-addressee": "meetings:link-answer",
    "meetings:unlink-answer": "meetings:link-answer",
    "documents:rule-switch": "documents:rule",
    "documents:cover": "documents:document",
    "documents:disclosure": "documents:document",
    "documents:translations": "documents:document",
    "documents:translation-upload": "documents:document",
    "documents:receipt-pdf": "documents:receipt",
    "documents:receipt-statement": "documents:receipt",
    "members:role-change": "members:role-end",
    "members:invitation-again": "members:invitation-revoke",
    "members:imported-csv": "members:imported",
    "members:grant": "members:new-password",
    "contributions:remove-file": "contributions:draft-file",
    "contributions:move-file": "contributions:draft-file",
    "contributions:replace-earlier": "contributions:draft-file",
    "contributions:withdraw": "contributions:change",
    "contributions:change-for": "contributions:change",
}
for route, other in SAME.items():
    OBJECTS[route] = OBJECTS[other]
for verb in (
    "answer-nothing",
    "upload",
    "discard",
    "ask-sponsor",
    "preview",
    "submit",
    "ask-to-submit",
    "hold",
):
    OBJECTS[f"contributions:{verb}"] = DRAFTS
for verb in ("received", "upload-letter"):
    OBJECTS[f"contributions:{verb}"] = {name: DRAFTS[name] for name in ("draft", "filed_draft")}

# The console's model pages follow one rule, so their rows are made here and not written down one by one.
CONSOLE_PAGES = ("changelist", "add", "history", "delete", "change")
CONSOLE_OBJECTS: dict[str, str] = {
    "members_person": "seat_of_delegate.person",
    "members_accreditation": "seat_of_delegate",
    "members_invitation": "invitation",
    "members_memberstate": "saudi",
    "members_office": "office",
    "members_group": "group",
    "meetings_meeting": "announced",
    "meetings_sitting": "sitting",
    "meetings_request": "request",
    "meetings_addressee": "addressee",
    "documents_deadlinerule": "rule",
    "documents_document": "private",
    "documents_register": "announced.register",
    "documents_slot": "addressee.slot",
    "documents_policyissue": "issue",
    "documents_blob": "private_blob",
    "notices_notice": "notice",
    "notices_event": "event",
    "notices_demomail": "demo_mail",
    "record_journalentry": "journal_entry",
    "record_accessentry": "access_entry",
    "record_heartbeat": "heartbeat",
}
# Of a group in which the secretariat of the matrix has no seat: for it they do not exist, in the console either.
CONSOLE_FOREIGN = {
    "meetings_meeting": "foreign",
    "documents_document": "foreign_document",
    "documents_register": "foreign.register",
}
OUTSIDE_THE_CONSOLE = dict.fromkeys(ROLES, "404") | {"anonymous": "login"}


# --- Addresses ----------------------------------------------------------------------------------------------------


def routes(resolver=None, namespace: str = "") -> Iterator[str]:
    """The name of every address of the portal, with its namespace; an address without a name by its pattern."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLPattern):
            yield f"{namespace}{entry.name or entry.pattern}"
        else:
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from routes(entry, inner)


def console_model_page(route: str) -> tuple[str, str] | None:
    """("documents_document", "change") for "console:documents_document_change"; None for other addresses."""
    match = re.fullmatch(rf"console:(\w+?_\w+?)_({'|'.join(CONSOLE_PAGES)})", route)
    return (match.group(1), match.group(2)) if match else None


def needs_a_row(route: str) -> bool:
    return console_model_page(route) is None and route not in UNNAMED


# Django's admin redirects old addresses of objects without a name of its own; the rule of the console covers them.
UNNAMED = {"console:<path:object_id>/"}


def address(route: str, thing: str, world: World) -> str:
    if console := console_model_page(route):
        model, page = console
        if page in ("changelist", "add"):
            return reverse(route)
        objects = CONSOLE_FOREIGN if thing == "foreign" else CONSOLE_OBJECTS
        return reverse(route, args=[_walk(world, objects[model]).pk])
    return reverse(route, kwargs=OBJECTS[route][thing](world) if thing else {})


def _walk(world: World, path: str):
    name, *rest = path.split(".")
    found = world.things[name]
    for part in rest:
        found = getattr(found, part)
    return found


# --- Rows ---------------------------------------------------------------------------------------------------------


def written_rows() -> list[tuple[str, str, str, dict[str, str]]]:
    with matrix_proposals.FILE.open(newline="", encoding="utf-8") as source:
        lines = csv.DictReader(source)
        assert lines.fieldnames == ["route", "object", "method", *ROLES]
        return [
            (line["route"], line["object"], line["method"], {role: line[role] for role in ROLES})
            for line in lines
        ]


def console_rows() -> Iterator[tuple[str, str, str, dict[str, str]]]:
    """Outsiders find nothing. The auditor looks and changes nothing; the administrator knows accounts only."""
    for route in routes():
        if not (found := console_model_page(route)):
            continue
        model, page = found
        accounts = model.partition("_")[2] in ADMINISTERED_MODELS
        for method in METHODS:
            looks = page in ("changelist", "history", "change") and method == "GET"
            if model == "notices_demomail" and looks:
                # Mails of the demo are read in demo mode only.
                insiders = {"secretariat": "403", "auditor": "403", "administrator": "403|404"}
                yield route, "", method, OUTSIDE_THE_CONSOLE | insiders
                continue
            # What the secretariat may not do by hand (register a document, write the journal) is 403.
            worked = "200" if looks else "200|302|400|403|405"
            # A POST to a list or to a history only looks, whoever sends it: there are no bulk actions for auditors.
            looked = "200" if looks else "200|403|405" if page in ("changelist", "history") else "403|405"
            insiders = {
                "secretariat": worked,
                "auditor": looked,
                "administrator": worked if accounts else "403|404",
            }
            yield route, "", method, OUTSIDE_THE_CONSOLE | insiders
            if model in CONSOLE_FOREIGN and page in ("history", "change", "delete"):
                nothing = dict.fromkeys(insiders, "403|404")
                yield route, "foreign", method, OUTSIDE_THE_CONSOLE | nothing


def rows() -> list[tuple[str, str, str, dict[str, str]]]:
    return [*written_rows(), *console_rows()]


# --- The world of the matrix, made once ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def matrix_folder(tmp_path_factory) -> str:
    return str(tmp_path_factory.mktemp("matrix-files"))


def with_storage(folder: str):
    from django.conf import settings

    storages = {name: {**one} for name, one in settings.STORAGES.items()}
    for name in ("default", "documents"):
        storages[name]["OPTIONS"] = {**storages[name].get("OPTIONS", {}), "location": folder}
    return override_settings(STORAGES=storages)


# Now, because sessions and signed links go by the machine's clock; held, so that all rows see one instant.
AT = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=5)


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker, matrix_folder) -> Iterator[World]:
    """Everything the rows name, in one transaction that is rolled back when the module is done."""
    with django_db_blocker.unblock(), contextlib.ExitStack() as stack:
        atomic = transaction.atomic()
        atomic._from_testcase = (
            True  # as Django's own test cases mark theirs: a durable block may stand in it
        )
        stack.enter_context(atomic)
        stack.callback(transaction.set_rollback, True)
        stack.enter_context(clock.held_at(AT))
        with with_storage(matrix_folder):
            yield matrix_world.build()


@pytest.fixture
def standing(world: World, db, storage, matrix_folder) -> Iterator[World]:
    with with_storage(matrix_folder), clock.held_at(AT):
        yield world


def answer(world: World, role: str, method: str, url: str) -> str:
    """The status as the matrix writes it. Whatever the request did is rolled back."""
    savepoint = transaction.savepoint()
    try:
        response = getattr(world.client(role), method.lower())(url)
        if response.streaming:
            b"".join(response.streaming_content)
        if response.status_code == 302 and response["Location"].startswith("/accounts/login/"):
            return "login"
        return str(response.status_code)
    finally:
        connection.needs_rollback = False
        transaction.savepoint_rollback(savepoint)


def observed(world: World, route: str, thing: str, method: str) -> dict[str, str]:
    url = address(route, thing, world)
    return {role: answer(world, role, method, url) for role in ROLES}


# --- The tests ----------------------------------------------------------------------------------------------------


def propose(record_property, world: World, route: str) -> list[str]:
    """Put the rows that an address lacks into the report, as it answers now; returns what stands in their way."""
    problems = []
    written = {row[:3] for row in written_rows()}
    for thing in OBJECTS.get(route, {"": None}):
        for method in METHODS:
            if (route, thing, method) in written:
                continue
            try:
                cells = observed(world, route, thing, method)
            except NoReverseMatch:
                return [f"{route}: name an object for it in OBJECTS"]
            except Exception as error:
                problems.append(f"{route},{thing},{method}: {error!r}")
                continue
            record_property(matrix_proposals.PROPERTY, matrix_proposals.line(route, thing, method, cells))
    return problems


def test_every_address_stands_in_the_matrix(standing: World, record_property):
    written = {(route, method) for route, _thing, method, _cells in rows()}
    missing = sorted(
        {r for r in routes() if needs_a_row(r)} - {route for route, method in written if method == "GET"}
        | {r for r in routes() if needs_a_row(r)} - {route for route, method in written if method == "POST"}
    )
    problems = [problem for route in missing for problem in propose(record_property, standing, route)]
    assert missing == [], (
        f"no row in matrix.csv; proposals stand below. In their way: {problems or 'nothing'}"
    )


def test_every_object_of_an_address_stands_in_the_matrix(standing: World, record_property):
    written = {(route, thing) for route, thing, _method, _cells in written_rows()}
    named = {(route, thing) for route in set(routes()) & set(OBJECTS) for thing in OBJECTS[route]}
    missing = sorted(named - written)
    for route in dict.fromkeys(route for route, _thing in missing):
        propose(record_property, standing, route)
    assert missing == []


def test_no_row_stands_for_an_address_that_is_gone():
    assert sorted({route for route, *_ in rows()} - set(routes())) == []


def test_every_model_of_the_console_has_an_object_in_the_matrix():
    models = {found[0] for route in routes() if (found := console_model_page(route))}
    assert sorted(models - set(CONSOLE_OBJECTS)) == []


def test_drafts_are_not_in_the_console():
    models = {found[0] for route in routes() if (found := console_model_page(route))}
    assert [model for model in models if model.startswith("contributions_")] == []


@pytest.mark.parametrize(
    ("route", "thing", "method", "cells"), rows(), ids=lambda part: part if isinstance(part, str) else ""
)
def test_everybody_gets_the_answer_of_the_matrix(
    standing: World, route, thing, method, cells, record_property
):
    found = observed(standing, route, thing, method)
    wrong = {role: found[role] for role in ROLES if found[role] not in cells[role].split("|")}
    # The console's rows are a rule and stand in no file.
    if wrong and not console_model_page(route):
        right = matrix_proposals.corrected(cells, found)
        record_property(matrix_proposals.PROPERTY, matrix_proposals.line(route, thing, method, right))
    assert wrong == {}, f"the matrix has { ({role: cells[role] for role in wrong}) }"
    # Vice-chairs like the chair, everywhere: any of them may chair (docs/architecture.md, "Parties"). No column says so.
    alike = answer(standing, "vice_chair", method, address(route, thing, standing))
    assert alike in cells["chair"].split("|"), "a vice-chair gets another answer than the chair"


@pytest.mark.parametrize("role", [role for role in ROLES if role != "secretariat"])
def test_nothing_of_the_world_leaks_into_lists(standing: World, role: str):
    """What a role may not see is there, and stays out of Home and the lists of meetings and documents."""
    for route in ("home:home", "meetings:meetings", "documents:documents"):
        try:
            url = reverse(route)
        except NoReverseMatch:
            continue
        page = standing.client(role).get(url, follow=True).content.decode()
        assert standing.foreign_document.symbol not in page
        if role not in ("chair", "auditor"):
            assert standing.prepared.register.title not in page
        assert factories.make_group("ELSEWHERE").name not in page
