"""What a file says of itself in its own head: title, language, summary, action required, references.

Pure, and only ever a proposal: a person sees each beside the sign that it came from the file, and corrects it. Better none
than a wrong one.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from cwg.documents import symbols
from cwg.documents.intake.text_language import likely_language
from cwg.folding import fold
from cwg.look import signs
from cwg.record import legible

from . import header_labels as labels

# Of a text so much is looked at, in characters; and so many lines of it for a title without a label.
LOOKED_AT = 8_000
_HEAD = 40
# What stands in the box of a paper; where no other label ends it by then, its first sentence or paragraph is taken.
_MOST_LINES = 14
_MOST = {"title": 300, "summary": 3_500, "action_required": 1_800, "references": 1_800}
_SENTENCE_ENDS = tuple(".;!?:。；！？؟؛…")
_DIVIDED = re.compile(r"\s*[:：\t]\s*|\s+[–—-]\s+")
_NUMBERED = re.compile(r"^(?:\d{1,2}(?:\.\d{1,2})*|[IVX]{1,4})[.)]?\s+")
_RULE = re.compile(r"^[\W_]*$")
_DAY = re.compile(r"\d.*(?:19|20)\d\d|(?:19|20)\d\d.*\d")
_FILE_NAME = re.compile(r"\.(?:docx?|dotx?|docm|rtf|odt|pdf|wpd|tmp)\b", re.IGNORECASE)
_PROGRAM = re.compile(r"^(?:microsoft\s+(?:office\s+)?word|word)\s*[-–—]\s*", re.IGNORECASE)
# Runs of blanks but for a tab, which divides a label from what it labels.
_BLANKS = re.compile(r"[^\S\t\n\f]+")
_CJK = re.compile("[\u3400-\u9fff]")


@dataclass(frozen=True)
class Proposal:
    """ "" where the file does not say it. `language` is one of the six, by its code."""

    title: str = ""
    language: str = ""
    summary: str = ""
    action_required: str = ""
    references: str = ""


def propose(text: str, *, core_title: str = "", names: Iterable[str] = ()) -> Proposal:
    """What the beginning of a file's text, and its core properties, say. Pages may be divided by a form feed.

    `names`: of the group, the meeting, the party, which stand at the head of a paper and are no title of it.
    """
    beginning = _BLANKS.sub(" ", text[:LOOKED_AT])
    lines = [line.strip() for line in re.split("[\n\f]", beginning) if not _RULE.match(line)]
    found: dict[str, str] = {}
    for place, line in enumerate(lines):
        field, rest = _label(line)
        if field in ("", labels.OTHER) or found.get(field):
            continue
        found[field] = _value(field, rest, lines[place + 1 :])
    title = found.get(labels.TITLE, "") or _unlabelled_title(lines[:_HEAD], core_title, names)
    return Proposal(
        title=_fit(" ".join(title.split()), "title"),
        language=likely_language(text) or _language(found.get(labels.LANGUAGE, "")),
        summary=_fit(found.get(labels.SUMMARY, ""), "summary"),
        action_required=_fit(found.get(labels.ACTION, ""), "action_required"),
        references=_fit(found.get(labels.REFERENCES, ""), "references"),
    )


def useful_core_title(title: str) -> str:
    """The title of the core properties, where a person gave it: not a program's, a template's, or a file's name."""
    title = " ".join(title.split())
    folded = fold(title)
    bare = folded.rstrip("0123456789 _()-")
    no_title = (
        _PROGRAM.match(title)
        or _FILE_NAME.search(title)
        or bare in labels.UNNAMED
        or any(word in folded for word in labels.TEMPLATE_WORDS)
        or _is_symbol(title)
        or not _is_worded(title)
    )
    return "" if no_title else title


def _label(line: str) -> tuple[str, str]:
    """Which field the line begins, and what stands behind its label; ("", "") for any other line."""
    head, _, rest = _NUMBERED.sub("", line), "", ""
    if divided := _DIVIDED.search(head):
        head, rest = head[: divided.start()], head[divided.end() :]
    if rest.strip(" .").isdigit():
        return "", ""  # of a table of contents
    folded = fold(head).strip(" .")
    if field := labels.FIELD_OF_LABEL.get(folded):
        return field, rest.strip()
    if len(folded) <= 80 and folded.startswith(tuple(f"{label} " for label in labels.OPEN_ENDED)):
        return labels.ACTION, rest.strip()
    return "", ""


def _value(field: str, rest: str, after: list[str]) -> str:
    if field == labels.LANGUAGE:
        return rest or (after[0] if after else "")
    if field == labels.TITLE:
        return _with_its_next_line([rest, *after] if rest else after)
    ends = next((place for place, line in enumerate(after[:_MOST_LINES]) if _label(line)[0]), None)
    if ends is None:
        lines = [rest, *after] if rest else after
        # References are lines, and no sentences that end.
        lines = lines[:1] if field == labels.REFERENCES else _first_sentences(lines)
    else:
        lines = [*([rest] if rest else []), *after[:ends]]
    return _joined(lines)


def _first_sentences(lines: list[str]) -> list[str]:
    """The lines up to the first that ends a sentence: in Word a paragraph, in a PDF as many lines as it takes."""
    for place, line in enumerate(lines[:_MOST_LINES]):
        if line.endswith(_SENTENCE_ENDS):
            return lines[: place + 1]
    return lines[:1]


def _joined(lines: list[str]) -> str:
    """Lines that only a margin divided, as in a PDF, are one."""
    text = ""
    for line in lines:
        goes_on = text and not text.endswith(_SENTENCE_ENDS) and line[:1].islower()
        text += f"{' ' if goes_on else chr(10) if text else ''}{line}"
    return text


def _with_its_next_line(lines: list[str]) -> str:
    """A title, which may go on in the line after it: in small letters, or both in capitals."""
    if not lines or _label(lines[0])[0]:
        return ""
    title = lines[0]
    for line in lines[1:3]:
        both = title.isupper() and line.isupper()
        if _label(line)[0] or title.endswith(_SENTENCE_ENDS) or not (line[:1].islower() or both):
            break
        title += f" {line}"
    return title


def _unlabelled_title(lines: list[str], core_title: str, names: Iterable[str]) -> str:
    """The core title where the head of the paper bears it too; else the first line that may be one, else the core title."""
    core = useful_core_title(core_title)
    if core and fold(core) in fold(" ".join(lines)):
        return core
    known = [fold(name) for name in names if name]
    for place, line in enumerate(lines):
        if _label(line)[0] in (labels.SUMMARY, labels.ACTION):
            break  # the head is over
        if _label(line)[0] or not _is_worded(line) or _stands_at_the_head(line, known):
            continue
        if len(line) > _MOST["title"] or (len(line) > 120 and line.endswith(_SENTENCE_ENDS)):
            break  # the text has begun
        return _with_its_next_line(lines[place:])
    return core


def _stands_at_the_head(line: str, known: list[str]) -> bool:
    """Whether it is a line of every paper of the meeting: the body, the symbol, a day, from whom it comes."""
    folded = fold(line)
    return (
        folded.startswith(labels.NO_TITLE)
        or any(folded in name or (name in folded and 2 * len(name) > len(folded)) for name in known)
        or (len(line) <= 60 and bool(_DAY.search(line)))
        or _is_symbol(line)
        or folded in labels.LANGUAGE_OF_NAME
    )


def _is_symbol(line: str) -> bool:
    if any(end - start >= len(line) // 2 for start, end, _symbol in symbols.find_references(line)):
        return True
    try:
        symbols.parse(line)
    except symbols.NotASymbol:
        return False
    return True


def _is_worded(line: str) -> bool:
    """Whether it says something: two words, or a few Chinese characters, and more letters than anything else."""
    letters = sum(sign.isalpha() for sign in line)
    enough = len(line.split()) >= 2 or len(_CJK.findall(line)) >= 4
    return enough and letters * 2 > len(line.replace(" ", ""))


def _language(words: str) -> str:
    for name in re.split(r"[/,;\s]+", fold(words)):
        if code := labels.LANGUAGE_OF_NAME.get(name):
            return code
    return ""


def _fit(words: str, field: str) -> str:
    """The words as the form of a draft takes them; "" where it would not."""
    words = "".join(sign for sign in words if sign not in signs.DIRECTION_OVERRIDES).strip()
    several = field != "title"
    if len(words) > _MOST[field] or legible.is_empty(words) or signs.refusal(words, several_lines=several):
        return ""
    return words
