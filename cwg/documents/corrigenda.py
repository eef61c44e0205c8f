"""The corrigenda and addenda that apply, said where one reads and downloads: at the head of a document's page, in the
row of a language, on the cover sheet. Which apply is `Document.applying`.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime

from django.utils.translation import gettext

from cwg.languages import LANGUAGE_NAMES
from cwg.texts import moments
from cwg.texts.tree import Run, Runs, normal

from . import header_block, symbols
from .models import Document, Revision


@dataclass(frozen=True)
class Applying:
    """A Corr. or an Add. that applies to the current text.

    `said` leads to its symbol ("A corrigendum applies to the English text:"). `files` are those to open beside a text.
    """

    said: str
    symbol: str
    anchor: str
    at: datetime | date | None
    files: tuple[dict, ...] = ()


def at_the_head(document: Document, language: str = "") -> list[Applying]:
    """Each that applies, as the head of the page and the cover sheet name it; none of a document that is withdrawn.

    `language` is that of the text to open: files in it come first, as beside the text.
    """
    if document.is_withdrawn:
        return []
    return [_applying(document, revision, language) for revision in document.applying]


def languages_of(document: Document) -> list[header_block.LanguageLine]:
    """The six languages of the current text (through `for_page`), each with the corrigenda of its text."""
    withdrawn = document.is_withdrawn
    lines = header_block.languages_of(document.current, withdrawn=withdrawn, all_six=True)
    corrections = [] if withdrawn else [r for r in document.applying if r.kind == Revision.Kind.CORR]
    return [
        replace(
            line,
            corrections=tuple(
                _applying(document, revision, line.code)
                for revision in corrections
                if line.state != "missing" and revision.language in ("", line.code)
            ),
        )
        for line in lines
    ]


def as_runs(each: Applying, zone: str) -> Runs:
    """The same as words of a paper."""
    day = (Run(", "), *moments.runs(each.at, zone, "date")) if each.at else ()
    return normal((Run(f"{each.said} "), Run(each.symbol, reference=each.symbol), *day))


def _applying(document: Document, revision: Revision, language: str = "") -> Applying:
    return Applying(
        said=_said(revision),
        symbol=revision.symbol,
        anchor=symbols.anchor(revision.suffix, revision.language),
        at=header_block.day_of(document, revision),
        files=_files(revision, language),
    )


def _said(revision: Revision) -> str:
    if revision.kind == Revision.Kind.ADD:
        return gettext("An addendum belongs to this document:")
    if not revision.language:
        return gettext("A corrigendum applies to this document:")
    language = LANGUAGE_NAMES[revision.language]
    return gettext("A corrigendum applies to the %(language)s text:") % {"language": language}


def _files(revision: Revision, language: str) -> tuple[dict, ...]:
    """Those in that language, else all: a correction of every language may be written in one."""
    versions = revision.texts
    own = [version for version in versions if version.language == language]
    return tuple(
        file
        for version in own or versions
        for file in header_block.file_lines(version, str(LANGUAGE_NAMES[version.language]))
    )
