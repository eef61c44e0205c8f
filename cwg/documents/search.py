"""Finding documents by words: symbol, title, sources, summary and the text of the files, as `search_terms` reads them.

Every word has to occur somewhere; a State is found by each of its names. What the index does not hold yet is found by reading
the register itself: what is committed is found. A document whose passages are only made anew is found by those that it has.
Of withdrawn documents the names alone are looked at: their text is closed.
"""

from dataclasses import dataclass, field
from typing import Any

from django.contrib.postgres.search import SearchVectorField
from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction
from django.db.models import Exists, Lookup, OuterRef, Q, QuerySet

from cwg.folding import fold
from cwg.members import state_names

from .models import Document, Passage, Revision, Source, ToIndex, Version
from .search_terms import Term, terms_of
from .symbols import NotASymbol, Symbol, parse

# Of so many documents that are not indexed yet the names are folded one by one; of more, as after an upgrade, none.
MOST_FOLDED = 200
# So many words, the longest, are read for in all documents that are not indexed yet: each costs a look at all their texts. The
# others are read for in what has these, unless that is more than `MOST_FOLDED`: then it is found by these.
MOST_READ = 2
# Where a document was found, best first: it is what the symbol means, all words are in its names, in these and its summary, or
# some in its text. What was read in the register, having no index yet, stands with the last.
_SYMBOL, _NAMES, _SUMMARY, _TEXT, _READ = range(5)

# Each word is looked up once: in which documents it is, and where best. The worst of a document's words is its place.
_WITH_WORD = (
    "SELECT document_id, part FROM documents_passage WHERE words @@ %s::tsquery{not_waiting} OFFSET 0"
)
_OF_STATES = """SELECT revision.document_id, 0 FROM documents_source AS source
    JOIN documents_revision AS revision ON revision.id = source.revision_id WHERE source.state_id = ANY(%s)"""
_TERM = "(SELECT document_id, min(part) AS part FROM ({found}) AS found GROUP BY document_id) AS term{number}"
_BEST_FIRST = """
SELECT seen.pk FROM ({seen}) AS seen (pk, available_at, withdrawn_at) JOIN ({places}) AS found ON found.document_id = seen.pk
WHERE seen.withdrawn_at IS NULL OR found.place NOT IN ({summary}, {text})
ORDER BY least(found.place, {text}), seen.available_at DESC, seen.pk DESC
"""
# The planner does not know that the words of a long text lie apart from its row, and that reading them costs seconds: no scan of
# all rows, and none in the order of documents (for which OFFSET 0 stands), but the index of words.
_BY_INDEX = "SET LOCAL enable_seqscan = off"


@SearchVectorField.register_lookup
class Finds(Lookup):
    """`words__finds`: with a `tsquery` as `Term.query` writes it."""

    lookup_name = "finds"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple]:
        words, of_words = self.process_lhs(compiler, connection)
        wanted, of_wanted = self.process_rhs(compiler, connection)
        return f"{words} @@ ({wanted})::tsquery", (*of_words, *of_wanted)


@dataclass(frozen=True)
class Sought:
    """What somebody looks for, as it stood against the register when it was asked; see `sought`."""

    terms: list[Term]
    symbol: Symbol | None = None
    # By term: the States that it names, with the name that it is in; documents not indexed of which it is in the names.
    states: dict[Term, dict[int, str]] = field(default_factory=dict)
    named: dict[Term, list[int]] = field(default_factory=dict)
    # Documents that are not indexed as they are now; None where they are many.
    unindexed: list[int] | None = field(default_factory=list)

    def best_first(self, documents: QuerySet) -> list[int]:
        """The keys of those of `documents` in which every term occurs, or that the symbol may mean.

        By where the terms occur (the symbol, the names, the summary, the text); within one of them the latest first.
        """
        seen = documents.order_by().values_list("pk", "available_at", "withdrawn_at")
        try:
            seen_sql, params = seen.query.sql_with_params()
        except EmptyResultSet:
            return []
        places, of_places = self._places(self._places_without_index(documents))
        sql = _BEST_FIRST.format(seen=seen_sql, places=places, summary=_SUMMARY, text=_TEXT)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_BY_INDEX)
            cursor.execute(sql, [*params, *of_places])
            return [pk for (pk,) in cursor.fetchall()]

    def _places(self, known: dict[int, int]) -> tuple[str, list[Any]]:
        """SQL of each document that is found, with its place, and the parameters. `known`: places of some that are found."""
        tables, params = [], []
        for number, term in enumerate(self.terms):
            found, of_found = self._with_term(term)
            tables.append(_TERM.format(found=found, number=number))
            params += of_found
        worst = ", ".join(f"term{number}.part" for number in range(len(tables)))
        joined = tables[:1] + [f"{table} USING (document_id)" for table in tables[1:]]
        written = (
            [f"SELECT document_id, greatest({worst}) + {_NAMES} AS place FROM {' JOIN '.join(joined)}"]
            if tables
            else []
        )
        if known or not tables:
            written.append("SELECT * FROM unnest(%s::bigint[], %s::int[]) AS known (document_id, place)")
            params += [list(known), list(known.values())]
        if len(written) == 1:
            return written[0], params
        both = " UNION ALL ".join(written)
        return f"SELECT document_id, min(place) AS place FROM ({both}) AS each GROUP BY document_id", params

    def _with_term(self, term: Term) -> tuple[str, list[Any]]:
        params: list[Any] = [term.query]
        not_waiting = ""
        if self.unindexed is None:
            not_waiting = " AND document_id NOT IN (SELECT document_id FROM documents_toindex WHERE is_stale)"
        elif self.unindexed:
            not_waiting = " AND document_id <> ALL(%s::bigint[])"
            params.append(self.unindexed)
        found = _WITH_WORD.format(not_waiting=not_waiting)
        if states := self.states.get(term):
            found = f"({found}) UNION ALL {_OF_STATES}"
            params.append(list(states))
        return found, params

    def _places_without_index(self, documents: QuerySet) -> dict[int, int]:
        """What the symbol means, and what is not indexed yet and has every term: by key, the place."""
        places: dict[int, int] = {}
        if self.terms and self.unindexed != []:
            longest_first = sorted(self.terms, key=lambda term: len(term.typed), reverse=True)
            found = self._read(documents.filter(pk__in=self._unindexed()), longest_first[:MOST_READ])
            others = longest_first[MOST_READ:]
            if others and len(found) <= MOST_FOLDED:
                found = self._read(documents.filter(pk__in=found), others)
            named = set.intersection(*(set(self.named.get(term, ())) for term in self.terms))
            places = {pk: _NAMES if pk in named else _READ for pk in found}
        if self.symbol is not None:
            meant = documents.filter(of_symbol(self.symbol)).order_by()
            places |= dict.fromkeys(meant.values_list("pk", flat=True), _SYMBOL)
        return places

    def _read(self, documents: QuerySet[Document], terms: list[Term]) -> list[int]:
        """Those of `documents` that have each of `terms`, by the register itself."""
        for term in terms:
            documents = documents.filter(
                self._is_of_state(term) | Q(pk__in=self.named.get(term, [])) | _is_read_in(term.typed)
            )
        return list(documents.order_by().values_list("pk", flat=True))

    def _is_of_state(self, term: Term) -> Q:
        states = self.states.get(term)
        if not states:
            return Q(pk__in=[])
        return Q(Exists(Source.objects.filter(revision__document=OuterRef("pk"), state__in=list(states))))

    def _unindexed(self) -> list[int] | QuerySet:
        return (
            ToIndex.objects.filter(is_stale=True).values("document")
            if self.unindexed is None
            else self.unindexed
        )

    def indexed(self, passages: QuerySet[Passage]) -> QuerySet[Passage]:
        """Those of documents that the index has as they are now."""
        return passages if self.unindexed == [] else passages.exclude(document__in=self._unindexed())


def sought(text: str) -> Sought:
    """What `text` asks for: a symbol in any spelling, words, "phrases". A constant number of queries."""
    try:
        symbol = parse(text)
    except NotASymbol:
        symbol = None
    terms = terms_of(text)
    if not terms:
        return Sought([], symbol)
    state_names.refresh()
    states = {term: state_names.named(term.pattern) for term in terms}
    waiting = ToIndex.objects.filter(is_stale=True).order_by("-pk").values_list("document", flat=True)
    # A document may wait several times over.
    rows = list(waiting[: 4 * MOST_FOLDED + 1])
    unindexed = list(dict.fromkeys(rows))
    if len(unindexed) > MOST_FOLDED or len(rows) > 4 * MOST_FOLDED:
        return Sought(terms, symbol, states, unindexed=None)
    return Sought(terms, symbol, states, _named(unindexed, terms), unindexed)


def of_symbol(symbol: Symbol) -> Q:
    """The documents that a symbol, whole or partial, may mean."""
    if not symbol.is_partial:
        return Q(symbol__iexact=str(symbol.document))
    means = Q(number=symbol.number, series__code=symbol.series)
    if symbol.meeting is not None:
        means &= Q(register__ordinal=int(symbol.meeting))
    return means


def _named(document_ids: list[int], terms: list[Term]) -> dict[Term, list[int]]:
    """Of documents that are not indexed, by term those that have it in their names."""
    if not document_ids:
        return {}
    names: dict[int, str] = {}
    for pk, *found in Document.objects.filter(pk__in=document_ids).values_list(
        "pk", "symbol", "title", "known_as"
    ):
        names[pk] = fold("\n".join(found))
    for pk, name in Source.objects.filter(revision__document__in=document_ids).values_list(
        "revision__document", "printed_as"
    ):
        names[pk] += fold(f"\n{name}")
    return {term: [pk for pk, found in names.items() if term.pattern.search(found)] for term in terms}


def _is_read_in(word: str) -> Q:
    """Of a document that is not indexed: `word`, as it is typed, is in it somewhere, perhaps within a longer one."""
    revisions = Revision.objects.filter(document=OuterRef("pk")).filter(
        Q(title__icontains=word)
        | Q(summary__icontains=word)
        | Q(action_required__icontains=word)
        | Q(references__icontains=word)
    )
    sources = Source.objects.filter(revision__document=OuterRef("pk"), printed_as__icontains=word)
    texts = Version.objects.standing().filter(
        revision__document=OuterRef("pk"), files__blob__text__icontains=word
    )
    within = Q(withdrawn_at__isnull=True) & (Exists(revisions) | Exists(texts))
    named = Q(title__icontains=word) | Q(known_as__icontains=word) | Q(symbol__icontains=word)
    return named | Exists(sources) | within
