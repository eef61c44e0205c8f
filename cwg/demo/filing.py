"""Drafting, uploading and submitting as a person would: by the verbs of `contributions`, in that person's name."""

from dataclasses import dataclass

from django.core.files.uploadedfile import SimpleUploadedFile

from contributions import drafting, submission
from contributions.models import Contribution
from cwg import clock
from cwg.documents.kinds import Kind
from cwg.documents.models import PolicyIssue, Register, Slot
from cwg.documents.reference import RESOLUTION_1305
from cwg.members.models import MemberState, Office, Person
from cwg.members.parties import Party
from cwg.members.rights import Rights, rights_of
from meetings.models import Addressee


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
) -> Contribution:
    """The draft of `paper` for that meeting with its files; the one that is there where it was begun before."""
    rights = rights_at(paper.by)
    at = rights.at
    state = MemberState.objects.get(iso3=paper.state) if paper.state else None
    office = Office.objects.get(code=paper.office) if paper.office else None
    party = Party(register.group, state, office)
    found = Contribution.objects.worked_for_by(rights).filter(
        register=register, state=state, office=office, title=paper.title
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
            wording=drafting.Wording(
                register=register,
                kind=paper.kind,
                title=paper.title,
                original_languages=tuple(dict.fromkeys(file.language for file in files)),
                summary=paper.summary,
                action_required=paper.action_required,
                references=paper.references,
                issues=tuple(issues),
            ),
        )
    if contribution.is_open:
        for file in files:
            upload = SimpleUploadedFile(file.name, file.content, file.media_type)
            drafting.attach(contribution.pk, upload, language=file.language, rights=rights, at=at)
    return contribution


def submit(contribution: Contribution, by: str) -> None:
    """Proof and submit the draft; nothing happens where it was submitted before. Raises NotAccepted."""
    prepared = submission.proof(submission.load(contribution.pk))
    if not prepared.contribution.is_open:
        return
    if not prepared.ready:
        raise NotAccepted(f"{contribution.title}: {'; '.join(map(str, prepared.problems))}")
    now = clock.now()
    token = submission.offer(prepared, person=person(by), at=now)
    done = submission.submit(token.token, person=person(by), arrived_at=now)
    if done.receipt is None:
        verdict = done.decision.verdict if done.decision else ""
        raise NotAccepted(f"{contribution.title}: {verdict}")
