"""A flat sequence of blocks as printers need it: lists, tables and runs of pairs held together, numbers beside."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from . import numbering
from .tree import Block, Kind, Text, begins_table


@dataclass(frozen=True)
class Numbered:
    """A block with what is printed before it ("" for nothing) and its depth in the outline (0: no heading)."""

    block: Block
    number: str
    depth: int


@dataclass(frozen=True)
class Item:
    """An item with the items of deeper levels that follow it."""

    block: Block
    number: str
    below: list["Item"] = field(default_factory=list)


@dataclass(frozen=True)
class List:
    items: list[Item]


@dataclass(frozen=True)
class Table:
    heads: list[Block]
    rows: list[Block]


@dataclass(frozen=True)
class Pairs:
    blocks: list[Block]


Part = Numbered | List | Table | Pairs


def of(text: Text) -> Iterator[Part]:
    """The parts of `text` in reading order."""
    blocks = text.blocks
    numbers = numbering.numbers(blocks, text.language)
    depths = numbering.depths(blocks)
    at = 0
    while at < len(blocks):
        end = at + 1
        while end < len(blocks) and _goes_on(blocks[end - 1], blocks[end]):
            end += 1
        match blocks[at].kind:
            case Kind.ITEM:
                yield List(_nested(blocks[at:end], numbers[at:end]))
            case Kind.ROW:
                rows = blocks[at:end]
                yield Table([row for row in rows if row.head], [row for row in rows if not row.head])
            case Kind.PAIR:
                yield Pairs(list(blocks[at:end]))
            case _:
                yield Numbered(blocks[at], numbers[at], depths[at])
        at = end


def _goes_on(before: Block, block: Block) -> bool:
    """Whether `block` belongs to the list or table that `before` is in."""
    if block.kind is not before.kind or block.kind not in (Kind.ITEM, Kind.ROW, Kind.PAIR):
        return False
    return block.kind is not Kind.ROW or not begins_table(before, block)


def _nested(blocks: Sequence[Block], numbers: Sequence[str]) -> list[Item]:
    """Each item below the nearest one before it that has a higher level; on top where there is none."""
    top: list[Item] = []
    open_: list[Item] = []
    for block, number in zip(blocks, numbers, strict=True):
        item = Item(block, number)
        while open_ and open_[-1].block.level >= block.level:
            open_.pop()
        (open_[-1].below if open_ else top).append(item)
        open_.append(item)
    return top
