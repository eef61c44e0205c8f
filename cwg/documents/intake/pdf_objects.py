"""Looks through a PDF for what it can do, what it carries along and who left notes.

The places where viewers look for it come first and are always looked at: the catalogue with its outline and forms, the
pages, their annotations. Then come all objects, because viewers differ in where they look; that may end early.
"""

from __future__ import annotations

from collections.abc import Iterator

from pypdf.generic import DictionaryObject, IndirectObject, StreamObject

from .pdf_actions import Actions, tree_values
from .pdf_notes import Notes
from .pdf_opening import Reader
from .pdf_values import dictionary_at, inside, items, line, text, value
from .time_budget import OutOfTime, time_budget

_MOST_NAMES = 10
_KEPT_OBJECTS = 5_000


class Survey:
    """`complete` is false where time ran out before all objects were seen: then there may be more in places of no use."""

    def __init__(self, reader: Reader, seconds: float) -> None:
        self.actions = Actions()
        self.notes = Notes()
        self._carried: set[str] = set()
        self._has_embedded_stream = False
        self.embedded_names: list[str] = []
        self.complete = True
        self._look_at_places(reader)
        try:
            with time_budget(seconds):
                for dictionary in _dictionaries(reader):
                    self.actions.look(dictionary)
                    self._look_for_files(dictionary)
        except OutOfTime:
            self.complete = False

    @property
    def embedded_files(self) -> int:
        """How many files are named; one that no entry names is carried along all the same."""
        return len(self._carried) or int(self._has_embedded_stream)

    def _look_at_places(self, reader: Reader) -> None:
        self.actions.look_at_catalog(reader.root_object)
        for carried in tree_values(dictionary_at(reader.root_object, "/Names", "/EmbeddedFiles")):
            if isinstance(carried, DictionaryObject):
                self._look_for_files(carried)
        for page in reader.pages:
            self.actions.look_at_occasions(page)
            for annotation in items(value(page, "/Annots")):
                if isinstance(annotation, DictionaryObject):
                    self.actions.look_at_annotation(annotation)
                    self.notes.look(annotation)
                    carried = dictionary_at(annotation, "/FS")
                    if carried is not None:
                        self._look_for_files(carried)
            if len(reader.resolved_objects) > _KEPT_OBJECTS:
                reader.forget()

    def _look_for_files(self, dictionary: DictionaryObject) -> None:
        if "/EF" in dictionary:
            # One file may be named in several places; its stream is one object.
            self._carried.add(repr(dictionary.raw_get("/EF")))
            name = line(dictionary, "/UF") or line(dictionary, "/F")
            if name and name not in self.embedded_names and len(self.embedded_names) < _MOST_NAMES:
                self.embedded_names.append(name)
        elif text(dictionary, "/Type") == "/EmbeddedFile":
            self._has_embedded_stream = True


def _dictionaries(reader: Reader) -> Iterator[DictionaryObject]:
    """All dictionaries of all objects, the trailer's included; unreadable objects are passed over."""
    yield from inside(reader.trailer)
    numbers = {(number, generation) for generation, table in reader.xref.items() for number in table}
    packed = dict(reader.xref_objStm)
    numbers.difference_update((number, 0) for number in packed)
    for number, generation in sorted(numbers):
        found = _object(reader, number, generation)
        yield from inside(found)
        if isinstance(found, StreamObject):
            reader.resolved_objects.pop((generation, number), None)
        elif len(reader.resolved_objects) > _KEPT_OBJECTS:
            reader.forget()
    # One stream after the other, because reading one object of a stream reads them all.
    stream = None
    for number in sorted(packed, key=packed.__getitem__):
        if packed[number][0] != stream and len(reader.resolved_objects) > _KEPT_OBJECTS:
            reader.forget()
        stream = packed[number][0]
        yield from inside(_object(reader, number, 0))


def _object(reader: Reader, number: int, generation: int) -> object:
    try:
        return reader.get_object(IndirectObject(number, generation, reader))
    except MemoryError:
        raise
    except Exception:
        return None
