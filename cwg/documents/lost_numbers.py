"""What readers of a register are told of numbers that were issued and lost: no row knows of them, the journal does.

A restore says which (`restore_gaps.py`), or another backup, or somebody who held a receipt on paper. Who does not see the
register is told nothing; who does, the symbol and when it was lost, and never what the document said: how far it was
disclosed is lost with it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from cwg.look.instants import instant_text
from cwg.members.rights import Rights
from cwg.record import replay
from cwg.record.models import JournalEntry

from . import restore_gaps, symbols
from .models import Document, Register


@dataclass(frozen=True)
class Lost:
    """A document, or a Rev., Corr. or Add., that `entry` of the chain of `register` says is lost.

    `named`: the entry names it. Else its number was only passed over, and nobody knows whether it was issued.
    """

    register: Register
    symbol: symbols.Symbol
    entry: JournalEntry
    named: bool

    @property
    def is_document(self) -> bool:
        return not self.symbol.suffixes

    @property
    def path(self) -> str:
        """The address of the document below /documents/."""
        return symbols.path(self.symbol)

    def is_of(self, document: Document) -> bool:
        """Whether it is of that document of the same register, which is there."""
        own = self.symbol.series == document.series.code and self.symbol.number == document.number
        return own and not self.is_document

    @property
    def sentence(self) -> str:
        """What became of it, with the day at the seat of the meeting."""
        if not self.named:
            told = _(
                "%(symbol)s was passed over when the portal was restored from a backup on %(date)s: a document may have"
                " been registered under it, and lost."
            )
        elif self.entry.act == replay.ACT:
            told = _(
                "%(symbol)s was registered, and was lost when the portal was restored from a backup on %(date)s."
            )
        elif "backup" in self.entry.facts:
            # The number may be one that was passed over: a backup says no more than how far the series had come.
            told = _(
                "%(symbol)s was given, and was lost when the portal was restored from a backup. Another backup says that it was"
                " given; the register says so since %(date)s."
            )
        else:
            told = _(
                "%(symbol)s was registered, and was lost when the portal was restored from a backup. A receipt on paper named it;"
                " the register says so since %(date)s."
            )
        return told % {"symbol": self.symbol, "date": instant_text(self.entry.at, self.register.zone, "date")}


def of_register(register: Register) -> list[Lost]:
    """What is lost of a register that the reader sees, in the order of the losses, then of the symbols. One query.

    `register` is read with its group.
    """
    entries = restore_gaps.saying_used(Q(chain=register.chain))
    return _read(entries, {register.chain: register})


def of(registers: QuerySet[Register], *, since: datetime | None = None) -> list[Lost]:
    """The same of several registers: one query where none of them has lost anything, else two.

    `registers` is not sliced. `since`: an aware instant; what was told before it is left out.
    """
    told = Q(chain__in=registers.order_by().values("chain"))
    entries = list(restore_gaps.saying_used(told & Q(at__gte=since) if since else told))
    if not entries:
        return []
    chains = {entry.chain for entry in entries}
    found = registers.filter(chain__in=chains).select_related("group")
    return _read(entries, {register.chain: register for register in found})


def seen_by(rights: Rights) -> list[Lost]:
    """What is lost of all registers that this person sees."""
    return of(Register.objects.visible_to(rights))


def meant_by(symbol: symbols.Symbol, rights: Rights) -> list[Lost]:
    """What is lost of the document that a symbol, whole or partial, may mean, as far as this person sees its register."""
    return [lost for lost in seen_by(rights) if _may_mean(symbol, lost.symbol)]


def at_path(path: str, rights: Rights) -> list[Lost]:
    """What is lost of the document of that address; the document itself comes first, where it is lost."""
    try:
        symbol = symbols.from_path(path)
    except symbols.NotASymbol:
        return []
    return sorted(meant_by(symbol, rights), key=lambda lost: lost.symbol.sort_key)


def entries_of(losses: Iterable[Lost]) -> list[JournalEntry]:
    """The entries by which what is lost of one register was registered, in their order, as far as a copy brought them back."""
    told = list(losses)
    return list(
        JournalEntry.objects.filter(
            chain=told[0].register.chain,
            act__in=restore_gaps.NUMBERED,
            facts__symbol__in=[str(lost.symbol) for lost in told],
        ).order_by("position")
    )


def _may_mean(asked: symbols.Symbol, lost: symbols.Symbol) -> bool:
    whole = asked.resolved(lost.prefix or "", lost.meeting or "") if asked.is_partial else asked
    return whole.document == lost.document


def _read(entries: Iterable[JournalEntry], registers: dict[UUID, Register]) -> list[Lost]:
    found: dict[tuple[UUID, symbols.Symbol], Lost] = {}
    for entry in entries:
        register = registers[entry.chain]
        # With the group's code as its symbols print it: `parse` knows a few only.
        named = {replace(symbols.parse(text), prefix=register.group.code) for text in entry.facts["symbols"]}
        # Of a document that is lost with its number a lost Rev. tells as well.
        numbered = set(restore_gaps.numbers_in(entry, register))
        named |= numbered & {symbol.document for symbol in named}
        for symbol in sorted(numbered | named, key=lambda each: each.sort_key):
            key = (entry.chain, symbol)
            if key not in found or (symbol in named and not found[key].named):
                found[key] = Lost(register, symbol, entry, named=symbol in named)
    return list(found.values())
