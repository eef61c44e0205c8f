"""The files of a draft and of its letter as rows of `components/file_row.html`: what was found in them, what can be done."""

import re
import uuid
from collections.abc import Collection, Iterable
from typing import Any

from django.db.models.functions import Left
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext

from cwg.documents import header_block, taking_files
from cwg.documents.intake.text_language import likely_language
from cwg.languages import LANGUAGE_NAMES

from . import carried, draft_files
from .carried import TakenOver
from .models import Contribution, DraftFile, DraftLetter

# The id of the form of a draft's words: what is pressed on its page sends them along (`typed_words`).
WORDS_FORM = "words"
# How many characters of a file's text are looked at to tell its language.
_TEXT_LOOKED_AT = 8_000
# How much of it the preview shows.
_LINES_SHOWN, _SIGNS_SHOWN = 5, 400


def file_row(
    file: DraftFile, *, removable: bool, notes: Iterable[str] = (), text: str | None = None
) -> dict[str, Any]:
    """A draft's file for `components/file_row.html`, with what intake found in it, below `notes`.

    `text`: the beginning of what it says, which is asked for where it is not given.
    """
    text = _beginnings([file]).get(file.pk, "") if text is None else text
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
        *_looks_like(file, text, taken),
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


def _looks_like(file: DraftFile, text: str, taken: Collection[str]) -> list[dict[str, Any]]:
    """Where its text is plainly in another of the six languages than the file is listed in. `taken`: where it may go."""
    likely = likely_language(text)
    if not likely or likely == file.language:
        return []
    said = gettext("This file is listed in %(listed)s, and its text looks like %(likely)s.") % {
        "listed": LANGUAGE_NAMES[file.language],
        "likely": LANGUAGE_NAMES[likely],
    }
    found: dict[str, Any] = {"tone": "warning", "text": said}
    if likely in taken:
        found["act"] = {
            "url": reverse("contributions:move-file", args=[file.contribution_id, file.pk]),
            "label": gettext("List it in %(language)s") % {"language": LANGUAGE_NAMES[likely]},
            "name": "to",
            "value": likely,
        }
    return [found]


def _beginnings(files: Collection[DraftFile]) -> dict[uuid.UUID, str]:
    """How the texts of these files begin, by file. One query."""
    of_these = DraftFile.objects.filter(pk__in=[file.pk for file in files])
    return dict(of_these.values_list("pk", Left("blob__text", _TEXT_LOOKED_AT)))


def file_rows(contribution: Contribution, over: TakenOver | None, *, removable: bool) -> list[dict[str, Any]]:
    """The draft's files by language; in the draft of a Rev., those of the current text are marked. Where they are only
    looked at, with the first lines of their texts."""
    rows = []
    texts = _beginnings(contribution.files.all())
    for _language, held in sorted(draft_files.files_by_language(contribution.files.all()).items()):
        for file in held:
            notes = (
                [_unchanged(contribution, file, over, removable)] if over and over.is_unchanged(file) else []
            )
            # A file that was removed since the draft was read has no text any more.
            text = texts.get(file.pk, "")
            row = file_row(file, removable=removable, notes=notes, text=text)
            rows.append(row if removable else row | {"begins": _first_lines(text), "code": file.language})
    return rows


def _first_lines(text: str) -> str:
    """Enough of a text to see that it is the right file."""
    lines = [" ".join(line.split()) for line in re.split("[\n\f]", text)]
    shown = "\n".join([line for line in lines if line][:_LINES_SHOWN])
    return Truncator(shown).chars(_SIGNS_SHOWN)


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
