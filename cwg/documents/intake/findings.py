"""What an inspection says: findings with stable codes, and the inspection that carries them as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from .foreign_text import clean_line

DOCX = "docx"
PDF = "pdf"
MEDIA_TYPES = {
    DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    PDF: "application/pdf",
}
UNKNOWN_MEDIA_TYPE = "application/octet-stream"

# Search will not find all of it. Said of a text that was read on the way; of one read later `ReadText.whole` says so.
TEXT_PARTIAL = "text_partial"

SEVERITIES = ("refuse", "warn", "info")


@dataclass(frozen=True)
class Finding:
    """One fact about a file. `code` is stable (stored, filtered, tested); `data` holds its plain values."""

    code: str
    severity: str
    data: dict[str, Any] = field(default_factory=dict)

    def sentence(self) -> str:
        """Says in the active language what is wrong and what to do. Plain text: escape it like any other."""
        # Django's translation is not loaded in the child process, which only makes findings.
        from .sentences import sentence

        return sentence(self.code, self.data)

    def sentence_for_readers(self) -> str:
        """The same for whoever did not send the file, without advice; "" where they are not told."""
        from .sentences import sentence_for_readers

        return sentence_for_readers(self.code, self.data)


def _plain(data: dict[str, Any]) -> dict[str, Any]:
    return {key: clean_line(value, 160) if isinstance(value, str) else value for key, value in data.items()}


def refuse(code: str, **data: Any) -> Finding:
    return Finding(code, "refuse", _plain(data))


def warn(code: str, **data: Any) -> Finding:
    return Finding(code, "warn", _plain(data))


def info(code: str, **data: Any) -> Finding:
    return Finding(code, "info", _plain(data))


class Refused(Exception):
    """Ends an inspection at once: reading on would be useless or unsafe."""

    def __init__(self, code: str, **data: Any) -> None:
        super().__init__(code)
        self.finding = refuse(code, **data)


@dataclass(frozen=True)
class Inspection:
    """Everything learned about one file.

    `format` is None unless the structure says docx or pdf; `media_type` is the portal's own, for downloads.
    `pages_declared` is true where `pages` is what the word processor last wrote down, not a count of ours.
    `text` is bounded (`Limits.text_chars`), and None where judging the file did not read it on the way: `read` does.
    """

    format: str | None = None
    media_type: str = UNKNOWN_MEDIA_TYPE
    size: int = 0
    pages: int | None = None
    pages_declared: bool = False
    refusals: tuple[Finding, ...] = ()
    findings: tuple[Finding, ...] = ()
    text: str | None = None
    authors: tuple[str, ...] = ()
    tracked_changes: int = 0
    comments: int = 0
    title: str = ""

    @property
    def accepted(self) -> bool:
        return not self.refusals

    def with_refusal(self, code: str, **data: Any) -> Inspection:
        """The same inspection with one more refusal, for what was found by other means (`infected`)."""
        return replace(self, refusals=(*self.refusals, refuse(code, **data)))

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, raw: str | bytes) -> Inspection:
        """Reads what `to_json` wrote; ValueError for anything else, because the writer may have been attacked."""
        return cls.from_record(json.loads(raw))

    @classmethod
    def from_record(cls, record: object) -> Inspection:
        """Reads the object of `to_json` as stored, also by an earlier version: what is missing takes its default,
        what is unknown is passed over. ValueError where a value has another type."""
        if not isinstance(record, dict):
            raise ValueError("not an inspection")
        values = {name: record[name] for name in cls.__dataclass_fields__ if name in record}
        for name, value in values.items():
            if not _IS_VALID[name](value):
                raise ValueError(name)
        for name in ("refusals", "findings"):
            values[name] = tuple(map(_finding, values.get(name, ())))
        values["authors"] = tuple(values.get("authors", ()))
        return cls(**values)


@dataclass(frozen=True)
class ReadText:
    """What reading a file for its text gave. Pages of a PDF are divided by a form feed.

    `whole` is false where some of it is missing: too long, a page that cannot be read. `ended` says why there is none:
    "unreadable" (of what it is, and so it stays), or how the child came to its end ("timeout", "memory", "crashed").
    """

    text: str = ""
    whole: bool = False
    ended: str = ""

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, raw: str | bytes) -> ReadText:
        """Reads what `to_json` wrote; ValueError for anything else, because the writer may have been attacked."""
        match json.loads(raw):
            case {"text": str(text), "whole": bool(whole), "ended": "" | "unreadable" as ended, **rest} if (
                not rest
            ):
                return cls(text, whole, ended)
        raise ValueError("not a text that was read")


def _is_count(value: object) -> bool:
    return type(value) is int and value >= 0


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_list(value: object) -> bool:
    return isinstance(value, list)


_IS_VALID: dict[str, Callable[[Any], bool]] = {
    "format": lambda value: value in (None, DOCX, PDF),
    "media_type": _is_text,
    "size": _is_count,
    "pages": lambda value: value is None or _is_count(value),
    "pages_declared": lambda value: isinstance(value, bool),
    "refusals": _is_list,
    "findings": _is_list,
    "text": lambda value: value is None or _is_text(value),
    "authors": lambda value: isinstance(value, list) and all(map(_is_text, value)),
    "tracked_changes": _is_count,
    "comments": _is_count,
    "title": _is_text,
}


def _finding(value: object) -> Finding:
    if not isinstance(value, dict) or set(value) != {"code", "severity", "data"}:
        raise ValueError("not a finding")
    code, severity, data = value["code"], value["severity"], value["data"]
    if not isinstance(code, str) or severity not in SEVERITIES or not isinstance(data, dict):
        raise ValueError("not a finding")
    return Finding(code, severity, data)
