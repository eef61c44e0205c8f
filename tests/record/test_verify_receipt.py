"""The stand-alone checker by itself: its Ed25519, its strict JSON, its command line. Files of the portal: documents/."""

import ast
import hashlib
import json
import sys
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st

from cwg.record import journal
from cwg.record import verify_receipt as checker

# RFC 8032, 7.1: public key, message, signature of tests 1, 2, 3 and "SHA(abc)".
RFC_8032 = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
        "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
        "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
    (
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
        "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b589"
        "09351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
    ),
]
SEEDS = st.binary(min_size=32, max_size=32)


def signed_by(seed: bytes, message: bytes) -> tuple[bytes, bytes]:
    private = Ed25519PrivateKey.from_private_bytes(seed)
    return private.public_key().public_bytes_raw(), private.sign(message)


@pytest.mark.parametrize(("key", "message", "signature"), RFC_8032)
def test_the_vectors_of_rfc_8032_hold(key, message, signature):
    key, message, signature = map(bytes.fromhex, (key, message, signature))
    assert checker.ed25519_holds(key, message, signature)
    assert not checker.ed25519_holds(key, message + b"x", signature)


@settings(max_examples=25)
@given(seed=SEEDS, message=st.binary(max_size=200), at=st.integers(0, 511), other=SEEDS)
def test_it_agrees_with_the_library_on_right_and_on_changed_signatures(seed, message, at, other):
    key, signature = signed_by(seed, message)
    assert checker.ed25519_holds(key, message, signature)
    flipped = (int.from_bytes(signature, "little") ^ (1 << at)).to_bytes(64, "little")
    assert not checker.ed25519_holds(key, message, flipped)
    with pytest.raises(InvalidSignature):
        Ed25519PublicKey.from_public_bytes(key).verify(flipped, message)
    foreign, _ = signed_by(other, message)
    assert checker.ed25519_holds(foreign, message, signature) == (foreign == key)


def test_a_signature_has_one_form_only():
    """S + L satisfies the same equation: the classical second form of a signature."""
    key, signature = signed_by(b"\x07" * 32, b"as registered")
    s = int.from_bytes(signature[32:], "little")
    for other in (s + checker.L, s + 2 * checker.L):
        assert not checker.ed25519_holds(key, b"as registered", signature[:32] + other.to_bytes(32, "little"))


def test_a_point_has_one_form_only():
    assert checker.point_decode((1).to_bytes(32, "little")) == checker.NEUTRAL
    assert checker.point_decode((checker.P + 1).to_bytes(32, "little")) is None
    assert checker.point_decode((1 | 1 << 255).to_bytes(32, "little")) is None  # minus zero
    assert checker.point_decode((2).to_bytes(32, "little")) is None  # on no curve


@pytest.mark.parametrize("y", [0, 1, checker.P - 1])
def test_a_key_of_small_order_proves_nothing(y: int):
    """Under the neutral element every message has the signature R = B, S = 1."""
    base = bytes.fromhex("58" + "66" * 31)
    assert checker.point_equal(checker.point_decode(base), checker.BASE)
    forged = base + (1).to_bytes(32, "little")
    assert not checker.ed25519_holds(y.to_bytes(32, "little"), b"anything", forged)


@pytest.mark.parametrize("lengths", [(31, 64), (33, 64), (32, 63), (32, 65), (0, 0)])
def test_other_lengths_are_no_key_and_no_signature(lengths):
    assert not checker.ed25519_holds(b"\1" * lengths[0], b"", b"\1" * lengths[1])


def test_its_canonical_json_is_the_portals():
    value = {"b": [1, None, True, 'é 学 ش \u2028 <&> " \\ \n'], "a": {"z": "", "y": -7}, "ü": 2**70}
    assert checker.canonical(value) == journal.canonical(value)
    assert checker.parse(checker.canonical(value).decode()) == value


@pytest.mark.parametrize(
    "text",
    ['{"a":1,"a":2}', '{"a":1.0}', '{"a":NaN}', '{"a":1e3}', "[1]", '"a"', "{", "", "[" * 100_000],
)
def test_json_that_could_be_read_in_two_ways_is_refused(text):
    with pytest.raises(ValueError):
        checker.parse(text)


def test_it_needs_python_3_9_and_nothing_else():
    tree = ast.parse(Path(checker.__file__).read_text(encoding="utf-8"), feature_version=(3, 9))
    needed = {
        name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names])
    }
    assert needed <= set(sys.stdlib_module_names)
    assert needed == {"__future__", "argparse", "hashlib", "json", "sys"}


def test_help_says_what_it_does(capsys):
    with pytest.raises(SystemExit) as ended:
        checker.main(["--help"])
    assert ended.value.code == 0
    said = capsys.readouterr().out
    for text in ("Check a receipt", "Exit status", "--keys", "--file", "--chain", "--heads"):
        assert text in said


@pytest.mark.parametrize(
    "argv", [[], ["--keys", "k.json"], ["--keys", "k.json", "--file", "a", "--chain", "c"]]
)
def test_a_wrong_command_line_ends_with_status_2(argv, capsys):
    with pytest.raises(SystemExit) as ended:
        checker.main(argv)
    assert ended.value.code == 2
    assert "usage" in capsys.readouterr().err


@pytest.mark.parametrize("keys", [None, "", "{}", '{"format":"cwg-keys/1","keys":[{"key":"x"}]}', "[]"])
def test_what_cannot_be_read_ends_with_status_2(tmp_path, capsys, keys):
    path = tmp_path / "keys.json"
    if keys is not None:
        path.write_text(keys)
    assert checker.main(["statement.json", "--keys", str(path)]) == 2
    assert "Cannot check:" in capsys.readouterr().err


@pytest.mark.parametrize("depth", [60, 200, 990, 100_000])
@pytest.mark.parametrize("nest", ["[", '{"a":'])
@pytest.mark.parametrize("which", ["statement", "keys", "heads", "chain", "entry"])
def test_hostile_nesting_cannot_be_read(tmp_path, capsys, which, nest, depth):
    deep = nest * depth + "1" + {"[": "]", '{"a":': "}"}[nest] * depth
    public, _ = signed_by(b"\1" * 32, b"")
    key = hashlib.sha256(public).hexdigest()
    header = {
        "format": "cwg-chain/1",
        "key": key[:16],
        "signed_at": "",
        "chain": "c",
        "length": 1,
        "head": "",
    }
    header["signature"] = signed_by(b"\1" * 32, checker.canonical(header))[1].hex()
    keys = {"key": key[:16], "public_key": public.hex(), "fingerprint": key}
    files = dict.fromkeys(
        ("statement", "keys", "heads", "chain"), f'{{"format":"cwg-receipt/1","statement":{deep}}}'
    )
    if which != "keys":
        files["keys"] = json.dumps({"format": "cwg-keys/1", "keys": [keys]})
    if which == "entry":
        files["chain"] = json.dumps(header) + "\n" + f'{{"chain":"c","position":1,"facts":{deep}}}'
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    place = lambda name: str(tmp_path / name)  # noqa: E731
    asked = {"statement": [place("statement")], "heads": ["--heads", place("heads")]}
    argv = asked.get(which, ["--chain", place("chain")])
    assert checker.main([*argv, "--keys", place("keys")]) == 2
    assert "nested too deeply" in capsys.readouterr().err


def test_a_key_whose_fingerprint_is_not_its_own_is_refused(tmp_path, capsys):
    public, _ = signed_by(b"\1" * 32, b"")
    key = {"key": "0" * 16, "public_key": public.hex(), "fingerprint": "0" * 64}
    path = tmp_path / "keys.json"
    path.write_text(json.dumps({"format": "cwg-keys/1", "keys": [key]}))
    assert checker.main(["statement.json", "--keys", str(path)]) == 2
    assert "fingerprint" in capsys.readouterr().err


def test_what_it_prints_steers_no_terminal():
    assert checker.printable("a\x1b[2Jb\u202ec\nd") == "a?[2Jb?c?d"
    assert checker.printable("نص 学 é “x”") == "نص 学 é “x”"
