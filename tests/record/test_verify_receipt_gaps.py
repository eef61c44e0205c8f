"""The stand-alone checker and a chain that was restored without some of its entries: a loss it owns up to is no tampering."""

import hashlib
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cwg.record import journal
from cwg.record import verify_receipt as checker
from cwg.record.models import GENESIS

CHAIN = "6f1c0a52-7f5f-4d0e-9f0c-2f6f2a1f8f10"
KEY = Ed25519PrivateKey.from_private_bytes(b"\x05" * 32)
PUBLIC = KEY.public_key().public_bytes_raw()
FINGERPRINT = hashlib.sha256(PUBLIC).hexdigest()


def signed(kind: str, members: dict) -> dict:
    said = {"format": kind, "key": FINGERPRINT[:16], "signed_at": "2026-11-26T18:00:00.000000Z", **members}
    return {**said, "signature": KEY.sign(journal.canonical(said)).hex()}


def entry(position: int, previous: str, act: str = "opened", facts: dict | None = None) -> dict:
    said = {
        "version": 2,
        "chain": CHAIN,
        "position": position,
        "act": act,
        "at": f"2026-11-26T14:{position:02}:00.000000Z",
        "actor": None,
        "facts": facts or {},
        "previous": previous,
        "salt": "00" * 16,
    }
    return {**said, "hash": journal.hash_of(said)}


def restored(
    position: int, previous: str, unknown: list[list[int]], *stands_on: dict, chain: str = CHAIN
) -> dict:
    """What a restore writes of positions that no copy told of (`restore_gaps.Loss.facts`), and of the entries before them."""
    facts: dict = {"chain": chain, "unknown": unknown}
    if stands_on:
        facts["stands_on"] = [[before["position"], before["hash"]] for before in stands_on]
    return entry(position, previous, "restored", facts)


@pytest.fixture
def whole() -> list[dict]:
    """Entries 1 to 7, before anything was lost."""
    entries: list[dict] = []
    for position in range(1, 8):
        entries.append(entry(position, entries[-1]["hash"] if entries else GENESIS))
    return entries


@pytest.fixture
def check(tmp_path: Path, capsys):
    """Run the checker on a chain, and on published heads of it; gives its exit status and what it printed."""
    keys = {"key": FINGERPRINT[:16], "fingerprint": FINGERPRINT, "public_key": PUBLIC.hex()}
    (tmp_path / "keys").write_text(json.dumps({"format": "cwg-keys/1", "keys": [keys]}))

    def run(entries: list[dict], *heads: dict) -> tuple[int, str]:
        last = entries[-1]
        header = signed("cwg-chain/1", {"chain": CHAIN, "length": last["position"], "head": last["hash"]})
        (tmp_path / "chain").write_text("\n".join(json.dumps(line) for line in [header, *entries]))
        arguments = ["--keys", str(tmp_path / "keys"), "--chain", str(tmp_path / "chain")]
        for number, head in enumerate(heads):
            published = {"day": f"2026-11-{number + 1:02}", "heads": [head]}
            (tmp_path / f"heads{number}").write_text(json.dumps(signed("cwg-heads/1", published)))
            arguments += ["--heads", str(tmp_path / f"heads{number}")]
        return checker.main(arguments), capsys.readouterr().out

    return run


def head(of: dict) -> dict:
    return {"chain": CHAIN, "length": of["position"], "head": of["hash"]}


def lost_between(whole: list[dict]) -> list[dict]:
    """The copies of 3 and 4 were lost, those of 5 to 7 were put back, and 8 says so."""
    return [*whole[:2], *whole[4:], restored(8, whole[-1]["hash"], [[3, 4]], whole[1])]


def lost_between_in_an_older_release(whole: list[dict]) -> list[dict]:
    """The same, written when a restore did not yet say what it stood on."""
    return [*whole[:2], *whole[4:], restored(8, whole[-1]["hash"], [[3, 4]])]


def lost_at_the_end(whole: list[dict]) -> list[dict]:
    """Nothing is known of 6 and 7, and 8 follows 5."""
    return [*whole[:5], restored(8, whole[4]["hash"], [[6, 7]])]


def test_a_chain_without_a_gap_holds_as_ever(check, whole):
    status, said = check(whole, head(whole[2]))
    assert (status, "lost" in said) == (0, False)
    assert f"The chain {CHAIN} holds: 7 entries, each follows the one before it." in said


def test_a_gap_that_the_chain_owns_up_to_holds_and_is_told(check, whole):
    status, said = check(lost_between(whole))
    assert status == 0
    assert "holds: 6 of its 8 entries are there" in said
    assert (
        "(Not in it: 3 to 4. They were lost, and the portal was restored without them; entry 8,"
        " of 2026-11-26T14:08:00.000000Z, says so.)"
    ) in said
    assert check(lost_at_the_end(whole))[0] == 0


def test_two_restores_may_own_up_to_one_gap_between_them(check, whole):
    """The first lost 4, the second lost 3: both say so."""
    entries = [*whole[:2], *whole[4:]]
    entries.append(restored(8, entries[-1]["hash"], [[4, 4]]))
    assert check(entries)[0] == 1
    entries.append(restored(9, entries[-1]["hash"], [[3, 3]], whole[1]))
    status, said = check(entries)
    assert (status, "Not in it: 3 to 4" in said) == (0, True)


@pytest.mark.parametrize(
    "unknown", [[], [[3, 3]], [[4, 4]], [[5, 9]]], ids=["none", "too little", "too late", "other"]
)
def test_a_gap_that_nothing_in_the_chain_explains_is_a_missing_entry(check, whole, unknown):
    entries = [*whole[:2], *whole[4:], restored(8, whole[-1]["hash"], unknown)]
    status, said = check(entries)
    assert status == 1
    missing = 4 if unknown == [[3, 3]] else 3
    assert f"DOES NOT HOLD: Entry {missing} is missing: entry 5 is in its place, and nothing in the" in said


def test_what_another_chain_lost_explains_nothing_here(check, whole):
    elsewhere = restored(8, whole[-1]["hash"], [[3, 4]], chain="00000000-0000-4000-8000-000000000000")
    assert check([*whole[:2], *whole[4:], elsewhere])[0] == 1


def test_a_loss_cannot_be_told_before_it_happened(check, whole):
    told_early = restored(3, whole[1]["hash"], [[4, 5]])
    assert check([*whole[:2], told_early, entry(6, "ab" * 32)])[0] == 1


def test_an_entry_that_was_written_into_the_gap_afterwards_does_not_fit(check, whole):
    """Somebody changes what tells of the loss, to hide one more entry."""
    entries = lost_between(whole)
    entries[-1] = {**entries[-1], "facts": {"chain": CHAIN, "unknown": [[2, 4]]}}
    status, said = check([entries[0], *entries[2:]])
    assert (status, "Entry 8 was changed" in said) == (1, True)


def test_entries_out_of_order_do_not_hold(check, whole):
    assert check([*whole[:2], whole[3], whole[2], *whole[4:]])[0] == 1
    assert check([*whole[:2], whole[1], *whole[2:]])[0] == 1


def test_a_head_published_of_the_last_lost_entry_is_shown_by_the_entry_after_it(check, whole):
    status, said = check(lost_between(whole), head(whole[3]))
    assert status == 0
    assert "It agrees with the head published for 2026-11-01: 4 entries." in said


@pytest.mark.parametrize("lost", [lost_between, lost_at_the_end])
def test_a_head_published_within_the_gap_can_neither_be_shown_nor_contradicted(check, whole, lost):
    within = whole[2] if lost is lost_between else whole[6]
    status, said = check(lost(whole), head(within), head(whole[4]))
    assert status == 3
    assert (
        f"CANNOT BE SHOWN: Entry {within['position']}, which stands in the heads published for 2026-11-01, is among"
        " those that were lost and that the portal was restored without: neither shown by the chain nor contradicted."
    ) in said
    assert "It agrees with the head published for 2026-11-02: 5 entries." in said
    assert "Everything that was asked holds" not in said and "DOES NOT HOLD" not in said


def test_a_head_that_the_entry_after_the_gap_contradicts_does_not_hold(check, whole):
    """A chain written anew past a published head, under the pretext of a restore."""
    another = entry(4, whole[2]["hash"], "something else")
    status, said = check(lost_between(whole), head(another))
    assert status == 1
    assert "Entry 4 is not the one that stands in the heads published for 2026-11-01" in said


# --- What nothing signed reaches ----------------------------------------------------------------------------------


def rewritten(entries: list[dict]) -> list[dict]:
    """Entries 1 and 2 written anew by somebody without a key; what is signed stays as it is."""
    one = entry(1, GENESIS, "opened", {"verdict": "in_time"})
    return [one, entry(2, one["hash"]), *entries[2:]]


def test_entries_before_a_gap_that_were_written_anew_do_not_hold(check, whole):
    status, said = check(rewritten(lost_between(whole)))
    assert status == 1
    assert "DOES NOT HOLD: Entry 2 is not the one that entry 8 says the portal was restored on." in said


@pytest.mark.parametrize("anew", [rewritten, list], ids=["written anew", "honest"])
def test_entries_before_a_gap_of_an_older_release_cannot_be_shown(check, whole, anew):
    status, said = check(anew(lost_between_in_an_older_release(whole)))
    assert status == 3
    assert "CANNOT BE SHOWN: Entries 1 to 2: a gap" in said and "It could have been written anew" in said
    assert "holds" not in said
    assert "(Not in it: 3 to 4. They were lost" in said, "the entry that says so is signed"


def test_a_head_published_before_the_gap_shows_them_all_the_same(check, whole):
    entries = lost_between_in_an_older_release(whole)
    assert check(entries, head(whole[1]))[0] == 0
    status, said = check(entries, head(whole[0]))
    assert (status, "CANNOT BE SHOWN: Entry 2: a gap" in said) == (3, True)
    assert "It agrees with the head published for 2026-11-01: 1 entries." in said
    assert check(rewritten(entries), head(whole[1]))[0] == 1


def test_a_head_that_names_only_the_last_lost_entry_shows_nothing_before_it(check, whole):
    assert check(rewritten(lost_between_in_an_older_release(whole)), head(whole[3]))[0] == 3


def test_a_loss_that_was_made_up_before_a_gap_is_no_admission(check, whole):
    made_up = restored(2, "ab" * 32, [[1, 1]])
    status, said = check([made_up, *lost_between_in_an_older_release(whole)[2:]])
    assert status == 3
    assert "CANNOT BE SHOWN: Entry 2: a gap" in said
    assert "what is missing (1) was lost: only an entry that nothing signed reaches says so" in said
    assert "Not in it: 1." not in said
    assert check([made_up, *lost_between(whole)[2:]])[0] == 1


def test_a_loss_that_was_made_up_before_a_gap_ties_nothing(check, whole):
    """Two gaps; what is written anew before the second says that it stands on what is written anew before the first."""
    one = entry(1, GENESIS, "anything")
    three = entry(3, "cd" * 32)
    made_up = restored(4, three["hash"], [[2, 2]], one)
    last = restored(8, whole[-1]["hash"], [[5, 5]])
    status, said = check([one, three, made_up, *whole[5:], last])
    assert status == 3
    assert "Entry 1: a gap" in said and "Entries 3 to 4: a gap" in said


def test_each_of_two_gaps_is_bridged_by_what_the_restore_stood_on(check, whole):
    last = restored(8, whole[-1]["hash"], [[2, 2], [4, 5]], whole[0], whole[2])
    entries = [whole[0], whole[2], *whole[5:], last]
    status, said = check(entries)
    assert (status, "holds: 5 of its 8 entries are there" in said) == (0, True)
    assert check([entry(1, GENESIS, "another"), *entries[1:]])[0] == 1
    assert check([entries[0], entry(3, whole[1]["hash"], "another"), *entries[2:]])[0] == 1


def test_a_withheld_entry_of_the_old_form_hides_what_it_follows(check, whole):
    """Its hash cannot be computed, so the hash that it names before it may be anybody's."""
    old = {"version": 1, "chain": CHAIN, "position": 3, "hash": whole[2]["hash"]}
    anew = rewritten(whole)
    status, said = check([*anew[:2], {**old, "previous": anew[1]["hash"]}, *anew[3:]])
    assert status == 3
    assert "CANNOT BE SHOWN: Entries 1 to 2: a gap, or a withheld entry of the old form" in said
    honest = [*whole[:2], {**old, "previous": whole[1]["hash"]}, *whole[3:]]
    assert check(honest, head(whole[1]))[0] == 0


def test_what_such_an_entry_names_shows_nothing_of_the_gap_before_it(check, whole):
    """Whatever it says it follows: it neither agrees with a published head nor contradicts it."""
    made_up = {"version": 1, "chain": CHAIN, "position": 3, "hash": whole[2]["hash"]}
    last = restored(8, whole[6]["hash"], [[1, 2]])
    for named in (whole[1]["hash"], "ab" * 32):
        status, said = check([{**made_up, "previous": named}, *whole[3:7], last], head(whole[1]))
        assert status == 3
        assert (
            "Entry 2, which stands in the heads published for 2026-11-01, is among those that were lost"
            in said
        )
        assert "It agrees with the head" not in said
