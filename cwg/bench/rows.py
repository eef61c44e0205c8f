"""What is measured on: ten meetings of 100 documents each, 200 people, and drafts ready to be submitted.

Everything is made by the portal's own verbs; nothing is inserted behind their backs.
"""

import uuid
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction

from contributions import drafting, previewing
from contributions.models import DraftFile
from cwg import clock
from cwg.documents import blobs, reference, register, rules
from cwg.documents.filing import FileLine, Filing, SourceLine, VersionLine
from cwg.documents.kinds import Kind
from cwg.documents.models import Document, File, Register
from cwg.members import sessions as members_sessions
from cwg.members import states_load
from cwg.members.models import Accreditation, Group, MemberState, Person, Role
from cwg.members.rights import rights_of
from meetings.models import Meeting

PEOPLE = 200
MEETINGS = 10
DOCUMENTS_A_MEETING = 100
BIG_FILE = 1024 * 1024
PDF = "application/pdf"


@dataclass
class Rows:
    """Addresses and sessions to measure with. `submissions` are (path, form token, session key) not yet used."""

    meeting: str
    document: str
    download: str
    sessions: list[str]
    submissions: list[tuple[str, str, str]]


def make(submissions: int) -> Rows:
    """Fill an empty database; needs about half a minute."""
    reference.load()
    states_load.load()
    at = clock.now()
    group = Group.objects.create(
        code="CWG-Bench", slug="cwg-bench", name="Group under measure", short_name="CWG-Bench"
    )
    states = list(MemberState.objects.order_by("iso3")[: PEOPLE // 2])
    people = []
    for number in range(PEOPLE):
        person = Person.objects.create_person(f"person{number}@bench.example", f"Person {number}")
        Accreditation.objects.create(
            person=person,
            group=group,
            role=Role.FOCAL_POINT if number % 2 else Role.DELEGATE,
            state=states[number // 2],
            since=at - timedelta(days=1),
        )
        people.append(person)
    small = blobs.keep_own(b"%PDF-1.4 small", media_type=PDF, at=at, text="A small file.")
    big = blobs.keep_own(b"%PDF-1.4 " + b"x" * (BIG_FILE - 9), media_type=PDF, at=at)
    registers = [make_register(group, number, at) for number in range(1, MEETINGS + 1)]
    for number, kept in enumerate(registers):
        for position in range(DOCUMENTS_A_MEETING):
            author = people[(number * 7 + position * 2 + 1) % PEOPLE | 1]
            _document(
                kept, author, states[people.index(author) // 2], position, big if position == 0 else small
            )
    last = registers[-1]
    drafts = [_ready_draft(last, people[index % PEOPLE | 1], small, index) for index in range(submissions)]
    sessions = {person.pk: members_sessions.made_for(person) for person in people}
    first = Document.objects.filter(register=last).order_by("number")[0]
    return Rows(
        meeting=Meeting.objects.get(register=last).get_absolute_url(),
        document=first.get_absolute_url(),
        download=f"/files/{File.objects.get(version__revision__document=first).pk}/",
        sessions=[sessions[person.pk] for person in people],
        submissions=[(path, token, sessions[person]) for path, token, person in drafts],
    )


def make_register(group: Group, number: int, at) -> Register:
    """An announced meeting of the group, some days ahead of `at` (aware)."""
    opens_at = at + timedelta(days=10 + number)
    kept = Register.objects.create(
        group=group,
        ordinal=number,
        slug=f"cwg-bench-{number}",
        title=f"Meeting {number}",
        place="Geneva",
        zone="Europe/Zurich",
        first_day=opens_at.date(),
        last_day=opens_at.date() + timedelta(days=1),
        opens_at=opens_at,
        announced_at=at - timedelta(days=1),
    )
    Meeting.objects.create(register=kept, opens_local=opens_at)
    with transaction.atomic():
        rules.set_deadlines(register.lock(kept.pk), actor_id=None, at=at, reason="measuring")
    return kept


def _document(kept: Register, author: Person, state: MemberState, position: int, blob) -> None:
    filing = Filing(
        kind=Kind.CONTRIBUTION_ACTION if position % 3 else Kind.CONTRIBUTION_INFORMATION,
        title=f"Contribution {position + 1} on the availability, affordability and reliability of the Internet",
        summary="A summary of a few lines, as delegations write it. " * 4,
        sources=(SourceLine("state", state.short_en, state_id=state.pk, is_lead=True),),
        versions=(VersionLine("en", (FileLine("contribution.pdf", blob.sha256, blob.size),)),),
    )
    register.decide(
        kept.pk,
        lambda: register.enter(
            register.lock(kept.pk), filing, actor=author, token=uuid.uuid4(), arrived_at=clock.now()
        ),
    )


def _ready_draft(kept: Register, author: Person, blob, number: int) -> tuple[str, str, int]:
    rights = rights_of(author)
    draft = drafting.begin(
        rights=rights,
        at=rights.at,
        party=rights.own_parties[0],
        wording=drafting.Wording(kept, Kind.CONTRIBUTION_ACTION, f"Submission {number}", ("en",)),
    )
    DraftFile.objects.create(
        contribution=draft, language="en", blob=blob, name="a.pdf", uploaded_by=author, uploaded_at=rights.at
    )
    token = previewing.offer(
        previewing.preview(previewing.load(draft.pk), person=author), person=author, at=rights.at
    )
    return f"/contributions/{draft.pk}/submit/", str(token.token), author.pk
