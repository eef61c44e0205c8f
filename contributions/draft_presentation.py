"""Drafts as the page components take them: the preview's header block, the rows of files."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext

from cwg.documents import filed_for, header_block, symbols, taking_files
from cwg.documents.header_block import HeaderBlock
from cwg.documents.kinds import Kind
from cwg.languages import LANGUAGE_NAMES
from cwg.look.instants import as_zone

from . import carried, draft_files, drafting
from .carried import TakenOver
from .models import Contribution, DraftFile, DraftLetter

# The id of the form of a draft's words: what is pressed on its page sends them along (`typed_words`).
WORDS_FORM = "words"


def file_row(file: DraftFile, *, removable: bool, notes: Iterable[str] = ()) -> dict[str, Any]:
    """A draft's file for `components/file_row.html`, with what intake found in it, below `notes`."""
    address = [file.contribution_id, file.pk]
    beside = file.contribution.files.all()
    taken = file.contribution.languages_taken if removable else ()
    row = taking_files.file_row(
        file,
        url=reverse("contributions:draft-file", args=address),
        remove_url=reverse("contributions:remove-file", args=address) if removable else "",
        also_in=[each.language for each in beside if each.blob_id == file.blob_id],
        editable=removable,
    )
    findings = [
        *({"tone": "note", "text": each} for each in notes),
        *_replaces(file, beside, removable),
        *row["findings"],
    ]
    move = {
        "url": reverse("contributions:move-file", args=address),
        "languages": [(code, LANGUAGE_NAMES[code]) for code in taken],
        "language": file.language,
    }
    return row | {"findings": findings, "in_form": WORDS_FORM, "move": move if len(taken) > 1 else None}


def _replaces(file: DraftFile, beside: Iterable[DraftFile], editable: bool) -> list[dict[str, Any]]:
    """Whether the file is a newer version of one beside it: only its delegation knows."""
    earlier = draft_files.earlier_of(file, beside)
    if not earlier:
        return []
    said = gettext("Another file in %(language)s has the same name.") % {
        "language": LANGUAGE_NAMES[file.language]
    }
    if not editable:
        return [{"tone": "warning", "text": said}]
    act = {
        "url": reverse("contributions:replace-earlier", args=[file.contribution_id, file.pk]),
        "label": gettext("Replace the earlier file"),
    }
    return [
        {
            "tone": "warning",
            "text": f"{said} {gettext('Is this a newer version of it? If not, both are kept.')}",
            "act": act,
        }
    ]


def file_rows(contribution: Contribution, over: TakenOver | None, *, removable: bool) -> list[dict[str, Any]]:
    """The draft's files by language; in the draft of a Rev., those of the current text are marked."""
    rows = []
    for _language, held in sorted(draft_files.files_by_language(contribution.files.all()).items()):
        for file in held:
            notes = (
                [_unchanged(contribution, file, over, removable)] if over and over.is_unchanged(file) else []
            )
            rows.append(file_row(file, removable=removable, notes=notes))
    return rows


def _unchanged(contribution: Contribution, file: DraftFile, over: TakenOver, editable: bool) -> str:
    if not (editable and carried.begun_with(contribution, file)):
        return gettext("From %(symbol)s, unchanged.") % {"symbol": over.symbol}
    return gettext("From %(symbol)s, unchanged. A file that you upload in %(language)s replaces it.") % {
        "symbol": over.symbol,
        "language": LANGUAGE_NAMES[file.language],
    }


def said_of(attached: draft_files.Attached) -> str:
    """What there is to say of a file that was attached or moved: that it was there already; what it took the place of in
    the draft of a Rev., and how to keep both. "" where nothing."""
    if attached.known:
        return gettext("The same file was here already in %(language)s, as %(name)s; it is listed once.") % {
            "language": LANGUAGE_NAMES[attached.file.language],
            "name": attached.file.name,
        }
    if not attached.replaced:
        return ""
    names = ", ".join(file.name for file in attached.replaced)
    return gettext(
        "It replaces %(names)s, which came from the text as it stands. To keep both, upload that file again."
    ) % {"names": names}


def letter_row(letter: DraftLetter) -> dict[str, Any]:
    """A file of the letter, as `file_row`; what intake found in it concerns no reader and is not told."""
    at = [letter.contribution_id, letter.pk]
    return {
        "id": letter.pk,
        "name": letter.name,
        "url": reverse("contributions:draft-letter", args=at),
        "kind": header_block.KIND_OF_FILE.get(letter.blob.media_type, ""),
        "size": letter.blob.size,
        "damaged": letter.blob.is_damaged,
        "scanned": letter.blob.get_scan_display(),
        "remove_url": reverse("contributions:remove-letter", args=at),
        "in_form": WORDS_FORM,
    }


def sort_of_change(contribution: Contribution) -> str:
    """ "Revision", "Corrigendum, French text only"; nothing of a draft that changes no document."""
    if not contribution.is_change:
        return ""
    kind = contribution.get_revision_kind_display()
    if not contribution.corrected_language:
        return kind
    language = LANGUAGE_NAMES[contribution.corrected_language]
    return gettext("%(kind)s, %(language)s text only") % {"kind": kind, "language": language}


def no_such_text(refused: drafting.NoSuchText) -> str:
    """A Rev. may have left the language out since the page was opened."""
    language = LANGUAGE_NAMES[refused.language]
    return gettext("The document has no text in %(language)s that could be corrected.") % {
        "language": language
    }


def how_it_came(contribution: Contribution) -> str:
    """ "Filed by the secretariat for: Saudi Arabia; received by letter ..."; nothing where the party writes itself."""
    if not contribution.filed_for_another:
        return ""
    return filed_for.mark(contribution.party.name, contribution.came_by, contribution.dated)


def header(contribution: Contribution, source_names: list[str]) -> HeaderBlock:
    """The header block of the preview: as the registered document will have it, without number and date."""
    register = contribution.register
    symbol = ""
    if contribution.revises is not None:
        symbol = symbols.of_change(
            contribution.revises.symbol, contribution.revision_kind, contribution.corrected_language
        )
    return header_block.describe(
        group=contribution.group.name,
        meeting=register.title if register else gettext("Meeting not yet convened"),
        place=register.place if register else "",
        days=(register.first_day, register.last_day) if register else (None, None),
        symbol=symbol,
        day=None,
        zone=contribution.group.zone,
        kind=str(Kind(contribution.kind).label),
        source=", ".join(source_names),
        languages=contribution.original_languages,
        title=contribution.title or gettext("(no title yet)"),
        title_language=next(iter(contribution.original_languages), ""),
        summary=contribution.summary,
        action_required=contribution.action_required,
        references=contribution.references,
        filed=how_it_came(contribution),
        is_draft=True,
    )


def seat_zone(contribution: Contribution):
    """The zone of the meeting's seat, or of the group's."""
    return as_zone(contribution.register.zone if contribution.register else contribution.group.zone)
