"""Makes the archive's Word and PDF files from its texts. Pure, and the same bytes on every run.

They are made from the text alone and say so on every page: the originals' layout is not held.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from cwg.demo.archive.records import TEXT_NOT_HELD, ArchiveDocument
from cwg.texts import docx_out, pdf_out
from cwg.texts.tree import Block, Style, Text, heading, items, pair, paragraph, title

TEXTS = Path(__file__).resolve().parent / "texts"

#: Runs on top of every page. English, as the texts are: it is part of the file, not of the portal's pages.
MADE_FROM_TEXT = "Archive copy made from the text; not a facsimile of the original"

_NUMBER = re.compile(r"^(\d+(?:\.\d+)*\.?|[A-Z]\.)\t(.*)$")


@dataclass(frozen=True)
class ArchiveFile:
    """One file as it goes into the store: `name` for the download, `media_type`, `language`, the bytes."""

    name: str
    media_type: str
    language: str
    content: bytes


def text_of(document: ArchiveDocument) -> Text:
    """The document's text, its parts one after the other. Raises `LookupError` if it is not held."""
    if not document.text_held:
        raise LookupError(f"{document.slug}: {TEXT_NOT_HELD}")
    parts = ((TEXTS / name).read_text(encoding="utf-8") for name in document.text_files)
    blocks = tuple(block for part in parts for block in parse(part))
    if document.title:
        blocks = (title(document.title), *blocks)
    return Text(document.title or _header(document), document.languages[0], blocks)


def files_of(document: ArchiveDocument) -> list[ArchiveFile]:
    """Its .docx and its .pdf, in its original language; none where the text is not held."""
    if not document.text_held:
        return []
    text, header = text_of(document), _header(document)
    stem = f"{document.slug}-{text.language}"
    return [
        ArchiveFile(
            f"{stem}.docx", docx_out.MEDIA_TYPE, text.language, docx_out.to_docx(text, header=header)
        ),
        ArchiveFile(f"{stem}.pdf", pdf_out.MEDIA_TYPE, text.language, pdf_out.to_pdf(text, header=header)),
    ]


def _header(document: ArchiveDocument) -> str:
    return f"{document.symbol} · {MADE_FROM_TEXT}" if document.symbol else MADE_FROM_TEXT


def parse(text: str) -> list[Block]:
    """Blocks of one text file.

    One line is one block: `# ` and `## ` head a section, `- ` and `+ ` are items (+ counted), `| a | b` is a
    label and its value, anything else a paragraph. A printed number stands before a tab.
    """
    return [_block(line) for line in text.splitlines() if line]


def _block(line: str) -> Block:
    mark, rest = line[:2], line[2:]
    match mark:
        case "- ":
            return items([rest])[0]
        case "+ ":
            return items([rest], Style.COUNT)[0]
        case "| ":
            label, _, value = rest.partition(" | ")
            return pair(label, value)
    if line.startswith("#"):
        marks, said = line.split(" ", 1)
        number, words = _numbered(said)
        return heading(len(marks), words, fixed=number)
    number, words = _numbered(line)
    return paragraph(words, fixed=number)


def _numbered(line: str) -> tuple[str, str]:
    match = _NUMBER.match(line)
    return (match[1], match[2]) if match else ("", line)
