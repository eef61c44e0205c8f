"""The 2009 archive as the portal keeps it: registers, meetings, what they asked for, and their documents."""

from datetime import UTC, date, datetime, time
from functools import partial
from zoneinfo import ZoneInfo

from django.db import transaction

from cwg import clock
from cwg.demo.archive import make_files
from cwg.demo.archive.archive_2009 import MEETINGS, UNPLACED_DOCUMENTS
from cwg.demo.archive.records import ArchiveDocument, ArchiveMeeting, ArchiveRequest, ArchiveSource
from cwg.demo.people import CHAIR_OFFICES, REASON, WG_WSIS
from cwg.documents import archive, blobs
from cwg.documents.filing import FileLine, SourceLine, VersionLine
from cwg.documents.models import Register, Source
from cwg.documents.seat_times import clock_face
from cwg.members.models import Group, MemberState, Office, Person
from cwg.record.history import sign
from cwg.texts.numbering import plain_text
from meetings.models import Addressee, Meeting, Request, Sitting

# The proposal of France was made after the meeting of 13-14 June 2007; to which meeting is not stated.
UNPLACED = archive.ArchivedRegister(
    slug="wg-wsis-meeting-not-stated",
    title="WG-WSIS, meeting not stated",
    ordinal=None,
    place="",
    zone="Europe/Zurich",
    first_day=date(2007, 6, 15),
    last_day=date(2007, 6, 15),
    opens_at=datetime(2007, 6, 15, tzinfo=UTC),
)


def make(actor: Person) -> None:
    """Enter what is missing of the archive. `actor` stands in the record as who entered it."""
    for known in MEETINGS:
        group = Group.objects.get(code=known.group_code)
        register = archive.open_archive(group, _register_of(known), actor=actor)
        _enter(register, known.documents, actor)
        _meeting(register, known, actor)
    not_stated = archive.open_archive(Group.objects.get(code=WG_WSIS), UNPLACED, actor=actor)
    _enter(not_stated, UNPLACED_DOCUMENTS, actor)


def _register_of(known: ArchiveMeeting) -> archive.ArchivedRegister:
    local = known.opens_local or datetime.combine(known.opens_on, time())
    return archive.ArchivedRegister(
        slug=known.slug,
        title=known.title,
        ordinal=known.ordinal,
        place=known.place,
        zone=known.zone,
        first_day=known.opens_on,
        last_day=known.ends_on,
        opens_at=local.replace(tzinfo=ZoneInfo(known.zone)).astimezone(UTC),
    )


def _enter(register: Register, documents: tuple[ArchiveDocument, ...], actor: Person) -> None:
    for known in documents:
        archive.enter_archive(
            register,
            archive.ArchivedDocument(
                slug=known.slug,
                kind=known.kind,
                series=known.series,
                number=known.number,
                title=known.title or "",
                known_as=known.known_as,
                sources=tuple(_line(source, first=i == 0) for i, source in enumerate(known.sources)),
                dated=known.dated,
                summary=known.summary,
                action_required=known.action_required,
                references=known.references,
                note=known.note,
            ),
            actor=actor,
            files=partial(_versions, known),
        )


def _versions(known: ArchiveDocument) -> tuple[VersionLine, ...]:
    """Its text as .docx and .pdf in its language; a version without files where the text is not held."""
    if not known.text_held:
        # In which language it was written is not stated either: none is called the original.
        return tuple(VersionLine(language, (), is_original=False) for language in known.languages)
    text = plain_text(make_files.text_of(known))
    at = clock.now()
    lines = []
    for made in make_files.files_of(known):
        blob = blobs.keep_own(made.content, media_type=made.media_type, at=at, text=text)
        lines.append(FileLine(made.name, blob.sha256, blob.size))
    return (VersionLine(known.languages[0], tuple(lines)),)


def _line(source: ArchiveSource, *, first: bool) -> SourceLine:
    party = _party(source)
    if isinstance(party, MemberState):
        return SourceLine(Source.Kind.STATE, source.printed_as, state_id=party.pk, is_lead=first)
    office_id = party.pk if party else None
    return SourceLine(Source.Kind.OFFICE, source.printed_as, office_id=office_id, is_lead=first)


def _party(source: ArchiveSource) -> MemberState | Office | None:
    """Who the source is among today's rows; None for "administrations", which are no one party."""
    if source.kind == "state":
        return MemberState.objects.get(iso3=source.code)
    code = CHAIR_OFFICES[source.code] if source.kind == "chair" else source.code.lower()
    return Office.objects.filter(code=code).first()


def _meeting(register: Register, known: ArchiveMeeting, actor: Person) -> None:
    if Meeting.objects.filter(register=register).exists():
        return
    with transaction.atomic():
        meeting = Meeting(
            register=register,
            opens_local=clock_face(known.opens_local or datetime.combine(known.opens_on, time())),
            chair=known.chair,
            note=_note(known),
        )
        _save(meeting, actor)
        if known.opens_local is not None:  # of the other sittings no time is known
            _save(Sitting(meeting=meeting, number=1, starts_at=register.opens_at), actor)
        for request in known.requests:
            _request(meeting, request, actor)


def _note(known: ArchiveMeeting) -> str:
    to_everybody = [
        f"Paragraph {request.paragraph}: {request.wording}"
        for request in known.requests
        if any(_party(addressee) is None for addressee in request.addressees)
    ]
    parts = [
        known.notes,
        known.participants and f"Participation: {known.participants}.",
        known.next_meeting and f"Next meeting: {known.next_meeting}",
        *to_everybody,
    ]
    return "\n\n".join(part for part in parts if part)


def _request(meeting: Meeting, known: ArchiveRequest, actor: Person) -> None:
    """A request as its report has it, with all its addressees: no slot, and when it was recorded is not known.

    "Administrations" are no one party: such a request stands in the meeting's note.
    """
    parties = [party for party in map(_party, known.addressees) if party is not None]
    if not parties:
        return
    where = f"Paragraph {known.paragraph}" if known.paragraph[0].isdigit() else f"Under “{known.paragraph}”"
    proposed = "; proposed, no decision is reported" if known.standing == "proposed" else ""
    request = Request(meeting=meeting, item=f"{where}{proposed}", wording=known.wording, due_on=known.due_on)
    _save(request, actor)
    for party in parties:
        addressee = Addressee(
            request=request,
            state=party if isinstance(party, MemberState) else None,
            office=party if isinstance(party, Office) else None,
        )
        _save(addressee, actor)


def _save(row, actor: Person) -> None:
    sign(row, actor, REASON)
    row.save()
