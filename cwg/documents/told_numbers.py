"""Whether a symbol that somebody reads from a receipt can be meant as it was typed.

A register goes on after the numbers that it is told of (`restore_gaps.tell`), and nothing leads back: 9900 typed for 99 would
stand in its chain for good, with every number between, and could leave it none to give. A number that is far above the highest
known in its series, or a high Rev., Corr. or Add., has to be named twice; nothing is refused that is.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from cwg.record.models import JournalEntry

from . import symbols
from .models import Register, Series

# Numbers above the highest known: more than a meeting of the Group registers in all, so that no loss of a day or of a week comes near.
FAR = 300
# A Rev., Corr. or Add., whatever is known: a document has some of them.
FAR_SUFFIX = 50


class SayTwice(ValueError):
    """Symbols that are unlikely were named once, all of them in one message. The database was not changed."""


@dataclass(frozen=True)
class Known:
    """What is known of the registers of a database, by itself or by a backup of it and what lies beside that.

    `given`: symbols that were given; others of their series may have been. `first_symbols`: the first symbol of every register,
    given or not; None of a backup that does not say, nor how far its series had come. A text that is no symbol tells nothing.
    """

    given: Sequence[str] = ()
    first_symbols: Sequence[str] | None = None

    def may_have(self, symbol: symbols.Symbol) -> bool:
        """Whether its register is there, or may be. It has to name it: one that leaves out group or meeting moves nothing."""
        if symbol.is_partial or self.first_symbols is None:
            return not symbol.is_partial
        return symbols.Symbol(symbol.prefix, symbol.meeting, "", 1) in _highest(self.first_symbols)


def refuse_unlikely(told: Iterable[str], known: Known) -> None:
    """Raises SayTwice for all symbols of `told` that are far above the known and named once, and symbols.NotASymbol.

    Symbols of registers that are not there are not asked about: they move nothing. A receipt of a Rev. or of one language names
    the number of its document too; one that is named twice vouches for all below it.
    """
    meant = [symbol for symbol in map(symbols.parse, told) if known.may_have(symbol)]
    refused = [*_numbers_refused(meant, known), *_suffixes_refused(meant)]
    if refused:
        raise SayTwice("\n".join(["The database was not changed. Look at these receipts again:", *refused]))


def _numbers_refused(meant: Sequence[symbols.Symbol], known: Known) -> Iterator[str]:
    """A sentence or two for each series in which numbers are too far to be taken at once."""
    highest = _highest(known.given)
    series: dict[symbols.Symbol, list[tuple[int, symbols.Symbol]]] = {}
    for symbol in meant:
        series.setdefault(_first_of(symbol), []).append((symbol.number, symbol))
    for run, named in series.items():
        last = highest[run][0] if run in highest else 0
        if far := _not_confirmed(named, last + FAR):
            if last:
                reached = f"The highest number known in that series is {last}."
            elif known.first_symbols is None:
                reached = (
                    "The backup does not say whether it has that meeting, nor how far that series had come."
                )
            else:
                reached = "No number is known in that series."
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


def _not_confirmed(named: Sequence[tuple[int, symbols.Symbol]], limit: int) -> list[symbols.Symbol]:
    """Those whose number is above `limit` and above every number that is there twice, the lowest first."""
    times = Counter(number for number, _ in named)
    limit = max([limit, *(number for number, count in times.items() if count > 1)])
    return [symbol for number, symbol in sorted(named, key=lambda one: one[0]) if number > limit]


def _listed(far: Sequence[symbols.Symbol]) -> str:
    return ", ".join(map(str, far))


def _twice(far: Sequence[symbols.Symbol]) -> str:
    covers = "; that covers the lower ones" if len(far) > 1 else ""
    return f"If the receipt really says so, name {far[-1]} twice{covers}."


def last_of_each(given: Iterable[str]) -> list[str]:
    """The highest of each series at each meeting that is named whole, as it stands there."""
    return [text for run, (_, text) in _highest(given).items() if not run.is_partial]


def beyond(given: Iterable[str], known: Known) -> list[str]:
    """Of `last_of_each` those above all that is known of their series, where their register is there or may be."""
    highest = _highest(known.given)
    return [
        text
        for run, (number, text) in _highest(given).items()
        if known.may_have(run) and (run not in highest or number > highest[run][0])
    ]


def _highest(given: Iterable[str]) -> dict[symbols.Symbol, tuple[int, str]]:
    """The highest number and the text that says it, by the first symbol of its series."""
    highest: dict[symbols.Symbol, tuple[int, str]] = {}
    for text in given:
        try:
            symbol = symbols.parse(text)
        except symbols.NotASymbol:
            continue
        run = _first_of(symbol)
        if run not in highest or symbol.number > highest[run][0]:
            highest[run] = (symbol.number, text)
    return highest


def _first_of(symbol: symbols.Symbol) -> symbols.Symbol:
    """The first symbol of the same series at the same meeting: what stands for all of them."""
    return symbols.Symbol(symbol.prefix, symbol.meeting, symbol.series, 1)


def first_symbols() -> list[str]:
    """The first symbol, given or not, of every register of which there can be symbols: what stands for the register."""
    registers = Register.objects.filter(ordinal__isnull=False).order_by("group__code", "ordinal")
    return _symbols((register, "", 1) for register in registers.select_related("group"))


def last_given() -> list[str]:
    """The symbol of the last number of every series of these, by group, meeting and series."""
    given = (
        Series.objects.filter(last_number__gt=0, register__ordinal__isnull=False)
        .order_by("register__group__code", "register__ordinal", "code")
        .select_related("register__group")
    )
    return _symbols((each.register, each.code, each.last_number) for each in given)


def _symbols(of: Iterable[tuple[Register, str, int]]) -> list[str]:
    found = []
    for register, code, number in of:
        with suppress(symbols.NotASymbol):
            found.append(str(symbols.Symbol(register.group.code, str(register.ordinal), code, number)))
    return found


def named_in(entries: Iterable[JournalEntry]) -> Iterable[str]:
    """The symbols that entries of chains name as given: registered, lost, or told by somebody."""
    for entry in entries:
        named = [entry.facts.get("symbol"), *(entry.facts.get("symbols") or ())]
        yield from (each for each in named if isinstance(each, str))
