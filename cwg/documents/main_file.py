"""Which file of a document a reader is offered first, and in which order the others: by language, then by kind."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .header_block import WORD, LanguageLine


@dataclass(frozen=True)
class Offer:
    """One file to download, as a button or a link names it: "English (Word)"."""

    code: str
    language: str
    file: dict[str, Any]
    is_original: bool


def offers(lines: Sequence[LanguageLine], language: str) -> list[Offer]:
    """The files of the current text that can be downloaded, the one to open first in front.

    `language` is the reader's; where there is no text in it, the original comes first. In each language Word comes first: it
    is the Group's working format. Nothing is offered that the download would refuse: no file that is damaged.
    """
    readable = [
        Offer(line.code, line.name, file, line.state == "original")
        for line in lines
        for file in line.files
        if not file["damaged"]
    ]
    # Stable: beyond that the order is that of the six languages, and of the files as they were filed.
    return sorted(
        readable,
        key=lambda each: (each.code != language, not each.is_original, each.file["kind"] != WORD),
    )
