"""Many delegations that press Submit in the same seconds: drafts with their tokens, on the database's real clock."""

import time
from collections.abc import Sized
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from contributions import previewing
from contributions.models import Contribution, DraftFile
from cwg import clock
from cwg.documents import blobs, rules
from cwg.documents import register as the_register
from cwg.documents.models import Receipt, Register
from cwg.members import sessions
from cwg.members.models import Group, Person, Role
from tests import factories

STATES = ("SAU", "SYR", "FRA", "RUS", "LVA", "USA", "CHN", "BRA")


@dataclass(frozen=True)
class Sender:
    """One draft, ready, with the token that its focal point's preview page gave out."""

    draft: UUID
    person: Person
    token: UUID


def make_meeting(group: Group) -> Register:
    """A meeting far away; `close_door_in` brings its deadline near when all is prepared."""
    return factories.make_register(group, 2, opens_at=clock.now() + timedelta(days=30))


def close_door_in(register: Register, span: timedelta) -> datetime:
    """Move the opening so that the deadline falls `span` from now. Returns the deadline."""
    with the_register.acting_on(register.pk) as (locked, at):
        locked.opens_at = at + timedelta(hours=24) + span
        Register.objects.filter(pk=locked.pk).update(opens_at=locked.opens_at)
        (deadline,) = rules.set_deadlines(locked, actor_id=None, at=at, reason="moved for a test")
        return deadline.instant


def close_door_among(register: Register, answers: Sized, count: int, span: timedelta) -> datetime:
    """The same, once `count` answers have come: whatever the machine's speed, the deadline falls among them."""
    ends = time.monotonic() + 90
    while len(answers) < count and time.monotonic() < ends:
        time.sleep(0.02)
    return close_door_in(register, span)


def make_senders(register: Register, count: int) -> list[Sender]:
    """`count` drafts of eight delegations, each with one PDF, each previewed."""
    group, at = register.group, clock.now()
    people = [
        (
            factories.make_state(iso3),
            factories.accredit_once(f"focal.{iso3.lower()}@test.example", group, Role.FOCAL_POINT, iso3),
        )
        for iso3 in STATES
    ]
    blob = blobs.keep_own(factories.pdf_bytes(), media_type=factories.PDF, at=at, text="The text.")
    drafts = []
    for number in range(count):
        state, person = people[number % len(people)]
        drafts.append(
            Contribution(
                group=group,
                register=register,
                state=state,
                title=f"Contribution {number}",
                original_languages=["en"],
                created_by=person,
                created_at=at,
                changed_by=person,
                changed_at=at,
            )
        )
    Contribution.objects.bulk_create(drafts)
    DraftFile.objects.bulk_create(
        DraftFile(
            contribution=draft,
            language="en",
            blob=blob,
            name="contribution.pdf",
            uploaded_by=draft.created_by,
            uploaded_at=at,
        )
        for draft in drafts
    )
    return [Sender(draft.pk, draft.created_by, token_of(draft.pk, draft.created_by)) for draft in drafts]


def token_of(draft: UUID, person: Person) -> UUID:
    return previewing.offer(
        previewing.preview(previewing.load(draft), person=person), person=person, at=clock.now()
    ).token


def session_of(person: Person) -> str:
    """A session key as signing in makes it, without the password's cost."""
    return sessions.made_for(person)


def check_register(register: Register, deadline: datetime) -> list[Receipt]:
    """Asserts that no late one is in and no number is lost, doubled or out of order; the receipts by number."""
    receipts = list(
        Receipt.objects.filter(revision__document__register=register)
        .select_related("revision__document")
        .order_by("revision__document__number")
    )
    assert [r.revision.document.number for r in receipts] == list(range(1, len(receipts) + 1))
    instants = [r.revision.available_at for r in receipts]
    assert instants == sorted(set(instants))
    assert all(instant <= deadline for instant in instants)
    for receipt in receipts:
        assert receipt.statement["symbol"] == receipt.revision.symbol
        assert receipt.statement["title"] == receipt.revision.title
        assert receipt.revision.contribution.status == Contribution.Status.SUBMITTED
    return receipts
