"""Finding documents by words: symbol, title, summary, source and the text of the files, which lives with their bytes:
what is read after a registration is found from then on.

Every word has to occur somewhere. Case does not matter; a word is found within longer ones, so that Chinese,
which writes no blanks, is found too. Withdrawn documents are found by symbol and title only: their text is closed.
"""

from django.db.models import Exists, OuterRef, Q, QuerySet

from .models import Revision, Source, Version
from .symbols import NotASymbol, parse

# More words than that make the query slow and the answer no better.
MOST_WORDS = 12


def matching(documents: QuerySet, text: str) -> QuerySet:
    """Those of `documents` in which every word of `text` occurs, or whose symbol `text` is in any spelling."""
    try:
        symbol = parse(text)
    except NotASymbol:
        symbol = None
    words = Q()
    for word in text.split()[:MOST_WORDS]:
        words &= _has(word)
    if symbol is not None:
        words |= of_symbol(symbol)
    return documents.filter(words)


def of_symbol(symbol) -> Q:
    """The documents that a symbol, whole or partial, may mean."""
    if not symbol.is_partial:
        return Q(symbol__iexact=str(symbol.document))
    means = Q(number=symbol.number, series__code=symbol.series)
    if symbol.meeting is not None:
        means &= Q(register__ordinal=int(symbol.meeting))
    return means


def _has(word: str) -> Q:
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
