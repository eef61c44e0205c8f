"""Looks at every object of a PDF for what runs, what is carried along and who left notes.

Every object and not only the reachable places of the standard, because viewers differ in where they look.
"""

from __future__ import annotations

from collections.abc import Iterator

from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

from .foreign_text import clean_line
from .time_budget import OutOfTime, time_budget

# ISO 32000-2, 12.5.6: annotations in which a person says something.
_NOTES = frozenset(
    ("/Text", "/FreeText", "/Highlight", "/Underline", "/StrikeOut", "/Squiggly", "/Caret", "/Ink", "/Stamp")
)
_MOST_NAMES = 10
_DEEPEST = 100


class Survey:
    """Counts over all objects; `complete` is false where time ran out, and then nothing found is no proof."""

    def __init__(self, reader: PdfReader, seconds: float) -> None:
        self.javascript = False
        self.launches = False
        self._carried: set[str] = set()
        self.embedded_names: list[str] = []
        self.comments = 0
        self.links = 0
        self.annotators: dict[str, None] = {}
        self._has_embedded_stream = False
        self.complete = True
        try:
            with time_budget(seconds):
                for dictionary in _dictionaries(reader):
                    self._look(dictionary)
        except OutOfTime:
            self.complete = False

    @property
    def embedded_files(self) -> int:
        """How many files are named; one that no entry names is carried along all the same."""
        return len(self._carried) or int(self._has_embedded_stream)

    def _look(self, dictionary: DictionaryObject) -> None:
        action = _name(dictionary, "/S")
        if action == "/JavaScript" or "/JS" in dictionary or "/JavaScript" in dictionary:
            self.javascript = True
        elif action == "/Launch":
            self.launches = True
        elif action == "/URI":
            self.links += 1
        if "/EF" in dictionary:
            # One file may be named in several places; its stream is one object.
            self._carried.add(repr(dictionary.raw_get("/EF")))
            name = _line(dictionary, "/UF") or _line(dictionary, "/F")
            if name and name not in self.embedded_names and len(self.embedded_names) < _MOST_NAMES:
                self.embedded_names.append(name)
        elif _name(dictionary, "/Type") == "/EmbeddedFile":
            self._has_embedded_stream = True
        if _name(dictionary, "/Subtype") in _NOTES and "/Rect" in dictionary:
            self.comments += 1
            author = _line(dictionary, "/T")
            if author:
                self.annotators.setdefault(author)


def _dictionaries(reader: PdfReader) -> Iterator[DictionaryObject]:
    """All dictionaries of all objects, the trailer's included; unreadable objects are passed over."""
    yield from _inside(reader.trailer)
    numbers = {(number, generation) for generation, table in reader.xref.items() for number in table}
    numbers.update((number, 0) for number in reader.xref_objStm)
    for number, generation in sorted(numbers):
        try:
            found = reader.get_object(IndirectObject(number, generation, reader))
        except MemoryError:
            raise
        except Exception:
            continue
        yield from _inside(found)


def _inside(value: object) -> Iterator[DictionaryObject]:
    waiting = [(value, 0)]
    while waiting:
        value, depth = waiting.pop()
        if depth > _DEEPEST:
            continue
        if isinstance(value, DictionaryObject):
            yield value
            # Raw values: following references would visit every object many times.
            waiting.extend((inner, depth + 1) for inner in dict.values(value))
        elif isinstance(value, ArrayObject):
            waiting.extend((inner, depth + 1) for inner in list.__iter__(value))


def _name(dictionary: DictionaryObject, key: str) -> str:
    value = dictionary.raw_get(key) if key in dictionary else ""
    if isinstance(value, IndirectObject):
        try:
            value = value.get_object()
        except MemoryError:
            raise
        except Exception:
            return ""
    return value if isinstance(value, str) else ""


def _line(dictionary: DictionaryObject, key: str) -> str:
    return clean_line(_name(dictionary, key), 120)
