"""What must hold of the register on a live database (quality: I1 to I5, I8), for `manage.py verify`."""

from collections import Counter
from collections.abc import Iterable, Iterator

from django.conf import settings
from django.db import connection
from django.db.models import F, Prefetch, Q

from cwg.members.parties import Party
from cwg.record import clock_steps, journal, replay
from cwg.record.models import JournalEntry, PortalJournal

from . import comparison, deadlines, heads, judgements, restore_gaps, search_index, statements, stored_checks
from .models import Deadline, Document, Objection, Receipt, Register, Revision, Series, Slot, Version

# The act by which `manage.py demo` says, in the chain of a register, that it told of the past there: documents
# were decided at instants that had passed, and committed later. Believed nowhere but in a demonstration.
DEMONSTRATION = "demonstration"


def register(checks) -> None:
    checks.register(
        "I1 the bytes of every document hash to what its receipt says", bytes_hash, nightly=bytes_were_whole
    )
    checks.register(
        "I1 the bytes of drafts and of files in preparation are kept",
        stored_checks.unregistered_are_kept,
        nightly=stored_checks.unregistered_were_kept,
    )
    checks.register("I2 numbers are unique, without gaps, and match the counters", numbers_run)
    checks.register("I3 the order of numbers is the order of the decisions", order_of_decisions)
    checks.register("I4 in time means at or before the deadline in force", verdicts_hold)
    checks.register("I5 the chains verify, one entry for one act", chains_verify)
    checks.register("I5 the clock was not set back between two entries", clock_never_set_back)
    checks.register("I5 the journal tells what the register holds", acts_told)
    checks.register("I5 the journal tells which document used each slot", slots_told)
    checks.register("I5 the journal tells of every translation that was added", translations_told)
    checks.register("I5 the journal tells of every objection", objections_told)
    checks.register("I8 receipts say what the register holds", receipts_hold)
    checks.register("I5 the chains bear out the heads that were published", heads.faults)
    checks.register(
        "I8 the search finds documents by the words they have",
        search_index.faults,
        nightly=search_index.missing,
    )
    checks.register("I8 signed statements verify with the published keys", statements.faults)


def bytes_hash() -> Iterator[str]:
    yield from stored_checks.registered_are_whole()
    yield from _other_files_receipted()


def bytes_were_whole() -> Iterator[str]:
    """As `bytes_hash`, by what was found of each when it was last read."""
    yield from stored_checks.registered_were_whole()
    yield from _other_files_receipted()


def _other_files_receipted() -> Iterator[str]:
    for receipt, differences in _receipts():
        if any(difference.name == comparison.FILES for difference in differences):
            yield f"{receipt.revision.symbol}: the receipt names other files than the register"


def _receipts() -> Iterator[tuple[Receipt, list[comparison.Difference]]]:
    """Every receipt with what it says otherwise than the register, in a constant number of queries for 200 of them."""
    kept = Receipt.objects.select_related("revision__document", "revision__filed_for").prefetch_related(
        "revision__sources",
        "revision__filed_for__letters__blob",
        Prefetch("revision__versions", Version.objects.with_files()),
    )
    for receipt in kept.iterator(chunk_size=200):
        yield receipt, list(comparison.of_receipt(receipt))


def numbers_run() -> Iterator[str]:
    kept = Series.objects.filter(register__origin=Register.Origin.PORTAL).select_related("register")
    lost: dict[int, dict[str, set[int]]] = {}
    for series in kept.prefetch_related("documents"):
        if series.register_id not in lost:
            lost[series.register_id] = restore_gaps.lost_numbers(series.register)
        # A number whose document a restore has recorded as missing was issued all the same.
        missing = lost[series.register_id].get(series.code, set())
        held = {d.number for d in series.documents.all() if d.number is not None}
        numbers = sorted(held | missing)
        if numbers != list(range(1, len(numbers) + 1)):
            yield f"{series.register} {series}: the numbers are {numbers}"
        if series.last_number != len(numbers):
            yield f"{series.register} {series}: the counter is {series.last_number} for {len(numbers)} documents"


def order_of_decisions() -> Iterator[str]:
    originals = (
        Revision.objects.filter(
            kind=Revision.Kind.ORIGINAL, document__register__origin=Register.Origin.PORTAL
        )
        .order_by("document__series", "document__number")
        .values_list(
            "document__series", "document__symbol", "available_at", "pk", "document__register__chain"
        )
    )
    before: dict[int, tuple] = {}
    for series, symbol, available_at, revision, chain in originals:
        runs_back = series in before and available_at < before[series][1]
        # Where the clock was set back between the two, that is told as what it is.
        if runs_back and not _clock_went_back(chain, before[series][2], revision):
            yield f"{symbol} was decided before {before[series][0]}, which has the lower number"
        before[series] = (symbol, available_at, revision)


def _clock_went_back(chain, earlier: int, later: int) -> bool:
    """Whether the chain has the registrations of these two revisions in this order, and a step of the clock between."""
    entries = JournalEntry.objects.filter(
        chain=chain, act__in=restore_gaps.NUMBERED, facts__revision__in=[earlier, later]
    )
    place = {entry.facts["revision"]: entry.position for entry in entries}
    return len(place) == 2 and any(
        place[earlier] < step.after <= place[later] for step in clock_steps.found(chain)
    )


def clock_never_set_back() -> Iterator[str]:
    """Entries whose hashes hold and whose instants do not follow each other: no tampering, and nothing to be silent of.

    One that the chain itself explains holds. In a demonstration of an older release the past was told after its first entry.
    """
    told = JournalEntry.objects.filter(act=DEMONSTRATION if _demonstrates() else "").values_list(
        "chain", flat=True
    )
    names = {row.chain: str(row) for row in [*Register.objects.all(), *PortalJournal.objects.all()]}
    for step in clock_steps.unexplained():
        if step.chain not in set(told):
            yield (
                f"chain of {names.get(step.chain, step.chain)}: the clock was set back between entries {step.before} and"
                f" {step.after}, by {step.by.total_seconds():.6f} s; both are as they were written"
            )


def _demonstrates() -> bool:
    return settings.DEMO or settings.DEBUG or settings.TESTING


def verdicts_hold() -> Iterator[str]:
    wrong = Revision.objects.filter(verdict="in_time", measured_at__gt=F("deadline_at"))
    for revision in wrong.select_related("document"):
        yield f"{revision.symbol}: in time, but measured after its deadline"
    bound = Revision.objects.exclude(deadline=None)
    in_force = Q(deadline_at=F("deadline__instant"), deadline__set_at__lte=F("available_at")) & (
        Q(deadline__superseded_at=None) | Q(deadline__superseded_at__gte=F("available_at"))
    )
    for revision in bound.exclude(in_force).select_related("document"):
        yield f"{revision.symbol}: its deadline is not the one that was in force"
    without = Revision.objects.filter(verdict="in_time", deadline=None)
    for revision in without.select_related("document"):
        yield f"{revision.symbol}: in time, but no deadline was in force for it"
    for revision in bound.filter(verdict__in=["exempt", "no_rule", "not_measured"]).select_related(
        "document"
    ):
        yield f"{revision.symbol}: {revision.verdict}, but measured against a deadline"
    late = Revision.objects.filter(
        verdict__in=["late_flagged", "requested_in_session"], measured_at__lte=F("deadline_at")
    )
    for revision in late.select_related("document"):
        yield f"{revision.symbol}: {revision.verdict}, but measured in time"
    yield from _each_rule_holds()
    yield from _committed_elsewhen()


def _each_rule_holds() -> Iterator[str]:
    """What a revision keeps of each rule is what the deadlines in force then say of it; and none is left out."""
    set_for: dict[int, list[Deadline]] = {}
    for deadline in Deadline.objects.order_by("pk"):
        set_for.setdefault(deadline.register_id, []).append(deadline)
    judged = Revision.objects.exclude(per_rule=None).select_related("document")
    for revision in judged.order_by("pk").iterator(chunk_size=200):
        at, kind = revision.available_at, revision.document.kind
        own = {d.pk: d for d in set_for.get(revision.document.register_id, ()) if d.as_rule.speaks_of(kind)}
        kept = revision.per_rule or []
        told = [own[line["id"]] for line in kept if line["id"] in own]
        ended = [d for d in told if d.set_at > at or (d.superseded_at and d.superseded_at < at)]
        # At its own instant a deadline may be set or superseded before or after the decision.
        left_out = [
            d
            for d in own.values()
            if d not in told and d.set_at < at and (d.superseded_at is None or d.superseded_at > at)
        ]
        if len({d.pk for d in told}) != len(kept) or ended or left_out:
            yield f"{revision.symbol}: it keeps other rules than those in force for it"
            continue
        decision = deadlines.judge([(d.as_rule, d.instant) for d in told], kind, at, at)
        if judgements.kept(decision, told) != kept:
            yield f"{revision.symbol}: a rule says something else of it than it keeps"
        if (decision.deadline if decision.rule else None) != revision.deadline_at:
            yield f"{revision.symbol}: another rule binds it than it keeps"


def _committed_elsewhen() -> Iterator[str]:
    """Where the server keeps commit times: the instant on the receipt and the commit lie together.

    A receipt and its journal entry are written by one transaction, and by one of their own. Where they are not,
    a restore has written them, and its commit tells nothing.
    """
    believed = DEMONSTRATION if _demonstrates() else ""
    with connection.cursor() as cursor:
        cursor.execute("SHOW track_commit_timestamp")
        if cursor.fetchone()[0] != "on":
            return
        cursor.execute(
            "SELECT r.code, r.issued_at, pg_xact_commit_timestamp(r.xmin) FROM documents_receipt r"
            " WHERE pg_xact_commit_timestamp(r.xmin) - r.issued_at > interval '10 seconds'"
            " AND EXISTS (SELECT 1 FROM record_journalentry j"
            " WHERE j.xmin = r.xmin AND j.facts->>'receipt' = r.digest)"
            " AND NOT EXISTS (SELECT 1 FROM record_journalentry j"
            " WHERE j.xmin = r.xmin AND j.facts->>'receipt' IS DISTINCT FROM r.digest)"
            " AND EXISTS (SELECT 1 FROM documents_revision v JOIN documents_document d ON d.id = v.document_id"
            " JOIN documents_register g ON g.id = d.register_id WHERE v.id = r.revision_id AND g.origin = 'portal'"
            " AND NOT EXISTS (SELECT 1 FROM record_journalentry j WHERE j.chain = g.chain AND j.act = %s))",
            [believed],
        )
        for code, issued_at, committed_at in cursor.fetchall():
            yield f"receipt {code}: decided at {issued_at:%F %T.%f}, committed only at {committed_at:%F %T.%f}"


def chains_verify() -> Iterator[str]:
    for row in [*Register.objects.order_by("pk"), *PortalJournal.objects.all()]:
        yield from journal.faults(row)
    known = [
        *Register.objects.values_list("chain", flat=True),
        *PortalJournal.objects.values_list("chain", flat=True),
    ]
    if stray := JournalEntry.objects.exclude(chain__in=known).count():
        yield f"{stray} journal entries belong to no register"
    entered: dict[int, list[tuple]] = {}
    for chain, position, facts in JournalEntry.objects.filter(act__in=restore_gaps.NUMBERED).values_list(
        "chain", "position", "facts"
    ):
        entered.setdefault(facts["revision"], []).append((chain, position))
    for revision in Revision.objects.filter(document__register__origin=Register.Origin.PORTAL).select_related(
        "document"
    ):
        if (found := len(entered.get(revision.pk, ()))) != 1:
            yield f"{revision.symbol}: {found} journal entries for its registration"
    missing = {chain: replay.positions_without_rows(chain) for chain in known}
    for pk in sorted(set(entered).difference(Revision.objects.values_list("pk", flat=True))):
        for chain, position in entered[pk]:
            if position not in missing.get(chain, ()):
                yield f"entry {position} of chain {chain} registers what the register does not have"


def acts_told() -> Iterator[str]:
    """What the chain says of each registration, withdrawal and disclosure is what the register holds."""
    revisions = {
        revision.pk: revision
        for revision in Revision.objects.filter(document__register__origin=Register.Origin.PORTAL)
        .select_related("document", "receipt", "filed_for")
        .prefetch_related(
            "sources",
            "filed_for__letters__blob",
            Prefetch("versions", Version.objects.with_files()),
        )
        .order_by("pk")
    }
    kept = Register.objects.filter(origin=Register.Origin.PORTAL).values_list("chain", flat=True)
    lost = {chain: replay.positions_without_rows(chain) for chain in kept}
    acts = JournalEntry.objects.filter(chain__in=list(lost))
    for facts in acts.filter(act__in=restore_gaps.NUMBERED).values_list("facts", flat=True):
        revision = revisions.get(facts["revision"])
        if revision is None:
            continue
        for found in comparison.of_entry(facts, revision):
            if found.name == comparison.FILES:
                yield f"{revision.symbol}: the journal names other files than the register"
            else:
                yield f"{revision.symbol}: the journal says {found.name} {found.said}, the register {found.held}"
    told: Counter[int] = Counter()
    disclosed: dict[int, str] = {}
    for entry in acts.filter(act__in=["withdrawn", "disclosure"]).order_by("position"):
        if entry.position in lost[entry.chain]:
            continue
        if entry.act == "withdrawn":
            told[entry.facts["document"]] += 1
        else:
            disclosed[entry.facts["document"]] = entry.facts["after"]
    for document in Document.objects.filter(register__origin=Register.Origin.PORTAL).order_by("pk"):
        if document.is_withdrawn and told[document.pk] != 1:
            yield f"{document.symbol}: withdrawn, with {told[document.pk]} journal entries for it"
        if disclosed.get(document.pk, document.disclosure) != document.disclosure:
            yield f"{document.symbol}: disclosed otherwise than the journal says"


def slots_told() -> Iterator[str]:
    """Each slot is used by the document that the journal says used it last, and by none after its withdrawal opened it."""
    told: dict[int, int] = {}
    used = Q(act__in=restore_gaps.NUMBERED) & ~Q(facts__slot=None)
    for entry in replay.in_effect(used | Q(act="withdrawn", facts__has_key="reopens")):
        if entry.act != "withdrawn":
            told[entry.facts["slot"]] = entry.facts["document"]
        elif told.get(entry.facts["reopens"]) == entry.facts["document"]:
            del told[entry.facts["reopens"]]
    for slot in Slot.objects.exclude(document=None).select_related("document").order_by("pk"):
        assert slot.document is not None  # excluded
        if told.pop(slot.pk, None) != slot.document_id:
            yield f"{slot.document.symbol}: the journal does not tell that it used the slot {slot.pk}"
    for pk, document in sorted(told.items()):
        yield f"the journal tells that document {document} used the slot {pk}, which it does not hold"


def translations_told() -> Iterator[str]:
    """Every translation that was added, or taken along by a Rev. of the sponsors, is named with its files; and no other."""
    told: dict[tuple, tuple] = {}
    for entry in replay.in_effect(Q(act="translation") | Q(act="revised", facts__has_key="translations")):
        own = entry.facts | {"added_at": journal.plain(entry.at)}
        for line in [own] if entry.act == "translation" else entry.facts["translations"]:
            told[entry.facts["revision"], line["language"], line["edition"]] = _as_told(
                line["added_at"], ((file["sha256"], file["size"]) for file in line["files"])
            )
    added = Version.objects.exclude(added_at=None).with_files().order_by("pk")
    for version in added.select_related("revision__document"):
        held = _as_told(
            journal.plain(version.added_at),
            ((file.blob_id, file.blob.size) for file in version.files.all()),
        )
        said = told.pop((version.revision_id, version.language, version.edition), None)
        name = f"{version.revision.symbol or version.revision.document.path}, {version.language}"
        if said is None:
            yield f"{name}: the journal does not tell that this translation was added"
        elif said != held:
            yield f"{name}: the journal tells of another translation than the register holds"
    for revision, language, edition in sorted(told):
        yield f"the journal tells of a translation ({language}, {edition}) of revision {revision} that is not there"


def objections_told() -> Iterator[str]:
    """Every objection, and that it was taken back, is named as it was made; and no other."""
    told: Counter[tuple] = Counter()
    for entry in replay.in_effect(Q(act__in=["objected", "objection_lifted"])):
        facts = entry.facts
        told[
            facts["document"], facts["party"], entry.act, journal.plain(entry.at), facts.get("reason", "")
        ] += 1
    symbols = {}
    for one in Objection.objects.select_related("document__register__group", "state").order_by("pk"):
        party = Party(one.document.register.group, one.state).record
        symbols[one.document_id] = one.document.symbol
        told[one.document_id, party, "objected", journal.plain(one.made_at), one.reason] -= 1
        if one.lifted_at is not None:
            told[one.document_id, party, "objection_lifted", journal.plain(one.lifted_at), ""] -= 1
    for (document, *_), count in told.items():
        if count:
            name = symbols.get(document, f"document {document}")
            yield f"{name}: the journal tells of other objections than the register holds"


def _as_told(at: str, files: Iterable[tuple[str, int]]) -> tuple:
    return at, sorted(files)


def receipts_hold() -> Iterator[str]:
    for receipt, found in _receipts():
        if not comparison.is_untouched(receipt):
            yield f"receipt {receipt.code}: its statement was changed"
        for difference in found:
            if difference.name != comparison.FILES:  # said by I1
                yield (
                    f"{receipt.revision.symbol}: the receipt says {difference.name} {difference.said},"
                    f" the register {difference.held}"
                )
    without = Revision.objects.filter(receipt__isnull=True, document__register__origin=Register.Origin.PORTAL)
    for revision in without.select_related("document"):
        yield f"{revision.symbol}: no receipt"
