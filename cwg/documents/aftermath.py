"""What came after a receipt was issued: read from today's register, and never a part of the receipt's statement."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from django.db.models import Max
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from cwg.languages import LANGUAGE_NAMES
from cwg.record import replay
from cwg.record.models import JournalEntry
from cwg.texts.tree import Run, Runs, around

from . import comparison, symbols
from .models import Document, Receipt, Revision


class State(Enum):
    """What has become of the text that the receipt speaks of, where it no longer stands."""

    SUPERSEDED = "superseded"
    OVERTAKEN = "overtaken"  # a Corr. whose text was replaced
    WITHDRAWN = "withdrawn"

    @property
    def words(self) -> str:
        match self:
            case State.SUPERSEDED:
                return _("Superseded since")
            case State.OVERTAKEN:
                return _("No longer applies")
            case State.WITHDRAWN:
                return _("Withdrawn since")


@dataclass(frozen=True)
class Later:
    """One thing that came later. `sentence` has "%(symbol)s" where it names a revision, which stands at `url`."""

    at: datetime
    sentence: str
    symbol: str = ""
    url: str = ""
    reason: str = ""
    state: State | None = None

    @property
    def before(self) -> str:
        return self.sentence.partition("%(symbol)s")[0]

    @property
    def after(self) -> str:
        return self.sentence.partition("%(symbol)s")[2]

    @property
    def runs(self) -> Runs:
        reason = _("Reason: %(reason)s") % {"reason": self.reason} if self.reason else ""
        said = around(self.sentence, "symbol", Run(self.symbol, reference=self.symbol))
        return (*said, *((Run(f"\n{reason}"),) if reason else ()))


def of(receipt: Receipt) -> list[Later]:
    """What came after `receipt` (as `receipt_or_404` reads it), the earliest first. Asks the journal, and nothing else."""
    revision = receipt.revision
    return came_later(revision.document, revision, _disclosures(receipt))


def state_of(later: Iterable[Later]) -> State | None:
    """What the text has become of all that: the last that says so, a withdrawal at the end."""
    states = [each.state for each in later if each.state]
    return states[-1] if states else None


def came_later(
    document: Document, revision: Revision, disclosures: Iterable[JournalEntry] = ()
) -> list[Later]:
    """What came after `revision` was registered. `disclosures`: the later entries that say who may read the document.

    No query where revisions, versions and objections are prefetched.
    """
    found = [
        *_revisions(document, revision),
        *_translations(revision),
        *_objections(document, revision),
        *map(_disclosed, disclosures),
    ]
    if document.withdrawn_at is not None:
        found.append(
            Later(
                document.withdrawn_at,
                _("Withdrawn"),
                reason=document.withdrawal_reason,
                state=State.WITHDRAWN,
            )
        )
    return sorted(found, key=lambda each: each.at)


def _revisions(document: Document, revision: Revision) -> Iterable[Later]:
    """The later revisions, and what each does to this one."""
    superseded = replaced = False
    for later in document.revisions.all():
        if later.position <= revision.position:
            continue
        state = None
        match later.kind:
            case Revision.Kind.REV:
                sentence, state = _replacing(later, revision, superseded=superseded, replaced=replaced)
                superseded = True
                replaced = replaced or not later.same_bytes
            case Revision.Kind.CORR if revision.is_whole_text and not replaced:
                sentence = _("Corrected by %(symbol)s")
            case Revision.Kind.CORR if revision.is_whole_text:
                sentence = _("The later text was corrected by %(symbol)s")
            case Revision.Kind.CORR:
                sentence = _("The document was corrected by %(symbol)s")
            case Revision.Kind.ADD if revision.is_whole_text:
                sentence = _("Extended by %(symbol)s")
            case _:
                sentence = _("The document was extended by %(symbol)s")
        if later.language:
            only = _("%(language)s only") % {"language": LANGUAGE_NAMES[later.language]}
            sentence = f"{sentence}, {only}"
        yield Later(
            later.available_at,
            sentence,
            symbol=later.symbol,
            url=f"{document.get_absolute_url()}#{symbols.anchor(later.suffix, later.language)}",
            state=state,
        )


def _replacing(
    later: Revision, revision: Revision, *, superseded: bool, replaced: bool
) -> tuple[str, State | None]:
    """What a Rev. does to `revision`, which `superseded` or `replaced` says that one before it did already."""
    if revision.is_whole_text:
        if superseded:
            return _("The later text was superseded by %(symbol)s"), None
        if later.same_bytes:
            said = _("Superseded by %(symbol)s, in which only the sponsors changed; the files are the same")
            return said, State.SUPERSEDED
        return _("Superseded by %(symbol)s"), State.SUPERSEDED
    if later.same_bytes:
        return _("The sponsors of the document changed with %(symbol)s; its files are the same"), None
    if revision.kind == Revision.Kind.CORR and not replaced:
        return _("Overtaken: the text that it corrects was superseded by %(symbol)s"), State.OVERTAKEN
    return _("The text of the document was superseded by %(symbol)s"), None


def _translations(revision: Revision) -> Iterable[Later]:
    """Translations that the secretariat added to it later. One that a Rev. took along is older than the Rev."""
    for version in revision.versions.all():
        if version.added_at is None or version.added_at < revision.available_at:
            continue
        said = {"language": LANGUAGE_NAMES[version.language]}
        if version.reason:
            yield Later(
                version.added_at,
                _("%(language)s translation replaced by the secretariat") % said,
                reason=version.reason,
            )
        else:
            yield Later(version.added_at, _("%(language)s translation added by the secretariat") % said)


def _objections(document: Document, revision: Revision) -> Iterable[Later]:
    """That a Member State objected to what was filed for it, and took that back."""
    for objection in document.objections.all():
        said = {"state": capfirst(objection.state.in_text)}
        if objection.made_at >= revision.available_at:
            yield Later(
                objection.made_at,
                _("%(state)s objected to its being registered in its name") % said,
                reason=objection.reason,
            )
        if objection.lifted_at is not None and objection.lifted_at >= revision.available_at:
            yield Later(objection.lifted_at, _("%(state)s took its objection back") % said)


def _disclosed(entry: JournalEntry) -> Later:
    said = {name: Document.Disclosure(entry.facts[name]).label for name in ("before", "after")}
    return Later(entry.at, _("Who may read it changed: “%(before)s” became “%(after)s”") % said)


def _disclosures(receipt: Receipt) -> list[JournalEntry]:
    """The later entries of the journal by which somebody changed who may read the document.

    Without those that a restore has found to have no effect any more.
    """
    document = receipt.revision.document
    chain = document.register.chain
    registered = comparison.entries_of(receipt).aggregate(at=Max("position"))["at"]
    later = JournalEntry.objects.filter(chain=chain, act="disclosure", facts__document=document.pk)
    if registered is not None:
        later = later.filter(position__gt=registered)
    found = list(later.order_by("position"))
    if not found:
        return []
    lost = replay.positions_without_rows(chain)
    return [entry for entry in found if entry.position not in lost]
