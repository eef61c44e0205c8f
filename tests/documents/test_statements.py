"""Signed statements of receipts: given to who sees the receipt, and checked by the stand-alone checker."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.urls import reverse

from cwg.documents import register, statements
from cwg.documents.models import Document, Receipt, SignedStatement
from cwg.documents.proofs import CHECKER
from cwg.record import checks, journal, signing, verify_receipt
from tests import drafts, factories
from tests.tampering import past_the_triggers

pytestmark = pytest.mark.django_db


@pytest.fixture
def document(held, dg) -> Document:
    return factories.make_document(
        factories.make_register(dg, opens_at=held.at + timedelta(days=10)), "النص ‮ 学 é"
    )


@pytest.fixture
def receipt(document) -> Receipt:
    return Receipt.objects.get()


@pytest.fixture
def files(tmp_path, client, client_of, receipt, saudi_delegate, storage) -> dict[str, Path]:
    """What a delegation keeps: its statement, the public keys, the file it submitted."""
    blob = receipt.revision.versions.get().files.get().blob
    kept = {
        "statement": client_of(saudi_delegate).get(statement_url(receipt)).content,
        "keys": client.get(reverse("documents:keys-json")).content,
        "file": (storage / blob.path).read_bytes(),
    }
    paths = {}
    for name, content in kept.items():
        paths[name] = tmp_path / name
        paths[name].write_bytes(content)
    return paths


def statement_url(receipt: Receipt) -> str:
    return reverse("documents:receipt-statement", args=[receipt.code])


def check(files: dict[str, Path], *more: str) -> int:
    return verify_receipt.main([str(files["statement"]), "--keys", str(files["keys"]), *more])


def test_the_checker_finds_that_statement_and_file_hold(files, receipt, capsys):
    assert check(files, "--file", str(files["file"])) == 0
    said = capsys.readouterr().out
    assert "DG-2/1, النص ? 学 é, from Saudi Arabia" in said
    assert "verdict: in_time" in said
    assert "The file" in said and "is the one registered as “en.pdf” (en)" in said
    assert said.endswith("Everything that was asked holds.\n")
    assert signing.published()["keys"][0]["fingerprint"] in said


def test_the_file_is_canonical_json_and_the_same_at_every_download(files, receipt, client_of, saudi_delegate):
    content = files["statement"].read_bytes()
    assert journal.canonical(json.loads(content)) + b"\n" == content
    response = client_of(saudi_delegate).get(statement_url(receipt))
    assert response.content == content
    assert response["Content-Disposition"] == 'attachment; filename="statement_DG-2-1.json"'
    assert response["Cache-Control"] == "private, no-store"
    assert SignedStatement.objects.count() == 1


def test_who_does_not_see_the_receipt_gets_no_statement_and_nothing_is_signed(
    client_of, client, receipt, nobody, chair
):
    assert client_of(nobody).get(statement_url(receipt)).status_code == 404
    assert client.get(statement_url(receipt)).status_code == 302
    assert not SignedStatement.objects.exists()
    assert client_of(chair).get(statement_url(receipt)).status_code == 200


def leaves(value, path=()):
    if isinstance(value, dict):
        for name, each in value.items():
            yield from leaves(each, (*path, name))
    elif isinstance(value, list) and value:
        for number, each in enumerate(value):
            yield from leaves(each, (*path, number))
    else:
        yield path, value


def test_whatever_is_changed_in_the_statement_is_found(files, capsys):
    whole = json.loads(files["statement"].read_bytes())
    places = list(leaves(whole))
    assert len(places) > 40
    for path, value in places:
        changed = json.loads(files["statement"].read_bytes())
        within = changed
        for step in path[:-1]:
            within = within[step]
        for other in [f"{value}x", None] if value is not None else ["x"]:
            within[path[-1]] = other
            files["statement"].write_text(json.dumps(changed))
            assert check(files) == 1, f"{path} changed to {other!r} and not found"
            assert "DOES NOT HOLD" in capsys.readouterr().out
        del within[path[-1]]
        files["statement"].write_text(json.dumps(changed))
        assert check(files) == 1, f"{path} removed and not found"
        files["statement"].write_bytes(journal.canonical(whole))
    assert check(files) == 0


def resigned(signed: dict) -> dict:
    """As whoever holds the key would sign it: what the checker finds beyond the signature."""
    row = signing._in_use()
    assert row is not None
    unsigned = {name: value for name, value in signed.items() if name != "signature"}
    return {**unsigned, "signature": row[1].sign(journal.canonical(unsigned)).hex()}


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        (("statement", "title"), "Another", "does not hash to the digest"),
        (("entry", "facts", "symbol"), "DG-2/9", "does not hash to the hash"),
        (("entry", "position"), 99, "does not hash to the hash"),
        (("entry", "version"), 9, "version 9"),
        (("hash",), "0" * 64, "does not hash to the hash"),
        (("format",), "cwg-heads/1", "Its format"),
    ],
)
def test_a_statement_that_contradicts_itself_does_not_hold_though_signed(
    files, capsys, path, value, sentence
):
    signed = json.loads(files["statement"].read_bytes())
    within = signed
    for step in path[:-1]:
        within = within[step]
    within[path[-1]] = value
    files["statement"].write_text(json.dumps(resigned(signed)))
    assert check(files) == 1
    assert sentence in capsys.readouterr().out


def test_an_entry_that_tells_of_another_receipt_does_not_hold_though_signed(files, capsys):
    signed = json.loads(files["statement"].read_bytes())
    for name, value in (("symbol", "DG-2/9"), ("receipt", "0" * 64), ("verdict", "exempt")):
        other = json.loads(json.dumps(signed))
        other["entry"]["facts"][name] = value
        other["hash"] = journal.hash_of(other["entry"])
        files["statement"].write_text(json.dumps(resigned(other)))
        assert check(files) == 1
    other = json.loads(json.dumps(signed))
    other["entry"]["facts"]["files"][0]["sha256"] = "0" * 64
    other["hash"] = journal.hash_of(other["entry"])
    files["statement"].write_text(json.dumps(resigned(other)))
    assert check(files) == 1
    assert "other files" in capsys.readouterr().out


def test_a_file_changed_by_one_bit_is_found_and_a_missing_one_cannot_be_checked(files, capsys):
    content = bytearray(files["file"].read_bytes())
    content[-1] ^= 1
    files["file"].write_bytes(content)
    assert check(files, "--file", str(files["file"])) == 1
    assert "is not one that the statement names" in capsys.readouterr().out
    assert check(files, "--file", str(files["file"]) + ".not-there") == 2
    assert check(files) == 0
    assert "Not compared, because it was not given: “en.pdf”" in capsys.readouterr().out


def test_another_portals_key_does_not_verify_it(files, capsys):
    keys = json.loads(files["keys"].read_bytes())
    signing.retire(reason="for the test")
    signing.sign("cwg-test/1", {})
    foreign = signing.published()["keys"][0]
    assert foreign["key"] != keys["keys"][0]["key"]
    files["keys"].write_text(json.dumps({**keys, "keys": [foreign]}))
    assert check(files) == 1
    assert "not in the file of public keys" in capsys.readouterr().out
    signed = json.loads(files["statement"].read_bytes())
    files["statement"].write_text(json.dumps({**signed, "key": foreign["key"]}))
    assert check(files) == 1
    assert "does not verify" in capsys.readouterr().out


def test_what_was_signed_after_its_key_was_retired_does_not_hold(files, held, capsys):
    held.forward(hours=1)
    signing.retire(reason="the server was broken into")
    files["keys"].write_text(json.dumps(signing.published()))
    assert check(files) == 0
    assert "the server was broken into" in capsys.readouterr().out
    keys = signing.published()
    keys["keys"][0]["retired_at"] = "2020-01-01T00:00:00.000000Z"
    files["keys"].write_text(json.dumps(keys))
    assert check(files) == 1
    assert "after its key was retired" in capsys.readouterr().out


def test_after_the_key_was_retired_the_next_download_is_signed_with_the_new_one(
    files, receipt, client_of, saudi_delegate
):
    signing.retire(reason="yearly")
    again = client_of(saudi_delegate).get(statement_url(receipt)).json()
    assert again["key"] != json.loads(files["statement"].read_bytes())["key"]
    assert SignedStatement.objects.count() == 2
    assert list(statements.faults()) == []


def test_a_receipt_that_does_not_match_the_register_is_not_signed(receipt, client_of, saudi_delegate):
    past_the_triggers("UPDATE documents_revision SET title = 'Another'")
    response = client_of(saudi_delegate).get(statement_url(receipt))
    assert response.status_code == 409
    assert "does not sign" in response.content.decode()
    assert not SignedStatement.objects.exists()


def test_a_withdrawn_document_keeps_its_signed_statement(files, document, receipt, client_of, saudi_delegate):
    register.withdraw(document, actor=saudi_delegate, reason="another text comes")
    assert client_of(saudi_delegate).get(statement_url(receipt)).content == files["statement"].read_bytes()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE documents_signedstatement SET content = jsonb_set(content, '{statement,title}', '\"Another\"')",
        "UPDATE documents_signedstatement SET content = content - 'signature'",
        "UPDATE documents_signedstatement SET key = '0000000000000000'",
        "DELETE FROM record_signingkey",
    ],
)
def test_verify_finds_a_signed_statement_that_was_changed(files, change):
    assert not [name for name, found in checks.run() if found]
    past_the_triggers(change)
    assert list(statements.faults())


def test_keys_recipe_and_checker_are_there_for_everybody(client, files):
    page = client.get(reverse("documents:keys")).content.decode()
    assert signing.published()["keys"][0]["fingerprint"] in page
    assert reverse("documents:checker") in client.get(reverse("documents:recipe")).content.decode()
    assert client.get(reverse("documents:checker")).content == CHECKER.read_bytes()
    assert client.get("/.well-known/cwg-signing-keys.json").json() == signing.published()


def test_before_the_first_signature_the_page_of_keys_says_so(client, db):
    assert "No key yet" in client.get(reverse("documents:keys")).content.decode()


# --- Filed by the secretariat for others ------------------------------------------------------------------------------


@pytest.fixture
def filed_statement(tmp_path, held, dg, secretary, client_of, client) -> dict[str, Path]:
    """The statement of a paper that the secretariat filed for Saudi Arabia, and the public keys."""
    draft = drafts.make_draft(dg, factories.make_register(dg), by=secretary, received=drafts.LETTER)
    receipt = drafts.submit(draft, secretary).receipt
    paths = {"statement": tmp_path / "filed", "keys": tmp_path / "keys"}
    paths["statement"].write_bytes(client_of(secretary).get(statement_url(receipt)).content)
    paths["keys"].write_bytes(client.get(reverse("documents:keys-json")).content)
    return paths


def test_the_checker_says_by_whose_hand_and_how_it_came(filed_statement, capsys):
    assert check(filed_statement) == 0
    said = capsys.readouterr().out
    assert "Filed by Secretariat of the Group for Saudi Arabia; it came by a letter of 2026-02-20." in said
    assert "Digest of the letter that is kept: " in said


@pytest.mark.parametrize("change", [{"dated": "2026-02-21"}, {"letter": None}, None])
def test_a_statement_that_says_otherwise_how_it_came_does_not_hold_though_signed(
    filed_statement, capsys, change
):
    signed = json.loads(filed_statement["statement"].read_bytes())
    said = signed["statement"]
    said["filed_for"] = said["filed_for"] | change if change is not None else None
    signed["digest"] = signed["entry"]["facts"]["receipt"] = journal.digest(said)
    signed["hash"] = verify_receipt.entry_hash(signed["entry"])
    filed_statement["statement"].write_bytes(journal.canonical(resigned(signed)))
    assert check(filed_statement) == verify_receipt.DOES_NOT_HOLD
    assert "differ in" in capsys.readouterr().out
