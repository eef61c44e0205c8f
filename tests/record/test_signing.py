"""The portal's signature: one key for all processes, sealed at rest, published for ever, retired once."""

import io

import pytest
from django.core.management import CommandError, call_command
from django.db.utils import IntegrityError

from cwg.record import checks, signing
from cwg.record.models import JournalEntry, SigningKey
from tests.tampering import as_owner, past_the_triggers

pytestmark = pytest.mark.django_db

FORMAT = "cwg-test/1"


def test_what_is_signed_verifies_and_says_when_and_by_which_key(held):
    signed = signing.sign(FORMAT, {"title": "é 学 ش", "number": 7})
    assert signed["title"] == "é 学 ش"
    assert signed["signed_at"] == f"{held.at:%Y-%m-%dT%H:%M:%S.%f}Z"
    assert signed["key"] == SigningKey.objects.get().key
    assert signing.fault(signed, FORMAT) is None


def test_the_key_is_made_once_and_its_making_stands_in_the_portals_own_chain():
    first, second = signing.sign(FORMAT, {}), signing.sign(FORMAT, {})
    assert first["key"] == second["key"]
    key = SigningKey.objects.get()
    entry = JournalEntry.objects.get(act=signing.MADE)
    assert entry.facts == {"key": key.key, "public_key": key.public_key, "fingerprint": key.fingerprint}
    assert not [name for name, found in checks.run() if found]


@pytest.mark.parametrize("member", ["title", "format", "signed_at", "key", "signature"])
def test_a_change_of_any_member_is_found(member):
    signed = signing.sign(FORMAT, {"title": "as it was"})
    other = "0" * len(signed[member]) if member == "signature" else signed[member] + "x"
    assert signing.fault({**signed, member: other}, FORMAT)
    assert signing.fault({**signed, "added": 1}, FORMAT)
    assert signing.fault({name: value for name, value in signed.items() if name != member}, FORMAT)


def test_a_file_of_one_kind_never_passes_for_another():
    signed = signing.sign(FORMAT, {})
    assert signing.fault(signed, "cwg-other/1") == f"its format is {FORMAT}"


def test_the_private_key_does_not_lie_open_in_the_database():
    signing.sign(FORMAT, {})
    row = SigningKey.objects.get()
    found = signing._open(row)
    assert found is not None
    assert found.private_bytes_raw().hex() not in row.sealed_private_key
    assert found.public_key().public_bytes_raw().hex() == row.public_key


def test_with_another_secret_key_the_old_one_is_not_opened_and_stays_published(settings):
    before = signing.sign(FORMAT, {})
    settings.SECRET_KEY = "another " * 8
    after = signing.sign(FORMAT, {})
    assert after["key"] != before["key"]
    assert signing.fault(before, FORMAT) is None
    assert signing.fault(after, FORMAT) is None


def test_a_replaced_secret_key_among_the_fallbacks_still_opens_it(settings):
    before = signing.sign(FORMAT, {})
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another " * 8
    assert signing.sign(FORMAT, {})["key"] == before["key"]
    # From then on it is under the new one, and the old need not be kept.
    sealed = SigningKey.objects.get().sealed_private_key
    signing.sign(FORMAT, {})
    assert SigningKey.objects.get().sealed_private_key == sealed
    settings.SECRET_KEY_FALLBACKS = []
    assert signing.sign(FORMAT, {})["key"] == before["key"]


def test_a_retired_key_signs_no_more_and_what_it_signed_still_verifies(held):
    before = signing.sign(FORMAT, {})
    held.forward(hours=1)
    (retired,) = signing.retire(reason="yearly")
    held.forward(hours=1)
    after = signing.sign(FORMAT, {})
    assert after["key"] != before["key"] == retired.key
    assert signing.fault(before, FORMAT) is None
    retired.refresh_from_db()
    assert retired.sealed_private_key == ""
    published = {key["key"]: key for key in signing.published()["keys"]}
    assert published[before["key"]]["reason"] == "yearly"
    assert published[after["key"]]["retired_at"] is None
    assert [e.facts["key"] for e in JournalEntry.objects.filter(act=signing.RETIRED)] == [retired.key]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE record_signingkey SET public_key = repeat('0', 64)",
        "UPDATE record_signingkey SET retired_at = NULL",
        "DELETE FROM record_signingkey",
    ],
)
def test_the_database_itself_refuses_to_change_what_was_published(statement):
    signing.sign(FORMAT, {})
    signing.retire(reason="yearly")
    with pytest.raises(IntegrityError), as_owner() as cursor:
        cursor.execute(statement)
    assert SigningKey.objects.get().retired_because == "yearly"


def test_the_command_retires_the_key_with_its_reason():
    signing.sign(FORMAT, {})
    out = io.StringIO()
    call_command("retire_signing_key", "--reason", "the yearly change", stdout=out)
    key = SigningKey.objects.get()
    assert f"Key {key.key} is retired." in out.getvalue()
    assert key.retired_because == "the yearly change"


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501])
def test_a_key_is_not_retired_without_a_reason_that_can_be_published(reason):
    signing.sign(FORMAT, {})
    with pytest.raises(CommandError):
        call_command("retire_signing_key", "--reason", reason)
    assert SigningKey.objects.get().retired_at is None
    assert not JournalEntry.objects.filter(act=signing.RETIRED).exists()


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM record_signingkey",
        "UPDATE record_signingkey SET public_key = repeat('0', 64)",
        "UPDATE record_signingkey SET retired_at = made_at, sealed_private_key = ''",
        "UPDATE record_signingkey SET key = '0000000000000000'",
    ],
)
def test_verify_finds_a_key_that_is_not_published_as_it_was_made(change):
    signing.sign(FORMAT, {})
    assert list(signing.faults()) == []
    past_the_triggers(change)
    assert list(signing.faults())


def test_verify_finds_a_retired_key_that_was_put_back_into_use():
    signing.sign(FORMAT, {})
    signing.retire(reason="yearly")
    assert list(signing.faults()) == []
    past_the_triggers("UPDATE record_signingkey SET retired_at = NULL")
    assert len(list(signing.faults())) == 1
