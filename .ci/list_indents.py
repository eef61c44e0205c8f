"""Lists as the repository writes them (CommonMark, as on GitHub), written for Python-Markdown, which makes the site.

There what belongs to an item begins below its first word; here four columns further in for each list, whatever the marker's length,
and after an item of several paragraphs the next one comes after an empty line.
"""

import re
from dataclasses import dataclass

# A marker that stands four columns further in is text of a code block.
_MARKER = re.compile(r" {0,3}(?:[-*+]|\d{1,9}[.)]) +(?=\S)")
_FENCE = re.compile(r" *(```|~~~)")


@dataclass
class _Item:
    """A list item that is open: the column where its text begins, and whether it has several paragraphs."""

    column: int
    is_long: bool = False


def rewritten(markdown: str) -> str:
    """The same text with the lines of each list item four columns further in than its marker."""
    # The outermost first.
    items: list[_Item] = []
    lines: list[str] = []
    fenced = False
    for line in markdown.split("\n"):
        if not line.strip():
            lines.append(line)
            continue
        ended = []
        while items and len(line) - len(line.lstrip(" ")) < items[-1].column:
            ended.append(items.pop())
        column = items[-1].column if items else 0
        text = line[column:]
        follows_at_once = bool(lines) and bool(lines[-1].strip())
        for item in () if follows_at_once else items:
            item.is_long = True
        if _FENCE.match(text):
            fenced = not fenced
        marker = None if fenced else _MARKER.match(text)
        if marker:
            text = text.lstrip(" ")
            if follows_at_once and any(item.is_long for item in ended):
                lines.append("")
        lines.append(" " * 4 * len(items) + text)
        if marker:
            items.append(_Item(column + len(marker[0])))
    return "\n".join(lines)
