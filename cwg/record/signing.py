"""The portal's signature: who holds a signed file can prove later, without the portal, that the portal said so.

Ed25519 over the canonical JSON of the whole object without its member "signature". The private key lies in the
database, so that every web process and worker of every host has the same one and a backup holds it, encrypted with
a key derived from SECRET_KEY, so that a stolen dump alone signs nothing. Each key's making and retirement enters the
portal's own chain. Public keys stay published for ever; docs/proofs.md says what this proves and what it does not.
"""

import base64
import hashlib
import secrets
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import transaction
from django.utils.encoding import force_bytes

from cwg import clock

from . import chain_clock, journal
from .models import JournalEntry, PortalJournal, SigningKey
from .reasons import clean_reason

MADE, RETIRED = "signing_key_made", "signing_key_retired"
KEYS_FORMAT = "cwg-keys/1"
LOST = "Lost with the database: a backup from before was restored."


def _sealing_keys() -> Iterator[AESGCM]:
    """Made of SECRET_KEY, then of those it replaced (SECRET_KEY_FALLBACKS)."""
    for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"cwg signing key, sealed")
        yield AESGCM(derived.derive(force_bytes(secret)))


def _seal(private: Ed25519PrivateKey, key: str) -> str:
    nonce = secrets.token_bytes(12)
    sealed = next(_sealing_keys()).encrypt(nonce, private.private_bytes_raw(), key.encode())
    return base64.b64encode(nonce + sealed).decode()


def _open(row: SigningKey) -> Ed25519PrivateKey | None:
    """The private key; None where it was sealed under a SECRET_KEY that this process does not have."""
    sealed = base64.b64decode(row.sealed_private_key)
    for key in _sealing_keys():
        try:
            return Ed25519PrivateKey.from_private_bytes(
                key.decrypt(sealed[:12], sealed[12:], row.key.encode())
            )
        except InvalidTag:
            continue
    return None


def _in_use() -> tuple[SigningKey, Ed25519PrivateKey] | None:
    """The newest key that is not retired and that this process can open, locked: it is not retired meanwhile."""
    for row in SigningKey.objects.select_for_update(no_key=True).filter(retired_at__isnull=True):
        if (private := _open(row)) is not None:
            _seal_anew_if_old(row, private)
            return row, private
    return None


def _seal_anew_if_old(row: SigningKey, private: Ed25519PrivateKey) -> None:
    """After a change of SECRET_KEY: put the key under the new one, so that the old need not be kept. `row` is locked."""
    if not settings.SECRET_KEY_FALLBACKS:
        return
    sealed = base64.b64decode(row.sealed_private_key)
    try:
        next(_sealing_keys()).decrypt(sealed[:12], sealed[12:], row.key.encode())
    except InvalidTag:
        row.sealed_private_key = _seal(private, row.key)
        row.save(update_fields=["sealed_private_key"])


def _make(at: datetime, locked: PortalJournal) -> tuple[SigningKey, Ed25519PrivateKey]:
    """A new key, entered into the portal's own chain, whose row `locked` is."""
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw()
    fingerprint = hashlib.sha256(public).hexdigest()
    key = fingerprint[:16]
    row = SigningKey.objects.create(
        key=key,
        public_key=public.hex(),
        fingerprint=fingerprint,
        sealed_private_key=_seal(private, key),
        made_at=at,
    )
    facts = {"key": key, "public_key": row.public_key, "fingerprint": fingerprint}
    journal.append(locked, MADE, at=at, actor_id=None, facts=facts)
    return row, private


def sign(format_name: str, said: dict[str, Any]) -> dict[str, Any]:
    """`said` signed, as plain values: with "format", "signed_at" (UTC, by the database's clock), "key", "signature".

    `format_name` ("cwg-receipt/1") is signed with the rest, so that one kind of file never passes for another. Makes
    the key on first use.
    """
    with transaction.atomic():
        found = _in_use()
        if found is None:
            locked = journal.portal()
            # Whoever waited here finds the key made.
            found = _in_use() or _make(chain_clock.read(locked), locked)
        row, private = found
        signed = journal.plain({**said, "format": format_name, "signed_at": clock.now(), "key": row.key})
        return {**signed, "signature": private.sign(journal.canonical(signed)).hex()}


def fault(signed: dict[str, Any], format_name: str) -> str | None:
    """Why `signed` is not what the portal signed as `format_name`, in words; None where it is."""
    row = SigningKey.objects.filter(key=signed.get("key", "")).first()
    if row is None:
        return f"it names the key {signed.get('key')}, which is not published"
    if signed.get("format") != format_name:
        return f"its format is {signed.get('format')}"
    message = journal.canonical({name: value for name, value in signed.items() if name != "signature"})
    try:
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(row.public_key))
        public.verify(bytes.fromhex(signed["signature"]), message)
    except (InvalidSignature, KeyError, ValueError):
        return f"its signature does not verify with the published key {row.key}"
    return None


def retire(*, reason: str) -> list[SigningKey]:
    """Retire every key in use: their private halves are removed, the next signature makes a new key.

    Returns the retired keys. Raises ReasonMissing. What they signed still verifies, with their published public halves;
    the reason, and the instant, are published beside them and stand in the portal's own chain.
    """
    reason = clean_reason(reason)
    with journal.acting_on_portal() as locked:
        rows = list(SigningKey.objects.select_for_update().filter(retired_at__isnull=True))
        at = chain_clock.read(locked)  # after the locks: nothing was signed with them later
        for row in rows:
            row.retired_at, row.retired_because, row.sealed_private_key = at, reason, ""
            row.save(update_fields=["retired_at", "retired_because", "sealed_private_key"])
            facts = {"key": row.key, "reason": reason}
            journal.append(locked, RETIRED, at=at, actor_id=None, facts=facts)
        return rows


def publish_again(entries: Iterable[JournalEntry], locked: PortalJournal, *, at: datetime) -> None:
    """After a restore: the keys that `entries` of the portal's chain, copied back from the storage, tell of.

    A backup from before does not have them. Their public halves are published again; what they signed stays provable. The
    private half of one that was in use is lost, so it is retired at `at`, an aware instant. `locked` is the portal's row.
    """
    made = {entry.facts["key"]: entry for entry in entries if entry.act == MADE}
    retired = {entry.facts["key"]: entry for entry in entries if entry.act == RETIRED}
    for row in SigningKey.objects.select_for_update().filter(key__in=retired, retired_at__isnull=True):
        entry = retired[row.key]
        row.retired_at, row.retired_because, row.sealed_private_key = entry.at, entry.facts["reason"], ""
        row.save(update_fields=["retired_at", "retired_because", "sealed_private_key"])
    held = set(SigningKey.objects.filter(key__in=made).values_list("key", flat=True))
    for key, entry in made.items():
        if key in held:
            continue
        ended = retired.get(key)
        SigningKey.objects.create(
            **entry.facts,
            made_at=entry.at,
            retired_at=ended.at if ended else at,
            retired_because=ended.facts["reason"] if ended else LOST,
        )
        if ended is None:
            facts = {"key": key, "reason": LOST}
            journal.append(locked, RETIRED, at=at, actor_id=None, facts=facts)


def faults() -> Iterator[str]:
    """Keys that are not published as the portal's chain tells of them, for `manage.py verify`: a sentence each."""
    told: dict[str, dict[str, dict[str, Any]]] = {MADE: {}, RETIRED: {}}
    of_portal = JournalEntry.objects.filter(chain__in=PortalJournal.objects.values("chain"))
    for act, facts in of_portal.filter(act__in=told).values_list("act", "facts"):
        told[act][facts["key"]] = facts
    rows = {row.key: row for row in SigningKey.objects.all()}
    for key in sorted(set(told[MADE]) | set(rows)):
        row, made = rows.get(key), told[MADE].get(key)
        if row is None:
            yield f"signing key {key}: it was made, and is not published"
        elif made != {"key": key, "public_key": row.public_key, "fingerprint": row.fingerprint}:
            yield f"signing key {key}: it is not published as it was made"
        elif (row.retired_at is not None) != (key in told[RETIRED]):
            yield f"signing key {key}: retired in one of table and journal, and in use in the other"


def published() -> dict[str, Any]:
    """All public keys, newest first, as `/.well-known/cwg-signing-keys.json` has them and the checker reads them."""
    return journal.plain(
        {
            "format": KEYS_FORMAT,
            "keys": [
                {
                    "key": row.key,
                    "algorithm": "Ed25519",
                    "public_key": row.public_key,
                    "fingerprint": row.fingerprint,
                    "made_at": row.made_at,
                    "retired_at": row.retired_at,
                    "reason": row.retired_because or None,
                }
                for row in SigningKey.objects.all()
            ],
        }
    )
