"""Every finding in plain words: what is wrong or what is there, and what to do. The only module with Django."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

_MB = 1024 * 1024

# What a file turned out to be, as an object of "this is ...".
KINDS = {
    "docx": _("a Word document (.docx)"),
    "pdf": _("a PDF"),
    "doc": _("a document of Word 97-2003 (.doc)"),
    "ole": _("a file of an old office program"),
    "rtf": _("a rich text file (.rtf)"),
    "odt": _("an OpenDocument text (.odt)"),
    "pages": _("a document of Apple Pages"),
    "xlsx": _("an Excel workbook"),
    "pptx": _("a PowerPoint presentation"),
    "zip": _("a zip archive"),
    "archive": _("a packed archive"),
    "html": _("a web page"),
    "xml": _("an XML file"),
    "image": _("a picture"),
    "program": _("a program"),
    "text": _("a plain text"),
    "unknown": _("of an unknown type"),
}

_DAMAGED = _(
    "The file is damaged or was not made by a word processor (%(part)s). Open it in Word, save it again as .docx and "
    "upload that."
)

SENTENCES: dict[str, Any] = {
    # Any file
    "empty": _("The file is empty. Check that it was saved, and upload it again."),
    "too_large": _(
        "The file is %(size_mb)s MB; at most %(limit_mb)s MB can be taken. Reduce its pictures or split it."
    ),
    "truncated": _(
        "The file ends too early: part of it is missing. Save or download it again, and upload it again."
    ),
    "not_docx_or_pdf": _(
        "This is %(found)s. Only Word documents (.docx) and PDF are taken: save it as one of these."
    ),
    "mislabelled": _(
        "The name ends in .%(declared)s, but the content is %(found)s. Save it as .docx or PDF from the program that "
        "made it; changing the name is not enough."
    ),
    "timeout": _(
        "Checking the file took too long, so it was not taken. Try again; if it fails again, save it anew as PDF."
    ),
    "memory": _(
        "Checking the file needed too much memory, so it was not taken. Save it anew, with smaller pictures."
    ),
    "crashed": _(
        "The file could not be checked, so it was not taken. Save it anew as .docx or PDF, and upload that."
    ),
    "infected": _(
        "The virus scanner found %(name)s in the file, so it was not taken. Clean the computer it comes from first."
    ),
    # PDF
    "pdf_encrypted": _(
        "The PDF is protected. Save a copy without password and without restrictions, and upload that."
    ),
    "pdf_unreadable": _(
        "The PDF cannot be opened. Export it again from the program that made it, and upload that."
    ),
    "pdf_no_pages": _(
        "The PDF has no pages. Export it again from the program that made it, and upload that."
    ),
    "pdf_javascript": _(
        "The PDF contains scripts (JavaScript). Export it as a plain PDF, unless they are meant."
    ),
    "pdf_launch": _("The PDF can start programs. Export it as a plain PDF, unless that is meant."),
    "pdf_embedded_files": ngettext_lazy(
        "The PDF carries %(count)d other file inside it%(names)s. Remove it unless it is meant to go out.",
        "The PDF carries %(count)d other files inside it%(names)s. Remove them unless they are meant to go out.",
        "count",
    ),
    "pdf_not_fully_checked": _(
        "The PDF is so large that it could not be searched completely for scripts and embedded files."
    ),
    # Word: the container
    "zip_entries": _(
        "The file holds %(count)s parts; a Word document has at most %(limit)s. It was not taken."
    ),
    "zip_ratio": _(
        "A part of the file unpacks to an unreasonable size (%(part)s). Save it again in Word, or as PDF."
    ),
    "zip_unpacked": _(
        "The file unpacks to more than %(limit_mb)s MB. Reduce its pictures, or save it as PDF."
    ),
    "zip_lying_size": _(
        "The file states wrong sizes (%(part)s). Open it in Word and save it again as .docx."
    ),
    "zip_overlap": _("Parts of the file overlap (%(part)s). Open it in Word and save it again as .docx."),
    "zip_inconsistent": _(
        "The file's table of contents is wrong. Open it in Word and save it again as .docx."
    ),
    "zip_bad_name": _(
        "A part of the file has a forbidden name (%(part)s). Open it in Word and save it again as .docx."
    ),
    "zip_duplicate_entry": _(
        "The file holds a part twice (%(part)s). Open it in Word and save it again as .docx."
    ),
    "zip_damaged": _DAMAGED,
    "zip_method": _(
        "The file is packed in a way Word does not use (%(part)s). Save it again in Word as .docx."
    ),
    "xml_malformed": _DAMAGED,
    # Word: the document
    "docx_encrypted": _(
        "The file is protected with a password, or in an old Office format. Save it as .docx without a password."
    ),
    "docx_not_word": _(
        "The name says Word document, but this is %(found)s. Save it in Word as .docx, or as PDF."
    ),
    "docx_template": _("This is a Word template. Save it as a Word document (.docx), and upload that."),
    "docx_macros": _("The file contains macros. Save it as .docx without macros, and upload that."),
    "docx_ole": _(
        "The file contains an embedded object or file (%(part)s). Replace it by a picture or by text, or upload a PDF."
    ),
    "docx_dde": _(
        "The file contains a field that starts programs (DDE). Remove the field, and upload it again."
    ),
    "docx_foreign_chunk": _(
        "The file pulls in a part in another format (%(part)s). Open it in Word, save it again as .docx, and upload that."
    ),
    "docx_external_template": _(
        "The file loads its template from elsewhere (%(target)s). In Word, attach the Normal template instead (Developer, "
        "Document Template), save, and upload it again."
    ),
    "docx_external_part": _(
        "The file loads a part of its content from elsewhere (%(target)s). Put the content itself into the document."
    ),
    "docx_dtd": _(
        "The file contains a document type declaration (%(part)s), which is never needed and can do harm. Save it again "
        "in Word as .docx; if a picture is the cause, replace it."
    ),
    # What the sender should know
    "external_content": ngettext_lazy(
        "%(count)d picture or other part is loaded from elsewhere when the file is opened (%(target)s). Embed it instead.",
        "%(count)d pictures or other parts are loaded from elsewhere when the file is opened (%(target)s). Embed them "
        "instead.",
        "count",
    ),
    "external_links": ngettext_lazy(
        "The file has %(count)d link to a page elsewhere.",
        "The file has %(count)d links to pages elsewhere.",
        "count",
    ),
    "template_path": _("The file names the place of its author's template: %(target)s."),
    "chart_workbooks": ngettext_lazy(
        "%(count)d chart carries its workbook, which may hold more than the chart shows.",
        "%(count)d charts carry their workbooks, which may hold more than the charts show.",
        "count",
    ),
    "tracked_changes": ngettext_lazy(
        "The file has %(count)d tracked change. Readers will see it.",
        "The file has %(count)d tracked changes. Readers will see them.",
        "count",
    ),
    "comments": ngettext_lazy(
        "The file has %(count)d comment. Readers will see it.",
        "The file has %(count)d comments. Readers will see them.",
        "count",
    ),
    "hidden_text": ngettext_lazy(
        "The file has hidden text in %(count)d place. Readers can find it.",
        "The file has hidden text in %(count)d places. Readers can find it.",
        "count",
    ),
    "authors": _("The file carries these names, and readers can find them: %(names)s."),
    "text_partial": _(
        "The file's text is too long to be searched in full. The file itself is taken as it is."
    ),
}

_UNKNOWN = _("The file was not taken (%(code)s).")


def sentence(code: str, data: dict[str, Any]) -> str:
    """The sentence for a finding in the active language. A code of another version still gives a sentence."""
    template = SENTENCES.get(code, _UNKNOWN)
    return str(template % _Values(code, data))


class _Values(dict):
    """The finding's data as the sentences print it; what is missing from old data prints as a dash."""

    def __init__(self, code: str, data: dict[str, Any]) -> None:
        super().__init__(data, code=code)
        for key in ("size", "limit"):
            if isinstance(data.get(key), int):
                self[f"{key}_mb"] = _megabytes(data[key])
        if "found" in data:
            self["found"] = KINDS.get(data["found"], KINDS["unknown"])
        names = _names(data.get("names"))
        self["names"] = f" ({names})" if names and code == "pdf_embedded_files" else names
        count = data.get("count")
        self["count"] = count if isinstance(count, int) else 0
        if not data.get("part"):
            self["part"] = str(_("one of its parts"))

    def __missing__(self, key: str) -> str:
        return "-"


def _megabytes(size: int) -> str:
    # Rounded up, so that a file one byte too large is not said to be as large as the limit.
    tenths = -(-size * 10 // _MB)
    return str(tenths // 10) if tenths % 10 == 0 else f"{tenths / 10:.1f}"


def _names(value: object) -> str:
    return ", ".join(str(name) for name in value) if isinstance(value, list) else ""
