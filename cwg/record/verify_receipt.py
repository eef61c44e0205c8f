#!/usr/bin/env python3
"""Check a receipt of the CWG-Internet portal without the portal.

Needs Python 3.9 or newer and nothing else: no library, no network, no account. Read it before you trust it; it
is meant to be read. It answers four questions, each from files that you hold:

  1. Did the portal sign this statement?          STATEMENT and --keys
  2. Are these the files that it names?           --file (as often as needed)
  3. Does the register's chain hold, with the
     statement's entry in it?                     --chain
  4. Is that chain the one the portal published?  --heads (as often as needed)

The formats, each a JSON object (the chain: one a line), are described in docs/proofs.md of the portal's source.
"Canonical JSON" is: keys sorted, no blanks between tokens, characters as themselves, encoded as UTF-8. An Ed25519
signature (RFC 8032) covers the canonical JSON of the whole object without its member "signature".

Exit status: 0 everything that was asked holds; 1 something does not hold; 2 a file cannot be read, or the command
line is wrong; 3 nothing contradicts, but something that was asked cannot be shown: the chain says that it was lost
when the portal was restored, or nothing that was signed reaches it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys

HOLDS, DOES_NOT_HOLD, UNREADABLE, NOT_SHOWN = 0, 1, 2, 3
GENESIS = "0" * 64
DEEPEST = 50  # no file of these formats nests half as deeply


class Unreadable(Exception):
    """A file that is not there, or is not what it should be. The message says which and why."""


class Wrong(Exception):
    """Something that does not hold. The message says what."""


class NotShown(Exception):
    """Nothing contradicts it, and nothing that was signed shows it. One sentence for each thing."""

    def __init__(self, sentences):
        super().__init__(*sentences)
        self.sentences = sentences


# --- Ed25519, verification only (RFC 8032, 5.1.7) -----------------------------------------------------------------
#
# Points are (X, Y, Z, T) in extended coordinates: x = X/Z, y = Y/Z, x*y = T/Z. Not constant in time: it handles
# nothing secret.

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
SQRT_M1 = pow(2, (P - 1) // 4, P)
NEUTRAL = (0, 1, 1, 0)


def point_add(a, b):
    e = (a[1] - a[0]) * (b[1] - b[0]) % P
    f = (a[1] + a[0]) * (b[1] + b[0]) % P
    g = 2 * a[3] * b[3] * D % P
    h = 2 * a[2] * b[2] % P
    i, j, k, m = f - e, h - g, h + g, f + e
    return (i * j % P, k * m % P, j * k % P, i * m % P)


def point_multiply(scalar, point):
    result = NEUTRAL
    while scalar:
        if scalar & 1:
            result = point_add(result, point)
        point = point_add(point, point)
        scalar >>= 1
    return result


def point_equal(a, b):
    return (a[0] * b[2] - b[0] * a[2]) % P == 0 and (a[1] * b[2] - b[1] * a[2]) % P == 0


def point_decode(encoded):
    """The point of 32 bytes, or None where they are the encoding of none. Only the one proper encoding counts."""
    y = int.from_bytes(encoded, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    if y >= P:
        return None
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P:
        x = x * SQRT_M1 % P
    if (x * x - x2) % P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return (x, y, 1, x * y % P)


BASE = point_decode((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def ed25519_holds(public_key, message, signature):
    """Whether `signature` (64 bytes) is that of `message` under `public_key` (32 bytes).

    A signature has one form only: S below the group's order, R in its proper encoding. A public key of small order,
    under which a signature proves nothing, is refused.
    """
    if len(public_key) != 32 or len(signature) != 64:
        return False
    key, r = point_decode(public_key), point_decode(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if key is None or r is None or s >= L or point_equal(point_multiply(8, key), NEUTRAL):
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + public_key + message).digest(), "little") % L
    return point_equal(point_multiply(s, BASE), point_add(r, point_multiply(h, key)))


# --- JSON: read strictly, written canonically ---------------------------------------------------------------------


def _only_once(pairs):
    found = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"{name!r} stands twice in one object")
        found[name] = value
    return found


def _no_number(text):
    raise ValueError(f"{text} is no number of this format")


def parse(text):
    """One JSON object. Raises ValueError for anything that could be read in two ways."""
    try:
        value = json.loads(
            text, object_pairs_hook=_only_once, parse_float=_no_number, parse_constant=_no_number
        )
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    if not isinstance(value, dict):
        raise ValueError("it is not a JSON object")
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > DEEPEST:
            raise ValueError("it is nested too deeply")
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, (dict, list))
        ]
    return value


def canonical(value):
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def digest(value):
    return hashlib.sha256(canonical(value)).hexdigest()


def read_json(path):
    try:
        with open(path, encoding="utf-8") as source:
            return parse(source.read())
    except (OSError, ValueError) as error:
        raise Unreadable(f"{path} cannot be read: {error}") from error


def unhex(text, length, what):
    """The bytes of `text`: exactly `length` of them, in lower-case hexadecimal."""
    if not isinstance(text, str) or len(text) != 2 * length or text.strip("0123456789abcdef"):
        raise Wrong(f"{what} is not {length} bytes in lower-case hexadecimal.")
    return bytes.fromhex(text)


# --- Keys and signatures ------------------------------------------------------------------------------------------


def read_keys(path):
    """The published keys by their id. The id of a key is the beginning of its fingerprint."""
    said = read_json(path)
    keys = {}
    try:
        if said["format"] != "cwg-keys/1":
            raise ValueError("its format is {!r}, not cwg-keys/1".format(said["format"]))
        for key in said["keys"]:
            public = unhex(key["public_key"], 32, "A public key")
            fingerprint = hashlib.sha256(public).hexdigest()
            if key["fingerprint"] != fingerprint or key["key"] != fingerprint[:16]:
                raise ValueError("the fingerprint of key {} is not that of its public key".format(key["key"]))
            keys[key["key"]] = dict(key, bytes=public)
    except (KeyError, TypeError, ValueError, Wrong) as error:
        raise Unreadable(f"{path} is not a file of public keys: {error}") from error
    return keys


def check_signature(signed, keys, wanted_format):
    """Raises Wrong unless one of `keys` signed this object. Returns the key."""
    if signed.get("format") != wanted_format:
        raise Wrong("Its format is {!r}, not {}.".format(signed.get("format"), wanted_format))
    key = keys.get(signed.get("key")) if isinstance(signed.get("key"), str) else None
    if key is None:
        raise Wrong(
            "It names the key {!r}, which is not in the file of public keys.".format(signed.get("key"))
        )
    signature = unhex(signed.get("signature"), 64, "Its signature")
    try:
        message = canonical({name: value for name, value in signed.items() if name != "signature"})
    except UnicodeEncodeError as error:
        raise Wrong("It holds characters that cannot be signed.") from error
    if not ed25519_holds(key["bytes"], message, signature):
        raise Wrong(
            "The signature does not verify: something was changed after it was signed, or another key signed."
        )
    retired = key.get("retired_at")
    if retired and not str(signed.get("signed_at")) <= retired:
        raise Wrong(f"It says that it was signed after its key was retired ({retired}).")
    return key


# --- Entries and chains -------------------------------------------------------------------------------------------

COMMITTED = ("act", "at", "actor", "facts", "salt")


def entry_hash(entry):
    """What the hash of an entry must be; None where an old entry is withheld and cannot be computed.

    Version 1 hashes the whole entry. Version 2 hashes its place and a digest of its content ("content"), so that an
    entry can be withheld from a reader and the chain still be verified; the salt keeps the content from being guessed.
    """
    version = entry.get("version")
    if version == 1:
        if "facts" not in entry:
            return None
        names = ("version", "chain", "position", "act", "at", "actor", "facts", "previous")
        return digest({name: entry[name] for name in names})
    if version == 2:
        content = digest({name: entry[name] for name in COMMITTED}) if "facts" in entry else entry["content"]
        names = ("version", "chain", "position", "previous")
        return digest(dict({name: entry[name] for name in names}, content=content))
    raise Wrong(f"An entry is of version {version!r}, which this program does not know.")


def told_of_restore(entry, name):
    """The member `name` of what this entry says of a restore of its own chain: a list of pairs, empty without one.

    "unknown": the first and the last position of each gap before it, of which no copy told.
    "stands_on": position and hash of the last entry that was known before each gap; not in entries of older releases.
    """
    facts = entry.get("facts")
    if facts is None or entry["act"] != "restored" or facts["chain"] != entry["chain"]:
        return []
    return [(one, other) for one, other in facts.get(name, [])]


class Gap:
    """Positions of which the chain has no entry."""

    def __init__(self, first, before, after):
        self.first, self.last = first, after["position"] - 1
        self.before = before  # the hash of the entry before it
        self.named = after[
            "previous"
        ]  # what the entry after it names as the hash before; None: nobody can tell
        self.told_by = []  # the entries, tied to a signature, that say that it was lost

    def __contains__(self, position):
        return self.first <= position <= self.last

    def __str__(self):
        return str(self.first) if self.first == self.last else f"{self.first} to {self.last}"

    def explain(self, restored, tied):
        """Note which entries say of every position that it was lost: first of those that are tied to a signature.

        Raises Wrong where nothing in the chain says so.
        """
        self.told_by, missing = self._tellers(entry for entry in restored if tied(entry["position"]))
        if missing is None:
            return
        self.told_by, missing = [], self._tellers(restored)[1]
        if missing is not None:
            raise Wrong(
                f"Entry {missing} is missing: entry {self.last + 1} is in its place, and nothing in the chain says that"
                " it was lost."
            )

    def _tellers(self, restored):
        """The entries that say that it was lost, and the first position of which none says so; None: of no position."""
        missing, tellers = self.first, []
        spans = [
            (first, last, entry)
            for entry in restored
            for first, last in told_of_restore(entry, "unknown")
            if last < entry["position"]
        ]
        for first, last, entry in sorted(spans, key=lambda span: span[:2]):
            if first <= missing <= last:
                missing = last + 1
                tellers.append(entry)
        return tellers, missing if missing <= self.last else None

    def names(self, position, said):
        """Whether the entry after the gap shows that the entry at `position` had the hash `said`; None: it shows neither."""
        if self.named is None:
            return None
        if position == self.last and self.named == said:
            return True
        # What a restore itself writes follows the last entry that it knew.
        return None if position < self.last or self.named == self.before else False


def untied(breaks, anchors, restored, hashes):
    """The stretches of a chain that nothing signed reaches: first and last position of each, in their order.

    Each entry names the hash of the one before it, so whatever is signed of an entry reaches those before it as well,
    back to the next of `breaks`: entries of which it cannot be told what they follow. `anchors` are the positions of
    which something signed gives the hash. Beyond a break reaches what an entry of `restored` says that it stands on, if
    that entry itself is reached. Raises Wrong where such an entry names another than is there.
    """
    anchors, found, left = set(anchors), [], sorted(hashes)
    for start in [*sorted(breaks, reverse=True), left[0]]:
        here = []
        while left and left[-1] >= start:
            here.append(left.pop())
        reached = next((position for position in here if position in anchors), 0)
        for entry in restored:
            if start <= entry["position"] <= reached:
                for position, said in told_of_restore(entry, "stands_on"):
                    if hashes.get(position, said) != said:
                        raise Wrong(
                            "Entry {} is not the one that entry {} says the portal was restored on.".format(
                                position, entry["position"]
                            )
                        )
                    anchors.add(position)
        beyond = [position for position in here if position > reached]
        if beyond:
            found.append((beyond[-1], beyond[0]))
    return found[::-1]


def check_chain(path, keys, statement, heads):
    """Walk an exported chain once. Yields a sentence for each thing that holds.

    Raises Wrong, Unreadable and NotShown.
    """
    wanted = {}  # position -> what has to be there: (hash, said by whom)
    gaps, restored, hashes = [], [], {}
    breaks, anchors = set(), []
    try:
        with open(path, encoding="utf-8") as source:
            header = parse(source.readline())
            check_signature(header, keys, "cwg-chain/1")
            chain, length = header["chain"], header["length"]
            if statement is not None:
                entry = statement["entry"]
                if entry["chain"] != chain:
                    raise Wrong("The statement's entry belongs to another chain ({}).".format(entry["chain"]))
                wanted.setdefault(entry["position"], []).append((statement["hash"], "the signed statement"))
            for published in heads:
                for head in published["heads"]:
                    later = published["signed_at"] > header["signed_at"] and head["length"] > length
                    if head["chain"] == chain and head["length"] and not later:
                        by = "the heads published for {}".format(published["day"])
                        wanted.setdefault(head["length"], []).append((head["head"], by))
            position, previous, count, withheld, unproved = 0, GENESIS, 0, 0, set()
            for line in source:
                entry = parse(line)
                if entry["chain"] != chain or entry["position"] <= position:
                    raise Wrong(
                        "Entry {} is missing: entry {!r} of chain {} is in its place.".format(
                            position + 1, entry["position"], entry["chain"]
                        )
                    )
                if entry["position"] > position + 1:
                    gaps.append(Gap(position + 1, previous, entry))
                    if position and gaps[-1].named != previous:
                        breaks.add(entry["position"])
                elif entry["previous"] != previous:
                    raise Wrong("Entry {} does not follow the entry before it.".format(entry["position"]))
                position, count = entry["position"], count + 1
                computed = entry_hash(entry)
                if computed is None:
                    unproved.add(position)
                elif computed != entry["hash"]:
                    raise Wrong(f"Entry {position} was changed: it does not hash to its hash.")
                withheld += "facts" not in entry
                if told_of_restore(entry, "unknown"):
                    restored.append(entry)
                previous = hashes[position] = entry["hash"]
                for said, by in wanted.pop(position, ()):
                    if said != previous:
                        raise Wrong(f"Entry {position} is not the one that stands in {by}.")
                    anchors.append(position)
            if (position, previous) != (length, header["head"]):
                raise Wrong(f"The chain ends at entry {position}, its first line says {length!r}.")
            loose = untied(breaks | unproved, [*anchors, position], restored, hashes) if hashes else []

            def tied(at):
                return not any(first <= at <= last for first, last in loose)

            for gap in gaps:
                gap.explain(restored, tied)
                if gap.last + 1 in unproved or not tied(gap.last + 1):
                    gap.named = None
    except OSError as error:
        raise Unreadable(f"{path} cannot be read: {error}") from error
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise Unreadable(f"{path} is not an exported chain: {error!r}") from error
    lost = dict(sought_in_gaps(wanted, gaps))
    if loose:
        yield (
            f"The chain {chain} does not contradict itself: {count} of its {length} entries are there, and what was signed"
            f" reaches all but those named below."
        )
    elif gaps:
        yield (
            f"The chain {chain} holds: {count} of its {length} entries are there; each but the first after a gap"
            " follows the one before it."
        )
    else:
        yield f"The chain {chain} holds: {length} entries, each follows the one before it."
    for gap in gaps:
        if not gap.told_by:
            continue
        by, at = gap.told_by[-1]["position"], gap.told_by[-1]["at"]
        yield (
            f"(Not in it: {gap}. They were lost, and the portal was restored without them; entry {by}, of {at}, says"
            " so.)"
        )
    if withheld:
        yield f"({withheld} of them are withheld from whoever exported it: place and hash are there, no content.)"
    if unproved:
        yield f"({len(unproved)} withheld entries are of the old form: their own hash could not be computed.)"
    if statement is not None and "the signed statement" not in lost:
        yield "The statement's entry is in it, at position {}.".format(statement["entry"]["position"])
    for published in heads:
        day = published["day"]
        lengths = [head["length"] for head in published["heads"] if head["chain"] == chain]
        if not lengths:
            yield f"(The heads published for {day} do not name this chain: it was not public then.)"
        elif lengths[0] > length:
            yield f"(The heads published for {day} are later than this export: not compared.)"
        elif f"the heads published for {day}" not in lost:
            yield f"It agrees with the head published for {day}: {lengths[0]} entries."
    if lost or loose:
        raise NotShown([*lost.values(), *said_of_untied(loose, gaps)])


def said_of_untied(loose, gaps):
    """A sentence for each stretch that nothing signed reaches, and for each gap that only such a stretch explains."""
    for first, last in loose:
        which = f"Entry {first}" if first == last else f"Entries {first} to {last}"
        yield (
            f"{which}: a gap, or a withheld entry of the old form, lies between that and what was signed. It could have"
            " been written anew. Heads published while the chain ended there, or a signed statement of an entry there,"
            " would show it."
        )
    for gap in gaps:
        if not gap.told_by:
            yield f"That what is missing ({gap}) was lost: only an entry that nothing signed reaches says so."


def sought_in_gaps(wanted, gaps):
    """Of what has to be there and is not: yields by whom it is said, and a sentence, for each that a gap leaves open.

    Raises Wrong for what lies in no gap, and for what the entry after a gap contradicts.
    """
    for position, everybody in sorted(wanted.items()):
        gap = next((gap for gap in gaps if position in gap), None)
        for said, by in everybody:
            if gap is None:
                raise Wrong(f"Entry {position}, which stands in {by}, is not in the chain.")
            shown = gap.names(position, said)
            if shown is False:
                raise Wrong(
                    f"Entry {position} is not the one that stands in {by}: the entry after it names another."
                )
            if shown is None:
                missing = (
                    "were lost and that the portal was restored without" if gap.told_by else "are missing"
                )
                yield (
                    by,
                    f"Entry {position}, which stands in {by}, is among those that {missing}: neither shown by the chain"
                    f" nor contradicted.",
                )


# --- The statement ------------------------------------------------------------------------------------------------


def check_statement(signed, keys):
    """Yields a sentence for each thing that holds; raises Wrong."""
    key = check_signature(signed, keys, "cwg-receipt/1")
    yield "The statement was signed by the portal's key {} on {}.".format(signed["key"], signed["signed_at"])
    yield "    Compare the key's fingerprint with one you got another way: {}".format(key["fingerprint"])
    if key.get("retired_at"):
        yield "    That key was retired on {}: {}".format(key["retired_at"], key.get("reason"))
    said, entry = signed["statement"], signed["entry"]
    if digest(said) != signed["digest"]:
        raise Wrong("The statement does not hash to the digest beside it.")
    if entry_hash(entry) != signed["hash"]:
        raise Wrong("The journal's entry does not hash to the hash beside it.")
    facts = entry["facts"]
    if entry["act"] not in ("registered", "revised") or facts["receipt"] != signed["digest"]:
        raise Wrong("The journal's entry does not name this receipt.")
    for name in ("symbol", "verdict", "available_at", "deadline"):
        if facts[name] != said[name]:
            raise Wrong(f"The journal's entry and the statement differ under {name!r}.")
    stated = sorted((f["language"], f["sha256"], f["size"]) for f in said["files"])
    if stated != sorted((f["language"], f["sha256"], f["size"]) for f in facts["files"]):
        raise Wrong("The journal's entry names other files than the statement.")
    yield "It says: {}, {}, from {}.".format(said["symbol"], said["title"], ", ".join(said["sources"]))
    yield "    Available at {} (UTC); verdict: {}; deadline: {}.".format(
        said["available_at"],
        said["verdict"],
        said["deadline"] or "none",
    )
    if said.get("filed_for") or facts.get("filed_for"):
        yield from check_filed_for(said, facts)
    yield "The journal's entry {} of chain {} names it.".format(entry["position"], entry["chain"])


WAYS = {"letter": "a letter", "email": "an e-mail", "by_hand": "a paper handed over at the meeting"}


def check_filed_for(said, facts):
    """By whose hand it came, from version 4 on. Yields sentences; raises Wrong."""
    came, recorded = said.get("filed_for"), facts.get("filed_for")
    if not came or not recorded:
        raise Wrong("The journal's entry and the statement differ in who filed it.")
    for name in ("came_by", "dated", "letter"):
        if came[name] != recorded[name]:
            raise Wrong(f"The journal's entry and the statement differ in how it came ({name}).")
    how = "; it came by {}".format(WAYS.get(came["came_by"], came["came_by"])) if came["came_by"] else ""
    of = " of {}".format(came["dated"]) if came["dated"] else ""
    yield "    Filed by {} for {}{}{}.".format(came["filed_by"], said["sources"][0], how, of)
    if came["letter"]:
        yield "    Digest of the letter that is kept: {}".format(came["letter"])


def hash_of_file(path):
    found, size = hashlib.sha256(), 0
    try:
        with open(path, "rb") as source:
            for chunk in iter(lambda: source.read(1 << 20), b""):
                found.update(chunk)
                size += len(chunk)
    except OSError as error:
        raise Unreadable(f"{path} cannot be read: {error}") from error
    return found.hexdigest(), size


def check_files(paths, statement):
    """Yields a sentence for each file; raises Wrong at the first that the statement does not name."""
    named = {(file["sha256"], file["size"]): file for file in statement["statement"]["files"]}
    seen = set()
    for path in paths:
        found = hash_of_file(path)
        if found not in named:
            raise Wrong(f"The file {path} is not one that the statement names (SHA-256 {found[0]}).")
        seen.add(found)
        file = named[found]
        yield "The file {} is the one registered as “{}” ({}).".format(path, file["name"], file["language"])
    for found in sorted(set(named) - seen):
        yield "(Not compared, because it was not given: “{}”, SHA-256 {}.)".format(
            named[found]["name"], found[0]
        )


def check_heads(path, keys):
    """The published heads in `path`, once their signature holds."""
    said = read_json(path)
    check_signature(said, keys, "cwg-heads/1")
    return said


# --- The command --------------------------------------------------------------------------------------------------


def arguments(argv):
    parser = argparse.ArgumentParser(
        prog="verify_receipt.py",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("statement", nargs="?", help="the signed statement of a receipt (JSON)")
    parser.add_argument(
        "--keys",
        required=True,
        metavar="FILE",
        help="the portal's public keys (JSON), from /.well-known/cwg-signing-keys.json",
    )
    parser.add_argument(
        "--file", action="append", default=[], metavar="FILE", help="a file that you hold of the document"
    )
    parser.add_argument("--chain", metavar="FILE", help="the exported chain of the register (JSON Lines)")
    parser.add_argument(
        "--heads", action="append", default=[], metavar="FILE", help="a day's published heads (JSON)"
    )
    given = parser.parse_args(argv)
    if given.statement is None and not given.chain and not given.heads:
        parser.error("give a signed statement, a chain or published heads to check")
    if given.file and given.statement is None:
        parser.error("files are compared with a signed statement: give it first")
    return given


def run(given):
    """Every sentence that holds, in order. Raises Wrong, Unreadable and NotShown."""
    keys = read_keys(given.keys)
    statement = None
    if given.statement is not None:
        statement = read_json(given.statement)
        try:
            yield from check_statement(statement, keys)
            yield from check_files(given.file, statement)
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise Unreadable(f"{given.statement} is not a signed statement: {error!r}") from error
    heads = []
    for path in given.heads:
        try:
            heads.append(check_heads(path, keys))
            day, count = heads[-1]["day"], len(heads[-1]["heads"])
            yield f"The heads published for {day} were signed by the portal: {count} chains."
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise Unreadable(f"{path} does not hold published heads: {error!r}") from error
    if given.chain:
        yield from check_chain(given.chain, keys, statement, heads)


def printable(text):
    """`text` without what could steer a terminal or turn the order of its characters."""
    return "".join(each if each.isprintable() else "?" for each in text)


def main(argv=None):
    given = arguments(argv)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # a title in Arabic on an old console
    try:
        for sentence in run(given):
            print(printable(sentence))
    except Wrong as error:
        print(printable(f"DOES NOT HOLD: {error}"))
        return DOES_NOT_HOLD
    except Unreadable as error:
        print(printable(f"Cannot check: {error}"), file=sys.stderr)
        return UNREADABLE
    except NotShown as error:
        for sentence in error.sentences:
            print(printable(f"CANNOT BE SHOWN: {sentence}"))
        return NOT_SHOWN
    print("Everything that was asked holds.")
    return HOLDS


if __name__ == "__main__":
    sys.exit(main())
