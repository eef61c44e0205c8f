"""Drafting, uploading and submitting as a person would: by the verbs of `contributions`, in that person's name.

The secretariat files for others, corrects and translates by the same verbs as on its pages.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.core.files.uploadedfile import SimpleUploadedFile

from contributions import draft_files, drafting, letters, previewing, submission
from contributions.models import Contribution
from contributions.received import Received
from cwg import clock
from cwg.documents import translations, zones
from cwg.documents.filing import words_of
from cwg.documents.kinds import Kind
from cwg.documents.models import CameBy, Document, PolicyIssue, Register, Revision, Slot, Version
from cwg.documents.reference import RESOLUTION_1305
from cwg.members.models import MemberState, Office, Person
from cwg.members.parties import Party
from cwg.members.rights import Rights, rights_of
from meetings.models import Addressee

SECRETARIAT = "secretariat@demo.example"


class NotAccepted(RuntimeError):
    """The register did not let a document of the demonstration in; the message says which and why."""


@dataclass(frozen=True)
class FileOf:
    """One file to upload, in one language."""

    name: str
    media_type: str
    content: bytes
    language: str = "en"


@dataclass(frozen=True)
class Paper:
    """What is drafted, by whom (an address), for whom: `state` an ISO code, or `office` a code."""

    by: str
    title: str
    kind: str = Kind.CONTRIBUTION_ACTION
    state: str = ""
    office: str = ""
    summary: str = ""
    action_required: str = ""
    references: str = ""
    issues: tuple[int, ...] = ()  # numbers in the list of Resolution 1305
    originals: tuple[str, ...] = ("en",)
    # Of a short paper: its numbered points, in place of the sections of a contribution.
    points: tuple[str, ...] = ()
    # How its files are named, where not after whose it is.
    stem: str = ""
    # Where the secretariat files it for them: how it came, and how many days it was on its way.
    came_by: CameBy | None = None
    days_on_the_way: int = 0

    def received_at(self, at: datetime, zone: ZoneInfo) -> Received | None:
        """What is said of how it came when it is filed at the aware instant `at`, at a seat of that zone."""
        if self.came_by is None:
            return None
        today = zones.as_local(at, zone).date()
        return Received(self.came_by, today - timedelta(days=self.days_on_the_way))


def person(address: str) -> Person:
    """Raises Person.DoesNotExist."""
    return Person.objects.get(email=address)


def rights_at(address: str) -> Rights:
    """The rights of that person at the clock's now."""
    return rights_of(person(address), clock.now())


def draft(
    paper: Paper,
    register: Register,
    files: list[FileOf],
    slot: Slot | None = None,
    answers: Addressee | None = None,
    letter: FileOf | None = None,
) -> Contribution:
    """The draft of `paper` for that meeting with its files; the one that is there where it was begun before.

    `letter`: the one that is kept with what the secretariat files for another.
    """
    rights = rights_at(paper.by)
    at = rights.at
    state = MemberState.objects.get(iso3=paper.state) if paper.state else None
    office = Office.objects.get(code=paper.office) if paper.office else None
    party = Party(register.group, state, office)
    found = Contribution.objects.worked_for_by(rights).filter(
        register=register, state=state, office=office, title=paper.title, revises=None
    )
    contribution = found.exclude(status=Contribution.Status.DISCARDED).first()
    if contribution is None:
        issues = PolicyIssue.objects.filter(list_name=RESOLUTION_1305, number__in=paper.issues)
        contribution = drafting.begin(
            rights=rights,
            at=at,
            party=party,
            slot=slot,
            answers=answers,
            received=paper.received_at(at, ZoneInfo(register.group.zone)),
            wording=drafting.Wording(
                register=register,
                kind=paper.kind,
                title=paper.title,
                original_languages=paper.originals,
                summary=paper.summary,
                action_required=paper.action_required,
                references=paper.references,
                issues=tuple(issues),
            ),
        )
    if contribution.is_open:
        _attach(contribution, files, rights, at)
        if letter is not None:
            letters.attach(contribution.pk, _upload(letter), rights=rights, at=at)
    return contribution


def _attach(contribution: Contribution, files: list[FileOf], rights: Rights, at: datetime) -> None:
    for file in files:
        draft_files.attach(contribution.pk, _upload(file), language=file.language, rights=rights, at=at)


def _upload(file: FileOf) -> SimpleUploadedFile:
    return SimpleUploadedFile(file.name, file.content, file.media_type)


def correct(document: Document, file: FileOf, *, by: str, summary: str) -> None:
    """Register a corrigendum of the text in the file's language, with that summary; one is enough. Raises NotAccepted."""
    if document.revisions.filter(kind=Revision.Kind.CORR).exists():
        return
    rights = rights_at(by)
    change = drafting.begin_change(
        document, Revision.Kind.CORR, rights=rights, at=rights.at, language=file.language
    )
    _attach(change, [file], rights, rights.at)
    change.refresh_from_db()
    wording = drafting.Wording(
        register=change.register,
        kind=change.kind,
        original_languages=(file.language,),
        issues=tuple(change.issues.all()),
        **words_of(change) | {"summary": summary},
    )
    drafting.edit(change.pk, wording, edition=change.edition, rights=rights, at=rights.at)
    submit(change, by)


def translate(document: Document, file: FileOf) -> None:
    """The secretariat adds a translation of the current text, where none is in that language."""
    text = document.current
    if Version.objects.filter(revision=text, language=file.language).exists():
        return
    rights = rights_at(SECRETARIAT)
    translations.prepare(
        document, text.pk, _upload(file), language=file.language, rights=rights, at=rights.at
    )
    translations.add(document, text.pk, file.language, rights=rights)


def submit(contribution: Contribution, by: str) -> None:
    """Preview and submit the draft; nothing happens where it was submitted before. Raises NotAccepted."""
    prepared = previewing.preview(previewing.load(contribution.pk), person=person(by))
    if not prepared.contribution.is_open:
        return
    if not prepared.ready:
        raise NotAccepted(f"{contribution.title}: {'; '.join(map(str, prepared.problems))}")
    now = clock.now()
    token = previewing.offer(prepared, person=person(by), at=now)
    done = submission.submit(token.token, person=person(by), arrived_at=now)
    if done.receipt is None:
        verdict = done.decision.verdict if done.decision else ""
        raise NotAccepted(f"{contribution.title}: {verdict}")
