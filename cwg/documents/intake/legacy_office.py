"""Judges an OLE container inside a Word file: a workbook, document, presentation or drawing of Office until 2003, or a
newer one in its wrapping, or an equation of MathType, each without anything that acts; or something unknown.

A container is judged by its own structure and never by the program that the Word file names for it. Formats: [MS-XLS],
[MS-DOC], [MS-PPT], [MS-OLEDS].
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterator

from .compound import CompoundFile, Node, Unreadable
from .findings import Finding, refuse
from .word_checks import Nested
from .word_fields import Instructions

# Kinds of Nested that are only named here.
EQUATION = "equation"

_NOTHING = bytes(16)
_MACROS = frozenset(("macros", "vba", "_vba_project", "_vba_project_cur", "vbaproject"))
# What programs keep beside their document and that does nothing; objects inside it (`objectpool`) are judged one by one.
_HARMLESS_STORAGES = frozenset(("msodatastore", "_sx_db_cur", "_signatures", "_xmlsignatures"))
_UNJUDGED_STREAMS = frozenset(("ctls", "encryptedpackage", "\x01ole10native", "ole10native", "embeddedodf"))
_EMBEDDED_IN_WORKBOOK = re.compile(r"mbd[0-9a-f]{8}")

LookIntoPackage = Callable[[bytes], Nested]


def _clsid(written: str) -> bytes:
    first, second, third, *rest = written.split("-")
    return b"".join(
        (*(bytes.fromhex(part)[::-1] for part in (first, second, third)), bytes.fromhex("".join(rest)))
    )


def _office_clsids(*numbers: int) -> frozenset[bytes]:
    return frozenset(_clsid(f"{number:08X}-0000-0000-C000-000000000046") for number in numbers)


# Excel 5 to 2007 and Microsoft Graph; Word 6 to 2003; Visio.
_EXCEL = _office_clsids(*range(0x20800, 0x20834))
_WORD = _office_clsids(*range(0x20900, 0x20908)) | {_clsid("F4754C9B-64F5-4B40-8AF4-679732AC0607")}
_POWERPOINT = frozenset(
    (
        _clsid("64818D10-4F9B-11CF-86EA-00AA00B929E8"),
        _clsid("64818D11-4F9B-11CF-86EA-00AA00B929E8"),
        _clsid("EA7BAE70-FB3B-11CD-A903-00AA00510EA3"),
        _clsid("EA7BAE71-FB3B-11CD-A903-00AA00510EA3"),
        _clsid("CF4F55F4-8F87-4D47-80BB-5808164BB3F8"),
        _clsid("048EB43E-2059-422F-95E0-557DA96038AF"),
    )
)
_VISIO = _office_clsids(*range(0x21A00, 0x21A30))
_OLD_EQUATION, _MATHTYPE = _office_clsids(0x2CE02), _office_clsids(0x2CE03)


def judge(content: bytes, look_into_package: LookIntoPackage) -> Nested:
    """`kind` is `""` for whatever is not recognised as a whole."""
    try:
        container = CompoundFile(content)
        return _judge_storage(container, container.root, look_into_package)
    except Unreadable:
        return Nested("")


def _judge_storage(container: CompoundFile, storage: Node, look_into_package: LookIntoPackage) -> Nested:
    inside = storage.children
    if any(_has_macros(node) for node in inside.values()):
        return Nested("", (refuse("docx_macros"),))
    if storage.clsid in _OLD_EQUATION or ("equation native" in inside and storage.clsid not in _MATHTYPE):
        return Nested("", (refuse("docx_old_equation"),))
    if _UNJUDGED_STREAMS & inside.keys() or _is_link(container, inside.get("\x01ole")):
        return Nested("")
    kind, refusals = _recognise(container, storage, look_into_package)
    for name, node in inside.items():
        if not node.is_storage or not kind:
            continue
        if name == "objectpool":
            objects = list(node.children.values())
        elif kind == "xls" and _EMBEDDED_IN_WORKBOOK.fullmatch(name):
            objects = [node]
        elif name in _HARMLESS_STORAGES:
            continue
        else:
            return Nested("")
        for each in objects:
            found = _judge_storage(container, each, look_into_package)
            if not found.kind and not found.refusals:
                return Nested("")
            refusals += found.refusals
    return Nested(kind, refusals)


def _has_macros(node: Node) -> bool:
    return node.name.lower() in _MACROS or any(map(_has_macros, node.children.values()))


def _is_link(container: CompoundFile, stream: Node | None) -> bool:
    """Whether an object is only the address of one elsewhere, which is fetched when it is opened."""
    content = container.read(stream) if stream is not None and not stream.is_storage else b""
    return len(content) >= 8 and bool(struct.unpack_from("<L", content, 4)[0] & 1)


def _recognise(
    container: CompoundFile, storage: Node, look_into_package: LookIntoPackage
) -> tuple[str, tuple[Finding, ...]]:
    """The kind by the stream that only this kind has, where the class is of the same program or none."""
    plans = (
        (
            "package",
            _EXCEL | _WORD | _POWERPOINT | _VISIO,
            lambda content: _newer(content, look_into_package),
        ),
        ("workbook", _EXCEL, _workbook),
        ("book", _EXCEL, _workbook),
        ("worddocument", _WORD, _document),
        ("powerpoint document", _POWERPOINT, _presentation),
        ("visiodocument", _VISIO, lambda _content: ("vsd", ())),
        ("equation native", _MATHTYPE, lambda _content: (EQUATION, ())),
    )
    present = [plan for plan in plans if plan[0] in storage.children]
    if len(present) != 1:
        return "", ()
    name, classes, look = present[0]
    if storage.children[name].is_storage or (storage.clsid != _NOTHING and storage.clsid not in classes):
        return "", ()
    return look(container.read(storage.children[name]))


def _newer(content: bytes, look_into_package: LookIntoPackage) -> tuple[str, tuple[Finding, ...]]:
    found = look_into_package(content)
    return found.kind, found.refusals


# Workbooks

_BOF, _BOUNDSHEET, _FILEPASS, _SUPBOOK, _EXTERNSHEET = 0x0809, 0x0085, 0x002F, 0x01AE, 0x0017
_EARLIER_BOF = (0x0009, 0x0209, 0x0409)


def _workbook(content: bytes) -> tuple[str, tuple[Finding, ...]]:
    if not content.startswith(struct.pack("<H", _BOF)):
        return "", ()
    for kind, data in _records(content):
        if kind == _FILEPASS or kind in _EARLIER_BOF:
            return "", ()
        sheet = kind == _BOUNDSHEET and len(data) > 5 and data[5] in (1, 6)
        if sheet or (kind == _BOF and data[2:4] == b"\x40\x00"):
            return "xls", (refuse("docx_macros"),)
        # Program and topic of an exchange are divided by this sign.
        if kind in (_SUPBOOK, _EXTERNSHEET) and len(data) > 4 and 3 in data[4:].replace(b"\0", b""):
            return "xls", (refuse("docx_dde"),)
    return "xls", ()


def _records(content: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 4 <= len(content):
        kind, length = struct.unpack_from("<2H", content, at)
        if not kind and not length:
            return
        yield kind, content[at + 4 : at + 4 + length]
        at += 4 + length


# Documents

_FIELD = re.compile("\x13\\s*([^\x13\x14\x15]{1,2000})")


def _document(content: bytes) -> tuple[str, tuple[Finding, ...]]:
    if content[:2] not in (b"\xec\xa5", b"\xdc\xa5") or len(content) < 12 or content[11] & 1:
        # Of another version, or encrypted.
        return "", ()
    instructions = Instructions()
    # Text stands in one byte a character or in two.
    for instruction in _FIELD.findall(content.replace(b"\0", b"").decode("latin-1")):
        instructions.judge(instruction)
    return "doc", tuple(said for said in instructions.findings() if said.severity == "refuse")


# Presentations

_STORED_OBJECT, _VBA_INFO, _CLICK = 0x1011, 0x0400, 0x0FF3
_RUNS_MACRO_OR_PROGRAM = (b"\x01", b"\x02")


def _presentation(content: bytes) -> tuple[str, tuple[Finding, ...]]:
    """Objects, controls and macros of a presentation are stored packed, all in the same way: none of them may be there."""
    for kind, data in _atoms(content):
        if kind == _STORED_OBJECT:
            return "", ()
        has_macros = kind == _VBA_INFO and data[4:8] not in (b"", bytes(4))
        if has_macros or (kind == _CLICK and data[8:9] in _RUNS_MACRO_OR_PROGRAM):
            return "ppt", (refuse("docx_macros"),)
    return "ppt", ()


def _atoms(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Every record, also those inside others: a container's own content follows its header."""
    at = 0
    while at + 8 <= len(content):
        version, kind, length = struct.unpack_from("<2HL", content, at)
        at += 8
        if version & 0xF == 0xF:
            yield kind, b""
        else:
            yield kind, content[at : at + min(length, 64)]
            at += length
