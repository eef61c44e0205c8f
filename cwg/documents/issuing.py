"""What a receipt states: written once, in the decision that registers a revision, and never changed (docs/receipts.md)."""

import secrets
import uuid
from datetime import datetime

from cwg.members.models import Person
from cwg.record import journal

from . import filed_for, judgements
from .deadlines import Decision
from .filing import Filing
from .models import Receipt, Register, Revision

# Of a receipt's statement. Once issued a statement never changes: another field is another version, and whoever reads
# receipts reads all of them. 2 (November 2026) states the group's name as printed; 3 (November 2026) the verdict of each
# rule with its deadline; 4 (November 2026) by whose hand and how a paper came that the secretariat filed for others.
STATEMENT_VERSION = 4


def issue(
    locked: Register,
    revision: Revision,
    filing: Filing,
    decision: Decision,
    *,
    token: uuid.UUID,
    at: datetime,
    arrived_at: datetime,
    actor: Person,
) -> Receipt:
    """Write the receipt of a revision that is new in this transaction; its statement says what was filed and judged."""
    statement = {
        "version": STATEMENT_VERSION,
        "group": locked.group.code,
        "group_name": revision.printed_group,
        "meeting": locked.title,
        "place": locked.place,
        "zone": locked.zone,
        "opening": locked.opens_at,
        "symbol": revision.symbol,
        "title": filing.title,
        "kind": filing.kind,
        "sources": [line.printed_as for line in filing.sources],
        "submitted_by": actor.name,
        "arrived_at": arrived_at,
        "available_at": at,
        "verdict": revision.verdict,
        "rule": decision.rule.name if decision.rule else None,
        "rule_source": decision.rule.source if decision.rule else None,
        "deadline": revision.deadline_at,
        "rules": judgements.stated(revision.per_rule),
        "requested_in_session": revision.slot.wording if revision.slot else None,
        "files": [
            {"language": version.language, "name": file.name, "size": file.size, "sha256": file.sha256}
            for version in filing.versions
            for file in version.files
        ],
        "filed_for": filed_for.stated(filing.for_another),
    }
    plain = journal.plain(statement)
    return Receipt.objects.create(
        revision=revision,
        code=secrets.token_hex(13),
        token=token,
        issued_at=at,
        statement=plain,
        digest=journal.digest(plain),
    )
