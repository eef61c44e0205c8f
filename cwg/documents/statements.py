"""A receipt's statement as a signed file: what a delegation keeps, and can prove without the portal."""

from collections.abc import Iterator
from typing import Any

from django.db import transaction

from cwg.record import journal, signing
from cwg.record.models import JournalEntry, SigningKey

from .comparison import entry_of
from .models import Receipt, SignedStatement
from .receipts import differences
from .restore_gaps import NUMBERED

FORMAT = "cwg-receipt/1"


class NotAsRegistered(ValueError):
    """The receipt, the register and the journal do not agree: the portal does not sign that."""


def signed(receipt: Receipt, *, portal: str) -> dict[str, Any]:
    """The signed statement of `receipt`, made on first demand and the same ever after; plain values.

    `portal` is the address of this portal. After the key was retired a new one is made with the key in use. Raises
    NotAsRegistered.
    """
    in_use = SigningKey.objects.filter(retired_at__isnull=True).values("key")
    found = receipt.signed_statements.filter(key__in=in_use).last()
    if found is not None:
        return found.content
    entry = entry_of(receipt)
    if entry is None or list(differences(receipt)) or journal.hash_of(journal.fields(entry)) != entry.hash:
        raise NotAsRegistered(receipt.code)
    with transaction.atomic():
        content = signing.sign(
            FORMAT,
            {
                "portal": portal,
                "receipt": receipt.code,
                "statement": receipt.statement,
                "digest": receipt.digest,
                "entry": journal.fields(entry),
                "hash": entry.hash,
            },
        )
        # Two who ask at once: signing holds the key's row, so the second finds what the first has kept.
        kept, _made = SignedStatement.objects.get_or_create(
            receipt=receipt, key=content["key"], defaults={"content": content}
        )
    return kept.content


def faults() -> Iterator[str]:
    """Signed statements that do not verify, or say another thing than the receipt: for `manage.py verify`."""
    numbered = JournalEntry.objects.filter(act__in=NUMBERED)
    entries = {(entry.chain, entry.facts.get("receipt")): entry for entry in numbered.iterator()}
    for kept in SignedStatement.objects.select_related("receipt__revision__document__register").iterator():
        receipt, said = kept.receipt, kept.content
        if why := signing.fault(said, FORMAT):
            yield f"signed statement of receipt {receipt.code}: {why}"
        entry = entries.get((receipt.revision.document.register.chain, receipt.digest))
        if (
            entry is None
            or said["key"] != kept.key
            or (said["receipt"], said["statement"], said["digest"])
            != (receipt.code, receipt.statement, receipt.digest)
            or (said["entry"], said["hash"]) != (journal.fields(entry), entry.hash)
        ):
            yield f"signed statement of receipt {receipt.code}: the register or the journal says something else"
