"""Writes OLE containers as old Office programs did, small and whole: storages, streams, short streams in the short table."""

import struct

_FREE, _END, _TABLE, _NOBODY = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF
_SECTOR, _MINI, _CUTOFF = 512, 64, 4096

Tree = dict[str, "bytes | Tree"]


def office_clsid(number: int) -> bytes:
    """{000xxxxx-0000-0000-C000-000000000046} as stored."""
    return struct.pack("<L", number) + bytes.fromhex("00000000C000000000000046")


def compound(tree: Tree, clsid: bytes = bytes(16), clsids: dict[str, bytes] | None = None) -> bytes:
    """A container of the tree; `clsid` is the root's, `clsids` those of storages by name."""
    sectors: list[bytes] = []
    table: list[int] = []
    mini = b""
    mini_table: list[int] = []
    entries: list[list] = []

    def chained(content: bytes) -> int:
        start = len(sectors)
        pieces = [content[at : at + _SECTOR].ljust(_SECTOR, b"\0") for at in range(0, len(content), _SECTOR)]
        for place, piece in enumerate(pieces):
            sectors.append(piece)
            table.append(_END if place == len(pieces) - 1 else start + place + 1)
        return start if pieces else _END

    def put(content: bytes) -> int:
        nonlocal mini
        if len(content) >= _CUTOFF:
            return chained(content)
        start = len(mini_table)
        count = -(-len(content) // _MINI)
        mini += content.ljust(count * _MINI, b"\0")
        mini_table.extend([start + place + 1 for place in range(count - 1)] + [_END] * bool(count))
        return start if count else _END

    def add(name: str, value: bytes | Tree, kind: int, of: bytes) -> int:
        number = len(entries)
        entry = [name, kind, _NOBODY, _NOBODY, of, _END, 0]
        entries.append(entry)
        if isinstance(value, bytes):
            entry[5], entry[6] = put(value), len(value)
            return number
        previous = None
        for inner, content in value.items():
            inner_kind = 2 if isinstance(content, bytes) else 1
            child = add(inner, content, inner_kind, (clsids or {}).get(inner, bytes(16)))
            # A chain to the right is a tree too, if not a balanced one.
            if previous is None:
                entry[3] = child
            else:
                entries[previous][2] = child
            previous = child
        return number

    add("Root Entry", tree, 5, clsid)
    entries[0][5], entries[0][6] = chained(mini), len(mini)
    directory = b"".join(_entry(*entry) for entry in entries)
    directory_at = chained(directory)
    mini_table_at = chained(struct.pack(f"<{len(mini_table)}L", *mini_table))
    count = 1
    while count * _SECTOR // 4 < len(table) + count:
        count += 1
    first = len(sectors)
    table += [_TABLE] * count
    packed = struct.pack(f"<{len(table)}L", *table).ljust(count * _SECTOR, b"\xff")
    header = struct.pack(
        "<8s16s5H6s9L",
        *(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", bytes(16), 0x3E, 3, 0xFFFE, 9, 6, bytes(6)),
        *(0, count, directory_at, 0, _CUTOFF, mini_table_at, -(-len(mini_table) * 4 // _SECTOR), _END, 0),
    )
    listed = struct.pack("<109L", *range(first, first + count), *[_FREE] * (109 - count))
    return header + listed + b"".join(sectors) + packed


def _entry(name: str, kind: int, right: int, child: int, clsid: bytes, start: int, size: int) -> bytes:
    raw = name.encode("utf-16-le") + b"\0\0"
    return struct.pack(
        "<64sHBB3L16sL8s8sLQ",
        raw,
        len(raw),
        kind,
        1,
        _NOBODY,
        right,
        child,
        clsid,
        0,
        bytes(8),
        bytes(8),
        start,
        size,
    )


def record(kind: int, data: bytes = b"") -> bytes:
    """A record of a workbook of Excel 5 to 2003."""
    return struct.pack("<2H", kind, len(data)) + data


def workbook_stream(*records: bytes) -> bytes:
    globals_ = record(0x0809, struct.pack("<2H", 0x0600, 0x0005) + bytes(12))
    return globals_ + b"".join(records) + record(0x000A)


def document_stream(text: str = "", encoding: str = "utf-16-le") -> bytes:
    """The beginning of a document of Word 97, and its text."""
    return struct.pack("<2H", 0xA5EC, 0x00C1) + bytes(508) + text.encode(encoding)


def atom(kind: int, data: bytes = b"", version: int = 0) -> bytes:
    """A record of a presentation; `version` 15 for one that holds others."""
    return struct.pack("<2HL", version, kind, len(data)) + data
