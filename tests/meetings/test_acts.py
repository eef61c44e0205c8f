"""Acts as sentences: every act that a verb writes has one, and it says what was done, to what, by whom."""

import ast
import importlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cwg.documents import register
from cwg.record import signing
from cwg.record.models import JournalEntry
from meetings import acts, convening, deadline_changes, moving, sittings
from meetings.journal_names import Names, names_in
from tests import factories, matrix_world

ROOT = Path(__file__).resolve().parent.parent.parent
NAMES = Names(parties={"state:7": "Saudi Arabia", "office:2": "BDT"}, zone="Europe/Zurich")


def sources() -> list[Path]:
    return sorted(path for top in ("cwg", "meetings", "contributions") for path in (ROOT / top).rglob("*.py"))


def acts_in(path: Path) -> Iterator[str]:
    """The acts that the source at `path` appends to a chain."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "journal.append":
            yield from meant_by(node.args[1], path)


def meant_by(node: ast.expr, path: Path) -> Iterator[str]:
    if isinstance(node, ast.IfExp):
        yield from meant_by(node.body, path)
        yield from meant_by(node.orelse, path)
        return
    module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    yield eval(ast.unparse(node), dict(vars(module)))


def test_every_act_that_a_verb_writes_has_a_sentence():
    written = {act for path in sources() for act in acts_in(path)}
    assert len(written) > 15
    assert sorted(written - set(acts.ACTS)) == [], "put these acts into words, in meetings/acts.py"


def test_no_sentence_stands_for_an_act_that_nobody_writes():
    written = {act for path in sources() for act in acts_in(path)}
    assert sorted(set(acts.ACTS) - written) == []


@pytest.fixture
def written(held, dg, secretary) -> list[JournalEntry]:
    """What the verbs write: the world of the matrix, and the life of a meeting beside it."""
    matrix_world.build()
    opens = datetime(2026, 6, 22, 9, 30)  # noqa: DTZ001
    plan = convening.Plan(ordinal=33, title="M", place="Geneva", zone="Europe/Zurich", opens_local=opens)
    meeting = convening.announce(convening.convene(dg, plan, actor=secretary), actor=secretary)
    moving.confirm_move(
        meeting, opens + timedelta(days=1), choice="move", actor=secretary, reason="the hall is taken"
    )
    rule = meeting.register.deadlines.in_force()[0].rule_id
    deadline_changes.change_deadlines(
        meeting,
        choice={rule: "set"},
        by_hand={rule: opens - timedelta(hours=2)},
        actor=secretary,
        reason="agreed",
    )
    document = factories.make_document(meeting.register)
    register.change_disclosure(document, "public", actor=secretary, reason="agreed")
    held.move_to(datetime(2026, 6, 24, 12, tzinfo=UTC))
    sittings.open_sitting(meeting, None, actor=secretary)
    sittings.undo_opening(meeting, None, actor=secretary, reason="the wrong meeting")
    sittings.open_sitting(meeting, None, actor=secretary)
    convening.close(meeting, actor=secretary)
    signing.sign("cwg-test/1", {})
    signing.retire(reason="yearly")
    return list(JournalEntry.objects.exclude(act="noted"))


@pytest.mark.django_db
def test_the_facts_that_the_verbs_write_are_told_in_their_own_sentence(written):
    entries = written
    told = {
        "convened",
        "announced",
        "moved",
        "deadlines_changed",
        "sitting_opened",
        "opening_undone",
        "closed",
        "deadline",
        "registered",
        "withdrawn",
        "disclosure",
    }
    told |= {"request", "request_answered", "signing_key_made", "signing_key_retired"}
    assert told <= {entry.act for entry in entries}
    names = names_in(entries)
    for entry in entries:
        # Not through `sentence`, which lets a page stand whatever the facts are.
        said = acts.ACTS[entry.act].told(entry.facts, names, names.person(entry.actor_id))
        assert said and "%" not in said and "None" not in said and "state:" not in said, said


REGISTERED = {
    "symbol": "WG-WSIS-14/7",
    "sources": ["state:7", "office:2"],
    "verdict": "in_time",
    "same_bytes": False,
}
LATE = {
    "kind": "contribution_action",
    "party": "state:7",
    "late_by_microseconds": 65_000_000,
    "rule": "24 hours",
}
DEADLINE = {
    "rule": {"name": "24 hours"},
    "before": None,
    "deadline": "2009-02-11T08:00:00.000000Z",
    "reason": "convened",
}
ASKED_OF_TWO = {
    "request": 4,
    "addressees": [{"party": "office:2", "slot": None}, {"party": "state:7", "slot": None}],
}
ANSWER = {
    "request": 4,
    "meeting": "14th meeting of WG-WSIS",
    "addressee": "office:2",
    "document": 9,
    "symbol": "WG-WSIS-15/3",
}
REQUEST = {"addressee": "office:2", "wording": "an inventory", "item": "item 4", "due_on": None}


@pytest.mark.parametrize(
    ("act", "facts", "said"),
    [
        ("registered", REGISTERED, "WG-WSIS-14/7 registered for Saudi Arabia, BDT by The portal (In time)"),
        (
            "revised",
            REGISTERED | {"symbol": "WG-WSIS-14/7(Rev.1)", "same_bytes": True},
            "WG-WSIS-14/7(Rev.1) registered for Saudi Arabia, BDT by The portal; only its sponsors changed",
        ),
        (
            "late",
            LATE,
            "Contribution for action of Saudi Arabia not registered, 1 minute 5 seconds late under “24 hours”,"
            " sent by The portal",
        ),
        ("withdrawn", {"symbol": "DG-2/1", "reason": "no"}, "DG-2/1 withdrawn by The portal. Reason: no"),
        (
            "withdrawn",
            {"symbol": "DG-2/1", "reason": "no", "reopens": 5},
            "DG-2/1 withdrawn by The portal; the request of the Group that it answered is open again. Reason: no",
        ),
        (
            "disclosure",
            {"symbol": "DG-2/1", "before": "member_states", "after": "public", "reason": "agreed"},
            "Disclosure of DG-2/1 changed from Member States only to Public by The portal. Reason: agreed",
        ),
        (
            "deadline",
            DEADLINE,
            "Deadline under “24 hours” set to 11 Feb 2009, 09:00 CET by The portal. Reason: convened",
        ),
        (
            "deadline",
            DEADLINE | {"before": "2009-02-10T08:00:00.000000Z", "reason": ""},
            "Deadline under “24 hours” changed from 10 Feb 2009, 09:00 CET to 11 Feb 2009, 09:00 CET by The portal",
        ),
        (
            "deadline",
            DEADLINE | {"before": DEADLINE["deadline"], "reason": ""},
            "Deadline under “24 hours” left at 11 Feb 2009, 09:00 CET by The portal",
        ),
        (
            "deadline",
            DEADLINE | {"before": DEADLINE["deadline"], "deadline": None, "reason": ""},
            "Deadline under “24 hours” (11 Feb 2009, 09:00 CET) ended by The portal",
        ),
        ("closed", {"unused_slots": [3]}, "Meeting closed by The portal; 1 request left unanswered"),
        ("closed", {"unused_slots": []}, "Meeting closed by The portal"),
        (
            "request",
            REQUEST,
            "Request to BDT under item 4 recorded by The portal: “an inventory”",
        ),
        (
            "request",
            REQUEST | {"due_on": "2009-05-15"},
            "Request to BDT under item 4, due by 15 May 2009, recorded by The portal: “an inventory”",
        ),
        (
            "request",
            ASKED_OF_TWO | {"wording": "reports", "item": "4.2", "due_on": "2009-05-15"},
            "Request to BDT, Saudi Arabia under agenda item 4.2, due by 15 May 2009, recorded by The portal: “reports”",
        ),
        # As it was written while a request had one addressee.
        ("request_withdrawn", {"reason": "no"}, "Request of the Group withdrawn by The portal. Reason: no"),
        (
            "request_withdrawn",
            ASKED_OF_TWO | {"reason": "no"},
            "Request to BDT, Saudi Arabia withdrawn by The portal. Reason: no",
        ),
        (
            "request_answered",
            ANSWER,
            "WG-WSIS-15/3 linked by The portal as the answer of BDT to a request of the 14th meeting of WG-WSIS",
        ),
        (
            "request_unlinked",
            ANSWER | {"reason": "no"},
            "WG-WSIS-15/3 no longer linked as the answer of BDT to a request of the 14th meeting of WG-WSIS;"
            " taken off by The portal. Reason: no",
        ),
        ("access-sealed", {"day": "2026-03-01", "count": 2}, "Access log of 1 March 2026 sealed: 2 lines"),
        ("notice_sent_again", {"notice": 5, "reason": ""}, "Mail 5 sent again by The portal"),
        ("signing_key_made", {"key": "ab12"}, "Signing key ab12 made"),
        (
            "signing_key_retired",
            {"key": "ab12", "reason": "yearly"},
            "Signing key ab12 retired. Reason: yearly",
        ),
        (
            "restored",
            {"first": 3, "last": 4, "symbols": ["DG-2/1"]},
            "Restored from a backup that lacks what entries 3 to 4 tell of: DG-2/1",
        ),
        (
            "restored",
            {"first": 3, "last": 3, "symbols": ["DG-2/1"]},
            "Restored from a backup that lacks what entry 3 tells of: DG-2/1",
        ),
        (
            "numbers_told",
            {"symbols": ["DG-2/5"], "numbers": {"": [5]}, "revisions": [], "reason": "agreed"},
            "Passed over, because receipts on paper name them: DG-2/5",
        ),
        (
            "numbers_told",
            {"symbols": ["DG-2/5"], "numbers": {"": [5]}, "revisions": [], "reason": "", "backup": "2026"},
            "Passed over, because another backup says that they were given: DG-2/5",
        ),
        (
            "deadline_rule",
            {"before": None, "after": {"name": "24 hours"}, "reason": "shipped"},
            "Deadline rule “24 hours” added by The portal. Reason: shipped",
        ),
        (
            "archived",
            {"symbol": "", "path": "dg-1/unnumbered/syria"},
            "dg-1/unnumbered/syria entered into the archive by The portal",
        ),
    ],
)
def test_an_act_reads_as_a_sentence(act: str, facts: dict, said: str):
    assert acts.sentence(JournalEntry(act=act, facts=facts), NAMES) == said


def test_an_act_of_which_the_facts_are_of_another_form_is_still_told():
    at = datetime(2026, 3, 2, tzinfo=UTC)
    for act in ("registered", "nobody knows"):
        entry = JournalEntry(act=act, at=at, facts={}, actor_id=9)
        assert acts.sentence(entry, NAMES) == f"{act}, by Person 9"
