"""Makes the archive's Word and PDF files from its texts. Pure, and the same bytes on every run.

They are made from the text alone and say so on every page: the originals' layout is not held.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from cwg.demo.archive.records import TEXT_NOT_HELD, ArchiveDocument
from cwg.texts import docx_out, pdf_out
from cwg.texts.blocks import Block, Heading, Items, KeyValues, Paragraph

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


def blocks_of(document: ArchiveDocument) -> list[Block]:
    """The document's text as blocks, its parts one after the other. Raises `LookupError` if it is not held."""
    if not document.text_held:
        raise LookupError(f"{document.slug}: {TEXT_NOT_HELD}")
    return [
        block for name in document.text_files for block in parse((TEXTS / name).read_text(encoding="utf-8"))
    ]


def files_of(document: ArchiveDocument) -> list[ArchiveFile]:
    """Its .docx and its .pdf, in its original language; none where the text is not held."""
    if not document.text_held:
        return []
    blocks = blocks_of(document)
    language = document.languages[0]
    title = document.title or ""
    header = f"{document.symbol} · {MADE_FROM_TEXT}" if document.symbol else MADE_FROM_TEXT
    stem = f"{document.slug}-{language}"
    return [
        ArchiveFile(
            f"{stem}.docx",
            docx_out.MEDIA_TYPE,
            language,
            docx_out.to_docx(blocks, title=title, language=language, header=header),
        ),
        ArchiveFile(
            f"{stem}.pdf",
            pdf_out.MEDIA_TYPE,
            language,
            pdf_out.to_pdf(blocks, title=title, language=language, header=header),
        ),
    ]


def parse(text: str) -> list[Block]:
    """Blocks of one text file.

    One line is one block: `# ` and `## ` head a section, `- ` and `+ ` are items (+ counted), `| a | b` is a
    label and its value, anything else a paragraph. A printed number stands before a tab. Neighbouring lines
    of one kind make one list; an empty line ends it.
    """
    blocks: list[Block] = []
    mark = ""
    lines: list[str] = []
    for line in [*text.splitlines(), ""]:
        start = line[:2] if line[:2] in ("- ", "+ ", "| ") else ""
        if lines and start != mark:
            blocks.append(_list_of(mark, lines))
            lines = []
        mark = start
        if start:
            lines.append(line[2:])
        elif line.startswith("#"):
            marks, heading = line.split(" ", 1)
            number, words = _numbered(heading)
            blocks.append(Heading(len(marks), words, number))
        elif line:
            number, words = _numbered(line)
            blocks.append(Paragraph(words, number))
    return blocks


def _numbered(line: str) -> tuple[str, str]:
    match = _NUMBER.match(line)
    return (match[1], match[2]) if match else ("", line)


def _list_of(mark: str, lines: list[str]) -> Block:
    if mark == "| ":
        return KeyValues([(label, value) for label, _, value in (line.partition(" | ") for line in lines)])
    return Items(lines, ordered=mark == "+ ")
