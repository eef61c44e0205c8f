import json

import pytest
from django.core.management import call_command

from cwg.documents.models import Blob, Series
from cwg.documents.storage import documents
from tests import factories
from tests.tampering import past_the_triggers

pytestmark = pytest.mark.django_db


def verify(capsys, *arguments: str) -> tuple[int, str]:
    try:
        call_command("verify", *arguments)
    except SystemExit as ended:
        return ended.code, capsys.readouterr().out
    return 0, capsys.readouterr().out


@pytest.fixture
def register(dg, held):
    made = factories.make_register(dg)
    for title in ("One", "Two", "Three"):
        held.forward(minutes=1)
        factories.make_document(made, title)
    return made


def test_an_empty_portal_holds(capsys):
    status, out = verify(capsys)
    assert status == 0
    assert out.endswith("Everything holds.\n")


def test_a_portal_that_was_only_worked_with_by_its_own_verbs_holds(register, capsys):
    status, out = verify(capsys)
    assert status == 0, out
    assert "DOES NOT HOLD" not in out


def test_for_machines_it_says_the_same_as_json(register, capsys):
    status, out = verify(capsys, "--json")
    said = json.loads(out)
    assert status == 0
    assert said["holds"] is True
    assert {check["name"][:2] for check in said["checks"]} >= {"I1", "I2", "I3", "I4", "I5", "I8"}


def broken_bytes():
    path = documents().path(Blob.objects.first().path)
    with open(path, "ab") as stored:
        stored.write(b" ")


def missing_bytes():
    documents().delete(Blob.objects.first().path)


def lost_number():
    Series.objects.update(last_number=4)


def changed_verdict():
    past_the_triggers("UPDATE documents_revision SET verdict = 'exempt' WHERE document_id IN"
                      " (SELECT max(id) FROM documents_document)")  # fmt: skip


def swapped_order():
    past_the_triggers(
        "UPDATE documents_revision SET available_at = available_at - interval '1 hour' WHERE document_id IN"
        " (SELECT max(id) FROM documents_document)",
    )


def changed_receipt():
    past_the_triggers(
        "UPDATE documents_receipt SET statement = jsonb_set(statement, '{title}', '\"Other\"')",
    )


def changed_journal():
    past_the_triggers("UPDATE record_journalentry SET actor_id = actor_id + 1 WHERE position = 2")


def entry_gone():
    past_the_triggers(
        "DELETE FROM record_journalentry WHERE position = (SELECT max(position) FROM record_journalentry)",
    )


@pytest.mark.parametrize(
    ("damage", "invariant"),
    [
        (broken_bytes, "I1"),
        (missing_bytes, "I1"),
        (lost_number, "I2"),
        (swapped_order, "I3"),
        (changed_verdict, "I8"),
        (changed_receipt, "I8"),
        (changed_journal, "I5"),
        (entry_gone, "I5"),
    ],
)
def test_whatever_was_changed_past_the_verbs_is_found(register, capsys, damage, invariant):
    damage()
    status, out = verify(capsys, "--json")
    assert status == 1
    said = json.loads(out)
    assert said["holds"] is False
    assert invariant in {check["name"][:2] for check in said["checks"] if not check["holds"]}
