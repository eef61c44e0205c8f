"""Which part of a file is asked for (RFC 9110, section 14). Pure: no request, no file."""

import re
from dataclasses import dataclass

_ONE = re.compile(r"bytes\s*=\s*(\d{0,18})\s*-\s*(\d{0,18})\s*", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True)
class Part:
    """The bytes from `start` to before `stop`."""

    start: int
    stop: int


class NotSatisfiable(ValueError):
    """The part lies beyond the end of the file: 416."""


def asked_for(header: str, if_range: str, *, size: int, etag: str) -> Part | None:
    """The part that the headers Range and If-Range ask for; None where the whole file is to be sent.

    Several parts at once, other units and what is no range at all are answered with the whole file, as the standard
    allows; so is a part of what has changed since, or may have: `if_range` is to be this very strong `etag`.
    Raises NotSatisfiable.
    """
    found = _ONE.fullmatch(header.strip())
    if not found or (if_range and if_range.strip() != etag):
        return None
    first, last = found.groups()
    if not first:
        if not last:
            return None
        # The last so many bytes.
        if not int(last) or not size:
            raise NotSatisfiable
        return Part(max(0, size - int(last)), size)
    if last and int(last) < int(first):
        return None
    if int(first) >= size:
        raise NotSatisfiable
    return Part(int(first), min(int(last) + 1, size) if last else size)
