"""Rows for tests, made the way the portal makes them. Plain functions; every default is fixed, nothing is random.

Accreditations hold since 2020, so that they are in force under the held clock (`NOW`) and under the real one.
"""

import io
import uuid
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from cwg import clock
from cwg.documents import blobs, register, rules, translations
from cwg.documents.deadlines import TWENTY_FOUR_HOURS, Effect, Measured, Unit
from cwg.documents.filing import FileLine, Filing, SourceLine, VersionLine
from cwg.documents.kinds import Kind
from cwg.documents.models import DeadlineRule, Document, Register, Revision, Source, Version
from cwg.languages import LANGUAGE_CODES
from cwg.members.models import Accreditation, Group, MemberState, Office, Person, Role
from cwg.members.rights import rights_of
from cwg.members.sortkeys import sort_key
from cwg.members.states_file import shipped
from meetings import requests
from meetings.models import Meeting, Request

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
PASSWORD = "a quiet lake in winter"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PDF = "application/pdf"


# --- Who is who ---------------------------------------------------------------------------------------------------


def make_group(code: str = "WG-WSIS", **fields) -> Group:
    """The group of that code, made if there is none."""
    group = Group.objects.filter(code__iexact=code).first()
    if group is not None:
        return group
    name = fields.pop("name", code)
    values = {"slug": code.lower(), "name": name, "short_name": name} | fields
    return Group.objects.create(code=code, **values)


def make_state(iso3: str) -> MemberState:
    """The Member State of that ISO code, with the names of the project's own file."""
    state = MemberState.objects.filter(iso3=iso3).first()
    if state is not None:
        return state
    row = next(row for row in shipped() if row.iso3 == iso3)
    names = {f"short_{code}": row.names[code] for code in LANGUAGE_CODES}
    formal = {f"formal_{code}": row.formal_names[code] for code in LANGUAGE_CODES}
    keys = {f"sort_{code}": sort_key(row.names[code], code) for code in LANGUAGE_CODES}
    return MemberState.objects.create(
        iso3=iso3, iso2=row.iso2, membership_class=row.membership_class, **names, **formal, **keys
    )


def make_office(kind: str = Office.Kind.SECRETARIAT, code: str | None = None, name: str = "") -> Office:
    code = code or str(kind)
    office = Office.objects.filter(code=code).first()
    return office or Office.objects.create(kind=kind, code=code, name=name or str(Office.Kind(kind).label))


def make_person(email: str, *, name: str = "", password: str | None = PASSWORD, **fields) -> Person:
    """The person with that address, made without any right if there is none."""
    person = Person.objects.filter(email=email).first()
    if person is not None:
        return person
    local = email.partition("@")[0]
    readable = " ".join(part.capitalize() for part in local.split("."))
    return Person.objects.create_person(email, name or readable, password, **fields)


def accredit(
    person: Person | str,
    group: Group,
    role: str,
    state: MemberState | str | None = None,
    office: Office | None = None,
    *,
    since: datetime = LONG_AGO,
    until: datetime | None = None,
) -> Accreditation:
    """An accreditation; `person` may be an address and `state` an ISO code."""
    if isinstance(person, str):
        person = make_person(person)
    if isinstance(state, str):
        state = make_state(state)
    return Accreditation.objects.create(
        person=person, group=group, role=role, state=state, office=office, since=since, until=until
    )


# --- Registers, meetings, documents -------------------------------------------------------------------------------


def twenty_four_hours() -> DeadlineRule:
    """The shipped rule as a row, for every group."""
    rule = TWENTY_FOUR_HOURS
    found = DeadlineRule.objects.filter(name=rule.name, group__isnull=True).first()
    return found or DeadlineRule.objects.create(
        name=rule.name,
        kinds=sorted(rule.kinds),
        exempt_kinds=sorted(rule.exempt_kinds),
        offset=rule.offset,
        unit=rule.unit,
        anchor=rule.anchor,
        measured=rule.measured,
        effect=rule.effect,
        source=rule.source,
    )


def another_rule(of_register: Register, **fields) -> DeadlineRule:
    """A rule beside those that are there, in force for that register: by default 7 days before, and only flags."""
    values = {
        "name": "Posted 7 days before",
        "kinds": [],
        "exempt_kinds": [],
        "offset": 7,
        "unit": Unit.DAYS,
        "measured": Measured.AVAILABLE,
        "effect": Effect.FLAG,
        "source": "Council Decision 556",
    }
    rule = DeadlineRule.objects.create(**values | fields)
    with register.acting_on(of_register.pk) as (locked, at):
        rules.set_deadlines(locked, actor_id=None, at=at, reason="a test")
    return rule


def make_register(
    group: Group,
    ordinal: int = 2,
    *,
    opens_at: datetime | None = None,
    announced: bool = True,
    with_rule: bool = True,
    **fields,
) -> Register:
    """A register opening at `opens_at` (aware; by default ten days after the clock's now), with its deadlines.

    `with_rule` makes the 24-hour rule a row if there is no rule yet; its deadline is set as the console sets it.
    """
    now = clock.now()
    opens_at = opens_at or now + timedelta(days=10)
    zone = fields.pop("zone", group.zone)
    first_day = opens_at.astimezone(ZoneInfo(zone)).date()
    values = {
        "slug": f"{group.slug}-{ordinal}",
        "title": f"{group.name}, meeting {ordinal}",
        "place": group.seat,
        "first_day": first_day,
        "last_day": first_day + timedelta(days=1),
        "announced_at": min(now, opens_at) - timedelta(days=30) if announced else None,
        # One whose opening has passed has been opened; `opened_at=None` makes one that nobody has opened.
        "opened_at": opens_at if announced and opens_at <= now else None,
    } | fields
    made = Register.objects.create(group=group, ordinal=ordinal, zone=zone, opens_at=opens_at, **values)
    if with_rule and not DeadlineRule.objects.exists():
        twenty_four_hours()
    with transaction.atomic():
        rules.set_deadlines(register.lock(made.pk), actor_id=None, at=now, reason="made for a test")
    return Register.objects.get(pk=made.pk)


def make_meeting(group: Group, ordinal: int = 2, *, venue: str = "", chair: str = "", **fields) -> Meeting:
    """A meeting with its register; `fields` as `make_register` takes them."""
    made = make_register(group, ordinal, **fields)
    return Meeting.objects.create(register=made, opens_local=made.opens_at, venue=venue, chair=chair)


def open_session(meeting: Meeting | Register, at: datetime | None = None) -> None:
    """Put the meeting in session: it opened at `at` (aware; by default the clock's now)."""
    held = meeting.register if isinstance(meeting, Meeting) else meeting
    held.opened_at = at or clock.now()
    held.save(update_fields=["opened_at"])


def state_source(state: MemberState | str, *, is_lead: bool = True) -> SourceLine:
    state = make_state(state) if isinstance(state, str) else state
    return SourceLine(Source.Kind.STATE, state.short_en, state_id=state.pk, is_lead=is_lead)


def office_source(office: Office) -> SourceLine:
    return SourceLine(Source.Kind.OFFICE, office.name, office_id=office.pk, is_lead=True)


def version_line(language: str = "en", text: str = "The text.", *, is_original: bool = True) -> VersionLine:
    """One PDF in `language` whose text is `text`, its bytes stored and read back."""
    content = pdf_bytes(text)
    blob = blobs.keep_own(content, media_type=PDF, at=clock.now(), text=text)
    line = FileLine(f"{language}.pdf", blob.sha256, blob.size)
    return VersionLine(language, (line,), is_original)


def make_filing(
    title: str = "On multilingualization",
    *,
    kind: str = Kind.CONTRIBUTION_ACTION,
    sources: tuple[SourceLine, ...] | None = None,
    versions: tuple[VersionLine, ...] | None = None,
    **fields,
) -> Filing:
    """What is to be registered: by default one English contribution of Saudi Arabia."""
    return Filing(
        kind=kind,
        title=title,
        sources=sources or (state_source("SAU"),),
        versions=versions or (version_line(text=f"{title}. The text."),),
        **fields,
    )


def make_document(
    in_register: Register,
    title: str = "On multilingualization",
    *,
    actor: Person | None = None,
    slot_id: int | None = None,
    withdrawn: bool = False,
    **filing,
) -> Document:
    """A document registered by the real decision at the clock's now; `filing` as `make_filing` takes it.

    Fails where the decision does not let it in: hold the clock before the deadline.
    """
    actor = actor or accredit_once("focal.sau@test.example", in_register.group, Role.FOCAL_POINT, "SAU")
    prepared = make_filing(title, **filing)

    def act() -> register.Entered:
        return register.enter(
            register.lock(in_register.pk),
            prepared,
            actor=actor,
            token=uuid.uuid4(),
            arrived_at=clock.now(),
            slot_id=slot_id,
        )

    entered = register.decide(in_register.pk, act)
    assert entered.receipt is not None, f"not registered: {entered.decision.verdict}"
    document = entered.receipt.revision.document
    if withdrawn:
        return register.withdraw(document, actor=actor, reason="made for a test")
    return document


def add_translation(
    document: Document,
    language: str = "fr",
    text: str = "La traduction.",
    *,
    actor: Person,
    reason: str = "",
    revision: Revision | None = None,
) -> Version:
    """A translation of the current text, or of `revision`, as the secretariat adds it: one PDF."""
    rights = rights_of(actor)
    target = (revision or document.current).pk
    upload = SimpleUploadedFile(f"{language}.pdf", pdf_bytes(text), content_type=PDF)
    translations.prepare(document, target, upload, language=language, rights=rights, at=clock.now())
    return translations.add(document, target, language, rights=rights, reason=reason)


def accredit_once(email: str, group: Group, role: str, iso3: str) -> Person:
    """The person with that address, accredited in that delegation if not yet."""
    person = make_person(email)
    if not person.accreditations.filter(group=group, state__iso3=iso3, until__isnull=True).exists():
        accredit(person, group, role, iso3)
    return person


# --- Requests -----------------------------------------------------------------------------------------------------


def ask_for_reports(meeting: Meeting, actor: Person, *offices: Office) -> Request:
    """The Group, in session, asks Saudi Arabia, the Syrian Arab Republic and `offices` for reports by 15 May 2026."""
    return requests.record(
        meeting,
        addressees=[make_state("SAU"), make_state("SYR"), *offices],
        item="4",
        wording="Reports on activities",
        due_on=date(2026, 5, 15),
        actor=actor,
    )


# --- Files --------------------------------------------------------------------------------------------------------


def docx_bytes(text: str = "The text.") -> bytes:
    """A Word file of one paragraph per line of `text`."""
    from docx import Document as WordDocument

    word = WordDocument()
    for line in text.splitlines() or [""]:
        word.add_paragraph(line)
    out = io.BytesIO()
    word.save(out)
    return out.getvalue()


def pdf_bytes(text: str = "The text.") -> bytes:
    """A PDF of one page that says `text` (Latin letters); the same text gives the same bytes."""
    shown = text.encode("latin-1", "replace").replace(b"\\", b"\\\\")
    shown = shown.replace(b"(", b"\\(").replace(b")", b"\\)").replace(b"\n", b") Tj T* (")
    content = b"BT /F1 12 Tf 14 TL 72 770 Td (" + shown + b") Tj ET"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    out, offsets = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)
