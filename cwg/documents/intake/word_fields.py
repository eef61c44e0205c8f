"""Fields that act by themselves, start something or fetch something: read wherever a field can stand.

A field's instruction may be spread over runs, quoted, and be made of the results of other fields inside it
(ECMA-376 part 1, 17.16).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import partial

from .findings import Finding, info, refuse, warn
from .package import Package
from .reach import OWN, SHARE, WEB, addresses_in
from .word_checks import WordCheck
from .xml_parts import Handlers, word_attribute

_EXCHANGES = frozenset(("DDE", "DDEAUTO"))
_INCLUDES = frozenset(("INCLUDETEXT", "INCLUDE", "IMPORT", "LINK", "DATABASE", "RD"))
# An instruction of megabytes is none; what names a command and its targets stands at its beginning.
_MOST_CHARACTERS = 4096
_TOKEN = re.compile(
    r"[\"\u201c\u201d\u201e]([^\"\u201c\u201d\u201e]*)[\"\u201c\u201d\u201e]?|([^\s\"\u201c\u201d\u201e]+)"
)
# A command ends where its letters do: `DDEAUTO"c:\\x"` and `HYPERLINK\l` need no blank.
_COMMAND = re.compile(r"\s*([A-Za-z]+)(.*)", re.DOTALL)
_BLANKS = re.compile(r"\s+")


# Deleted text, and what Word reads or passes over as it knows the feature that is asked for.
_WAYS = ("w:delInstrText", "mc:Choice", "mc:Fallback")


class _Field:
    """`code` is the instruction as far as read; `result` what stands after it, for the field around this one."""

    def __init__(self) -> None:
        self.code: list[str] = []
        # How the instruction reads without what is deleted, or without one of two ways of writing the same.
        self.readings: dict[str, list[str]] = {way: [] for way in _WAYS}
        self.result: list[str] = []
        self.in_code = True
        self.length = 0
        self.ends_blank = False

    def add(self, data: str, way: str = "") -> None:
        # Blanks say nothing, and any number of them may stand before what does.
        data = _BLANKS.sub(" ", data)
        if data == " " and self.ends_blank:
            return
        self.ends_blank = data.endswith(" ") if data else self.ends_blank
        if self.length < _MOST_CHARACTERS:
            self.length += len(data)
            (self.code if self.in_code else self.result).append(data[:_MOST_CHARACTERS])
            for left_out, reading in self.readings.items() if self.in_code else ():
                if way != left_out:
                    reading.append(data[:_MOST_CHARACTERS])


class Instructions:
    """Judges instructions of fields one by one, and collects what is to be said of them.

    DDE starts programs, MACROBUTTON what its name says; text, tables and whole documents included from elsewhere are
    refused, and so is all that reaches for a network share. Pictures from the web are warned of.
    """

    def __init__(self) -> None:
        self._exchange = False
        self._button = ""
        self._included: tuple[str, str] | None = None
        self._share_link = ""
        self._links = 0
        self._pictures: list[str] = []
        self._own: list[str] = []

    def judge(self, instruction: str) -> None:
        instruction = _BLANKS.sub(" ", instruction).strip()[:_MOST_CHARACTERS]
        words = [word for pair in _TOKEN.findall(instruction) if (word := pair[0] or pair[1])]
        found = _COMMAND.match(words[0]) if words else None
        if found is None:
            return
        command, arguments = found[1].upper(), [*filter(None, [found[2]]), *words[1:]]
        if command in _EXCHANGES:
            self._exchange = True
        elif command == "MACROBUTTON":
            self._button = arguments[0] if arguments else "?"
        elif command in _INCLUDES:
            self._include(command, arguments)
        elif command == "INCLUDEPICTURE":
            self._picture(command, arguments)
        elif command == "HYPERLINK":
            self._link(arguments)

    def judge_command(self, instruction: str) -> None:
        """Whether it is an exchange, in a reading other than the one that is judged as a whole."""
        found = _COMMAND.match(instruction.lstrip(' "\u201c\u201d\u201e'))
        if found and found[1].upper() in _EXCHANGES:
            self._exchange = True

    def _include(self, command: str, arguments: list[str]) -> None:
        targets = addresses_in(arguments)
        elsewhere = [target for target, reach in targets if reach != OWN]
        if elsewhere:
            self._included = (command, elsewhere[0])
        else:
            self._own += [target for target, _reach in targets]

    def _picture(self, command: str, arguments: list[str]) -> None:
        for target, reach in addresses_in(arguments):
            if reach == SHARE:
                self._included = (command, target)
            else:
                (self._own if reach == OWN else self._pictures).append(target)

    def _link(self, arguments: list[str]) -> None:
        """Its address is one of the arguments, and others are a tip or a frame: one link, whatever they say."""
        targets = addresses_in(arguments)
        shares = [target for target, reach in targets if reach == SHARE]
        if shares:
            self._share_link = shares[0]
        elif any(reach == WEB for _target, reach in targets):
            self._links += 1
        else:
            self._own += [target for target, _reach in targets[:1]]

    def exchange(self) -> None:
        """A connection to a program that is written as no field, in a workbook."""
        self._exchange = True

    def findings(self) -> Iterable[Finding]:
        if self._exchange:
            yield refuse("docx_dde")
        if self._button:
            yield refuse("docx_macro_button", name=self._button)
        if self._included:
            yield refuse("docx_external_field", field=self._included[0], target=self._included[1])
        if self._share_link:
            yield refuse("docx_share_link", target=self._share_link)
        if self._pictures:
            yield warn("external_content", count=len(self._pictures), target=self._pictures[0])
        if self._own:
            yield info("own_files", count=len(self._own), target=self._own[0])
        if self._links:
            yield info("external_links", count=self._links)


class Fields(WordCheck):
    """Puts the instructions of a part together and has them judged; and hears what stands for DDE in a workbook inside."""

    def __init__(self, package: Package) -> None:
        super().__init__(package)
        self._open: list[_Field] = []
        self._ways: list[str] = []
        self._instructions = Instructions()

    def part(self, name: str, content_type: str, head: bytes) -> None:
        if "ms-excel.externallink" in content_type and _begins_exchange(head):
            self._instructions.exchange()

    def listen(self, role: str, handlers: Handlers) -> None:
        self._close_all()
        handlers.on_start("x:ddeLink", lambda _attributes: self._instructions.exchange())
        handlers.on_start("w:fldSimple", self._simple)
        handlers.on_start("w:fldChar", self._mark)
        for name in ("w:instrText", "w:t"):
            handlers.on_words(name, self._text)
        handlers.on_words("w:delInstrText", lambda data: self._text(data, "w:delInstrText"))
        self._ways = []
        for name in ("mc:Choice", "mc:Fallback"):
            handlers.on_start(name, partial(self._begin_way, name))
            handlers.on_end(name, self._end_way)

    def _begin_way(self, name: str, _attributes: dict[str, str]) -> None:
        self._ways.append(name)

    def _end_way(self) -> None:
        self._ways.pop()

    def _simple(self, attributes: dict[str, str]) -> None:
        self._instructions.judge(word_attribute(attributes, "instr") or "")

    def _mark(self, attributes: dict[str, str]) -> None:
        kind = word_attribute(attributes, "fldCharType")
        if kind == "begin":
            self._open.append(_Field())
        elif kind == "separate" and self._open:
            self._open[-1].in_code = False
        elif kind == "end" and self._open:
            self._close()

    def _close(self) -> None:
        field = self._open.pop()
        code = "".join(field.code)
        self._instructions.judge(code)
        for reading in field.readings.values():
            if len(reading) != len(field.code):
                self._instructions.judge_command("".join(reading))
        if self._open:
            self._open[-1].add(_quoted_codes(code) or "".join(field.result))

    def _close_all(self) -> None:
        while self._open:
            self._close()

    def _text(self, data: str, way: str = "") -> None:
        if self._open:
            self._open[-1].add(data, way or (self._ways[-1] if self._ways else ""))

    def finish(self) -> Iterable[Finding]:
        self._close_all()
        yield from self._instructions.findings()


def _begins_exchange(head: bytes) -> bool:
    """Whether the binary form of a workbook's link is one of DDE: record BrtBeginSupBook of [MS-XLSB], kind 1."""
    if not head.startswith(b"\xe8\x02"):
        return False
    # The length takes as many bytes as have their highest bit set, and one more.
    at = 2
    while at < len(head) and head[at] & 0x80:
        at += 1
    return head[at + 1 : at + 3] == b"\x01\x00"


def _quoted_codes(instruction: str) -> str:
    """What a QUOTE field of character codes stands for (`QUOTE 68 68 69`): a way to write a command unseen."""
    words = instruction.split()
    if not words or words[0].upper() != "QUOTE":
        return ""
    codes = [int(word) for word in words[1:] if word.isascii() and word.isdigit() and len(word) < 6]
    return "".join(map(chr, filter(None, codes)))
