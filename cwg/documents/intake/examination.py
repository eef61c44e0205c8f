"""One file inside the child process: from first byte to inspection; or read for its text."""

from __future__ import annotations

from typing import BinaryIO

from .findings import DOCX, TEXT_PARTIAL, Inspection, ReadText, Refused, refuse
from .limits import Limits
from .recognition import COMPOUND, PDF, ZIP, compound_kind, recognise

__all__ = ["Limits", "examine", "prepare", "read", "recognise", "seal"]


def prepare(kind: str, verb: str = "examine") -> None:
    """Loads what this kind of file needs, and only that, while files may still be opened and written.

    The native library that reads the text of a PDF has all of them forbidden for good (`sealed`).
    """
    if kind == PDF and verb == "read":
        from . import pdf_text, sealed  # noqa: F401
    elif kind == PDF:
        from . import pdf  # noqa: F401
    elif kind == ZIP:
        from . import word  # noqa: F401


def seal(kind: str, verb: str) -> None:
    """Where a native library is to be given the file: see `sealed.seal`. OSError."""
    if kind == PDF and verb == "read":
        from .sealed import seal as seal_process

        seal_process()


def examine(stream: BinaryIO, *, kind: str, size: int, extension: str, limits: Limits) -> Inspection:
    """Never raises Refused: what ends the reading becomes the only refusal of the inspection.

    A Word file or PDF under another ending is taken: whoever keeps it names it by its content.
    """
    try:
        return _inspected(stream, kind, size, extension, limits)
    except Refused as ended:
        finding = ended.finding
        if finding.code == "docx_not_word" and extension != DOCX:
            # Only somebody who says "Word" is told what is missing for Word.
            finding = _foreign(finding.data["found"], extension)
        return Inspection(size=size, refusals=(finding,))


def read(stream: BinaryIO, *, kind: str, size: int, limits: Limits) -> ReadText:
    """The text of a file that was taken. Never raises Refused: then there is none."""
    try:
        if kind == PDF:
            from .pdf_text import read_pdf

            text, whole = read_pdf(stream, limits)
            return ReadText(text, whole)
        if kind == ZIP:
            from .word import inspect_word

            found = inspect_word(stream, size, limits)
            return ReadText(found.text or "", all(each.code != TEXT_PARTIAL for each in found.findings))
    except Refused:
        pass
    return ReadText(ended="unreadable")


def _inspected(stream: BinaryIO, kind: str, size: int, extension: str, limits: Limits) -> Inspection:
    if kind == PDF:
        from .pdf import inspect_pdf

        return inspect_pdf(stream, size, limits)
    if kind == ZIP:
        from .word import inspect_word

        return inspect_word(stream, size, limits)
    if kind == COMPOUND:
        kind = compound_kind(stream)
        if kind == "encrypted" or (kind == COMPOUND and extension == DOCX):
            raise Refused("docx_encrypted")
    return Inspection(size=size, refusals=(_foreign(kind, extension),))


def _foreign(kind: str, extension: str):
    if extension in (DOCX, PDF):
        return refuse("mislabelled", found=kind, declared=extension)
    return refuse("not_docx_or_pdf", found=kind)
