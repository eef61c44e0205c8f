"""The preview: a draft as it would be registered, what still stands in the way, and a one-use token to submit it with."""

import uuid
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Prefetch, prefetch_related_objects

from cwg import clock
from cwg.documents import deadlines
from cwg.documents.filing import (
    FileLine,
    Filing,
    ForAnother,
    SourceLine,
    VersionLine,
    as_registered,
    differences,
    plain,
    words_of,
)
from cwg.documents.models import Document, Revision, Slot
from cwg.members.models import UNREAD_WHERE_NAMED, Office, Person
from cwg.members.parties import NotEntitled
from cwg.members.rights import Rights, rights_of
from cwg.record import journal
from meetings.models import Addressee

from . import draft_files
from .models import Contribution, DraftFile, DraftLetter, Sponsorship, SubmitToken
from .readiness import Missing, missing

TOKENS_KEPT = timedelta(days=30)


@dataclass(frozen=True)
class Preview:
    """A draft as it would be registered. `digest` is what a token carries; what is `missing` stops the submission."""

    contribution: Contribution
    filing: Filing
    digest: str
    missing: tuple[Missing, ...] = ()
    left_out: tuple[Sponsorship, ...] = ()
    sponsors_only: bool = False
    # The request of the Group that it answers, while that is open.
    slot: Slot | None = None
    # The dated one that it will be linked to. It stands in no document's way: answered meanwhile, it is passed over.
    answers: Addressee | None = None
    original_files: tuple[DraftFile, ...] = field(default=())

    @property
    def problems(self) -> tuple[Any, ...]:
        """What is missing, a sentence each."""
        return tuple(each.said for each in self.missing)

    @property
    def ready(self) -> bool:
        return not self.missing


def load(pk: uuid.UUID) -> Contribution:
    """The draft with all that a preview needs, in a constant number of queries."""
    found = (
        Contribution.objects.select_related("group", "register__group", "state", "office", "revises", "slot")
        .defer(*(f"state__{name}" for name in UNREAD_WHERE_NAMED))
        .prefetch_related(
            "issues",
            Prefetch("files", DraftFile.objects.select_related("blob").defer("blob__text")),
            Prefetch("sponsorships", Sponsorship.objects.on_record()),
        )
        .get(pk=pk)
    )
    if found.answers_id is not None:  # few do; the others need not join its five tables
        asked = Addressee.objects.select_related("request__meeting__register", "document")
        prefetch_related_objects([found], Prefetch("answers", asked))
    return found


def preview(contribution: Contribution, *, person: Person) -> Preview:
    """What `contribution` (from `load`) would be registered as by this person, and what still stands in the way.

    Of what is filed for another, the secretariat's office that files it is that of who submits it, whoever began it.
    Raises NotEntitled where the person files nothing for that party.
    """
    files = draft_files.files_by_language(contribution.files.all())
    letters = list(contribution.letters.select_related("blob")) if contribution.filed_for_another else []
    confirmed = [s for s in contribution.sponsorships.all() if s.status == Sponsorship.Status.CONFIRMED]
    waiting = tuple(s for s in contribution.sponsorships.all() if s.status == Sponsorship.Status.ASKED)
    sources = _sources(contribution, confirmed)
    versions = tuple(
        VersionLine(
            language=language,
            is_original=language in contribution.original_languages,
            files=tuple(FileLine(f.name, f.blob_id, f.blob.size) for f in held),
        )
        for language, held in sorted(files.items())
    )
    slot = contribution.open_slot
    issue_ids = tuple(sorted(issue.pk for issue in contribution.issues.all()))
    filing = Filing(
        kind=contribution.kind,
        sources=sources,
        versions=versions,
        issue_ids=issue_ids,
        **words_of(contribution),
        revises_id=contribution.revises_id,
        revision_kind=contribution.revision_kind,
        language=contribution.corrected_language,
        for_another=_for_another(contribution, letters, person),
    )
    if only_sponsors_change(filing):
        filing = replace(filing, same_bytes=True)
    return Preview(
        contribution=contribution,
        filing=filing,
        digest=_digest(contribution, filing, slot),
        missing=tuple(missing(contribution, files, letters)),
        left_out=waiting,
        sponsors_only=filing.same_bytes,
        slot=slot,
        answers=contribution.open_request,
        original_files=tuple(f for lang in contribution.original_languages for f in files.get(lang, [])),
    )


def _for_another(contribution: Contribution, letters: list[DraftLetter], person: Person) -> ForAnother | None:
    if not contribution.filed_for_another:
        return None
    office = filing_office(contribution, rights_of(person))
    lines = tuple(FileLine(f.name, f.blob_id, f.blob.size) for f in letters)
    return ForAnother(office.pk, office.name, contribution.came_by, contribution.dated, lines)


def filing_office(contribution: Contribution, rights: Rights) -> Office:
    """As which office of the secretariat the person files it. Raises NotEntitled."""
    filer = rights.filer_for(contribution.party)
    if filer is None or filer.office is None:
        raise NotEntitled
    return filer.office


def _sources(contribution: Contribution, confirmed: list[Sponsorship]) -> tuple[SourceLine, ...]:
    if contribution.state is None:
        office = contribution.office
        assert office is not None  # a_contribution_has_one_party
        return (SourceLine("office", office.name, office_id=office.pk, is_lead=True),)
    lead = contribution.state
    joint = sorted((s.state for s in confirmed), key=lambda state: (state.sort_en, state.short_en))
    return (
        SourceLine("state", lead.short_en, state_id=lead.pk, is_lead=True),
        *(SourceLine("state", state.short_en, state_id=state.pk) for state in joint),
    )


def _digest(contribution: Contribution, filing: Filing, slot: Slot | None) -> str:
    """SHA-256 of all that would be registered. Where another version of the portal made another one, it is not equal:
    what was previewed before an upgrade is previewed again.
    """
    return journal.digest(
        {
            "contribution": contribution.pk,
            "register": contribution.register_id,
            "slot": slot.pk if slot else None,
            "answers": contribution.answers_id,
            "filing": plain(filing),
        }
    )


def only_sponsors_change(filing: Filing) -> bool:
    """Whether a Rev. files what the document's current text is, signed by others: every other field is the same."""
    if filing.revision_kind != Revision.Kind.REV or filing.revises_id is None:
        return False
    document = Document.objects.for_list().get(pk=filing.revises_id)
    return differences(as_registered(document), filing) == {"sources"}


def offer(prepared: Preview, *, person: Person, at: datetime) -> SubmitToken:
    """A token for this preview, for this person: used once, whatever is clicked. The same preview gives the same one."""
    known = SubmitToken.objects.filter(
        contribution=prepared.contribution, person=person, digest=prepared.digest
    ).first()
    return known or SubmitToken.objects.create(
        contribution=prepared.contribution,
        person=person,
        digest=prepared.digest,
        made_at=at,
    )


def forecast(prepared: Preview, *, at: datetime) -> deadlines.Decision | None:
    """What the register would decide if the document became available at `at`; None without a meeting."""
    addressed = prepared.contribution.register
    if addressed is None:
        return None
    filing = prepared.filing
    decision = judged(addressed.deadlines_in_force, filing.kind, at, slot=prepared.slot is not None)
    return decision.of_sponsors_alone() if filing.same_bytes else decision


def judged(in_force, kind: str, at: datetime, *, slot: bool = False) -> deadlines.Decision:
    """What these deadlines say of a document of this kind that is received and available at the aware instant `at`."""
    return deadlines.judge(
        [(d.as_rule, d.instant) for d in in_force],
        kind,
        received_at=at,
        available_at=at,
        slot=slot,
    )


def forget_old_tokens() -> int:
    """Delete preview tokens nobody used in thirty days; a receipt keeps the token that made it. How many."""
    old = clock.now() - TOKENS_KEPT
    return SubmitToken.objects.filter(made_at__lt=old).delete()[0]
