"""The register: the only code that creates or revises a registered document (what is known of the time before
the portal is entered by `archive.py`, into archive registers only).

The decision (design 2): lock the register's row, read the database's clock in a new statement, judge, draw the
next number, write document, revision, receipt and journal entry, commit. Between the reading of the clock and
COMMIT nothing touches storage, network or rendering.
"""

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from django.db import OperationalError

from cwg.members.models import Person
from cwg.record import chain_clock, holding, journal
from cwg.record.history import sign

from . import deadlines, filed_for, issuing, judgements, kinds, restore_gaps, symbols
from .filing import Filing, take_translations_along, words_of, write_contents, write_for_another
from .models import Deadline, Document, Receipt, Register, Revision, Series, Slot
from .offers import DocumentWithdrawn, MeetingCalledOff, OfTheArchive
from .register_metrics import LOCK_WAIT, TURN_WAIT

RETRIES = 3
_DEADLOCK, _SERIALIZATION = "40P01", "40001"


class RegisterBusy(holding.Busy):
    """The register, or a row under it, could not be had in time. What it says of that: `holding.Busy`."""


class SlotNotOpen(ValueError):
    """The slot is used, withdrawn, closed with its meeting, or somebody else's."""


class NothingToChange(ValueError):
    """The change asks for what already is."""


@dataclass(frozen=True)
class Entered:
    """What the register answered. `receipt` is None where the document was late and nothing was registered.

    `at` is the decision's instant (UTC), `arrived_at` when the request reached us, never after it.
    """

    decision: deadlines.Decision
    at: datetime
    arrived_at: datetime
    receipt: Receipt | None = None

    @property
    def waited(self) -> timedelta:
        return self.at - self.arrived_at


T = TypeVar("T")

# Called within the transaction of the decision, once for each registered revision.
RegisteredCallback = Callable[[Revision], None]
_on_registered: list[RegisteredCallback] = []


def on_registered(callback: RegisteredCallback) -> None:
    """Register what happens when a document, or a change of one, is registered: whoever files it.

    Called under the register's lock, after the journal entry: it writes its row, or none, and asks nobody.
    """
    if callback not in _on_registered:
        _on_registered.append(callback)


def decide(register_id: int, act: Callable[[], T]) -> T:
    """Run `act`, which locks that register, as one durable transaction with the patience of a decision.

    Retries deadlocks, serialization failures, and a session that was ended because this process was silent too long,
    at most three times and within the patience of one. A lock timeout is not retried: a retry loses the place in the
    queue. Raises RegisterBusy.
    """
    began = time.monotonic()
    with _turn(register_id) as left:
        ends = time.monotonic() + left
        for attempt in range(1, RETRIES + 1):
            left = max(ends - time.monotonic(), 0)
            try:
                with holding.briefly(left, since=began, durable=True, busy=RegisterBusy):
                    return act()
            except RegisterBusy as error:
                silent = holding.state_of(error) == holding.SILENT
                if not silent or not error.certain or _was_the_last(attempt, ends):
                    raise
            except OperationalError as error:
                if holding.state_of(error) not in (_DEADLOCK, _SERIALIZATION) or _was_the_last(attempt, ends):
                    raise
    raise AssertionError("unreachable")


def _was_the_last(attempt: int, ends: float) -> bool:
    return attempt == RETRIES or time.monotonic() >= ends


def lock(register_id: int) -> Register:
    """The register's row, locked until the end of the transaction. Raises Register.DoesNotExist.

    Its key stays free: a draft may be begun for the meeting meanwhile.
    """
    rows = Register.objects.select_for_update(of=("self",), no_key=True)
    with LOCK_WAIT.time():
        return rows.select_related("group").get(pk=register_id)


@contextmanager
def acting_on(register_id: int) -> Iterator[tuple[Register, datetime]]:
    """For acts that need no retry: the locked register and the instant read after the lock.

    Raises chain_clock.ClockSetBack, and RegisterBusy, also where the act itself waits in vain for another row, such as
    a document of another register.
    """
    began = time.monotonic()
    with _turn(register_id) as left, holding.briefly(left, since=began, busy=RegisterBusy):
        locked = lock(register_id)
        yield locked, chain_clock.read(locked)


@contextmanager
def _turn(register_id: int) -> Iterator[float]:
    entries = Register.objects.filter(pk=register_id).values_list("chain_length", flat=True)
    with ExitStack() as held:
        with TURN_WAIT.time():
            left = held.enter_context(
                holding.turn(("register", register_id), entries.first, busy=RegisterBusy)
            )
        yield left


def enter(
    locked: Register,
    filing: Filing,
    *,
    actor: Person,
    token: uuid.UUID,
    arrived_at: datetime,
    slot_id: int | None = None,
) -> Entered:
    """Judge `filing` and, if the rules let it in, register it. `locked` is locked in this transaction.

    `arrived_at` is the aware instant at which the request reached us, by the database's clock
    (`cwg/members/arrival.py`); a request that waited across the line is late all the same, and the journal keeps both
    instants.
    Late documents are not registered (unless the rule only flags, a slot excuses, or the bytes are the same):
    the refusal itself is an act in the journal. Whoever files, what is registered is announced (`on_registered`).
    Raises SlotNotOpen, DocumentWithdrawn, MeetingCalledOff and chain_clock.ClockSetBack.
    """
    if locked.is_called_off:
        raise MeetingCalledOff
    at = chain_clock.read(locked)  # a new statement after the lock: the time after the wait
    arrived_at = min(arrived_at, at)  # the clock may have been set back a little since
    in_force = list(Deadline.objects.in_force().filter(register=locked))
    slot = _open_slot(locked, slot_id, filing) if slot_id is not None else None
    decision = deadlines.judge(
        [(d.as_rule, d.instant) for d in in_force],
        filing.kind,
        received_at=at,
        available_at=at,
        slot=slot is not None,
        measured=not locked.is_archive,
    )
    if filing.same_bytes:
        decision = decision.of_sponsors_alone()
    if not decision.accepted:
        _journal_refusal(locked, filing, decision, in_force, actor, at, arrived_at)
        return Entered(decision, at, arrived_at)
    binding = next((d for d in in_force if decision.rule and str(d.terms["rule"]) == decision.rule.key), None)
    document, revision = (
        _new_document(locked, filing, at, actor)
        if filing.revises_id is None
        else _next_revision(locked, filing, at, actor)
    )
    revision.received_at = revision.available_at = at
    revision.verdict = str(decision.verdict)
    revision.deadline = binding
    if binding is not None:
        revision.measured_at, revision.deadline_at = at, binding.instant
    revision.per_rule = judgements.kept(decision, in_force)
    if slot is not None:
        revision.slot = slot
        Slot.objects.filter(pk=slot.pk).update(document=document)
    revision.filed_by = actor
    revision.save(force_insert=True)
    write_contents(revision, filing.sources, filing.versions)
    translations = take_translations_along(revision) if filing.same_bytes else []
    if filing.for_another is not None:
        write_for_another(revision, filing.for_another)
    receipt = issuing.issue(
        locked, revision, filing, decision, token=token, at=at, arrived_at=arrived_at, actor=actor
    )
    journal.append(
        locked,
        "registered" if filing.revises_id is None else "revised",
        at=at,
        actor_id=actor.pk,
        facts={
            "document": document.pk,
            "revision": revision.pk,
            "symbol": revision.symbol,
            "kind": filing.kind,
            "sources": [line.party for line in filing.sources],
            "verdict": revision.verdict,
            "rule": binding.terms["name"] if binding else None,
            "deadline": revision.deadline_at,
            "rules": revision.per_rule,
            "available_at": at,
            "arrived_at": arrived_at,
            "slot": slot.pk if slot else None,
            "same_bytes": filing.same_bytes,
            "files": [
                {"language": version.language, "sha256": file.sha256, "size": file.size}
                for version in filing.versions
                for file in version.files
            ],
            "receipt": receipt.digest,
            **({"translations": translations} if translations else {}),
            **({"filed_for": filed_for.recorded(filing.for_another)} if filing.for_another else {}),
        },
    )
    for callback in _on_registered:
        callback(revision)
    return Entered(decision, at, arrived_at, receipt)


def _open_slot(locked: Register, slot_id: int, filing: Filing) -> Slot:
    lead = next((line for line in filing.sources if line.is_lead), filing.sources[0])
    slot = Slot.objects.select_for_update().filter(pk=slot_id).first()
    if slot is None or not slot.is_open_in(locked) or not slot.belongs(lead):
        raise SlotNotOpen
    return slot


def _new_document(locked: Register, filing: Filing, at: datetime, actor: Person) -> tuple[Document, Revision]:
    series, _ = Series.objects.get_or_create(register=locked, code=kinds.series_of(filing.kind))
    series.last_number += 1
    series.save(update_fields=["last_number"])
    symbol = symbols.Symbol(
        prefix=locked.group.code,
        meeting=str(locked.ordinal) if locked.ordinal is not None else None,
        series=series.code,
        number=series.last_number,
    )
    document = Document(
        register=locked,
        series=series,
        number=series.last_number,
        symbol=str(symbol),
        path=symbols.path(symbol),
        kind=filing.kind,
        title=filing.title,
        disclosure=filing.disclosure,
        available_at=at,
    )
    sign(document, actor, "registered")
    document.save(force_insert=True)
    if filing.issue_ids:
        document.issues.add(*filing.issue_ids)
    return document, Revision(
        document=document,
        position=1,
        **locked.as_printed(),
        **words_of(filing),
    )


def _next_revision(
    locked: Register, filing: Filing, at: datetime, actor: Person
) -> tuple[Document, Revision]:
    assert filing.revises_id is not None  # a filing that changes no document comes to `_new_document`
    document = Document.objects.select_for_update(of=("self",)).get(pk=filing.revises_id, register=locked)
    if document.is_withdrawn:
        raise DocumentWithdrawn
    earlier = list(document.revisions.order_by("position").values_list("kind", "number", "position"))
    issued = [number for kind, number, _ in earlier if kind == filing.revision_kind]
    number = max([*issued, restore_gaps.highest_lost(locked, document.pk, filing.revision_kind)]) + 1
    if filing.revision_kind == Revision.Kind.REV and document.title != filing.title:
        document.title = filing.title
        sign(document, actor, f"Rev.{number}")
        document.save(update_fields=["title"])
    if filing.revision_kind == Revision.Kind.REV:
        document.issues.set(filing.issue_ids)
    return document, Revision(
        document=document,
        kind=filing.revision_kind,
        number=number,
        position=earlier[-1][2] + 1,
        language=filing.language,
        **locked.as_printed(),
        **words_of(filing),
        same_bytes=filing.same_bytes,
    )


def _journal_refusal(locked, filing, decision, in_force, actor, at, arrived_at) -> None:
    journal.append(
        locked,
        "late",
        at=at,
        actor_id=actor.pk,
        facts={
            "kind": filing.kind,
            # Whose affair it is: of what the secretariat prepared for others they know nothing yet.
            "party": f"office:{filing.for_another.office_id}"
            if filing.for_another
            else filing.sources[0].party,
            **({"filed_for": filing.sources[0].party} if filing.for_another else {}),
            "rule": decision.rule.name,
            "deadline": decision.deadline,
            "rules": judgements.kept(decision, in_force),
            "late_by_microseconds": decision.late_by // timedelta(microseconds=1),
            "arrived_at": arrived_at,
            "effect": str(decision.effect),
        },
    )


def withdraw(document: Document, *, actor: Person, reason: str, reopens: Slot | None = None) -> Document:
    """Withdraw a document: symbol and a notice remain, its number is never used again, its files are closed.

    `reopens` is the slot that it used, where that is to be open again (`offers.reopened_by_withdrawal`): the revision
    keeps naming the slot that excused it, and another document may use it. Raises NothingToChange where it is
    withdrawn already, OfTheArchive. The caller has asked whether the actor may.
    """
    with acting_on(document.register_id) as (locked, at):
        if locked.is_archive:
            raise OfTheArchive
        document = Document.objects.select_for_update(of=("self",)).get(pk=document.pk)
        if document.is_withdrawn:
            raise NothingToChange("withdrawn already")
        document.withdrawn_at = at
        document.withdrawal_reason = reason
        sign(document, actor, reason)
        document.save(update_fields=["withdrawn_at", "withdrawal_reason"])
        if reopens is not None:
            Slot.objects.filter(pk=reopens.pk, document=document).update(document=None)
        journal.append(
            locked,
            "withdrawn",
            at=at,
            actor_id=actor.pk,
            facts={
                "document": document.pk,
                "symbol": document.symbol,
                "reason": reason,
                **({"reopens": reopens.pk} if reopens is not None else {}),
            },
        )
        return document


def change_disclosure(document: Document, disclosure: str, *, actor: Person, reason: str) -> Document:
    """Change who may read a document; dated, reasoned, in the chain.

    Raises NothingToChange, DocumentWithdrawn, and ValueError for a disclosure that does not exist. The caller has
    asked whether the actor may.
    """
    disclosure = Document.Disclosure(disclosure)
    with acting_on(document.register_id) as (locked, at):
        document = Document.objects.select_for_update(of=("self",)).get(pk=document.pk)
        if document.is_withdrawn:
            raise DocumentWithdrawn
        if document.disclosure == disclosure:
            raise NothingToChange("disclosed so already")
        before = document.disclosure
        document.disclosure = disclosure
        sign(document, actor, reason)
        document.save(update_fields=["disclosure"])
        journal.append(
            locked,
            "disclosure",
            at=at,
            actor_id=actor.pk,
            facts={
                "document": document.pk,
                "symbol": document.symbol,
                "before": before,
                "after": str(disclosure),
                "reason": reason,
            },
        )
        return document
