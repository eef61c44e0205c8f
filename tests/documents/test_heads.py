"""The heads of the chains: published once a day, signed, and borne out by the chains ever after."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from cwg.documents import heads
from cwg.documents.models import PublishedHeads, Register
from cwg.members.models import Role
from cwg.record import checks, journal, seals, signing, verify_receipt
from cwg.record.models import GENESIS, PortalJournal
from tests import factories
from tests.tampering import past_the_triggers

pytestmark = pytest.mark.django_db

MICROSECOND = timedelta(microseconds=1)


@pytest.fixture
def register(held, dg) -> Register:
    made = factories.make_register(dg, opens_at=held.at + timedelta(days=10))
    factories.make_document(made)
    return Register.objects.get(pk=made.pk)


def published_heads() -> dict[str, dict]:
    return {head["chain"]: head for head in PublishedHeads.objects.get().content["heads"]}


def test_the_heads_of_announced_registers_and_of_the_portal_are_published_and_signed(held, register):
    assert heads.publish() == 1
    said = PublishedHeads.objects.get().content
    assert signing.fault(said, heads.FORMAT) is None
    assert said["day"] == "2026-03-02"
    assert published_heads()[str(register.chain)] == {
        "chain": str(register.chain),
        "length": register.chain_length,
        "head": register.chain_head,
    }
    assert set(published_heads()) == {str(register.chain), str(PortalJournal.objects.get().chain)}
    assert list(heads.faults()) == []


def test_that_a_meeting_is_being_prepared_is_not_published(held, dg, register, client):
    prepared = factories.make_register(dg, 3, opens_at=held.at + timedelta(days=20), announced=False)
    heads.publish()
    assert str(prepared.chain) not in published_heads()
    for name in ("documents:heads", "documents:heads-json"):
        content = client.get(reverse(name)).content.decode()
        assert str(register.chain) in content and str(prepared.chain) not in content
        assert register.title not in content


def test_heads_are_published_once_a_day_after_the_log_of_the_day_before_is_sealed(held, register):
    midnight = datetime(2026, 3, 3, tzinfo=UTC)
    assert heads.publish() == 1
    for at in (held.at, midnight, midnight + seals.SETTLED_AFTER - MICROSECOND):
        held.move_to(at)
        assert heads.publish() == 0
    held.move_to(midnight + seals.SETTLED_AFTER)
    assert heads.publish() == 1
    assert list(PublishedHeads.objects.values_list("day", flat=True)) == [date(2026, 3, 3), date(2026, 3, 2)]


def test_a_register_without_an_act_is_published_with_the_beginning_of_every_chain(held, dg):
    empty = factories.make_register(dg, with_rule=False)
    heads.publish()
    assert published_heads()[str(empty.chain)] == {"chain": str(empty.chain), "length": 0, "head": GENESIS}
    assert list(heads.faults()) == []


def test_what_is_registered_later_leaves_the_published_heads_true(held, register):
    heads.publish()
    factories.make_document(register, "Later")
    assert list(heads.faults()) == []
    assert not [name for name, found in checks.run() if found]


REWRITTEN = "UPDATE record_journalentry SET hash = repeat('1', 64) WHERE chain = %s"
TAKEN_AWAY = "DELETE FROM record_journalentry WHERE chain = %s"


@pytest.mark.parametrize("change", [REWRITTEN, TAKEN_AWAY])
def test_a_chain_rewritten_after_its_head_was_published_is_found(register, change):
    heads.publish()
    assert list(heads.faults()) == []
    past_the_triggers(change, values=[register.chain])
    assert list(heads.faults()) == [
        f"heads of 2026-03-02: chain {register.chain} has another entry {register.chain_length} than was published"
    ]


@pytest.mark.parametrize(
    "change",
    [
        "content = content - 'signature'",
        "day = '2026-03-01'",
        "content = jsonb_set(content, '{heads}', '[]')",
    ],
)
def test_published_heads_that_were_changed_are_found(register, change):
    heads.publish()
    past_the_triggers(f"UPDATE documents_publishedheads SET {change}")
    assert list(heads.faults())


def test_whoever_reads_a_register_sees_its_name_on_the_page(
    register, client, client_of, saudi_delegate, held
):
    foreign = factories.make_group("OTHER")
    stranger = factories.accredit("focal.fra@test.example", foreign, Role.FOCAL_POINT, "FRA").person
    heads.publish()
    url = reverse("documents:heads")
    assert register.title in client_of(saudi_delegate).get(url).content.decode()
    for other in (client, client_of(stranger)):
        content = other.get(url).content.decode()
        assert str(register.chain) in content and register.title not in content


def test_before_the_first_night_there_is_nothing_to_fetch(client):
    assert "Nothing published yet" in client.get(reverse("documents:heads")).content.decode()
    assert client.get("/.well-known/cwg-chain-heads.json").status_code == 404
    assert client.get("/record/heads/2026-03-02.json").status_code == 404


@pytest.mark.parametrize("day", ["2026-02-30", "2026-13-01", "0000-01-01", "latest"])
def test_what_is_no_day_is_not_there(client, register, day):
    heads.publish()
    assert client.get("/record/heads/2026-03-02.json").status_code == 200
    assert client.get(f"/record/heads/{day}.json").status_code == 404


@pytest.fixture
def files(tmp_path, register, client, client_of, saudi_delegate):
    """Heads of one day, and the chain as exported after one more document."""
    heads.publish()
    (tmp_path / "heads").write_bytes(client.get("/.well-known/cwg-chain-heads.json").content)
    factories.make_document(register, "Later")
    exported = client_of(saudi_delegate).get(reverse("meetings:chain", args=[register.slug]))
    (tmp_path / "chain").write_bytes(b"".join(exported.streaming_content))
    (tmp_path / "keys").write_text(json.dumps(signing.published()))
    return {name: tmp_path / name for name in ("heads", "chain", "keys")}


def check(files, *more: str) -> int:
    return verify_receipt.main(["--keys", str(files["keys"]), "--heads", str(files["heads"]), *more])


def test_the_checker_finds_that_the_chain_agrees_with_the_published_head(files, register, capsys):
    assert check(files, "--chain", str(files["chain"])) == 0
    said = capsys.readouterr().out
    assert "The heads published for 2026-03-02 were signed by the portal: 2 chains." in said
    assert f"It agrees with the head published for 2026-03-02: {register.chain_length} entries." in said


def test_the_checker_finds_heads_that_were_changed(files, capsys):
    said = json.loads(files["heads"].read_bytes())
    for name, value in (("day", "2026-03-03"), ("heads", []), ("portal", "x"), ("signed_at", "x")):
        files["heads"].write_text(json.dumps({**said, name: value}))
        assert check(files) == 1
        assert "does not verify" in capsys.readouterr().out


def test_the_checker_finds_a_chain_that_the_portal_signed_anew_after_rewriting_it(files, register, capsys):
    """The server is in other hands and exports another past, signed with the right key: yesterday's heads tell."""
    lines = [json.loads(line) for line in files["chain"].read_bytes().splitlines()]
    whole = signing.sign("cwg-chain/1", {n: lines[0][n] for n in ("portal", "chain", "length", "head")})
    first = dict(lines[1], at="2020-01-01T00:00:00.000000Z")
    rewritten, previous = [], GENESIS
    for entry in [first, *lines[2:]]:
        entry = {**entry, "previous": previous}
        entry.pop("hash")
        previous = journal.hash_of(entry)
        rewritten.append({**entry, "hash": previous})
    head = signing.sign(
        "cwg-chain/1", {**{n: whole[n] for n in ("portal", "chain", "length")}, "head": previous}
    )
    files["chain"].write_text("\n".join(json.dumps(line) for line in [head, *rewritten]) + "\n")
    assert verify_receipt.main(["--keys", str(files["keys"]), "--chain", str(files["chain"])]) == 0
    assert check(files, "--chain", str(files["chain"])) == 1
    assert "is not the one that stands in the heads published for 2026-03-02" in capsys.readouterr().out


def test_heads_published_after_a_chain_was_exported_say_nothing_against_it(
    files, held, register, client, capsys
):
    held.forward(days=1)
    factories.make_document(register, "Later still")
    heads.publish()
    files["heads"].write_bytes(client.get("/.well-known/cwg-chain-heads.json").content)
    assert check(files, "--chain", str(files["chain"])) == 0
    assert "are later than this export: not compared" in capsys.readouterr().out
