"""Reads a zip container without trusting it: every number it states is counted again while reading.

The standard `zipfile` believes the central directory; Word, virus scanners and streaming readers believe other
places. A file that says different things to different readers is refused here instead of guessed about; one that
only carries what every reader passes over (padding after its end, a folder, the same part twice) is taken.
Layout: PKWARE APPNOTE 6.3.3, sections 4.3.7, 4.3.12, 4.3.14-16, 4.5.3.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO
from urllib.parse import unquote

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
_PADDING = b"\x00\t\n\r "


@dataclass(frozen=True)
class Entry:
    """`name` has forward slashes, whatever its writer used, and no escapes: packages name a part either way, and mean one
    (ECMA-376 part 2, 7.3.4)."""

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


class Spent:
    """Entries and unpacked bytes of one inspection, over a container and all that are nested in it."""

    def __init__(self) -> None:
        self.entries = 0
        self.unpacked = 0


class Archive:
    """The entries of a container, checked as a whole on opening and one by one on reading. Raises Refused.

    `size` is the length of `stream` in bytes; `spent` is handed on to containers inside this one.
    """

    def __init__(self, stream: BinaryIO, size: int, limits: Limits, spent: Spent | None = None) -> None:
        self._stream = stream
        self._size = size
        self._limits = limits
        self.spent = Spent() if spent is None else spent
        self._counted: set[int] = set()
        count, length, self._directory_at = self._find_directory()
        self.spent.entries += count
        if self.spent.entries > limits.zip_entries:
            raise Refused("zip_entries", count=self.spent.entries, limit=limits.zip_entries)
        # Before reading it: a directory of 100,000 entries may announce itself as one of five.
        if length > limits.zip_entries * (_CENTRAL.size + limits.entry_name_bytes):
            raise Refused("zip_entries", count=length // _CENTRAL.size, limit=limits.zip_entries)
        self.entries = self._read_directory(count, length)
        self._check_names()
        self._check_stated_sizes()
        self._data_at = self._check_places()
        self.entries = self._without_twins()

    def _at(self, offset: int, length: int) -> bytes:
        self._stream.seek(offset)
        return self._stream.read(length)

    def _end_of_content(self) -> int:
        """Where the padding begins that mail programs, disks and editors add at the end."""
        end = self._size
        while end:
            start = max(0, end - _CHUNK)
            kept = self._at(start, end - start).rstrip(_PADDING)
            if kept:
                return start + len(kept)
            end = start
        return 0

    def _find_directory(self) -> tuple[int, int, int]:
        # The end record itself may end in zeros.
        end = min(self._size, self._end_of_content() + _END.size)
        tail_at = max(0, end - _END.size - _LONGEST_COMMENT)
        tail = self._at(tail_at, end - tail_at)
        found = tail.rfind(b"PK\x05\x06")
        if found < 0 or len(tail) - found < _END.size:
            raise Refused("truncated")
        _, disk, start_disk, here, count, length, offset, comment = _END.unpack_from(tail, found)
        if tail_at + found + _END.size + comment > self._size:
            raise Refused("truncated")
        end_at = tail_at + found
        if (
            0xFFFF in (here, count)
            or 0xFFFFFFFF in (length, offset)
            or self._at(max(0, end_at - _END64_LOCATOR.size), 4) == b"PK\x06\x07"
        ):
            stated = (count, length, offset)
            count, length, offset, end_at = self._find_large_directory(end_at)
            marks = (0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF)
            for small, large, mark in zip(stated, (count, length, offset), marks, strict=True):
                if small not in (large, mark):
                    raise Refused("zip_inconsistent", part="")
            disk = start_disk = 0
            here = count
        if disk or start_disk or here != count or offset + length != end_at:
            raise Refused("zip_inconsistent", part="")
        if self._has_another_end(tail[:found], tail_at):
            raise Refused("zip_inconsistent", part="")
        return count, length, offset

    def _has_another_end(self, before: bytes, before_at: int) -> bool:
        """Whether a reader that looks for the first end record would find a directory other than the last one's.
        The end records of stored containers inside this one count from another place, and lead nowhere."""
        at = before.find(b"PK\x05\x06")
        while at >= 0:
            if len(before) - at >= _END.size:
                *_, length, offset, _comment = _END.unpack_from(before, at)
                if offset + length == before_at + at and self._at(offset, 4) == b"PK\x01\x02":
                    return True
            at = before.find(b"PK\x05\x06", at + 4)
        return False

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
            name = unquote(_decode(raw_name)).replace("\\", "/")
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
        for entry in self.entries:
            segments = entry.name.rstrip("/").split("/")
            bad = (
                not entry.name.isprintable()
                or ":" in segments[0]
                or any(segment in ("", ".", "..") for segment in segments)
                or (entry.is_folder and entry.size > 0)
            )
            if bad:
                raise Refused("zip_bad_name", part=entry.name)

    def _without_twins(self) -> list[Entry]:
        """The entries, each name once. Some writers put in a part twice, byte for byte, and that is one part;
        two different ones under one name are a trap, because readers differ in which they take."""
        first: dict[str, Entry] = {}
        kept: list[Entry] = []
        for entry in self.entries:
            if entry.is_folder:
                continue
            # Part names are equal without regard to case (ECMA-376 part 2, 6.2.2.3).
            twin = first.setdefault(entry.name.casefold(), entry)
            if twin is entry:
                kept.append(entry)
            elif (twin.size, twin.crc) != (entry.size, entry.crc) or self._digest(twin) != self._digest(
                entry
            ):
                raise Refused("zip_duplicate_entry", part=entry.name)
        return kept

    def _digest(self, entry: Entry) -> bytes:
        digest = hashlib.sha256()
        for piece in self.read(entry):
            digest.update(piece)
        return digest.digest()

    def _check_stated_sizes(self) -> None:
        if self.spent.unpacked + sum(entry.size for entry in self.entries) > self._limits.unpacked_bytes:
            raise Refused("zip_unpacked", limit=self._limits.unpacked_bytes)

    def _check_ratio(self, entry: Entry, head: bytes) -> None:
        """A part that grows far more than content does. Not a bitmap, of which a white one packs to nearly
        nothing: what all parts together unpack to is limited besides."""
        large = entry.size > self._limits.ratio_from_bytes
        if large and entry.size > self._limits.ratio * max(1, entry.packed) and not _is_bitmap(head, entry):
            raise Refused("zip_ratio", part=entry.name, limit=self._limits.ratio)

    def _check_places(self) -> dict[int, int]:
        """Where each entry's data begins, by the place of its header. Entries that overlap or hide between others are
        refused."""
        data_at: dict[int, int] = {}
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
            data_at[entry.header_at] = start
        return data_at

    def read(self, entry: Entry) -> Iterator[bytes]:
        """The entry's content in pieces of at most 256 KB; Refused as soon as a limit or a stated size is passed."""
        inflate = zlib.decompressobj(-15) if entry.method == _DEFLATED else None
        at, left = self._data_at[entry.header_at], entry.packed
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
                if not count:
                    self._check_ratio(entry, piece)
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
        self._counted.add(entry.header_at)

    def _count(self, entry: Entry, count: int, more: int) -> None:
        if count > entry.size:
            raise Refused("zip_lying_size", part=entry.name)
        if entry.header_at not in self._counted:
            self.spent.unpacked += more
            if self.spent.unpacked > self._limits.unpacked_bytes:
                raise Refused("zip_unpacked", limit=self._limits.unpacked_bytes)


def _is_bitmap(head: bytes, entry: Entry) -> bool:
    """A Windows bitmap states its own length in its header."""
    return head.startswith(b"BM") and int.from_bytes(head[2:6], "little") == entry.size


def _decode(raw: bytes) -> str:
    """UTF-8 where it is that: macOS writes it and does not set the flag that says so."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp437")


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
