"""The notes that people left on the pages of a PDF, and who they were."""

from __future__ import annotations

from pypdf.generic import DictionaryObject

from .pdf_values import dictionary_at, line, text

# ISO 32000-2, 12.5.6: annotations in which a person says or shows something.
_KINDS = frozenset(
    (
        *("/Text", "/FreeText", "/Highlight", "/Underline", "/StrikeOut", "/Squiggly", "/Caret", "/Ink"),
        *(
            "/Stamp",
            "/Line",
            "/Square",
            "/Circle",
            "/Polygon",
            "/PolyLine",
            "/Redact",
            "/FileAttachment",
            "/Sound",
        ),
    )
)


class Notes:
    def __init__(self) -> None:
        self.count = 0
        self.authors: dict[str, None] = {}

    def look(self, annotation: DictionaryObject) -> None:
        if not _is_note(annotation):
            return
        self.count += 1
        author = line(annotation, "/T")
        if author:
            self.authors.setdefault(author)


def _is_note(annotation: DictionaryObject) -> bool:
    kind = text(annotation, "/Subtype")
    if kind == "/Popup":
        # The window of another note, unless it belongs to none and says something by itself.
        return bool(line(annotation, "/Contents")) and dictionary_at(annotation, "/Parent") is None
    # "Accepted" and the like are kept as notes on notes, and a replacement as a caret grouped with a strike-out:
    # a reader sees one note.
    grouped = text(annotation, "/RT") == "/Group" and "/IRT" in annotation
    return kind in _KINDS and "/StateModel" not in annotation and not grouped
