"""Reads single values out of a PDF's dictionaries; what cannot be read is as if it were not there."""

from __future__ import annotations

from collections.abc import Iterator

from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NullObject, StreamObject

from .foreign_text import clean_line

_DEEPEST = 100


def resolved(value: object) -> object:
    """What a reference stands for; None for what is missing or cannot be read. MemoryError passes."""
    if isinstance(value, IndirectObject):
        try:
            value = value.get_object()
        except MemoryError:
            raise
        except Exception:
            return None
    return None if isinstance(value, NullObject) else value


def value(dictionary: DictionaryObject, key: str) -> object:
    return resolved(dictionary.raw_get(key)) if key in dictionary else None


def text(dictionary: DictionaryObject, key: str) -> str:
    """The name or string under `key`, `""` for anything else. Strings that are no text come as Latin-1."""
    found = value(dictionary, key)
    if isinstance(found, bytes):
        return found.decode("latin-1")
    return found if isinstance(found, str) else ""


def line(dictionary: DictionaryObject, key: str) -> str:
    return clean_line(text(dictionary, key), 120)


def dictionary_at(dictionary: DictionaryObject, *keys: str) -> DictionaryObject | None:
    """The dictionary that is reached over `keys`, None where the way breaks off."""
    found: object = dictionary
    for key in keys:
        if not isinstance(found, DictionaryObject):
            return None
        found = value(found, key)
    return found if isinstance(found, DictionaryObject) else None


def items(found: object) -> Iterator[object]:
    """The members of an array, each resolved; nothing for anything else."""
    if isinstance(found, ArrayObject):
        for member in list.__iter__(found):
            yield resolved(member)


def stream_bytes(found: object) -> bytes | None:
    """What a stream or a string holds; nothing for anything else, None where it cannot be unpacked. MemoryError passes."""
    if isinstance(found, StreamObject):
        try:
            return found.get_data()
        except MemoryError:
            raise
        except Exception:
            return None
    if isinstance(found, bytes):
        return found
    return found.encode("utf-8", "replace") if isinstance(found, str) else b""


def inside(found: object) -> Iterator[DictionaryObject]:
    """The dictionaries of one object, without following references."""
    waiting = [(found, 0)]
    while waiting:
        each, depth = waiting.pop()
        if depth > _DEEPEST:
            continue
        if isinstance(each, DictionaryObject):
            yield each
            # Raw values: following references would visit every object many times.
            waiting.extend((inner, depth + 1) for inner in dict.values(each))
        elif isinstance(each, ArrayObject):
            waiting.extend((inner, depth + 1) for inner in list.__iter__(each))
