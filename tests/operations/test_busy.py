"""A register that cannot be locked: every act answers 503 in a true sentence, and keeps what was entered."""

import ast
import re
from contextlib import contextmanager
from datetime import timedelta
from html import unescape
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse

from cwg.record.models import JournalEntry
from tests import drafts, factories
from tests.faults import web_server
from tests.operations.busy_acts import ACTS, ELSEWHERE

pytestmark = pytest.mark.django_db

ROOM = Path(settings.BASE_DIR)
OF_A_REGISTER = r'FOR NO KEY UPDATE OF "documents_register"'
OF_WHAT_IS_QUEUED_FOR = rf'{OF_A_REGISTER}|"record_portaljournal".* FOR NO KEY UPDATE'
OF_A_DRAFT = r'FOR UPDATE OF "contributions_contribution"'
DOOR = 2009


@pytest.fixture
def meeting(dg, held):
    return factories.make_meeting(dg)


@pytest.fixture
def in_session(dg, held):
    return factories.make_meeting(dg, 1, opens_at=held.at - timedelta(hours=2))


@pytest.fixture
def document(meeting, saudi_focal_point):
    return factories.make_document(meeting.register, actor=saudi_focal_point)


@contextmanager
def shut(locks: str, by: str = "SET LOCAL lock_timeout = 50; SELECT pg_advisory_xact_lock({door})"):
    """The database itself refuses the statements that match `locks`: it lets them wait for what another session holds.

    (A row that this test has made is seen by no other session, so none could hold it.) Yields how often it did.
    """
    refused = []

    def at_the_door(execute, sql, params, many, context):
        if re.search(locks, sql, re.DOTALL):
            refused.append(sql)
            with connection.wrap_database_errors:
                connection.connection.execute(by.format(door=DOOR))
        return execute(sql, params, many, context)

    with psycopg.connect(web_server.database_url(), autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [DOOR])
        with connection.execute_wrapper(at_the_door):
            yield refused


def entered_on(page: str) -> dict[str, str]:
    """The hidden fields of the page's own form, but for the token of the form itself."""
    own = page.partition('class="confirm"')[2].partition("</form>")[0]
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', own)
    return {name: unescape(value) for name, value in fields if name != "csrfmiddlewaretoken"}


@pytest.mark.parametrize("verb", ACTS)
def test_an_act_that_meets_a_busy_register_changes_nothing_and_is_repeated_with_one_button(
    verb, request, client_of
):
    person, address, data = ACTS[verb](request.getfixturevalue)
    browser = client_of(person)
    before = (list(JournalEntry.objects.values()), drafts.registered())
    with shut(OF_WHAT_IS_QUEUED_FOR) as refused:
        answer = browser.post(address, data)
    assert len(refused) == 1
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    page = answer.content.decode()
    assert re.findall(r"<h[1-6][^>]*>(.*?)</h", page.partition("<main")[2]) == ["The register is busy"]
    assert "Nothing was changed" in page
    assert f'action="{address}"' in page
    assert (list(JournalEntry.objects.values()), drafts.registered()) == before
    assert entered_on(page) == data
    assert browser.post(address, entered_on(page)).status_code == 302
    assert JournalEntry.objects.count() > len(before[0])


def test_a_row_under_the_register_that_is_held_is_told_in_the_same_way(client_of, request):
    person, address, data = ACTS["contributions.submission.submit"](request.getfixturevalue)
    before = drafts.registered()
    with shut(OF_A_DRAFT) as refused:
        answer = client_of(person).post(address, data)
    assert refused and answer.status_code == 503
    assert "Nothing was changed" in answer.content.decode()
    assert entered_on(answer.content.decode()) == data
    assert drafts.registered() == before


def test_a_row_that_no_register_is_locked_for_is_told_in_the_same_way(client_of, meeting, saudi_focal_point):
    draft = drafts.make_draft(meeting.register.group, meeting.register, by=saudi_focal_point)
    address = reverse("contributions:discard", args=[draft.pk])
    with shut(OF_A_DRAFT) as refused, drafts.nothing_changes(draft):
        answer = client_of(saudi_focal_point).post(address)
    assert refused and answer.status_code == 503
    assert "Nothing was changed" in answer.content.decode()


def test_what_took_too_long_is_not_called_busy(client_of, request):
    person, address, data = ACTS["contributions.withdrawing.withdraw"](request.getfixturevalue)
    with shut(OF_A_REGISTER, "SET LOCAL statement_timeout = 50; SELECT pg_sleep(5)") as refused:
        answer = client_of(person).post(address, data)
    page = answer.content.decode()
    assert refused and answer.status_code == 503
    assert "The database took too long" in page and "The register is busy" not in page
    assert "Nothing was changed" in page and "It waited for" not in page, "it did not wait for a second"


def test_files_are_not_sent_again_and_the_page_says_so(client_of, meeting, saudi_focal_point):
    draft = drafts.make_draft(meeting.register.group, meeting.register, by=saudi_focal_point)
    address = reverse("contributions:upload", args=[draft.pk])
    upload = SimpleUploadedFile("annex 1 & 2.pdf", factories.pdf_bytes("Text."), content_type=factories.PDF)
    own = f"http://testserver{draft.get_absolute_url()}"
    with shut(OF_A_DRAFT) as refused:
        answer = client_of(saudi_focal_point).post(
            address, {"file": upload, "language": "fr"}, HTTP_REFERER=own
        )
    page = answer.content.decode()
    assert refused and answer.status_code == 503
    assert "Files cannot be sent again from this page" in page and "annex 1 &amp; 2.pdf" in page
    assert "<dt>language</dt>" in page and f'href="{own}"' in page
    assert entered_on(page) == {} and "Try again" not in page


def test_only_a_page_of_ours_is_the_way_back(client_of, request):
    person, address, data = ACTS["contributions.withdrawing.withdraw"](request.getfixturevalue)
    with shut(OF_A_REGISTER):
        answer = client_of(person).post(address, data, HTTP_REFERER="https://evil.example/")
    assert answer.status_code == 503 and "evil.example" not in answer.content.decode()


def test_a_page_that_only_shows_is_loaded_again(client_of, document, saudi_focal_point):
    address = reverse("documents:receipt-statement", args=[document.current.receipt.code])
    browser = client_of(saudi_focal_point)
    with shut(OF_WHAT_IS_QUEUED_FOR) as refused:
        answer = browser.get(address)
    assert refused and answer.status_code == 503
    page = answer.content.decode()
    assert f'href="{address}"' in page and "Load the page again" in page and "Try again" not in page
    assert browser.get(address).status_code == 200


def verbs_that_lock() -> set[str]:
    """By module and name: what calls one of the functions that lock a register or the portal's journal."""
    locking = re.compile(r"(register\.)?(acting_on|decide|lock)|journal\.(portal|acting_on_portal)")
    found = set()
    for top in ("cwg", "meetings", "contributions"):
        for path in sorted((ROOM / top).rglob("*.py")):
            module = ".".join(path.relative_to(ROOM).with_suffix("").parts)
            if module.startswith(("cwg.bench", "cwg.demo")):
                continue
            for verb in ast.parse(path.read_text(encoding="utf-8")).body:
                calls = [ast.unparse(node.func) for node in ast.walk(verb) if isinstance(node, ast.Call)]
                if isinstance(verb, ast.FunctionDef) and any(locking.fullmatch(call) for call in calls):
                    found.add(f"{module}.{verb.name}")
    # The functions themselves.
    return found - {"cwg.documents.register.acting_on", "cwg.documents.register.decide"}


def test_every_verb_that_locks_has_its_busy_answer_tried():
    assert verbs_that_lock() == set(ACTS) | set(ELSEWHERE)


def test_no_verb_locks_a_register_past_those_functions():
    """Whoever locked it by hand would be bound by nothing."""
    own = {
        str(path.relative_to(ROOM))
        for top in ("cwg", "meetings", "contributions")
        for path in (ROOM / top).rglob("*.py")
        if re.search(
            r"\b(Register|PortalJournal)\.objects\.select_for_update", path.read_text(encoding="utf-8")
        )
    }
    assert own == {
        "cwg/documents/register.py",
        "cwg/record/journal.py",
        "cwg/operations/restoration.py",  # while web and worker are stopped
    }


def test_no_page_answers_a_busy_register_in_words_of_its_own():
    """They would differ, and the next page would forget it."""
    own = [
        f"{path}:{node.lineno}"
        for part in ("cwg", "contributions", "meetings")
        for path in (ROOM / part).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ExceptHandler)
        and node.type
        and re.search("Busy'", ast.dump(node.type))
        # Who puts something right on the way, and lets it go on, answers nothing.
        and not (isinstance(last := node.body[-1], ast.Raise) and last.exc is None)
        # The register itself tries again what its own silence ended.
        and path.name != "register.py"
        and path.parent.name != "commands"  # which answer at a shell
    ]
    assert own == []
