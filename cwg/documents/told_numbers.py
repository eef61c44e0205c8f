"""Whether a symbol that somebody reads from a receipt can be meant as it was typed.

A register goes on after the numbers that it is told of (`restore_gaps.tell`), and nothing leads back: 9900 typed for 99 would
stand in its chain for good, with every number between, and could leave it none to give. What is far above all that is known has
to be said twice; nothing is refused that is.
"""

from collections import Counter
from collections.abc import Iterable

from cwg.record.models import JournalEntry

from . import symbols
from .models import Series

# Numbers above the highest known: more than a meeting of the Group registers in all, so that no loss of a day or of a week comes near.
FAR = 300
# A Rev., Corr. or Add.: a document has some of them.
FAR_SUFFIX = 50


class SayTwice(ValueError):
    """A symbol is far above what is known and was named once. Nothing was changed."""


def refuse_unlikely(told: Iterable[str], *, known: Iterable[str]) -> None:
    """Raises SayTwice for a symbol of `told` that is far above those of `known` and is there only once, and symbols.NotASymbol.

    `known`: symbols that were given; others in their series may have been. What is no symbol among them tells nothing.
    """
    highest: dict[symbols.Symbol, int] = {}
    for symbol in _readable(known):
        run = _first_of(symbol)
        highest[run] = max(symbol.number, highest.get(run, 0))
    for symbol, times in Counter(map(symbols.parse, told)).items():
        if times > 1:
            continue
        last = highest.get(_first_of(symbol), 0)
        if symbol.number > last + FAR:
            before = f"the highest one known there is {last}" if last else "none is known there"
            raise SayTwice(
                f"{symbol} would mark every number from {last + 1} to {symbol.number} as used, for good, and {before}."
                f" Up to {last + FAR} a symbol is taken as it is: no meeting is likely to have given more than {FAR} numbers"
                f" of which nothing is left but a receipt. {_twice(symbol)}"
            )
        if symbol.suffixes and symbol.suffixes[-1].number > FAR_SUFFIX:
            raise SayTwice(
                f"{symbol} would mark every {symbol.suffixes[-1].kind}. up to {symbol.suffixes[-1].number} as used, for good."
                f" Up to {FAR_SUFFIX} it is taken as it is: no document is likely to have more. {_twice(symbol)}"
            )


def _twice(symbol: symbols.Symbol) -> str:
    return f"Nothing was changed. Look at the receipt again; if it really says so, name {symbol} twice."


def _readable(texts: Iterable[str]) -> Iterable[symbols.Symbol]:
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
