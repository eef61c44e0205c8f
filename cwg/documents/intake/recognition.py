"""What a file is by its first bytes. Names and announced types are not asked; they are only compared after."""

from __future__ import annotations

import re
from typing import BinaryIO

PDF = "pdf"
ZIP = "zip"
COMPOUND = "ole"  # the container of Word 97-2003 and of password-protected packages

_HEAD = 4096
# Readers look so far for the head of a PDF: a mail program, a web server, a scanner put lines before it.
_PDF_WITHIN = 1024
_PDF_HEAD = re.compile(rb"%PDF-\d")
_BLANK = b" \t\r\n\x00\xef\xbb\xbf"
_MAGIC = (
    (b"%PDF-", PDF),
    (b"PK\x03\x04", ZIP),
    (b"PK\x05\x06", ZIP),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", COMPOUND),
    (b"{\\rtf", "rtf"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"II*\x00", "image"),
    (b"MM\x00*", "image"),
    (b"Rar!", "archive"),
    (b"7z\xbc\xaf", "archive"),
    (b"\x1f\x8b", "archive"),
    (b"MZ", "program"),
    (b"\x7fELF", "program"),
)
# Endings that promise one certain type; any other ending ("WSIS-14.7") promises nothing.
PROMISING_EXTENSIONS = frozenset(
    (
        *("pdf", "doc", "docx", "docm", "dot", "dotx", "dotm", "rtf", "odt", "ott", "pages", "txt", "md"),
        *("htm", "html", "xhtml", "xml", "csv", "xls", "xlsx", "xlsm", "ppt", "pptx", "pptm", "eml", "msg"),
        *("zip", "rar", "7z", "gz", "png", "jpg", "jpeg", "gif", "tif", "tiff", "bmp", "svg"),
        *("exe", "com", "bat", "js", "vbs"),
    )
)


def recognise(stream: BinaryIO) -> str:
    """One of pdf, zip, ole, rtf, html, xml, image, archive, program, text, unknown; leaves the stream at 0."""
    stream.seek(0)
    head = stream.read(_HEAD)
    stream.seek(0)
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    start = head.lstrip(_BLANK)
    if start.startswith(b"%PDF-"):
        return PDF
    lowered = start[:512].lower()
    if (
        lowered.startswith((b"<!doctype html", b"<html", b"<head", b"<body", b"<script"))
        or b"<html" in lowered
    ):
        return "html"
    if pdf_start(head) >= 0:
        return PDF
    if lowered.startswith(b"<?xml"):
        return "xml"
    if b"\x00" not in head:
        try:
            head.decode("utf-8")
        except UnicodeDecodeError as error:
            # A character cut by the end of the head is no fault of the text.
            return "text" if error.start > len(head) - 4 else "unknown"
        return "text"
    return "unknown"


def pdf_start(content: bytes) -> int:
    """Where the head of a PDF stands, -1 where no reader would find one."""
    if content.startswith(b"%PDF-"):
        return 0
    found = _PDF_HEAD.search(content, 0, _PDF_WITHIN + len(b"%PDF-1"))
    return found.start() if found else -1


def compound_kind(stream: BinaryIO) -> str:
    """Inside an OLE container: `encrypted` for a protected package, `doc` for Word 97-2003, else `ole`.

    Reads the names of its directory, which stand in the file as UTF-16; the container itself is never opened.
    """
    stream.seek(0)
    content = stream.read()
    if "EncryptedPackage".encode("utf-16-le") in content:
        return "encrypted"
    if "WordDocument".encode("utf-16-le") in content:
        return "doc"
    return COMPOUND
