"""PDF files written by hand, object by object, where a library would not write what a test needs."""

import io
import struct
import zlib
from collections.abc import Mapping

import pypdf

from tests import hostile_files

PAGE = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R {} >>"
_SHOWN = b"BT /F1 12 Tf 72 700 Td (Proposal) Tj ET"


def pdf(**entries) -> bytes:
    """One page that says "Proposal"; the entries of `parts` go into it."""
    return assembled(parts(**entries))


def parts(
    *,
    catalog: str = "",
    page: str = "",
    annotations: tuple[str, ...] = (),
    objects: Mapping[int, str | bytes] | None = None,
) -> dict[int, str | bytes]:
    """The objects of one page that says "Proposal", with more entries in its catalogue and its page.

    Objects from 10 on are the caller's; an annotation needs no number.
    """
    notes = " ".join(f"<< /Type /Annot /Rect [10 10 90 30] {each} >>" for each in annotations)
    return {
        1: f"<< /Type /Catalog /Pages 2 0 R {catalog} >>",
        2: "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        3: PAGE.format(f"/Resources << /Font << /F1 5 0 R >> >> /Annots [{notes}] {page}"),
        4: stream(_SHOWN),
        5: "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        **(objects or {}),
    }


def stream(content: bytes, entries: str = "") -> bytes:
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(content), entries.encode(), content)


def assembled(objects: Mapping[int, str | bytes], *, origin: int = 0) -> bytes:
    """The objects with a table of contents, whose places are counted from `origin` bytes before the head."""
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    places = {}
    for number, content in objects.items():
        places[number] = len(out) + origin
        raw = content if isinstance(content, bytes) else content.encode("latin-1")
        out += b"%d 0 obj\n%s\nendobj\n" % (number, raw)
    table = len(out)
    size = max(objects) + 1
    out += b"xref\n0 %d\n" % size
    for number in range(size):
        out += b"%010d %s \n" % (places.get(number, 0), b"00000 n" if number in places else b"65535 f")
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, table + origin)
    return bytes(out)


def packed(objects: Mapping[int, str | bytes]) -> bytes:
    """The objects that are no streams inside one that is compressed, and a table of contents that is a stream too."""
    holder, table = max(objects) + 1, max(objects) + 2
    inner = {number: text.encode("latin-1") for number, text in objects.items() if isinstance(text, str)}
    places, offset = [], 0
    for number, raw in inner.items():
        places.append(f"{number} {offset} ")
        offset += len(raw) + 1
    head = "".join(places).encode()
    body = zlib.compress(head + b"\n".join(inner.values()))
    entries = f"/Type /ObjStm /N {len(inner)} /First {len(head)} /Filter /FlateDecode"
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    rows = {number: struct.pack(">BIH", 2, holder, index) for index, number in enumerate(inner)}
    outer = {number: each for number, each in objects.items() if isinstance(each, bytes)}
    for number, raw in {**outer, holder: stream(body, entries)}.items():
        rows[number] = struct.pack(">BIH", 1, len(out), 0)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, raw)
    rows[table] = struct.pack(">BIH", 1, len(out), 0)
    start = len(out)
    whole = b"".join(rows.get(number, struct.pack(">BIH", 0, 0, 65535)) for number in range(table + 1))
    dictionary = f"/Type /XRef /Size {table + 1} /W [1 4 2] /Root 1 0 R"
    out += b"%d 0 obj\n%s\nendobj\n" % (table, stream(whole, dictionary))
    return bytes(out + b"startxref\n%d\n%%%%EOF\n" % start)


def updated(content: bytes, objects: Mapping[int, str], size: int = 40) -> bytes:
    """The file with a further revision, as a program appends one when it saves quickly."""
    before = int(content.rpartition(b"startxref\n")[2].split()[0])
    out = bytearray(content)
    places = {}
    for number, text in objects.items():
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, text.encode("latin-1"))
    table = len(out)
    out += b"xref\n"
    for number, place in places.items():
        out += b"%d 1\n%010d 00000 n \n" % (number, place)
    trailer = b"trailer\n<< /Size %d /Root 1 0 R /Prev %d >>\nstartxref\n%d\n%%%%EOF\n"
    return bytes(out + trailer % (size, before, table))


def several_pages(count: int = 3) -> bytes:
    """As typst writes them: with fonts, a structure and a table of contents."""
    return hostile_files.pdf_file("Use of names", pages=count)


SCRIPT_ON_OPENING = "/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>"
NOTE = "/Subtype /Text /T (Zed) /Contents (Please check)"


def enciphered(algorithm: str, password: str, *, catalog: str = "") -> bytes:
    """With one note, and a restriction by its owner; `password` is asked for on opening, unless it is empty."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf(catalog=catalog, annotations=(NOTE,))))
    writer.encrypt(password, owner_password="owner", algorithm=algorithm)
    return hostile_files.written(writer)


def drawn(*rows: list[str], order: str = "as placed", only_numbered: bool = False) -> bytes:
    """Lines of signs from left to right, each a box ten points wide that says which letter, or letters, it stands for.

    A space is a sign too, and "" a gap of its width. `order`: how the file has them, "as placed" or "as read", from
    the right, each at its place. `only_numbered`: the signs do not say what they stand for, and have usual numbers.
    """
    signs = sorted({sign for row in rows for sign in row if sign})
    number = {sign: ord(sign) if only_numbered else index for index, sign in enumerate(signs, 1)}
    content = [b"BT /F1 10 Tf"]
    for line, row in enumerate(rows):
        placed = [(50 + 10 * column, sign) for column, sign in enumerate(row) if sign]
        for x, sign in placed if order == "as placed" else reversed(placed):
            content.append(b"1 0 0 1 %d %d Tm <%02X> Tj" % (x, 700 - 20 * line, number[sign]))
    content.append(b"ET")
    meanings = "".join(
        f"<{index:02X}> <{sign.encode('utf-16-be').hex().upper()}>\n" for sign, index in number.items()
    )
    table = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def\n"
        "1 begincodespacerange <00> <FF> endcodespacerange\n"
        f"{len(signs)} beginbfchar\n{meanings}endbfchar endcmap end end"
    )
    names = " ".join(f"{index} /sign{index}" for index in number.values())
    first, last = min(number.values()), max(number.values())
    meaning = "" if only_numbered else "/ToUnicode 11 0 R"
    boxes = " ".join(f"/sign{number[sign]} {13 if sign.isspace() else 12} 0 R" for sign in signs)
    return assembled(
        parts(
            objects={
                4: stream(b"\n".join(content)),
                5: "<< /Type /Font /Subtype /Type3 /FontBBox [0 0 1000 800] /FontMatrix [0.001 0 0 0.001 0 0] "
                f"/FirstChar {first} /LastChar {last} /Widths [{' '.join(['1000'] * (last - first + 1))}] "
                f"/Encoding << /Type /Encoding /Differences [{names}] >> /CharProcs << {boxes} >> "
                f"/Resources << >> {meaning} >>",
                11: stream(table.encode()),
                12: stream(b"1000 0 50 0 950 800 d1 50 0 900 800 re f"),
                13: stream(b"1000 0 0 0 0 0 d1"),
            }
        )
    )


def without_meanings(content: bytes) -> bytes:
    """The file without what its fonts say about the meaning of their signs."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(content))
    for each in writer._objects:
        if isinstance(each, pypdf.generic.DictionaryObject) and "/ToUnicode" in each:
            del each["/ToUnicode"]
    return hostile_files.written(writer)
