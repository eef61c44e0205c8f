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
    "vsdx": _("a drawing of Visio"),
    "unknown": _("of an unknown type"),
}

_DAMAGED = _(
    "A part of the file is damaged (%(part)s). If the file opens in Word, save it there under a new name as .docx and "
    "upload that, or upload it as a PDF."
)
# For containers that only a program can have made so: Word writes its own afresh.
_MADE_WRONG = _(
    "The file is not put together as a Word document should be (%(part)s). Open it in Word, save it under a new name as "
    ".docx and upload that, or upload it as a PDF."
)

SENTENCES: dict[str, Any] = {
    # Any file
    "empty": _("The file is empty. Check that it was saved, and upload it again."),
    "too_large": _(
        "The file is %(size_mb)s MB; at most %(limit_mb)s MB can be taken. Reduce its pictures or split it."
    ),
    "truncated": _(
        "Part of the file is missing, as after a download or a transfer that broke off. Open it where it was made, save it "
        "again, and upload that."
    ),
    "not_docx_or_pdf": _(
        "This is %(found)s. Only Word documents (.docx) and PDF are taken: save it as one of these."
    ),
    "mislabelled": _(
        "The name ends in .%(declared)s, but the content is %(found)s. Save it as .docx or PDF from the program that "
        "made it; changing the name is not enough."
    ),
    "timeout": _(
        "Checking the file took too long, so it was not taken. Try again; if that fails too, print it to a new PDF or divide "
        "it, and upload that."
    ),
    "memory": _(
        "Checking the file needed too much memory, so it was not taken. Save it anew with smaller pictures, or divide it."
    ),
    "crashed": _(
        "The file could not be checked, so it was not taken. Save it anew as .docx or PDF, and upload that."
    ),
    "infected": _(
        "The virus scanner found %(name)s in the file, so it was not taken. Clean the computer it comes from first."
    ),
    # PDF
    "pdf_encrypted": _(
        "The PDF cannot be read without a password or a certificate. Save a copy without one, or print it to a new PDF, or "
        "upload the Word file instead."
    ),
    "pdf_unreadable": _(
        "The PDF cannot be opened. Export it again from the program that made it, or upload the Word file instead."
    ),
    "pdf_no_pages": _(
        "The PDF has no pages. Export it again from the program that made it, or upload the Word file instead."
    ),
    "pdf_javascript_on_opening": _(
        "The PDF contains a script (JavaScript) that runs by itself when it is opened. Print it to a new PDF, which leaves "
        "the script out, or upload the Word file instead."
    ),
    "pdf_xfa_script": _(
        "The PDF is a form with scripts (XFA). Print it to a new PDF, which leaves them out, or upload the Word file instead."
    ),
    "pdf_launch": _(
        "The PDF contains a link or a button that starts a program or opens a file of the reader's computer (%(target)s). "
        "Remove it, or print the document to a new PDF, which leaves it out."
    ),
    "pdf_network_share": _(
        "The PDF contains a link to a place in an internal network (%(target)s), which nobody outside can open and which can "
        "tell who reads it. Remove the link, or print the document to a new PDF, which leaves it out."
    ),
    "pdf_submit_form": _(
        "The PDF contains a button that sends a form elsewhere (%(target)s). Remove it, or print the document to a new PDF, "
        "which leaves it out."
    ),
    "pdf_import_data": _(
        "The PDF contains a button that reads a file of the reader's computer into a form (%(target)s). Remove it, or print "
        "the document to a new PDF, which leaves it out."
    ),
    "pdf_javascript": _(
        "The PDF contains scripts (JavaScript) that can run when somebody clicks or types in it."
    ),
    "pdf_owner_password": _(
        "Everybody can open the PDF, but its owner restricted what others may do with it, such as printing or copying."
    ),
    "pdf_embedded_files": ngettext_lazy(
        "The PDF carries %(count)d other file inside it%(names)s. Remove it unless it is meant to go out.",
        "The PDF carries %(count)d other files inside it%(names)s. Remove them unless they are meant to go out.",
        "count",
    ),
    "pdf_not_fully_checked": _(
        "The PDF is very large. Its pages, links, outline and forms were searched for scripts and embedded files, but not "
        "everything that is in it."
    ),
    # Word: the container
    "zip_entries": _(
        "The file holds %(count)s parts; at most %(limit)s are taken. Save it in Word as a PDF, and upload that."
    ),
    "zip_ratio": _(
        "A part of the file is very large and nearly empty (%(part)s). If it is a picture, replace it by the same picture "
        "as PNG or JPEG, or upload the document as a PDF."
    ),
    "zip_unpacked": _(
        "The file, or a document inside it, unpacks to more than %(limit_mb)s MB. Make its pictures smaller (click one, then "
        "Picture Format, Compress Pictures, All pictures), or upload it as a PDF."
    ),
    "zip_lying_size": _MADE_WRONG,
    "zip_overlap": _MADE_WRONG,
    "zip_inconsistent": _MADE_WRONG,
    "zip_bad_name": _MADE_WRONG,
    "zip_duplicate_entry": _MADE_WRONG,
    "zip_damaged": _DAMAGED,
    "zip_method": _MADE_WRONG,
    "xml_malformed": _DAMAGED,
    # Word: the document
    "docx_encrypted": _(
        "The file is protected with a password, or is in an old Office format. Save it in Word under a new name as .docx, "
        "without a password, or upload it as a PDF."
    ),
    "docx_not_word": _(
        "The name says Word document, but this is %(found)s. Save it in Word as .docx, or upload it as a PDF."
    ),
    "docx_template": _(
        "This is a Word template. In Word choose File, Save As and the type “Word Document (.docx)” and upload that, or "
        "upload it as a PDF."
    ),
    "docx_macro_enabled": _(
        "This is a Word document of the kind that may have macros (.docm), which Word does not open under the name .docx. "
        "In Word choose File, Save As and the type “Word Document (.docx)” and upload that, or upload it as a PDF."
    ),
    "docx_macros": _(
        "The file contains macros (%(part)s). In Word choose File, Save As and the type “Word Document (.docx)”, which "
        "leaves them out; if they are in a workbook or presentation inside the document, replace that by a picture. Or "
        "upload it as a PDF."
    ),
    "docx_activex": _(
        "The file contains a control that is a program of its own (ActiveX, %(part)s); often it came along with text "
        "copied from a web page. Delete it, or upload the document as a PDF."
    ),
    "docx_ole": _(
        "The file contains an embedded object or file that cannot be checked (%(part)s). Replace it by a picture or by "
        "text, or upload the document as a PDF."
    ),
    "docx_old_equation": _(
        "The file contains an equation of the old Equation Editor (%(part)s), which Word no longer opens because it was "
        "used to attack computers. Enter it anew with Insert, Equation, replace it by a picture, or upload the document as "
        "a PDF."
    ),
    "docx_nesting": _(
        "Documents lie inside one another in the file, more than %(limit)s deep (%(part)s). Replace the embedded document "
        "by a picture or by its text, or upload the document as a PDF."
    ),
    "docx_dde": _(
        "The file contains a field that starts programs (DDE). Remove the field (Alt+F9 shows fields), or upload the "
        "document as a PDF."
    ),
    "docx_macro_button": _(
        "The file contains a field that runs a macro or command when it is clicked (MACROBUTTON %(name)s), as forms have "
        "where text is to be entered. Write over it or delete it (Alt+F9 shows fields), or upload the document as a PDF."
    ),
    "docx_external_field": _(
        "The file contains a field that takes content from another place (%(field)s %(target)s). Click into it and press "
        "Ctrl+Shift+F9, which leaves its present content in place of the field, or upload the document as a PDF."
    ),
    "docx_share_link": _(
        "The file contains a link to a network share (%(target)s), which nobody else can open and which tells its "
        "server who clicked. Right-click it and choose Remove Hyperlink; or select all (Ctrl+A) and press Ctrl+Shift+F9, "
        "which turns all links into plain text. Then save, and upload it again."
    ),
    "docx_foreign_chunk": _(
        "The file pulls in a part in another format (%(part)s), which Word takes into the text when it opens the file. Open "
        "it in Word, save it under a new name as .docx and upload that, or upload it as a PDF."
    ),
    "docx_external_template": _(
        "The file is tied to a template on a network (%(target)s), which Word would fetch whenever somebody opens the file. "
        "Upload it as a PDF (File, Save As, PDF); or select all (Ctrl+A), copy, paste into a new document, save that as "
        ".docx and upload it."
    ),
    "docx_external_part": _(
        "The file takes a part of its content from elsewhere when it is opened (%(target)s). Put the content itself into "
        "the document (insert the picture, or paste the text), or upload the document as a PDF."
    ),
    "docx_dtd": _(
        "A part of the file (%(part)s) declares a type of document, which can do harm. If it is a picture, replace it by the "
        "same picture as PNG; otherwise open the file in Word and save it under a new name as .docx. Or upload it as a PDF."
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
    "own_files": ngettext_lazy(
        "The file names %(count)d file on its author's computer (%(target)s). Readers see the name, and not the file.",
        "The file names %(count)d files on its author's computer (such as %(target)s). Readers see the names, and not the "
        "files.",
        "count",
    ),
    "template_path": _("The file names the place of its author's template: %(target)s."),
    "chart_workbooks": ngettext_lazy(
        "%(count)d chart carries its workbook, which may hold more than the chart shows.",
        "%(count)d charts carry their workbooks, which may hold more than the charts show.",
        "count",
    ),
    "embedded_documents": ngettext_lazy(
        "The file carries %(count)d other document inside it (%(names)s), which may hold more than is shown.",
        "The file carries %(count)d other documents inside it (%(names)s), which may hold more than is shown.",
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

# The same for whoever reads the file and did not send it: what it may do or carries, and no advice to its sender. A code that
# is missing here reads as above; None is not told.
READERS: dict[str, Any] = {
    # Taken and told by release 0.2.0.
    "pdf_launch": _("The PDF can start programs."),
    "pdf_embedded_files": ngettext_lazy(
        "The PDF carries %(count)d other file inside it%(names)s.",
        "The PDF carries %(count)d other files inside it%(names)s.",
        "count",
    ),
    "external_content": ngettext_lazy(
        "%(count)d picture or other part is loaded from elsewhere when the file is opened (%(target)s).",
        "%(count)d pictures or other parts are loaded from elsewhere when the file is opened (%(target)s).",
        "count",
    ),
    # Where it lies on somebody's computer, which often has a name in it, and who worked on it: for its sender.
    "own_files": ngettext_lazy(
        "The file names %(count)d file on the computer of its author.",
        "The file names %(count)d files on the computer of its author.",
        "count",
    ),
    "template_path": _("The file names a template on the computer of its author."),
    "authors": None,
    "tracked_changes": ngettext_lazy(
        "The file has %(count)d tracked change.", "The file has %(count)d tracked changes.", "count"
    ),
    "comments": ngettext_lazy("The file has %(count)d comment.", "The file has %(count)d comments.", "count"),
    "hidden_text": ngettext_lazy(
        "The file has hidden text in %(count)d place.",
        "The file has hidden text in %(count)d places.",
        "count",
    ),
}

_UNKNOWN = _("The file was not taken (%(code)s).")


def sentence(code: str, data: dict[str, Any]) -> str:
    """The sentence for a finding in the active language. A code of another version still gives a sentence."""
    template = SENTENCES.get(code, _UNKNOWN)
    return str(template % _Values(code, data))


def sentence_for_readers(code: str, data: dict[str, Any]) -> str:
    """The same for whoever reads the file and did not send it; "" where it is not told."""
    if code not in READERS:
        return sentence(code, data) if code in SENTENCES else ""
    template = READERS[code]
    return str(template % _Values(code, data)) if template is not None else ""


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
