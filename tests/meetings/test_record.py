"""The record of a meeting: read by its readers, each delegation's late drafts by itself; the chain verifies all the same."""

import json
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cwg.documents import register as registering
from cwg.documents.models import Receipt, Register
from cwg.members.models import Role
from cwg.record import signing, verify_receipt
from cwg.record.models import AccessEntry, JournalEntry
from meetings import record
from meetings.models import Meeting
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def meeting(held, dg) -> Meeting:
    return factories.make_meeting(dg, opens_at=held.at + timedelta(days=10))


def be_late(register: Register, iso3: str) -> JournalEntry:
    """A contribution of that State, sent after the deadline: not registered, an act in the chain."""
    actor = factories.accredit_once(
        f"focal.{iso3.lower()}@test.example", register.group, Role.FOCAL_POINT, iso3
    )
    filing = factories.make_filing(sources=(factories.state_source(iso3),))

    def act():
        locked = registering.lock(register.pk)
        return registering.enter(locked, filing, actor=actor, token=uuid.uuid4(), arrived_at=locked.opens_at)

    assert registering.decide(register.pk, act).receipt is None
    return JournalEntry.objects.filter(act="late").latest("position")


@pytest.fixture
def after_the_deadline(meeting, held) -> dict[str, JournalEntry]:
    """One document in time, then a late one each of Saudi Arabia and of Syria."""
    factories.make_document(meeting.register)
    held.move_to(meeting.register.opens_at - timedelta(hours=1))
    return {iso3: be_late(meeting.register, iso3) for iso3 in ("SAU", "SYR")}


def page(client, meeting, **query) -> str:
    return client.get(reverse("meetings:record", args=[meeting.register.slug]), query).content.decode()


def chain_url(meeting) -> str:
    return reverse("meetings:chain", args=[meeting.register.slug])


def export(client, meeting) -> bytes:
    return b"".join(client.get(chain_url(meeting)).streaming_content)


def test_the_page_tells_the_acts_as_sentences_with_the_facts_folded_away(
    client_of, meeting, after_the_deadline, syrian_delegate
):
    content = page(client_of(syrian_delegate), meeting)
    assert "DG-2/1 registered for Saudi Arabia by Focal Sau (In time)" in content
    assert '<details class="fold">' in content and "late_by_microseconds" in content
    assert JournalEntry.objects.get(act="registered").hash in content
    assert chain_url(meeting) in content


def test_a_late_draft_is_told_to_its_own_delegation_and_to_whoever_oversees_the_group(
    client_of, meeting, after_the_deadline, saudi_delegate, syrian_delegate, secretary, auditor, chair
):
    told = {
        person: {
            iso3: f"of {name} not registered" in page(client_of(person), meeting)
            for iso3, name in (("SAU", "Saudi Arabia"), ("SYR", "the Syrian Arab Republic"))
        }
        for person in (saudi_delegate, syrian_delegate, secretary, auditor, chair)
    }
    assert told == {
        saudi_delegate: {"SAU": True, "SYR": False},
        syrian_delegate: {"SAU": False, "SYR": True},
        secretary: {"SAU": True, "SYR": True},
        auditor: {"SAU": True, "SYR": True},
        chair: {"SAU": False, "SYR": False},
    }


def test_the_exported_chain_withholds_who_was_late_when_and_with_what(
    client_of, meeting, after_the_deadline, saudi_delegate
):
    foreign = after_the_deadline["SYR"]
    lines = [json.loads(line) for line in export(client_of(saudi_delegate), meeting).splitlines()]
    shown = {line["position"]: line for line in lines[1:]}
    assert sorted(shown[foreign.position]) == ["chain", "content", "hash", "position", "previous", "version"]
    assert shown[after_the_deadline["SAU"].position]["facts"]["party"]
    assert foreign.salt not in str(lines) and foreign.facts["party"] not in str(lines)


@pytest.fixture
def files(tmp_path, client_of, meeting, after_the_deadline, saudi_delegate) -> dict[str, Path]:
    """What a delegation takes away: its statement, the chain as it may read it, the keys."""
    client, receipt = client_of(saudi_delegate), Receipt.objects.get()
    kept = {
        "statement": client.get(reverse("documents:receipt-statement", args=[receipt.code])).content,
        "chain": export(client, meeting),
        "keys": json.dumps(signing.published()).encode(),
    }
    for name, content in kept.items():
        (tmp_path / name).write_bytes(content)
    return {name: tmp_path / name for name in kept}


def check(files) -> int:
    return verify_receipt.main(
        [str(files["statement"]), "--keys", str(files["keys"]), "--chain", str(files["chain"])]
    )


def test_the_checker_finds_that_the_chain_holds_with_the_statements_entry_in_it(files, meeting, capsys):
    assert check(files) == 0
    said = capsys.readouterr().out
    length = Register.objects.get(pk=meeting.register_id).chain_length
    assert f"holds: {length} entries" in said
    assert "1 of them are withheld" in said
    assert "The statement's entry is in it" in said
    assert "of the old form" not in said


def changed(lines: list[bytes], number: int, **fields) -> list[bytes]:
    """The lines with members of one changed; number 0 is the first line, which is signed.

    Each to something else than it was: what a sequence of the database gave may be any number, also the one guessed here.
    """
    entry = json.loads(lines[number])
    same = [name for name, value in fields.items() if entry.get(name) == value]
    assert not same, f"{same} would not be changed"
    return [*lines[:number], json.dumps(entry | fields).encode(), *lines[number + 1 :]]


def test_the_checker_finds_every_change_of_a_chain(files, capsys):
    lines = files["chain"].read_bytes().splitlines()
    assert len(lines) >= 5
    withheld = next(n for n, line in enumerate(lines) if b'"facts"' not in line and n)
    readable = next(n for n, line in enumerate(lines) if b'"registered"' in line)
    actor = json.loads(lines[readable])["actor"]
    swapped = list(lines)
    swapped[1], swapped[2] = swapped[2], swapped[1]
    wrong = {
        "an entry left out": lines[:2] + lines[3:],
        "the last left out": lines[:-1],
        "one twice": [*lines[:2], lines[1], *lines[2:]],
        "two changed places": swapped,
        "another length": changed(lines, 0, length=1),
        "another head": changed(lines, 0, head="0" * 64),
        "a fact": changed(lines, readable, facts={}),
        "a person": changed(lines, readable, actor=actor + 1),
        "a time": changed(lines, readable, at="2020-01-01T00:00:00.000000Z"),
        "a salt": changed(lines, readable, salt="0" * 32),
        "a hash": changed(lines, readable, hash="0" * 64),
        "a link": changed(lines, readable, previous="0" * 64),
        "a content withheld": changed(lines, withheld, content="0" * 64),
        "a version": changed(lines, readable, version=7),
        "a chain": changed(lines, readable, chain=str(uuid.uuid4())),
    }
    for what, other in wrong.items():
        files["chain"].write_bytes(b"\n".join(other) + b"\n")
        assert check(files) == 1, what
        assert "DOES NOT HOLD" in capsys.readouterr().out
    files["chain"].write_bytes(b"\n".join(lines) + b"\n")
    assert check(files) == 0


@pytest.mark.parametrize("content", [b"", b"nonsense", b"\xff\xfe"])
def test_what_is_no_chain_cannot_be_checked(files, content, capsys):
    files["chain"].write_bytes(content)
    assert check(files) == 2
    assert "Cannot check" in capsys.readouterr().err


def test_a_statement_of_another_register_is_not_found_in_this_chain(
    files, dg, held, client_of, secretary, capsys
):
    other = factories.make_meeting(dg, 3, opens_at=held.at + timedelta(days=10))
    files["chain"].write_bytes(export(client_of(secretary), other))
    assert check(files) == 1
    assert "belongs to another chain" in capsys.readouterr().out


def test_the_chain_is_exported_whole_while_others_go_on_registering(client_of, meeting, saudi_delegate, held):
    factories.make_document(meeting.register, "First")
    response = client_of(saudi_delegate).get(chain_url(meeting))
    stream = iter(response.streaming_content)
    first = json.loads(next(stream))
    factories.make_document(meeting.register, "Second")
    rest = [json.loads(line) for line in b"".join(stream).splitlines()]
    assert (len(rest), rest[-1]["hash"]) == (first["length"], first["head"])


def test_an_export_is_noted_in_the_access_log(client_of, meeting, saudi_delegate):
    export(client_of(saudi_delegate), meeting)
    noted = AccessEntry.objects.get(act="exported chain")
    assert (noted.person_id, noted.subject) == (saudi_delegate.pk, meeting.register.slug)
    assert client_of(saudi_delegate).head(chain_url(meeting)).status_code == 200
    assert AccessEntry.objects.filter(act="exported chain").count() == 1


def test_who_does_not_see_the_register_sees_no_record(
    client_of, client, dg, held, secretary, saudi_delegate, nobody
):
    prepared = factories.make_meeting(dg, 5, opens_at=held.at + timedelta(days=20), announced=False)
    elsewhere = factories.make_group("OTHER")
    foreign = factories.accredit("focal.fra@test.example", elsewhere, Role.FOCAL_POINT, "FRA").person
    announced = factories.make_meeting(dg, 6, opens_at=held.at + timedelta(days=20))
    for name in ("meetings:record", "meetings:chain"):
        for_announced = reverse(name, args=[announced.register.slug])
        for_prepared = reverse(name, args=[prepared.register.slug])
        assert client_of(secretary).get(for_prepared).status_code == 200
        assert client_of(saudi_delegate).get(for_announced).status_code == 200
        assert client_of(saudi_delegate).get(for_prepared).status_code == 404
        for person in (foreign, nobody):
            assert client_of(person).get(for_announced).status_code == 404
        assert client.get(for_announced).status_code == 302


def test_a_role_that_has_ended_opens_no_record(client_of, dg, meeting, held):
    former = factories.accredit(
        "former@test.example", dg, Role.AUDITOR, until=held.at - timedelta(microseconds=1)
    ).person
    assert client_of(former).get(chain_url(meeting)).status_code == 404


def test_an_entry_that_is_asked_for_is_on_the_page_that_opens(
    client_of, meeting, saudi_delegate, monkeypatch
):
    monkeypatch.setattr(record, "PAGE_LENGTH", 2)
    for number in range(3):
        factories.make_document(meeting.register, f"Document {number}")
    client = client_of(saudi_delegate)
    last = JournalEntry.objects.filter(chain=meeting.register.chain).latest("position").position
    for entry in range(1, last + 1):
        assert f'id="entry-{entry}"' in page(client, meeting, entry=entry)
    assert 'id="entry-1"' in page(client, meeting, entry=last, page=1)
    for entry in ("x", "", "9" * 30, "-1", "\u0663"):
        assert 'id="entry-1"' in page(client, meeting, entry=entry)


def test_pages_of_the_record_that_are_not_there_are_not_found(client_of, meeting, saudi_delegate):
    client = client_of(saudi_delegate)
    url = reverse("meetings:record", args=[meeting.register.slug])
    assert client.get(url, {"page": "1"}).status_code == 200
    for number in ("0", "2", "x", "9" * 30):
        assert client.get(url, {"page": number}).status_code == 404


def test_what_a_person_typed_comes_out_escaped(client_of, meeting, saudi_delegate, secretary):
    document = factories.make_document(meeting.register)
    registering.withdraw(document, actor=secretary, reason="<script>alert(1)</script>")
    content = page(client_of(saudi_delegate), meeting)
    assert "<script>alert" not in content and "&lt;script&gt;alert" in content


def test_queries_do_not_grow_with_the_entries(client_of, meeting, saudi_delegate):
    client = client_of(saudi_delegate)
    counts = []
    for documents in (1, 2):
        for number in range(documents):
            factories.make_document(meeting.register, f"Title {documents} {number}")
        page(client, meeting)
        with CaptureQueriesContext(connection) as queries:
            page(client, meeting)
        counts.append(len(queries))
    assert counts[0] == counts[1]
