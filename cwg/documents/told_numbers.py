"""Whether a symbol that somebody reads from a receipt can be meant as it was typed.

A register goes on after the numbers that it is told of (`restore_gaps.tell`), and nothing leads back: 9900 typed for 99 would
stand in its chain for good, with every number between, and could leave it none to give. A number that is far above the highest
known in its series, or a high Rev., Corr. or Add., has to be named twice; nothing is refused that is.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from cwg.record.models import JournalEntry

from . import symbols
from .models import Series

# Numbers above the highest known: more than a meeting of the Group registers in all, so that no loss of a day or of a week comes near.
FAR = 300
# A Rev., Corr. or Add., whatever is known: a document has some of them.
FAR_SUFFIX = 50


class SayTwice(ValueError):
    """Symbols that are unlikely were named once, all of them in one message. Nothing was changed."""


def refuse_unlikely(told: Iterable[str], *, known: Iterable[str]) -> None:
    """Raises SayTwice for all symbols of `told` that are far above those of `known` and named once, and symbols.NotASymbol.

    `known`: symbols that were given; others in their series may have been. What is no symbol among them tells nothing. A receipt
    of a Rev. or of one language names the number of its document too; one that is named twice vouches for all below it.
    """
    meant = [symbols.parse(text) for text in told]
    refused = [*_numbers_refused(meant, known), *_suffixes_refused(meant)]
    if refused:
        raise SayTwice("\n".join(["Nothing was changed. Look at these receipts again:", *refused]))


def _numbers_refused(meant: Sequence[symbols.Symbol], known: Iterable[str]) -> Iterator[str]:
    """A sentence or two for each series in which numbers are too far to be taken at once."""
    highest: dict[symbols.Symbol, int] = {}
    for symbol in _readable(known):
        run = _first_of(symbol)
        highest[run] = max(symbol.number, highest.get(run, 0))
    series: dict[symbols.Symbol, list[tuple[int, symbols.Symbol]]] = {}
    for symbol in meant:
        series.setdefault(_first_of(symbol), []).append((symbol.number, symbol))
    for run, named in series.items():
        last = highest.get(run, 0)
        if far := _not_confirmed(named, last + FAR):
            reached = (
                f"The highest number known in that series is {last}."
                if last
                else "No number is known in that series."
            )
            yield (
                f"{_listed(far)}: every number of that series up to {far[-1].number} could be marked as used, for good."
                f" {reached} A number up to {last + FAR} is accepted when named once. {_twice(far)}"
            )


def _suffixes_refused(meant: Sequence[symbols.Symbol]) -> Iterator[str]:
    """The same for each document and each of Rev., Corr. and Add."""
    documents: dict[tuple[symbols.Symbol, symbols.SuffixKind], list[tuple[int, symbols.Symbol]]] = {}
    for symbol in meant:
        for suffix in symbol.suffixes[-1:]:
            documents.setdefault((symbol.document, suffix.kind), []).append((suffix.number, symbol))
    for (_, kind), named in documents.items():
        if far := _not_confirmed(named, FAR_SUFFIX):
            yield (
                f"{_listed(far)}: every {kind}. of that document up to {far[-1].suffixes[-1].number} could be marked as used,"
                f" for good. A {kind}. up to {FAR_SUFFIX} is accepted when named once. {_twice(far)}"
            )


def _not_confirmed(named: Iterable[tuple[int, symbols.Symbol]], limit: int) -> list[symbols.Symbol]:
    """Those whose number is above `limit` and above every number that is there twice, the lowest first."""
    named = list(named)
    times = Counter(number for number, _ in named)
    limit = max([limit, *(number for number, count in times.items() if count > 1)])
    return [symbol for number, symbol in sorted(named, key=lambda one: one[0]) if number > limit]


def _listed(far: Sequence[symbols.Symbol]) -> str:
    return ", ".join(map(str, far))


def _twice(far: Sequence[symbols.Symbol]) -> str:
    covers = "; that covers the lower ones" if len(far) > 1 else ""
    return f"If the receipt really says so, name {far[-1]} twice{covers}."


def _readable(texts: Iterable[str]) -> Iterator[symbols.Symbol]:
    for text in texts:
        try:
            yield symbols.parse(text)
        except symbols.NotASymbol:
            continue


def _first_of(symbol: symbols.Symbol) -> symbols.Symbol:
    """The first symbol of the same series at the same meeting: what stands for all of them."""
    return symbols.Symbol(symbol.prefix, symbol.meeting, symbol.series, 1)


def last_given() -> list[str]:
    """The symbol of the last number of every series, in their order."""
    given = (
        Series.objects.filter(last_number__gt=0, register__ordinal__isnull=False)
        .order_by("register", "code")
        .select_related("register__group")
    )
    return [
        str(symbols.Symbol(each.register.group.code, str(each.register.ordinal), each.code, each.last_number))
        for each in given
    ]


def named_in(entries: Iterable[JournalEntry]) -> Iterable[str]:
    """The symbols that entries of chains name as given: registered, lost, or told by somebody."""
    for entry in entries:
        named = [entry.facts.get("symbol"), *(entry.facts.get("symbols") or ())]
        yield from (each for each in named if isinstance(each, str))
