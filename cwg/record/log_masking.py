"""Keeping out of the log what whoever reads a log has no business with.

Some addresses of pages carry a secret: an invitation's link, links mailed to a person (to sign in, for a new password,
to confirm an address), a person's own calendar. They reach a log as the path of a request, inside `next=` of another
one, or in the text of an error. Mail addresses reach it in the answers of mail servers; what stands in a row reaches
it in the details of the database's errors.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

MASK = "***"

# A slash, also as it is written inside another address, once or more deeply.
_SLASH = r"(?:/|%(?:25)*2F)"
_SECRET = rf"(?:(?!{_SLASH})[^\s?#&\"'<>\\])+"
_BEFORE_A_SECRET = ("invitation", "calendar", "sign-in-link", "new-address", "password")
_CARRIES_A_SECRET = re.compile(
    rf"({_SLASH}(?:invitation|calendar|sign-in-link|new-address|password{_SLASH}reset{_SLASH}key){_SLASH})({_SECRET})",
    re.IGNORECASE,
)
# The sign within an address, also as it is written inside the address of a page, and what follows it. Begun at the sign and not
# at each character before it: strangers choose the paths that are logged, and a pattern that tries them all takes a second
# for eight thousand.
_AT_A_DOMAIN = re.compile(r"(?:@|%(?:25)*40)(?:[\w-]+\.)+[\w-]+", re.IGNORECASE)
_BEFORE_THE_SIGN = re.compile(r"[^\s@<>\"'(),;:=/?&\\\[\]]*")
# Message-IDs look like addresses and are nobody's: thirty-two digits by which a mail is found again.
_MESSAGE_ID = re.compile(r"[0-9a-f]{32}@")
# What PostgreSQL adds to the sentence of an error quotes the row, or the statement, that it is about.
_DETAIL = re.compile(r"\b((?:DETAIL|CONTEXT|QUERY|STATEMENT):\s+)(?!\*\*\*)\S.*")


def mask(text: str) -> str:
    """`text` without secrets of addresses, mail addresses and details of rows; the rest stays, so that it still tells."""
    # Most texts hold none of it, and every field of every line comes through here: first a look that costs nothing.
    if "/" in text or "%" in text:
        lowered = text.lower()
        if any(word in lowered for word in _BEFORE_A_SECRET):
            text = _CARRIES_A_SECRET.sub(rf"\1{MASK}", text)
    if "@" in text or "40" in text:
        text = _without_mail_addresses(text)
    return _DETAIL.sub(rf"\1{MASK}", text) if ":" in text and _DETAIL.search(text) else text


def _without_mail_addresses(text: str) -> str:
    """In time that grows as the text does: what stands between two signs is read once, backwards from the second."""
    shown: list[str] = []
    end = read = 0
    for found in _AT_A_DOMAIN.finditer(text):
        before = _BEFORE_THE_SIGN.match(text[read : found.start()][::-1])
        begins = found.start() - (before.end() if before else 0)
        read = found.end()
        is_named = begins < found.start() or (shown and begins == end)
        if not is_named and text[read : read + 1] not in ("@", "%"):
            continue  # nobody's: no name before the sign, and it is none itself
        address = text[begins:read]
        shown += [text[end:begins], address if _MESSAGE_ID.match(address) else MASK]
        end = read
    return "".join([*shown, text[end:]])


def masked(value: Any) -> Any:
    """`value` as plain JSON (text, numbers, lists, dictionaries), every text in it masked."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, Mapping):
        # The names of our own fields are none of anybody's words.
        return {
            key if isinstance(key, str) and key.isidentifier() else mask(str(key)): masked(held)
            for key, held in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [masked(held) for held in value]
    return mask(str(value))


def without_details(text: str, error: BaseException | None) -> str:
    """`text`, the traceback of `error`, without what the database quoted of its rows: that may run over many lines."""
    for quoted in _quoted_by_the_database(error):
        text = text.replace(quoted, MASK)
    return text


def _quoted_by_the_database(error: BaseException | None) -> Iterator[str]:
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        held = waiting.pop()
        if held is None or id(held) in seen:
            continue
        seen.add(id(held))
        said = getattr(held, "diag", None)
        for part in ("message_detail", "context", "internal_query"):
            if quoted := getattr(said, part, None):
                yield quoted
        waiting += [held.__cause__, held.__context__]
