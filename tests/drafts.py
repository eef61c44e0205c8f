"""Drafts for tests, made by the verbs, and what stands in the register and in a draft, to be compared."""

import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime

from contributions import draft_files, drafting, previewing, sponsors, submission
from contributions.models import Contribution, DraftFile, DraftLetter
from contributions.received import Received
from cwg import clock
from cwg.documents import blobs
from cwg.documents.deadlines import Verdict
from cwg.documents.kinds import Kind
from cwg.documents.models import (
    CameBy,
    Deadline,
    Document,
    File,
    FiledFor,
    Letter,
    Objection,
    Receipt,
    Register,
    Revision,
    Series,
    Slot,
    Source,
)
from cwg.members.models import Group, MemberState, Office, Person
from cwg.members.parties import Party
from cwg.members.rights import rights_of
from cwg.notices.models import Event
from cwg.record import checks
from cwg.record.models import JournalEntry
from tests import factories


def wording(register: Register | None, title: str = "On multilingualization", **fields) -> drafting.Wording:
    values = {"kind": Kind.CONTRIBUTION_ACTION, "original_languages": ("en",)} | fields
    return drafting.Wording(register=register, title=title, **values)


def make_draft(
    group: Group,
    register: Register | None,
    *,
    by: Person,
    state: MemberState | str | None = "SAU",
    office: Office | None = None,
    title: str = "On multilingualization",
    slot: Slot | None = None,
    language: str = "en",
    text: str | None = None,
    received: Received | None = None,
    **fields,
) -> Contribution:
    """A draft that lacks nothing, with one stored PDF in `language`. `received`: the secretariat files it so."""
    if office is not None:
        state = None
    draft = drafting.begin(
        rights=rights_of(by),
        at=clock.now(),
        party=Party(group, factories.make_state(state) if isinstance(state, str) else state, office),
        wording=wording(register, title, **{"original_languages": (language,)} | fields),
        slot=slot,
        received=received,
    )
    if received is not None:
        put_letter(draft, by)
    put_file(draft, by, language=language, text=text or f"{title}. The text.")
    return Contribution.objects.get(pk=draft.pk)


def put_file(draft: Contribution, by: Person, *, language: str = "en", text: str) -> DraftFile:
    """A PDF that says `text`, without the inspection of an upload."""
    with drafting.changing(draft.pk, rights=rights_of(by), at=clock.now()) as locked:
        blob = blobs.keep_own(factories.pdf_bytes(text), media_type=factories.PDF, at=clock.now(), text=text)
        return DraftFile.objects.create(
            contribution=locked,
            language=language,
            blob=blob,
            name=f"{language}.pdf",
            uploaded_by=by,
            uploaded_at=clock.now(),
        )


LETTER = Received(CameBy.LETTER, date(2026, 2, 20))
# What is said of a paper that came so, where it was filed for Saudi Arabia.
LETTER_MARK = "Filed by the secretariat for: Saudi Arabia; received by letter of 20 February 2026"


def put_letter(draft: Contribution, by: Person, *, text: str = "A note verbale.") -> DraftLetter:
    """A PDF as the letter by which the paper came, without the inspection of an upload."""
    with drafting.changing(draft.pk, rights=rights_of(by), at=clock.now()) as locked:
        blob = blobs.keep_own(factories.pdf_bytes(text), media_type=factories.PDF, at=clock.now(), text=text)
        return DraftLetter.objects.create(
            contribution=locked, blob=blob, name="note.pdf", uploaded_by=by, uploaded_at=clock.now()
        )


def make_slot(register: Register, state: MemberState | str = "SAU", **fields) -> Slot:
    """The slot of a request recorded in session."""
    values = {
        "register": register,
        "wording": "An inventory of activities",
        "asked_in": "First sitting, item 4",
        "opened_at": clock.now(),
    }
    if "office" not in fields:
        values["state"] = factories.make_state(state) if isinstance(state, str) else state
    return Slot.objects.create(**values | fields)


def token_for(draft: Contribution, person: Person) -> uuid.UUID:
    """What the preview page gives out."""
    return previewing.offer(
        previewing.preview(previewing.load(draft.pk), person=person), person=person, at=clock.now()
    ).token


def submit(draft: Contribution, person: Person) -> submission.Submitted:
    """Previewed and submitted at the clock's now."""
    return submission.submit(token_for(draft, person), person=person, arrived_at=clock.now())


def registered() -> dict[str, list]:
    """Everything a submission writes, the journal's refusals apart: what no refusal may change."""
    return {
        "documents": list(Document.objects.order_by("pk").values()),
        "revisions": list(Revision.objects.order_by("pk").values()),
        "sources": list(Source.objects.order_by("pk").values()),
        "files": list(File.objects.order_by("pk").values()),
        "filed for others": list(FiledFor.objects.order_by("pk").values()),
        "letters": list(Letter.objects.order_by("pk").values()),
        "objections": list(Objection.objects.order_by("pk").values()),
        "receipts": list(Receipt.objects.order_by("pk").values()),
        "counters": list(Series.objects.order_by("pk").values()),
        "slots": list(Slot.objects.order_by("pk").values()),
        "deadlines": list(Deadline.objects.order_by("pk").values()),
        "events": list(Event.objects.order_by("pk").values()),
    }


def as_it_stands(draft: Contribution) -> dict:
    """The draft with its files and sponsors."""
    return {
        "draft": Contribution.objects.filter(pk=draft.pk).values().get(),
        "files": list(DraftFile.objects.filter(contribution=draft).order_by("pk").values()),
        "letters": list(DraftLetter.objects.filter(contribution=draft).order_by("pk").values()),
        "sponsors": list(draft.sponsorships.order_by("pk").values()),
        "issues": list(draft.issues.order_by("pk").values_list("pk", flat=True)),
    }


def everything(draft: Contribution) -> tuple[dict, dict]:
    return registered(), as_it_stands(draft)


@contextmanager
def nothing_changes(draft: Contribution, *, at_most: Iterable[str] = ()) -> Iterator[None]:
    """No document, number, receipt, mail; the draft as before. `at_most`: acts that the journal may gain."""
    before = everything(draft)
    entries = JournalEntry.objects.count()
    yield
    assert everything(draft) == before
    gained = list(JournalEntry.objects.order_by("pk").values_list("act", flat=True))[entries:]
    assert gained == list(at_most)


def late(draft: Contribution, person: Person) -> submission.Submitted:
    """Submitted too late: kept, and nothing but an act in the journal tells of it."""
    with nothing_changes(draft, at_most=["late"]):
        outcome = submit(draft, person)
    assert outcome.receipt is None
    assert outcome.decision is not None and outcome.decision.verdict == Verdict.LATE_KEPT
    return outcome


def begin_change(document: Document, kind: str, person: Person, at: datetime, **fields) -> Contribution:
    return drafting.begin_change(document, kind, rights=rights_of(person), at=at, **fields)


def joint_revision(document: Document, lead: Person, sponsor: Person, at: datetime) -> Contribution:
    """A Rev. that `lead` began and that Syria has joined, whose focal point `sponsor` is; else nothing changes."""
    change = begin_change(Document.objects.for_list().get(pk=document.pk), "rev", lead, at)
    asked = sponsors.ask(change.pk, factories.make_state("SYR"), rights=rights_of(lead), at=at)
    sponsors.answer(asked.pk, joins=True, rights=rights_of(sponsor), at=at)
    return change


def other_bytes(change: Contribution, person: Person, at: datetime) -> None:
    """Another file in the place of those that the change began with."""
    for file in change.files.all():
        draft_files.remove_file(change.pk, file.pk, rights=rights_of(person), at=at)
    put_file(change, person, text="A new text")


def acts(register: Register) -> list[str]:
    """The acts of the register's chain, in their order."""
    return list(
        JournalEntry.objects.filter(chain=register.chain).order_by("position").values_list("act", flat=True)
    )


def faults() -> list[str]:
    """What `manage.py verify` would print of the register and its record; mails (I6) wait for a sweep."""
    return [f"{name}: {found}" for name, sentences in checks.run() for found in sentences if name[:2] != "I6"]
