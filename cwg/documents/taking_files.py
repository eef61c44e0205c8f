"""What pages that take files share: the form, the sentences of a refusal, the row of a file with findings."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cwg.languages import LANGUAGE_CODES, LANGUAGE_NAMES, LANGUAGES

from . import blobs, file_findings, header_block, upload_room, uploads
from .storage import StorageFull

MAX_FILES_A_LANGUAGE = 10


class TooManyFiles(ValueError):
    """A language holds no more files."""


class UploadForm(forms.Form):
    """One file in one language."""

    language = forms.ChoiceField(label=gettext_lazy("Language of the file"), choices=LANGUAGES)
    file = forms.FileField(
        label=gettext_lazy("File"),
        max_length=500,
        allow_empty_file=True,
        error_messages={"required": gettext_lazy("Choose a file first.")},
    )


# What a verb may refuse a file with.
REFUSALS = (blobs.FileRefused, blobs.StorageFailed, TooManyFiles)


def refusal(error: Exception) -> tuple[list[str], int]:
    """One of `REFUSALS` as sentences, and the status of the answer."""
    if isinstance(error, blobs.FileRefused):
        return [finding.sentence() for finding in error.inspection.refusals], 422
    if isinstance(error, TooManyFiles):
        said = _("A language holds at most %(count)d files. Remove one first.")
        return [said % {"count": MAX_FILES_A_LANGUAGE}], 422
    if isinstance(error, StorageFull):
        return [_no_room()], 507
    return [
        _("The portal's file storage does not answer, so the file was not taken. Try again in a few minutes.")
    ], 503


def _no_room() -> str:
    return _(
        "The portal has no room left to store the file, so it was not taken. What you typed is kept. Tell the"
        " secretariat, and try again later."
    )


def what_is_wrong(request: HttpRequest, form: UploadForm) -> tuple[list[str], int] | None:
    """Why an upload is not even looked at: too large, or no file; None where it may go on."""
    if uploads.too_large(request):
        size = settings.MAX_FILE_BYTES // (1024 * 1024)
        said = _("The file is larger than %(size)d MB. Make it smaller, or divide it.") % {"size": size}
        return [said], 413
    if upload_room.no_room(request):
        return [_no_room()], 507
    if not form.is_valid():
        return [str(error) for errors in form.errors.values() for error in errors], 422
    return None


def file_row(
    file, *, url: str = "", remove_url: str = "", also_in: Iterable[str] = (), editable: bool = True
) -> dict[str, Any]:
    """A file that is not registered yet for `components/file_row.html`, with what intake found in it.

    `file` has a name, a language and a blob. `also_in`: the codes of the languages in which the very same
    bytes are there; its own may be among them. `editable`: whether whoever reads it can remove the file.
    """
    findings = []
    if others := [code for code in LANGUAGE_CODES if code in {*also_in} - {file.language}]:
        findings.append({"tone": "warning", "text": _same_bytes(file.language, others, editable)})
    findings += file_findings.for_sender(file.blob)
    return {
        "id": file.pk,
        "name": file.name,
        "url": url,
        "kind": header_block.KIND_OF_FILE.get(file.blob.media_type, ""),
        "size": file.blob.size,
        "damaged": file.blob.is_damaged,
        "pages": (file.blob.inspection or {}).get("pages"),
        "language": str(LANGUAGE_NAMES[file.language]),
        "sha256": file.blob_id,
        "scanned": file.blob.get_scan_display(),
        "findings": findings,
        "remove_url": remove_url,
    }


def _same_bytes(language: str, others: list[str], editable: bool) -> str:
    """Most often the wrong file was chosen. No refusal: a paper may be written in two languages at once."""
    said = ngettext(
        "This file is identical to the one in %(others)s.",
        "This file is identical to those in %(others)s.",
        len(others),
    ) % {"others": ", ".join(str(LANGUAGE_NAMES[each]) for each in others)}
    if not editable:
        return said
    remove = _("If it is not the %(language)s text, remove it.") % {"language": LANGUAGE_NAMES[language]}
    return f"{said} {remove}"
