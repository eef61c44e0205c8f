"""Keeping secrets that stand in addresses out of the log: whoever reads a log must not be able to act for others.

Some addresses carry a secret: an invitation's link, links mailed to a person (to sign in, for a new password, to
confirm an address), a person's own calendar. They reach a log as the path of a request, inside `next=` of another one,
or in the text of an error.
"""

import logging
import re

MASK = "***"

# A slash, also as it is written inside another address, once or more deeply.
_SLASH = r"(?:/|%(?:25)*2F)"
_SECRET = rf"(?:(?!{_SLASH})[^\s?#&\"'<>\\])+"
_CARRIES_A_SECRET = re.compile(
    rf"({_SLASH}(?:invitation|calendar|sign-in-link|new-address|password{_SLASH}reset{_SLASH}key){_SLASH})({_SECRET})",
    re.IGNORECASE,
)


def mask(text: str) -> str:
    """`text` with every such secret replaced; the rest of the address stays, so that the line still tells."""
    return _CARRIES_A_SECRET.sub(rf"\1{MASK}", text)


class MaskingFormatter(logging.Formatter):
    """Masks the finished line, tracebacks included, whichever library wrote it."""

    def format(self, record: logging.LogRecord) -> str:
        return mask(super().format(record))
