"""Why a search found a document: what was looked for, marked in its title, its source, or a few words of its summary or text.

Only of the rows of a page, in a constant number of queries, and never more of a text than the passage that has it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from typing import Any

from django.db.models import Case, ExpressionWrapper, F, IntegerField, Value, When
from django.db.models.functions import Substr
from django.utils.translation import gettext as _

from cwg.folding import fold, fold_with_places

from .models import Passage, Revision, Source
from .search import Sought
from .search_terms import Term

# Characters shown before and after what was found; pieces shown of one document.
AROUND, PIECES = 90, 2
# How far what stands at some part of a folded text may be from that part of the text.
_OFF_BY = 600


@dataclass(frozen=True, slots=True)
class Why:
    """HTML, escaped, with what was found in `<mark>` (or nothing): the heading and the source of the row, and a piece of what else has it,
    in `language` where that is known."""

    heading: str = ""
    source: str = ""
    excerpt: str = ""
    language: str = ""


NOT_ASKED = Why()


def of(shown: dict[int, tuple[str, str]], sought: Sought, language: str) -> dict[int, Why]:
    """`shown`: heading and source of each row's document, visible ones. `language` is the reader's: its texts come first."""
    left = {
        pk: [term for term in sought.terms if not _has(term, f"{heading}\n{source}")]
        for pk, (heading, source) in shown.items()
    }
    excerpts = _other_names({pk: terms for pk, terms in left.items() if terms}, sought)
    for pk in excerpts:
        left[pk] = [term for term in left[pk] if not sought.states.get(term)]
    for find in (_in_summaries, _in_texts):
        pieces = find({pk: terms for pk, terms in left.items() if terms}, sought, language)
        for pk, (piece, spoken) in pieces.items():
            before, _spoken = excerpts.get(pk, ("", ""))
            excerpts[pk] = (f"{before} · {piece}" if before else piece), "" if before else spoken
            left[pk] = []
    return {
        pk: Why(marked(heading, sought.terms), marked(source, sought.terms), *excerpts.get(pk, ()))
        for pk, (heading, source) in shown.items()
    }


def marked(text: str, terms: Iterable[Term]) -> str:
    """All of a short text, with what is found in it in `<mark>`."""
    return _marked(text, _spans(text, terms))


def excerpt(text: str, terms: Iterable[Term]) -> str:
    """A few words around the first places in a long text at which the terms stand; nothing where none does."""
    pieces: list[str] = []
    folded = fold(text)
    shown = ""
    for term in terms:
        if len(pieces) == PIECES or _has(term, shown):
            continue
        if found := term.pattern.search(folded):
            piece = _around(text, found.start() * len(text) // len(folded), term)
            pieces.append(_marked(piece, _spans(piece, terms)))
            shown += f"\n{piece}"
    return " ".join(pieces)


_Found = dict[int, tuple[str, str]]


def _other_names(wanted: dict[int, list[Term]], sought: Sought) -> _Found:
    """Of documents of a State that was looked for by another name than is printed: both names."""
    states = {pk for found in sought.states.values() for pk in found}
    if not states or not wanted:
        return {}
    found: _Found = {}
    sources = Source.objects.filter(revision__document__in=list(wanted), state__in=list(states))
    for pk, state, printed in sources.order_by(
        "revision__document_id", "-revision__position", "position"
    ).values_list("revision__document", "state", "printed_as"):
        for term in wanted[pk]:
            name = sought.states.get(term, {}).get(state)
            if name and pk not in found:
                said = _("%(printed)s is also known as %(name)s") % {"printed": printed, "name": name}
                found[pk] = marked(said, [term]), ""
    return found


def _in_summaries(wanted: dict[int, list[Term]], sought: Sought, language: str) -> _Found:
    found: _Found = {}
    if not wanted:
        return found
    said = Revision.objects.filter(document__in=list(wanted), document__withdrawn_at__isnull=True)
    for pk, *words in said.order_by("document_id", "-position").values_list(
        "document", "summary", "action_required", "references", "title"
    ):
        for text in words:
            if pk not in found and (piece := excerpt(text, wanted[pk])):
                found[pk] = piece, ""
    return found


def _in_texts(wanted: dict[int, list[Term]], sought: Sought, language: str) -> _Found:
    """The passage with the most of the terms, of those the one in the reader's language, of those the latest text's first."""
    if not wanted:
        return {}
    terms = {term: None for found in wanted.values() for term in found}
    open_texts = sought.indexed(
        Passage.objects.filter(
            part=Passage.Part.TEXT, document__in=list(wanted), document__withdrawn_at__isnull=True
        )
    )
    # Counted, and not looked up in the index: that would find the word in every other document as well.
    hits: Any = Value(0)
    for term in terms:
        hits = hits + Case(When(words__finds=term.query, then=1), default=0, output_field=IntegerField())
    best = (
        open_texts.annotate(hits=hits, own=Case(When(language=language, then=0), default=1))
        .order_by("document_id", "-hits", "own", "pk")
        .distinct("document")
        .values_list("pk", "hits")
    )
    read = (
        Passage.objects.filter(pk__in=[pk for pk, count in best if count])
        .annotate(text=Substr("blob__text", F("start") + 1, ExpressionWrapper(F("length"), IntegerField())))
        .values_list("document", "language", "text")
    )
    return {pk: (piece, spoken) for pk, spoken, text in read if (piece := excerpt(text or "", wanted[pk]))}


def _has(term: Term, text: str) -> bool:
    return term.pattern.search(fold(text)) is not None


def _around(text: str, near: int, term: Term) -> str:
    """The words around the place `near` which the term stands in `text`."""
    start = max(near - _OFF_BY, 0)
    window = text[start : near + _OFF_BY]
    spans = _spans(window, [term])
    if not spans:  # marks that nobody reads, by the thousand
        start, window = 0, text
        spans = _spans(text, [term])
    if not spans:
        return ""
    begin, end = spans[0][0] + start, spans[0][1] + start
    first, last = max(begin - AROUND, 0), min(end + AROUND, len(text))
    if first:
        blank = re.search(r"\s", text[first:begin])
        first += blank.end() if blank else 0
    if last < len(text):
        blank_at = max(text.rfind(" ", end, last), text.rfind("\n", end, last))
        last = blank_at if blank_at > 0 else last
    return f"{'… ' if first else ''}{text[first:last]}{' …' if last < len(text) else ''}"


def _spans(text: str, terms: Iterable[Term]) -> list[tuple[int, int]]:
    """Where the terms stand in `text`, in order and without overlaps."""
    folded, places = fold_with_places(text)
    ends = [*places, len(text)]
    found = sorted(
        (places[hit.start()], ends[hit.end()])
        for term in terms
        for hit in term.pattern.finditer(folded)
        if hit.end() > hit.start()
    )
    spans: list[tuple[int, int]] = []
    for start, end in found:
        if spans and start <= spans[-1][1]:
            spans[-1] = spans[-1][0], max(end, spans[-1][1])
        else:
            spans.append((start, end))
    return spans


def _marked(text: str, spans: list[tuple[int, int]]) -> str:
    written, last = [], 0
    for start, end in spans:
        written += [escape(text[last:start]), "<mark>", escape(text[start:end]), "</mark>"]
        last = end
    return "".join([*written, escape(text[last:])])
