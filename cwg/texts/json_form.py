"""A text as canonical JSON and back: the same text gives the same bytes, and the digest names them.

Version 1. Defaults are left out, keys are sorted, no blanks, UTF-8. A run that is words alone is a string. What is
stored never changes; another field is another version, and `read` goes on reading all of them.
"""

import json
from typing import Any

from cwg.record import journal

from .tree import Block, Kind, Malformed, Run, Runs, Style, Text

VERSION = 1

_RUN_FIELDS = {"text", "marks", "reference", "to", "note", "moment"}
_BLOCK_FIELDS = {"kind", "runs", "id", "level", "style", "numbered", "fixed", "cells", "head", "language"}


def write(text: Text) -> bytes:
    """The canonical JSON of `text`, in the form of the record's own."""
    return journal.canonical(_data(text))


def digest(text: Text) -> str:
    """SHA-256 of the canonical JSON, in lower-case hex."""
    return journal.digest(_data(text))


def read(content: bytes | str) -> Text:
    """The text that `content` holds. Raises Malformed where it is no text of a version this portal knows."""
    try:
        value = json.loads(content)
        if value["version"] != VERSION:
            raise Malformed(f"no text of version {value['version']!r} is known")
        _only(value, {"version", "title", "language", "blocks"})
        return Text(value["title"], value["language"], tuple(_block(each) for each in value["blocks"]))
    except Malformed:
        raise
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise Malformed(f"not the JSON of a text: {error}") from error


def _data(text: Text) -> dict[str, Any]:
    return {
        "version": VERSION,
        "title": text.title,
        "language": text.language,
        "blocks": [_block_data(block) for block in text.blocks],
    }


def _block_data(block: Block) -> dict[str, Any]:
    data: dict[str, Any] = {"kind": block.kind}
    if block.level != 1:
        data["level"] = block.level
    for name in ("id", "style", "numbered", "fixed", "head", "language"):
        if value := getattr(block, name):
            data[name] = value
    if block.runs:
        data["runs"] = _runs_data(block.runs)
    if block.cells:
        data["cells"] = [_runs_data(runs) for runs in block.cells]
    return data


def _runs_data(runs: Runs) -> list[Any]:
    return [_run_data(run) for run in runs]


def _run_data(run: Run) -> Any:
    if run.is_plain and not run.marks:
        return run.text
    data: dict[str, Any] = {
        name: value
        for name in ("text", "marks", "reference", "to", "moment")
        if (value := getattr(run, name))
    }
    if run.note:
        data["note"] = _runs_data(run.note)
    return data


def _block(data: dict[str, Any]) -> Block:
    _only(data, _BLOCK_FIELDS)
    fields = dict(data, kind=Kind(data["kind"]), runs=_runs(data.get("runs", ())))
    if "style" in data:
        fields["style"] = Style(data["style"])
    fields["cells"] = tuple(_runs(cell) for cell in data.get("cells", ()))
    _typed(fields, {"id": str, "level": int, "numbered": bool, "fixed": str, "head": bool, "language": str})
    return Block(**fields)


def _runs(data: Any) -> Runs:
    return tuple(_run(each) for each in data)


def _run(data: Any) -> Run:
    if isinstance(data, str):
        return Run(data)
    _only(data, _RUN_FIELDS)
    _typed(data, {"text": str, "marks": str, "reference": str, "to": str, "moment": str})
    return Run(**(data | {"note": _runs(data.get("note", ()))}))


def _only(data: dict[str, Any], known: set[str]) -> None:
    if unknown := set(data) - known:
        raise Malformed(f"unknown fields: {', '.join(sorted(unknown))}")


def _typed(data: dict[str, Any], types: dict[str, type]) -> None:
    for name, kind in types.items():
        if name in data and type(data[name]) is not kind:
            raise Malformed(f"{name} is no {kind.__name__}")
