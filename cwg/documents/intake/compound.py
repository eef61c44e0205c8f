"""Reads an OLE container (the form of Office files until 2003) from memory: its tree of storages and its streams.

After [MS-CFB], version 3 and 4. Nothing it states is believed further than the bytes that are there.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

COMPOUND_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEADER = struct.Struct("<8s16s5H6s9L")
_ENTRY = struct.Struct("<64sHBB3L16sL8s8sLQ")
_HEADER_SIZE = 512
_LAST_SECTOR = 0xFFFFFFFA
_NOBODY = 0xFFFFFFFF
_STORAGE, _STREAM, _ROOT = 1, 2, 5
_MINI_SHIFT = 6
_MOST_ENTRIES = 20_000


class Unreadable(Exception):
    """The container contradicts itself."""


@dataclass
class Node:
    """A storage with what is in it by small letters of its name, or a stream. `clsid` as stored, 16 bytes."""

    name: str
    is_storage: bool
    clsid: bytes
    start: int
    size: int
    children: dict[str, Node] = field(default_factory=dict)


class CompoundFile:
    """`root` is the whole tree. Raises Unreadable."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        try:
            self._read()
        except (struct.error, IndexError, UnicodeDecodeError):
            raise Unreadable from None

    def _read(self) -> None:
        magic, _, _, _, order, shift, mini_shift, _, *numbers = _HEADER.unpack_from(self._content)
        if magic != COMPOUND_FILE or order != 0xFFFE or shift not in (9, 12) or mini_shift != _MINI_SHIFT:
            raise Unreadable
        _, tables, directory, _, self._cutoff, mini, _, more, _ = numbers
        self._shift = shift
        self._next = self._read_table(tables, more)
        self._mini_next = self._numbers(self._chain(mini))
        self.root = self._read_tree(self._chain(directory))
        self._mini = self._chain(self.root.start)

    def _sector(self, number: int) -> bytes:
        start = (number + 1) << self._shift
        # The last sector of a file may be cut short.
        piece = self._content[start : start + (1 << self._shift)]
        if not piece:
            raise Unreadable
        return piece

    @staticmethod
    def _numbers(content: bytes) -> list[int]:
        return list(struct.unpack(f"<{len(content) // 4}L", content[: len(content) // 4 * 4]))

    def _read_table(self, count: int, more: int) -> list[int]:
        """The table of which sector follows which, itself spread over the sectors that the header lists."""
        listed = self._numbers(self._content[76:_HEADER_SIZE])
        seen: set[int] = set()
        while more < _LAST_SECTOR:
            if more in seen:
                raise Unreadable
            seen.add(more)
            *sectors, more = self._numbers(self._sector(more))
            listed += sectors
        used = [number for number in listed if number < _LAST_SECTOR][:count]
        return self._numbers(b"".join(map(self._sector, used)))

    def _chain(self, number: int) -> bytes:
        return b"".join(map(self._sector, _followed(number, self._next)))

    def _read_tree(self, directory: bytes) -> Node:
        entries = list(_ENTRY.iter_unpack(directory[: len(directory) // _ENTRY.size * _ENTRY.size]))
        if not entries or len(entries) > _MOST_ENTRIES or entries[0][2] != _ROOT:
            raise Unreadable
        root = self._node(entries[0])
        seen = {0}
        waiting = [(root, entries[0][6])]
        while waiting:
            storage, number = waiting.pop()
            if number == _NOBODY:
                continue
            if number in seen:
                raise Unreadable
            seen.add(number)
            entry = entries[number]
            node = self._node(entry)
            if node.name.lower() in storage.children:
                raise Unreadable
            storage.children[node.name.lower()] = node
            waiting += [(storage, entry[4]), (storage, entry[5])]
            if node.is_storage:
                waiting.append((node, entry[6]))
        return root

    def _node(self, entry: tuple) -> Node:
        raw, length, kind, _, _, _, _, clsid, _, _, _, start, size = entry
        if kind not in (_STORAGE, _STREAM, _ROOT):
            raise Unreadable
        name = raw[: max(0, min(length, 64) - 2)].decode("utf-16-le")
        # Version 3 leaves rubbish in the upper half of the size.
        return Node(name, kind != _STREAM, clsid, start, size & 0xFFFFFFFF if self._shift == 9 else size)

    def read(self, stream: Node) -> bytes:
        """The content of a stream; Unreadable if less is there than its size says."""
        try:
            if stream.size >= self._cutoff:
                content = self._chain(stream.start)
            else:
                content = self._mini_chain(stream.start) if stream.size else b""
        except IndexError:
            raise Unreadable from None
        if len(content) < stream.size:
            raise Unreadable
        return content[: stream.size]

    def _mini_chain(self, number: int) -> bytes:
        return b"".join(map(self._mini_sector, _followed(number, self._mini_next)))

    def _mini_sector(self, number: int) -> bytes:
        start = number << _MINI_SHIFT
        return self._mini[start : start + (1 << _MINI_SHIFT)]


def _followed(number: int, following: list[int]) -> Iterator[int]:
    """The sectors of a chain, by a table of which follows which. Unreadable where it leads back; IndexError beyond the table."""
    seen: set[int] = set()
    while number < _LAST_SECTOR:
        if number in seen:
            raise Unreadable
        seen.add(number)
        yield number
        number = following[number]
