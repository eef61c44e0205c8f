"""Reads a zip container without trusting it: every number it states is counted again while reading.

The standard `zipfile` believes the central directory; Word, virus scanners and streaming readers believe other
places. A file that says different things to different readers is refused here instead of guessed about.
Layout: PKWARE APPNOTE 6.3.3, sections 4.3.7, 4.3.12, 4.3.14-16, 4.5.3.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from .findings import Refused
from .limits import Limits

_END = struct.Struct("<4s4H2LH")
_END64_LOCATOR = struct.Struct("<4sLQL")
_END64 = struct.Struct("<4sQ2H2L4Q")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_LONGEST_COMMENT = 65_535
_CHUNK = 64 * 1024
_STORED, _DEFLATED = 0, 8
_ENCRYPTED_FLAGS = 0x0001 | 0x0040 | 0x2000
_SIZES_FOLLOW = 0x0008
_UTF8_NAME = 0x0800


@dataclass(frozen=True)
class Entry:
    name: str
    raw_name: bytes
    method: int
    flags: int
    crc: int
    packed: int
    size: int
    header_at: int

    @property
    def is_folder(self) -> bool:
        return self.name.endswith("/")


class Archive:
    """The entries of a container, checked as a whole on opening and one by one on reading. Raises Refused."""

    def __init__(self, stream: BinaryIO, size: int, limits: Limits) -> None:
        self._stream = stream
        self._size = size
        self._limits = limits
        self._unpacked = 0
        self._counted: set[str] = set()
        count, length, self._directory_at = self._find_directory()
        if count > limits.zip_entries:
            raise Refused("zip_entries", count=count, limit=limits.zip_entries)
        # Before reading it: a directory of 100,000 entries may announce itself as one of five.
        if length > limits.zip_entries * (_CENTRAL.size + limits.entry_name_bytes):
            raise Refused("zip_entries", count=length // _CENTRAL.size, limit=limits.zip_entries)
        self.entries = self._read_directory(count, length)
        self._check_names()
        self._check_stated_sizes()
        self._data_at = self._check_places()

    def _at(self, offset: int, length: int) -> bytes:
        self._stream.seek(offset)
        return self._stream.read(length)

    def _find_directory(self) -> tuple[int, int, int]:
        tail_at = max(0, self._size - _END.size - _LONGEST_COMMENT)
        tail = self._at(tail_at, self._size - tail_at)
        found = tail.rfind(b"PK\x05\x06")
        if found < 0 or len(tail) - found < _END.size:
            raise Refused("truncated")
        _, disk, start_disk, here, count, length, offset, comment = _END.unpack_from(tail, found)
        if found + _END.size + comment > len(tail):
            raise Refused("truncated")
        if found + _END.size + comment < len(tail):
            raise Refused("zip_inconsistent", part="")
        end_at = tail_at + found
        if 0xFFFF in (here, count) or 0xFFFFFFFF in (length, offset):
            count, length, offset, end_at = self._find_large_directory(end_at)
            disk = start_disk = 0
            here = count
        if disk or start_disk or here != count or offset + length != end_at:
            raise Refused("zip_inconsistent", part="")
        return count, length, offset

    def _find_large_directory(self, end_at: int) -> tuple[int, int, int, int]:
        locator_at = end_at - _END64_LOCATOR.size
        locator = self._at(max(0, locator_at), _END64_LOCATOR.size)
        if locator_at < 0 or not locator.startswith(b"PK\x06\x07"):
            raise Refused("zip_inconsistent", part="")
        record_at = _END64_LOCATOR.unpack(locator)[2]
        record = self._at(record_at, _END64.size) if record_at < self._size else b""
        if len(record) < _END64.size or not record.startswith(b"PK\x06\x06"):
            raise Refused("zip_inconsistent", part="")
        *_, count, length, offset = _END64.unpack(record)
        return count, length, offset, record_at

    def _read_directory(self, count: int, length: int) -> list[Entry]:
        directory = self._at(self._directory_at, length)
        entries: list[Entry] = []
        at = 0
        while at < length:
            if (
                len(entries) == count
                or at + _CENTRAL.size > length
                or directory[at : at + 4] != b"PK\x01\x02"
            ):
                raise Refused("zip_inconsistent", part="")
            (
                _,
                _,
                _,
                flags,
                method,
                _,
                _,
                crc,
                packed,
                size,
                name_len,
                extra_len,
                note_len,
                _,
                _,
                _,
                header_at,
            ) = _CENTRAL.unpack_from(directory, at)
            name_at = at + _CENTRAL.size
            extra_at = name_at + name_len
            at = extra_at + extra_len + note_len
            if at > length:
                raise Refused("zip_inconsistent", part="")
            if name_len > self._limits.entry_name_bytes:
                raise Refused("zip_bad_name", part=directory[name_at : name_at + 60].decode("latin-1"))
            raw_name = directory[name_at:extra_at]
            name = _decode(raw_name, flags)
            extra = directory[extra_at : extra_at + extra_len]
            size, packed, header_at = _large_values(extra, size, packed, header_at, name)
            if flags & _ENCRYPTED_FLAGS:
                raise Refused("docx_encrypted")
            if method not in (_STORED, _DEFLATED):
                raise Refused("zip_method", part=name)
            entries.append(Entry(name, raw_name, method, flags, crc, packed, size, header_at))
        if len(entries) != count:
            raise Refused("zip_inconsistent", part="")
        return entries

    def _check_names(self) -> None:
        seen: set[str] = set()
        for entry in self.entries:
            segments = entry.name.rstrip("/").split("/")
            bad = (
                not entry.name.isprintable()
                or "\\" in entry.name
                or ":" in segments[0]
                or any(segment in ("", ".", "..") for segment in segments)
                or (entry.is_folder and entry.size > 0)
            )
            if bad:
                raise Refused("zip_bad_name", part=entry.name)
            # Part names are equal without regard to case (ECMA-376 part 2, 6.2.2.3).
            folded = entry.name.rstrip("/").casefold()
            if folded in seen:
                raise Refused("zip_duplicate_entry", part=entry.name)
            seen.add(folded)

    def _check_stated_sizes(self) -> None:
        if sum(entry.size for entry in self.entries) > self._limits.unpacked_bytes:
            raise Refused("zip_unpacked", limit=self._limits.unpacked_bytes)
        for entry in self.entries:
            self._check_ratio(entry, entry.size)

    def _check_ratio(self, entry: Entry, unpacked: int) -> None:
        if unpacked > self._limits.ratio_from_bytes and unpacked > self._limits.ratio * max(1, entry.packed):
            raise Refused("zip_ratio", part=entry.name, limit=self._limits.ratio)

    def _check_places(self) -> dict[str, int]:
        """Where each entry's data begins. Entries that overlap or hide between others are refused."""
        data_at: dict[str, int] = {}
        free_from = 0
        for entry in sorted(self.entries, key=lambda entry: entry.header_at):
            if entry.header_at < free_from:
                raise Refused("zip_overlap", part=entry.name)
            between = self._at(free_from, min(4, entry.header_at - free_from))
            header = self._at(entry.header_at, _LOCAL.size)
            if between == b"PK\x03\x04" or len(header) < _LOCAL.size or header[:4] != b"PK\x03\x04":
                raise Refused("zip_inconsistent", part=entry.name)
            _, _, flags, method, _, _, crc, packed, size, name_len, extra_len = _LOCAL.unpack(header)
            rest = self._at(entry.header_at + _LOCAL.size, name_len + extra_len)
            if rest[:name_len] != entry.raw_name or method != entry.method or (flags ^ entry.flags) & 1:
                raise Refused("zip_inconsistent", part=entry.name)
            if not flags & _SIZES_FOLLOW:
                size, packed, _ = _large_values(rest[name_len:], size, packed, 0, entry.name)
                if (size, packed, crc) != (entry.size, entry.packed, entry.crc):
                    raise Refused("zip_lying_size", part=entry.name)
            start = entry.header_at + _LOCAL.size + name_len + extra_len
            free_from = start + entry.packed
            if free_from > self._directory_at:
                raise Refused("zip_lying_size", part=entry.name)
            data_at[entry.name] = start
        return data_at

    def read(self, entry: Entry) -> Iterator[bytes]:
        """The entry's content in pieces of at most 256 KB; Refused as soon as a limit or a stated size is passed."""
        inflate = zlib.decompressobj(-15) if entry.method == _DEFLATED else None
        at, left = self._data_at[entry.name], entry.packed
        count, crc, pending = 0, 0, b""
        while left or pending:
            if not pending:
                pending = self._at(at, min(_CHUNK, left))
                if not pending:
                    raise Refused("truncated")
                at += len(pending)
                left -= len(pending)
            if inflate is None:
                piece, pending = pending, b""
            else:
                try:
                    piece = inflate.decompress(pending, 4 * _CHUNK)
                except zlib.error:
                    raise Refused("zip_damaged", part=entry.name) from None
                pending = inflate.unconsumed_tail
                if inflate.eof and (inflate.unused_data or left):
                    raise Refused("zip_lying_size", part=entry.name)
            if piece:
                count += len(piece)
                self._count(entry, count, len(piece))
                crc = zlib.crc32(piece, crc)
                yield piece
        if inflate is not None:
            # What zlib still holds back when the packed bytes have ended.
            while not inflate.eof:
                piece = inflate.decompress(b"", 4 * _CHUNK)
                if not piece:
                    raise Refused("zip_damaged", part=entry.name)
                count += len(piece)
                self._count(entry, count, len(piece))
                crc = zlib.crc32(piece, crc)
                yield piece
        if count != entry.size:
            raise Refused("zip_lying_size", part=entry.name)
        if crc != entry.crc:
            raise Refused("zip_damaged", part=entry.name)
        self._counted.add(entry.name)

    def _count(self, entry: Entry, count: int, more: int) -> None:
        if count > entry.size:
            raise Refused("zip_lying_size", part=entry.name)
        self._check_ratio(entry, count)
        if entry.name not in self._counted:
            self._unpacked += more
            if self._unpacked > self._limits.unpacked_bytes:
                raise Refused("zip_unpacked", limit=self._limits.unpacked_bytes)


def _decode(raw: bytes, flags: int) -> str:
    try:
        return raw.decode("utf-8" if flags & _UTF8_NAME else "cp437")
    except UnicodeDecodeError:
        raise Refused("zip_bad_name", part=raw[:60].decode("latin-1")) from None


def _large_values(extra: bytes, size: int, packed: int, offset: int, name: str) -> tuple[int, int, int]:
    """Values of 4 GB and more stand in an extra field (APPNOTE 4.5.3); some writers put small ones there too."""
    if 0xFFFFFFFF not in (size, packed, offset):
        return size, packed, offset
    at = 0
    while at + 4 <= len(extra):
        tag, length = struct.unpack_from("<2H", extra, at)
        field = extra[at + 4 : at + 4 + length]
        at += 4 + length
        if tag != 1:
            continue
        values = iter(struct.unpack(f"<{len(field) // 8}Q", field[: len(field) // 8 * 8]))
        try:
            size = next(values) if size == 0xFFFFFFFF else size
            packed = next(values) if packed == 0xFFFFFFFF else packed
            offset = next(values) if offset == 0xFFFFFFFF else offset
        except StopIteration:
            break
        return size, packed, offset
    raise Refused("zip_inconsistent", part=name)
