"""What still stands in the way of a submission: a sentence each, shown by the preview and asked by the verb."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from cwg.documents import offers
from cwg.documents.filing import words_of
from cwg.documents.models import Document, Register
from cwg.languages import LANGUAGE_NAMES
from cwg.look import signs

from . import parts
from .models import Contribution, DraftFile, DraftLetter

WITHDRAWN = _("The document this would change has been withdrawn.")
CLOSED = _("This meeting has closed. Your draft stays: choose another meeting for it.")
CANCELLED = _("This meeting is cancelled. Your draft stays: choose another meeting for it.")
POSTPONED = _(
    "This meeting is postponed and has no date yet. Your draft stays; you can submit it once there is one."
)


@dataclass(frozen=True)
class Missing:
    """What stops the submission, as a sentence; `part` of the draft (`parts`) puts it right, where one does."""

    said: Any
    part: str = ""

    @property
    def at(self) -> str:
        """The id of that part on the draft's page."""
        return parts.anchor_of(self.part)

    @property
    def is_of_meeting(self) -> bool:
        """Nothing that is done to the draft's words and files helps: it is the meeting that takes nothing in."""
        return self.part == "register"


def missing(
    contribution: Contribution, files: dict[str, list[DraftFile]], letters: list[DraftLetter]
) -> Iterator[Missing]:
    """What stops the submission. `files` by language; `letters` of one filed for another."""
    if said := _of_meeting(contribution):
        yield Missing(said, "register")
    if not contribution.title.strip():
        yield Missing(_("The title is missing."), "title")
    yield from unfit_words(contribution)
    if not contribution.original_languages:
        yield Missing(_("No original language is chosen."), "original_languages")
    for language in contribution.original_languages:
        if not files.get(language):
            said = _("There is no file in %(language)s, which you name as an original language.")
            yield Missing(said % {"language": LANGUAGE_NAMES[language]}, "files")
    for language in sorted(set(files) - set(contribution.languages_taken)):
        said = _(
            "This corrigendum concerns the %(corrected)s text only: remove what was uploaded in %(language)s."
        ) % {
            "corrected": LANGUAGE_NAMES[contribution.corrected_language],
            "language": LANGUAGE_NAMES[language],
        }
        yield Missing(said, "stored_files")
    if contribution.revises is not None and contribution.revises.is_withdrawn:
        yield Missing(WITHDRAWN)
    elif gone := nothing_to_correct(contribution):
        yield Missing(gone)
    if contribution.filed_for_another and contribution.revises is not None and contribution.revises.is_joint:
        yield Missing(
            _("This document is a joint one now: its lead submits the change, which its co-sponsors confirm.")
        )
    if contribution.filed_for_another and contribution.party.is_delegation and not letters:
        yield Missing(_("The letter by which it came is missing."), "letters")
    attached: list[DraftFile | DraftLetter] = [*(f for held in files.values() for f in held), *letters]
    infected = [f for f in attached if f.blob.scan == "infected"]
    if infected:
        said = ngettext_lazy(
            "A virus was found in one file. Remove it.",
            "Viruses were found in %(count)d files. Remove them.",
            len(infected),
        ) % {"count": len(infected)}
        yield Missing(said, "stored_files" if isinstance(infected[0], DraftFile) else "stored_letters")


def _of_meeting(contribution: Contribution) -> Any:
    """Why its meeting takes nothing in; None where it does."""
    addressed = contribution.register
    if addressed is None:
        return _("No meeting is chosen yet. Choose the meeting this document is for.")
    if not addressed.is_announced:
        return _("This meeting is not announced yet. You can submit as soon as it is.")
    if addressed.is_archive:
        return _("This meeting is in the archive. Choose a meeting to come.")
    if addressed.is_called_off:
        return called_off(addressed)
    if not contribution.is_change and offers.is_closed_to(addressed, contribution.party):
        return CLOSED
    return None


def unfit_words(contribution: Contribution) -> Iterator[Missing]:
    """Texts with signs that the form refuses by now: the draft may be older than that.

    What stands in the register with them stands in a change of it too: mended, a change of sponsors alone would be more
    than that, and late.
    """
    found = {
        name: said
        for name, text in words_of(contribution).items()
        if (said := signs.refusal(text, several_lines=name != "title"))
    }
    registered: dict[str, Any] = {}
    if found and contribution.revises_id is not None:
        registered = words_of(Document.objects.for_list().get(pk=contribution.revises_id).current)
    for name, said in found.items():
        if getattr(contribution, name) != registered.get(name):
            text = _("%(field)s: %(said)s") % {"field": parts.name_of(name), "said": said}
            yield Missing(text, name)


def nothing_to_correct(contribution: Contribution) -> Any:
    """Why a corrigendum of one language corrects nothing: a Rev. left that out since it was begun. None while it does."""
    language = contribution.corrected_language
    if not language or contribution.revises_id is None:
        return None
    document = Document.objects.for_list().get(pk=contribution.revises_id)
    if language in [text.language for text in document.current.texts]:
        return None
    return _(
        "The document no longer has a text in %(language)s that could be corrected. Begin a new corrigendum."
    ) % {"language": LANGUAGE_NAMES[language]}


def called_off(addressed: Register) -> Any:
    """Why nothing is registered for a meeting that is called off."""
    return POSTPONED if addressed.cancelled_at is None else CANCELLED
