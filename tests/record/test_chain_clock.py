"""The clock of a chain never runs backwards: a reading before the last entry waits or is refused, in every chain."""

import ast
from datetime import timedelta
from io import StringIO
from pathlib import Path

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from cwg import clock
from cwg.documents import register as the_register
from cwg.documents import rulebook, verification
from cwg.documents.models import DeadlineRule, Register
from cwg.record import chain_clock, clock_steps, holding, journal, readiness, seals, signing
from cwg.record.models import JournalEntry, PortalJournal
from cwg.record.reasons import ReasonMissing
from meetings import convening
from tests import factories
from tests.faults import web_server
from tests.tampering import past_the_triggers

pytestmark = pytest.mark.django_db

MICROSECOND = timedelta(microseconds=1)


@pytest.fixture
def register(dg, held) -> Register:
    return factories.make_register(dg)


def append(register, at, act="act"):
    with transaction.atomic():
        return journal.append(the_register.lock(register.pk), act, at=at, actor_id=None, facts={})


def chain(row) -> list[tuple]:
    return list(JournalEntry.objects.filter(chain=row.chain).order_by("position").values_list("act", "at"))


def set_back_past_the_guard(monkeypatch, register, at):
    """An entry of an older release, which asked nobody: whole, and earlier than the one before it."""
    with monkeypatch.context() as patched:
        patched.setattr(chain_clock, "guard", lambda locked, at: None)
        return append(register, at)


@pytest.mark.parametrize(("microseconds", "refused"), [(-1, True), (0, False), (1, False)])
def test_a_reading_before_the_last_entry_is_refused(register, held, microseconds, refused):
    last = append(register, held.forward(hours=1))
    before = chain(register)
    held.move_to(last.at + microseconds * MICROSECOND)
    if not refused:
        with the_register.acting_on(register.pk) as (locked, at):
            assert at == held.at
            journal.append(locked, "act", at=at, actor_id=None, facts={})
        assert len(chain(register)) == len(before) + 1
        return
    with pytest.raises(chain_clock.ClockSetBack) as refusal:
        with the_register.acting_on(register.pk):
            raise AssertionError("it acted")
    assert refusal.value.behind == MICROSECOND
    assert chain(register) == before


@pytest.mark.parametrize(("microseconds", "refused"), [(-1, True), (0, False), (1, False)])
def test_the_journal_itself_asks_last_of_all_whatever_instant_an_act_brings(
    register, held, microseconds, refused
):
    last = append(register, held.at)
    before = chain(register)
    if refused:
        with pytest.raises(chain_clock.ClockSetBack):
            append(register, last.at + microseconds * MICROSECOND)
        assert chain(register) == before
    else:
        append(register, last.at + microseconds * MICROSECOND)
        assert len(chain(register)) == len(before) + 1


def test_two_entries_of_one_transaction_follow_each_other_too(register, held):
    before = chain(register)
    with pytest.raises(chain_clock.ClockSetBack), transaction.atomic():
        locked = the_register.lock(register.pk)
        journal.append(locked, "first", at=held.at, actor_id=None, facts={})
        journal.append(locked, "second", at=held.at - MICROSECOND, actor_id=None, facts={})
    assert chain(register) == before


def test_an_empty_chain_takes_any_instant(db, held):
    with transaction.atomic():
        portal = journal.portal()
        assert portal.chain_length == 0
        assert chain_clock.read(portal) == held.at
        journal.append(portal, "act", at=held.at, actor_id=None, facts={})


def _save_a_rule(administrator, dg):
    rule = DeadlineRule(kinds=[], exempt_kinds=[], offset=36, unit="hours", source="A test")
    rulebook.keep(rule, actor=administrator, reason="A test")


@pytest.mark.parametrize(
    "act",
    [
        _save_a_rule,
        lambda administrator, dg: signing.sign("cwg-test/1", {}),
        lambda administrator, dg: _seal(),
        lambda administrator, dg: _retire(),
    ],
    ids=["rule", "key", "seal", "retired key"],
)
def test_every_act_in_the_portals_own_chain_is_refused_alike(administrator, dg, held, act):
    with transaction.atomic():
        portal = journal.portal()
        journal.append(portal, "act", at=held.at + timedelta(days=3), actor_id=None, facts={})
    before = chain(portal)
    with pytest.raises(chain_clock.ClockSetBack):
        act(administrator, dg)
    assert chain(PortalJournal.objects.get()) == before
    assert not DeadlineRule.objects.filter(source="A test").exists()


def _seal():
    from cwg.record import access

    access.note("signed_in", at=clock.now() - timedelta(days=2), person_id=1)
    seals.seal()


def _retire():
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        signing.retire(reason="A test") or signing.sign("cwg-test/1", {})


def test_a_meeting_is_neither_announced_nor_told_of_where_the_clock_is_behind(dg, secretary, held):
    meeting = factories.make_meeting(dg, 4, announced=False)
    append(meeting.register, held.at + timedelta(hours=1))
    before = chain(meeting.register)
    with pytest.raises(chain_clock.ClockSetBack):
        convening.announce(meeting, actor=secretary)
    meeting.register.refresh_from_db()
    assert not meeting.register.is_announced and chain(meeting.register) == before


# --- Readiness, verify, and the way out ----------------------------------------------------------------------------


def test_readiness_tells_how_far_the_clock_is_behind_the_newest_entry(register, held):
    append(register, held.at)
    assert readiness.answers()["register clock"] == {"ok": True, "behind_seconds": 0}
    held.move_to(held.at - timedelta(seconds=2.5))
    assert readiness.answers()["register clock"] == {"ok": False, "behind_seconds": 2.5}


def test_verify_tells_a_clock_that_was_set_back_from_an_entry_that_was_changed(register, held, monkeypatch):
    first = append(register, held.forward(hours=1))
    assert list(verification.clock_never_set_back()) == []
    second = set_back_past_the_guard(monkeypatch, register, first.at - timedelta(seconds=3))
    (said,) = verification.clock_never_set_back()
    assert f"set back between entries {first.position} and {second.position}, by 3.000000 s" in said
    register.refresh_from_db()
    assert list(journal.faults(register)) == []
    # The same, but by somebody's hand: it is no step of the clock then.
    past_the_triggers(
        "UPDATE record_journalentry SET at = at - interval '1 s' WHERE hash = %s", values=[second.hash]
    )
    assert list(verification.clock_never_set_back()) == []
    (said,) = journal.faults(register)
    assert "was changed after it was written" in said


def test_numbers_that_run_against_their_instants_are_told_once_as_a_clock_that_was_set_back(
    register, held, saudi_focal_point, monkeypatch
):
    factories.make_document(register, "First", actor=saudi_focal_point)
    held.move_to(held.at - timedelta(seconds=10))
    with monkeypatch.context() as patched:
        patched.setattr(chain_clock, "guard", lambda locked, at: None)
        patched.setattr(chain_clock, "read", lambda locked: clock.now())
        factories.make_document(register, "Second", actor=saudi_focal_point)
    assert list(verification.order_of_decisions()) == []
    assert len(list(verification.clock_never_set_back())) == 1


def test_what_the_chain_itself_explains_holds_and_the_chain_goes_on(register, held, monkeypatch):
    append(register, held.forward(hours=1))
    set_back_past_the_guard(monkeypatch, register, held.at - timedelta(seconds=3))
    ahead = append(register, held.at + timedelta(days=3650))
    with pytest.raises(chain_clock.ClockSetBack):
        append(register, held.at)
    out = StringIO()
    call_command("explain_clock", reason="The battery of the machine was empty.", stdout=out)
    assert f"entry {ahead.position + 1} explains it" in out.getvalue()
    entry = JournalEntry.objects.get(chain=register.chain, position=ahead.position + 1)
    assert (entry.act, entry.at) == ("clock_explained", held.at)
    assert entry.facts["behind_microseconds"] == timedelta(days=3650) // MICROSECOND
    assert list(verification.clock_never_set_back()) == []
    assert readiness.answers()["register clock"]["ok"]
    append(register, held.forward(seconds=1))
    register.refresh_from_db()
    assert list(journal.faults(register)) == []
    # A later step is not explained by it.
    last = set_back_past_the_guard(monkeypatch, register, held.at - timedelta(seconds=1))
    assert [step.after for step in clock_steps.unexplained()] == [last.position]


def test_nothing_is_explained_where_nothing_is_wrong_and_nothing_without_a_reason(register, held):
    append(register, held.at)
    before = JournalEntry.objects.count()
    out = StringIO()
    call_command("explain_clock", reason="To be sure", stdout=out)
    assert "No chain needs an explanation" in out.getvalue()
    append(register, held.at + timedelta(hours=1))
    with pytest.raises(CommandError):
        call_command("explain_clock", reason=" ")
    with pytest.raises(ReasonMissing), transaction.atomic():
        clock_steps.explain(the_register.lock(register.pk), reason="")
    assert JournalEntry.objects.count() == before + 1


@pytest.mark.django_db(transaction=True)
def test_a_chain_that_is_held_keeps_no_other_unexplained_and_is_told(dg, held, monkeypatch):
    first, second = (factories.make_register(dg, number) for number in (2, 3))
    for register in (first, second):
        append(register, held.at + timedelta(hours=1))
    monkeypatch.setattr(holding, "PATIENCE", 0.2)
    out, reason = StringIO(), "The clock was an hour ahead."
    with psycopg.connect(web_server.database_url()) as other:
        other.execute("SELECT 1 FROM documents_register WHERE id = %s FOR UPDATE", [second.pk])
        with pytest.raises(CommandError, match="Run it again"):
            call_command("explain_clock", reason=reason, stdout=out)
        # Committed while the other is held: who holds the one and waits for the other would wait for ever.
        told = other.execute("SELECT chain FROM record_journalentry WHERE act = 'clock_explained'").fetchall()
    assert told == [(first.chain,)] and out.getvalue().count("explains it") == 1
    call_command("explain_clock", reason=reason, stdout=out)
    assert chain(second)[-1] == ("clock_explained", held.at)
    assert [act for act, _ in chain(first)].count("clock_explained") == 1


# --- One place ------------------------------------------------------------------------------------------------------

ROOT = Path(__file__).resolve().parents[2]


def functions(path: Path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef):
            calls = {ast.unparse(each.func) for each in ast.walk(node) if isinstance(each, ast.Call)}
            yield f"{path.relative_to(ROOT)}:{node.name}", calls


def test_whoever_writes_into_a_chain_has_its_instant_from_under_its_lock():
    """`clock.now()` beside `journal.append` would be a reading that nobody compared with the last entry."""
    writing, wrong = 0, []
    for top in ("cwg", "meetings", "contributions"):
        for path in (ROOT / top).rglob("*.py"):
            for name, calls in functions(path):
                if "journal.append" in calls:
                    writing += 1
                    if "clock.now" in calls:
                        wrong.append(name)
    assert writing > 20
    # One instant for all chains, of which the journal asks; and one before there is a register to lock.
    assert sorted(wrong) == ["cwg/operations/restoration.py:go_on", "meetings/convening.py:convene"]
