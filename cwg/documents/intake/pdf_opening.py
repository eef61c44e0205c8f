"""Opens a PDF as readers do: whatever stands before and after it, and also where its table of contents is wrong.

A file of which a part is missing is told from one that only ends untidily by what it refers to: pages and
what they show must be there.
"""

from __future__ import annotations

import re
from io import BytesIO

from pypdf import PdfReader
from pypdf.errors import DependencyError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, StreamObject

from .findings import Refused
from .pdf_values import dictionary_at, resolved, value
from .recognition import pdf_start

_OBJECT = re.compile(rb"\d\s+\d+\s+obj\b")
_TABLE = re.compile(rb"\s*(?:xref\b|\d+\s+\d+\s+obj\b)")
_STARTXREF = re.compile(rb"startxref\s*(\d{1,10})")
_TRAILER = re.compile(rb"trailer\s*<<.*?/Root\b.*?>>", re.DOTALL)
_XREF_STREAM = re.compile(rb"/Type\s*/XRef\b")
# Read from the start, because nothing is found there: the sign for pypdf to look for the objects itself.
_NO_TABLE = b"\nstartxref\n0\n%%EOF\n"
# So many entries that lead nowhere are no slip: each would cost a search through the whole file.
_MOST_WRONG_ENTRIES = 20
_MOST_PAGE_NODES = 200_000


class Reader(PdfReader):
    """Remembers whether the file's own table of contents could be followed."""

    rebuilt = False
    wrong_entries = 0

    def _rebuild_xref_table(self, stream) -> None:
        self.rebuilt = True
        super()._rebuild_xref_table(stream)

    def read_object_header(self, stream) -> tuple[int, int]:
        try:
            return super().read_object_header(stream)
        except ValueError:
            self.wrong_entries += 1
            raise

    @property
    def is_restricted(self) -> bool:
        """Whether it is enciphered so that everybody can open it: only what they may do is said to be limited."""
        return self._encryption is not None and self._encryption.is_decrypted()

    def has_open_text(self) -> bool:
        """Whether only files that it carries are enciphered (ISO 32000-2, 7.6.6); from then on it is read as it is."""
        protection = self._encryption
        if protection is None or (protection.StmF, protection.StrF) != ("/Identity", "/Identity"):
            return False
        self._encryption = None
        return True

    def has_at_its_place(self, reference: IndirectObject) -> bool:
        """Whether the object that was read begins where the table of contents says.

        Where another one stands there, pypdf looks for the right one, and takes the wrong one if it finds none.
        """
        number, generation = reference.idnum, reference.generation
        place = self.xref.get(generation, {}).get(number)
        if place is None or (generation == 0 and number in self.xref_objStm):
            return True
        if self.xref_free_entry.get(generation, {}).get(number):
            return True
        self.stream.seek(place)
        return re.match(rb"\s*%d\s+%d\s+obj" % (number, generation), self.stream.read(64)) is not None

    def forget(self) -> None:
        """Lets go of all objects read so far: a large file would not fit into memory twice."""
        self.resolved_objects.clear()


def open_pdf(content: bytes) -> Reader:
    """A reader whose pages are all there, decrypted where no password is needed. Raises Refused."""
    reader = _read(content)
    if reader.is_encrypted and not reader.is_restricted and not reader.has_open_text():
        raise Refused("pdf_encrypted")
    try:
        pages = len(reader.pages)
    except MemoryError:
        raise
    except Exception:
        raise Refused("pdf_unreadable") from None
    if pages == 0:
        raise Refused("truncated" if reader.rebuilt and _lacks_pages(reader) else "pdf_no_pages")
    if _lacks_pages(reader) or _lacks_contents(reader):
        raise Refused("truncated")
    return reader


def _read(content: bytes) -> Reader:
    start = max(pdf_start(content), 0)
    end = content.rfind(b"%%EOF")
    last_revision = end + 5 if end >= 0 else start
    if _OBJECT.search(content, last_revision):
        # Objects after the end: a revision that was to be closed by a trailer of its own.
        if not _is_closed(content, last_revision):
            raise Refused("truncated")
        return _opened(content[start:] + _NO_TABLE)
    if end < 0:
        raise Refused("truncated")
    # What follows the end of the last revision is no part of the file, nor is what stands before its head.
    for origin in dict.fromkeys((start, 0)):
        if _leads_to_a_table(content, origin, end):
            return _opened(content[origin : end + 5], content[start:end] + _NO_TABLE)
    return _opened(content[start:end] + _NO_TABLE)


def _is_closed(content: bytes, revision: int) -> bool:
    """Whether a revision without its last line has the trailer that stands behind all its objects."""
    last = 0
    for last_object in _OBJECT.finditer(content, revision):
        last = last_object.start()
    if _TRAILER.search(content, last):
        return True
    table = _XREF_STREAM.search(content, last)
    return table is not None and content.find(b"endstream", table.end()) >= 0


def _leads_to_a_table(content: bytes, origin: int, end: int) -> bool:
    """Whether the number before the last end, counted from `origin`, is the place of a table of contents."""
    found = _STARTXREF.match(content, max(content.rfind(b"startxref", 0, end), 0))
    return found is not None and _TABLE.match(content, origin + int(found[1])) is not None


def _opened(*attempts: bytes) -> Reader:
    """The first that opens; the last is asked only where the others cannot be followed."""
    reader = None
    for attempt in attempts:
        try:
            reader = Reader(BytesIO(attempt))
            pages = len(reader.pages) if not reader.is_encrypted else 1
        except MemoryError:
            raise
        except (DependencyError, NotImplementedError):
            # A way of protecting that the library does not know, such as one with certificates.
            raise Refused("pdf_encrypted") from None
        except Exception:
            # pypdf raises whatever a broken structure runs into; each is the same news to the sender.
            continue
        if pages and (reader.rebuilt or reader.wrong_entries <= _MOST_WRONG_ENTRIES):
            return reader
    if reader is None:
        raise Refused("pdf_encrypted" if b"/Encrypt" in attempts[0] else "pdf_unreadable")
    return reader


def _lacks_pages(reader: Reader) -> bool:
    """Whether the tree of pages names one that is not in the file."""
    waiting: list[object] = [value(reader.root_object, "/Pages")]
    seen: set[int] = set()
    while waiting:
        node = waiting.pop()
        if not isinstance(node, DictionaryObject) or id(node) in seen or len(seen) > _MOST_PAGE_NODES:
            continue
        seen.add(id(node))
        kids = value(node, "/Kids")
        for kid in list.__iter__(kids) if isinstance(kids, ArrayObject) else ():
            if _is_missing(kid):
                return True
            waiting.append(resolved(kid))
    return False


def _lacks_contents(reader: Reader) -> bool:
    """Whether what a page shows is not in the file; its fonts and pictures too, where the table had to be rebuilt.

    Where the file's own table is whole, a reference to an object that it does not know means "nothing", by
    the standard; honest programs leave such references behind.
    """
    for page in reader.pages:
        contents = page.raw_get("/Contents") if "/Contents" in page else None
        if _is_missing(contents):
            return True
        found = resolved(contents)
        if isinstance(found, ArrayObject) and any(map(_is_missing, list.__iter__(found))):
            return True
        if reader.rebuilt:
            for kind in ("/Font", "/XObject"):
                named = dictionary_at(page, "/Resources", kind) or DictionaryObject()
                if any(map(_is_missing, dict.values(named))):
                    return True
    return False


def _is_missing(reference: object) -> bool:
    if not isinstance(reference, IndirectObject):
        return False
    reader = reference.pdf
    try:
        found = reference.get_object()
    except MemoryError:
        raise
    except Exception:
        return True
    if isinstance(found, StreamObject):
        # Looked at, not kept: all pictures of a file together are as large as the file.
        reader.resolved_objects.pop((reference.generation, reference.idnum), None)
    return found is None or not reader.has_at_its_place(reference)
