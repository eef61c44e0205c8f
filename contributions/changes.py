"""What the draft of a change does to its document, for its preview: which text it starts from, and what a Rev. changes of it."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext

from cwg.documents import filing
from cwg.documents.filing import Filing, VersionLine
from cwg.documents.models import Document
from cwg.languages import LANGUAGE_NAMES
from cwg.look import differences, signs

from . import parts
from .previewing import Preview


@dataclass(frozen=True)
class Change:
    """A part that says something else than the registered text: the pieces of both, or what it has now."""

    label: str
    pieces: tuple[tuple[differences.Piece, str], ...] = ()
    now: str = ""


@dataclass(frozen=True)
class OfDocument:
    """`symbol` is that of the text which stands, `originals` names its original languages; `changes` only of a Rev."""

    symbol: str
    originals: str
    changes: tuple[Change, ...] = ()


def of(prepared: Preview) -> OfDocument | None:
    """None of a draft that changes no document. As many queries whatever it changes."""
    draft = prepared.contribution
    if draft.revises_id is None:
        return None
    document = Document.objects.for_list().get(pk=draft.revises_id)
    current = document.current
    # What a withdrawn document said is closed.
    compared = draft.is_revision and not document.is_withdrawn
    changes = _changes(filing.as_registered(document), prepared) if compared else ()
    return OfDocument(current.symbol, _named(current.original_languages), tuple(changes))


def _changes(before: Filing, prepared: Preview) -> Iterator[Change]:
    after = prepared.filing
    names = filing.differences(before, after)
    for name in filing.WORDS:
        if name in names:
            old, new = (signs.one_kind_of_line_ends(getattr(each, name)) for each in (before, after))
            yield Change(parts.name_of(name), tuple(differences.marked(old, new)))
    if "versions" in names:
        yield from _changed_texts(before, after)
    if "sources" in names:
        sources = ", ".join(line.printed_as for line in after.sources)
        yield Change(gettext("Source"), now=sources)
    if "issue_ids" in names:
        issues = ", ".join(issue.title for issue in prepared.contribution.issues.all())
        yield Change(gettext("Policy issues it concerns"), now=issues or gettext("None"))


def _changed_texts(before: Filing, after: Filing) -> Iterator[Change]:
    old, new = ({line.language: line for line in each.versions} for each in (before, after))
    files = [
        code
        for code in LANGUAGE_NAMES
        if code in old and code in new and set(old[code].files) != set(new[code].files)
    ]
    changed = [
        (gettext("New text in"), files),
        (gettext("Text added in"), [code for code in LANGUAGE_NAMES if code in new and code not in old]),
        (gettext("Text left out in"), [code for code in LANGUAGE_NAMES if code in old and code not in new]),
    ]
    for label, codes in changed:
        if codes:
            yield Change(label, now=_named(codes))
    if _originals(old) != _originals(new):
        yield Change(gettext("Original language"), now=_named(_originals(new)))


def _originals(lines: dict[str, VersionLine]) -> list[str]:
    return [code for code in LANGUAGE_NAMES if code in lines and lines[code].is_original]


def _named(codes: list[str]) -> str:
    return ", ".join(str(LANGUAGE_NAMES[code]) for code in codes)
