"""One object of each sort for the matrix, and one person of each role: who may reach what, and who must not.

Everything that could leak is really there: a draft of another delegation, a withdrawn document, a meeting that is
not announced, a meeting and a document of a group in which nobody of the matrix has a seat, documents that a restore
found lost.
"""

import secrets
import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.client import ClientHandler
from django.utils.text import slugify

from contributions import draft_files, drafting, sponsors
from contributions.models import Contribution
from contributions.received import Received
from cwg import clock
from cwg.documents import archive, heads, symbols, translations
from cwg.documents.kinds import Kind
from cwg.documents.models import (
    CameBy,
    DeadlineRule,
    Document,
    Letter,
    PolicyIssue,
    PreparedFile,
    PublishedHeads,
    Register,
)
from cwg.members import people
from cwg.members.models import Accreditation, Group, MemberState, Office, Person, Role
from cwg.members.parties import Party
from cwg.members.rights import rights_of
from cwg.members.roster import carrying_out, judging
from cwg.members.roster import reading as roster_reading
from cwg.notices.models import DemoMail, Event, Notice, Why
from cwg.record import access, heartbeat, journal
from cwg.record.models import AccessEntry, Heartbeat, JournalEntry, PortalJournal, VerificationRun
from meetings import answers, requests
from meetings.models import Meeting, Sitting
from tests import drafts, factories
from tests.losing import lose

# Stands in every name, title, wording and reason of the matrix's group, and nowhere else: `test_walls.py` looks for it.
MARK = "Quagga"

# The columns of the matrix, in its order.
ROLES = (
    "anonymous",
    "delegate",  # of Saudi Arabia, whose drafts and documents the rows name
    "other_delegate",  # of Syria
    "focal_point",  # of Saudi Arabia
    "chair",
    "secretariat",
    "bureau",
    "invited",
    "stakeholder",
    "auditor",
    "administrator",
    "former_delegate",  # of Saudi Arabia until yesterday
)


@dataclass
class World:
    """What the rows name; `people` by role, None for the anonymous visitor."""

    people: dict[str, Person | None]
    sessions: dict[str, str]
    things: dict[str, Any] = field(default_factory=dict)
    handler: ClientHandler = field(default_factory=lambda: ClientHandler(enforce_csrf_checks=False))

    def __getattr__(self, name: str) -> Any:
        try:
            return self.__dict__["things"][name]
        except KeyError:
            raise AttributeError(name) from None

    def client(self, role: str) -> Client:
        """A browser of that role with its session, as fresh as on the first visit."""
        client = Client()
        client.handler = self.handler  # the middleware is loaded once, not for every request of the matrix
        if role in self.sessions:
            client.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[role]
        return client


def build() -> World:
    """Make everything at the clock's now, within the transaction of the caller."""
    dg, elsewhere = (
        factories.make_group("DG", name=f"Dedicated Group {MARK}"),
        factories.make_group("ELSEWHERE"),
    )
    cast = _people(dg)
    world = World(cast, _sessions(cast))
    things = world.things
    things |= {"group": dg, "saudi": factories.make_state("SAU"), "syria": factories.make_state("SYR")}
    things["office"] = factories.make_office(Office.Kind.SECRETARIAT)
    things |= _meetings(dg, elsewhere, world)
    things |= _documents(things, elsewhere, cast["secretariat"])
    things |= _drafts(world)
    things["prepared_file"] = _prepared(world)
    things |= _filed_for_others(world)
    things |= {
        "lost": _lost(world.announced.register),
        "foreign_lost": _lost(world.things["foreign"].register),
    }
    things |= _people_records(world)
    things |= _rest(world)
    return world


def _people(dg: Group) -> dict[str, Person | None]:
    def office(kind: str) -> Office:
        return factories.make_office(kind)

    seats = {
        "delegate": (Role.DELEGATE, "SAU", None),
        "other_delegate": (Role.DELEGATE, "SYR", None),
        "focal_point": (Role.FOCAL_POINT, "SAU", None),
        "chair": (Role.CHAIR, None, office(Office.Kind.CHAIR)),
        "secretariat": (Role.SECRETARIAT, None, office(Office.Kind.SECRETARIAT)),
        "bureau": (Role.BUREAU, None, office(Office.Kind.BUREAU)),
        "invited": (Role.INVITED, None, office(Office.Kind.INVITED)),
        "stakeholder": (Role.STAKEHOLDER, None, None),
        "auditor": (Role.AUDITOR, None, None),
        "administrator": (Role.ADMINISTRATOR, None, None),
        "former_delegate": (Role.DELEGATE, "SAU", None),
        # No column of the matrix: is held to the chair's, and walks the pages (`test_offers.py`).
        "vice_chair": (Role.VICE_CHAIR, None, office(Office.Kind.CHAIR)),
    }
    cast: dict[str, Person | None] = {"anonymous": None}
    for name, (role, state, seat) in seats.items():
        until = clock.now() - timedelta(days=1) if name == "former_delegate" else None
        address = f"{slugify(name)}@matrix.example"
        cast[name] = factories.accredit(address, dg, role, state, seat, until=until).person
    return cast


def _sessions(cast: dict[str, Person | None]) -> dict[str, str]:
    return {role: session_of(person) for role, person in cast.items() if person is not None}


def session_of(person: Person) -> str:
    """The cookie of somebody who has just signed in."""
    client = Client()
    client.force_login(person)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def _meetings(dg: Group, elsewhere: Group, world: World) -> dict[str, Any]:
    now = clock.now()
    in_session = factories.make_meeting(dg, 1, opens_at=now - timedelta(hours=2))
    announced = factories.make_meeting(dg, 2)
    prepared = factories.make_meeting(dg, 3, announced=False)
    foreign = factories.make_meeting(elsewhere, 1)
    sitting = Sitting.objects.create(meeting=in_session, number=1, starts_at=now - timedelta(hours=2))
    request = requests.record(
        in_session,
        addressees=[factories.make_state("SAU")],
        item=f"3 {MARK}",
        wording=f"An inventory of activities, {MARK}.",
        actor=world.people["secretariat"],
        sitting=sitting,
    )
    requests.record(
        in_session,
        addressees=[factories.make_office(kind) for kind in (Office.Kind.INVITED, Office.Kind.CHAIR)],
        item=f"4 {MARK}",
        wording=f"A contribution for information, {MARK}.",
        actor=world.people["secretariat"],
    )
    dated = requests.record(
        in_session,
        addressees=[factories.make_state("SAU"), factories.make_office(Office.Kind.BUREAU)],
        item=f"5 {MARK}",
        wording=f"A report on activities, {MARK}.",
        due_on=now.date() + timedelta(days=30),
        actor=world.people["secretariat"],
    )
    report = factories.make_document(
        announced.register,
        f"Report {MARK}",
        kind=Kind.BUREAU_REPORT,
        sources=(factories.office_source(factories.make_office(Office.Kind.BUREAU)),),
    )
    answers.link(dated.addressees.get(office__isnull=False), report, actor=world.people["secretariat"])
    return {
        "in_session": in_session,
        "announced": announced,
        "prepared": prepared,
        "foreign": foreign,
        "sitting": sitting,
        "request": request,
        "addressee": request.addressees.get(),
        "dated": dated,
        "awaiting": dated.addressees.get(state__isnull=False),
        "answered": dated.addressees.get(office__isnull=False),
    }


def _documents(things: dict[str, Any], elsewhere: Group, actor: Person) -> dict[str, Any]:
    in_register = things["announced"].register

    def make(title: str, **more) -> Document:
        return factories.make_document(in_register, f"{title} {MARK}", **more)

    return {
        "private": make("Private"),
        "membership": make("For the membership", disclosure=Document.Disclosure.MEMBERSHIP),
        "public": make("Public", disclosure=Document.Disclosure.PUBLIC),
        "withdrawn": make("Withdrawn", withdrawn=True),
        "foreign_document": factories.make_document(things["foreign"].register, "Of another group"),
        "of_the_chair": make(
            "Of the chair",
            kind=Kind.CHAIR_PROPOSAL,
            sources=(factories.office_source(factories.make_office(Office.Kind.CHAIR)),),
        ),
        "archived": _archived(things["group"], actor),
    }


def _archived(group: Group, actor: Person) -> Document:
    """A document of Saudi Arabia of before the portal, and its meeting."""
    opened = clock.now() - timedelta(days=6000)
    known = archive.ArchivedRegister(
        "dg-2009", f"Of 2009 {MARK}", 99, "Geneva", "Europe/Zurich", opened.date(), opened.date(), opened
    )
    register = archive.open_archive(group, known, actor=actor)
    Meeting.objects.create(register=register, opens_local=opened)
    paper = archive.ArchivedDocument(
        "saudi",
        Kind.CONTRIBUTION_ACTION,
        title=f"Of 2009 {MARK}",
        sources=(factories.state_source("SAU"),),
        versions=(factories.version_line(text="Of 2009"),),
    )
    return archive.enter_archive(register, paper, actor=actor)


def _drafts(world: World) -> dict[str, Any]:
    now = clock.now()
    saudi, syrian = rights_of(world.people["delegate"]), rights_of(world.people["other_delegate"])
    wording = drafting.Wording(
        world.announced.register,
        Kind.CONTRIBUTION_ACTION,
        f"A draft {MARK}",
        ("en",),
        summary=f"{MARK} within",
    )

    def begin(rights, state: MemberState):
        return drafting.begin(rights=rights, at=now, party=Party(world.group, state), wording=wording)

    draft = begin(saudi, world.saudi)
    upload = SimpleUploadedFile(
        f"draft {MARK}.pdf", factories.pdf_bytes("A draft"), content_type=factories.PDF
    )
    file = draft_files.attach(draft.pk, upload, language="en", rights=saudi, at=now).file
    asked_of_others = sponsors.ask(draft.pk, factories.make_state("FRA"), rights=saudi, at=now)
    discarded = drafting.discard(begin(saudi, world.saudi).pk, rights=saudi, at=now)
    syrian_draft = begin(syrian, world.syria)
    joint = begin(syrian, world.syria)
    asked_of_saudi = sponsors.ask(joint.pk, world.saudi, rights=syrian, at=now)
    return {
        "draft": draft,
        "draft_file": file,
        "sponsorship_of_draft": asked_of_others,
        "discarded": discarded,
        "syrian_draft": syrian_draft,
        "joint_draft": joint,
        "sponsorship_of_saudi": asked_of_saudi,
    }


def _prepared(world: World) -> PreparedFile:
    """A file of a translation that the secretariat has uploaded and not added."""
    upload = SimpleUploadedFile(
        f"prepared {MARK}.pdf", factories.pdf_bytes("Prepared"), content_type=factories.PDF
    )
    rights = rights_of(world.people["secretariat"])
    text = world.private.current
    return translations.prepare(world.private, text.pk, upload, language="fr", rights=rights, at=clock.now())


def _filed_for_others(world: World) -> dict[str, Any]:
    """What the secretariat has in its hands for Saudi Arabia, and what it has filed, with their letters."""
    secretary = world.people["secretariat"]
    assert secretary is not None

    def make(title: str) -> Contribution:
        came = Received(CameBy.LETTER, clock.now().date())
        return drafts.make_draft(
            world.group,
            world.announced.register,
            by=secretary,
            title=f"{title} {MARK}",
            received=came,
        )

    draft, sent = make("In hand for others"), make("Filed for others")
    drafts.submit(sent, secretary)
    return {
        "filed_draft": draft,
        "letter_of_draft": draft.letters.get(),
        "filed_document": Document.objects.get(title=sent.title),
        "letter": Letter.objects.get(),
    }


@dataclass(frozen=True)
class LostDocument:
    """A document of which the journal alone knows: no row is left."""

    path: str


def _lost(register: Register) -> LostDocument:
    """A document that was registered and that a restore found lost."""
    told = lose(register, lambda: factories.make_document(register, f"Lost {MARK}"))
    return LostDocument(symbols.path(symbols.parse(told.facts["symbols"][0])))


def _people_records(world: World) -> dict[str, Any]:
    invitation = people.invite(
        email="newcomer@matrix.example",
        name=f"Newcomer {MARK}",
        language="en",
        group=world.group,
        role=Role.DELEGATE,
        state=world.saudi,
        actor=world.people["focal_point"],
        at=clock.now(),
    )
    text = f"SAU;Delegate;Imported {MARK};imported@matrix.example\nNowhere {MARK};Delegate;Left out {MARK};left@matrix.example"
    sheet, secretary = roster_reading.read(text), world.people["secretariat"]
    roster = carrying_out.carry_out(
        sheet,
        token=uuid.uuid4(),
        shown=judging.judge(sheet, rights=rights_of(secretary), default_group=world.group).shown,
        default_group=world.group,
        default_language="en",
        reason="",
        actor=secretary,
        at=clock.now(),
    )
    world.people["delegate"].calendar_secret = secrets.token_urlsafe(32)
    world.people["delegate"].save(update_fields=["calendar_secret"])
    return {
        "roster": roster,
        "invitation": invitation,
        "invitation_token": people.invitation_link(invitation).rstrip("/").rpartition("/")[2],
        "seat_of_delegate": Accreditation.objects.get(person=world.people["delegate"]),
        "seat_of_syrian": Accreditation.objects.get(person=world.people["other_delegate"]),
    }


def _rest(world: World) -> dict[str, Any]:
    now = clock.now()
    access.note(
        "downloaded",
        at=now,
        person_id=world.people["delegate"].pk,
        subject=world.private.symbol,
        group_id=world.group.pk,
    )
    heartbeat.beat()
    heads.publish()
    journal.append(journal.portal(), "noted", at=now, actor_id=None, facts={})
    event = Event.objects.create(kind="registered", key="matrix", happened_at=now, expanded_at=now)
    notice = Notice.objects.create(
        event=event,
        person=world.people["delegate"],
        address=world.people["delegate"].email,
        status=Notice.Status.FAILED,
        why=Why.NO_MAILBOX,
        failing_since=now,
        failed_at=now,
        due_at=now,
        message_id="<matrix@test.example>",
    )
    return {
        "private_blob": world.private.original.versions.get().files.get().blob,
        "event": event,
        "notice": notice,
        "demo_mail": DemoMail.objects.create(at=now, to="a@b.example", subject="A mail", text="Text"),
        "issue": PolicyIssue.objects.get_or_create(
            list_name="Resolution 1305", number=1, defaults={"title": "Multilingualization"}
        )[0],
        "journal_entry": JournalEntry.objects.filter(chain=world.announced.register.chain).first(),
        "access_entry": AccessEntry.objects.first(),
        "heartbeat": Heartbeat.objects.get(),
        "heads": PublishedHeads.objects.get(),
        "verification": VerificationRun.objects.create(at=now, held=True, outcome=[]),
        "portal_journal": PortalJournal.objects.get(),
        "rule": factories.twenty_four_hours(),
        **{
            name: DeadlineRule.objects.create(
                group=meeting.register.group, name=name, offset=48, unit="hours", effect="flag", source="X"
            )
            for name, meeting in (("own_rule", world.announced), ("foreign_rule", world.things["foreign"]))
        },
    }


def file_of(document: Document):
    """The one file of a document made by the factory."""
    return document.original.versions.get().files.get()


def meeting_slug(meeting: Meeting) -> str:
    return meeting.register.slug
