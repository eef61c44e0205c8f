"""Equations of Word (ECMA-376 part 1, 22.1) in one line: a/b, x^2, x_(i+1), √(x), and the letters as they are."""

from __future__ import annotations

from functools import partial
from typing import Protocol

from .xml_parts import Handlers, attribute


class Writer(Protocol):
    def add(self, data: str) -> None: ...

    def hold(self) -> None: ...

    def release(self) -> str: ...


def _grouped(text: str) -> str:
    """In brackets where it is more than one thing: a number and a name are one."""
    plain = text.strip()
    return plain if plain.replace(".", "").isalnum() or len(plain) < 2 else f"({plain})"


class Equations:
    """Hears one part's equations and writes them where they stand; the letters themselves are written by `writer`."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        # Brackets around: opening, closing, dividing, and whether one of its members was begun.
        self._brackets: list[list[str]] = []
        # Of each `m:e` that is open, what ends it.
        self._members: list[str] = []
        # The elements that are open and in which an `m:e` means something.
        self._around: list[str] = []
        self._operator = ""

    def listen(self, handlers: Handlers) -> None:
        for name, sign in (("m:sup", "^"), ("m:sub", "_")):
            handlers.on_start(name, self._hold)
            handlers.on_end(name, partial(self._raise, sign))
        handlers.on_start("m:num", self._hold)
        handlers.on_end("m:num", self._group)
        handlers.on_start("m:den", self._hold)
        handlers.on_end("m:den", self._divide)
        handlers.on_start("m:rad", self._root)
        handlers.on_end("m:rad", self._leave)
        handlers.on_start("m:d", self._bracket)
        handlers.on_end("m:d", self._unbracket)
        for place, name in enumerate(("m:begChr", "m:endChr", "m:sepChr")):
            handlers.on_start(name, partial(self._set_bracket, place))
        handlers.on_start("m:naryPr", self._begin_operator)
        handlers.on_start("m:chr", self._set_operator)
        handlers.on_end("m:naryPr", self._write_operator)
        for name in (
            "m:sSup",
            "m:sSub",
            "m:sSubSup",
            "m:sPre",
            "m:nary",
            "m:func",
            "m:acc",
            "m:bar",
            "m:box",
        ):
            handlers.on_start(name, partial(self._enter, ""))
            handlers.on_end(name, self._leave)
        for name, divider in (("m:mr", " "), ("m:eqArr", "\n")):
            handlers.on_start(name, partial(self._enter, divider))
            handlers.on_end(name, self._leave)
        handlers.on_end("m:mr", lambda: self._writer.add("; "))
        handlers.on_start("m:e", self._begin_member)
        handlers.on_end("m:e", self._end_member)

    def _hold(self, _attributes: dict[str, str]) -> None:
        self._writer.hold()

    def _raise(self, sign: str) -> None:
        if held := self._writer.release():
            self._writer.add(sign + _grouped(held))

    def _group(self) -> None:
        self._writer.add(_grouped(self._writer.release()))

    def _divide(self) -> None:
        self._writer.add("/" + _grouped(self._writer.release()))

    # Members of what is around them

    def _enter(self, divider: str, _attributes: dict[str, str]) -> None:
        self._around.append(divider)

    def _leave(self) -> None:
        if self._around:
            self._around.pop()

    def _root(self, _attributes: dict[str, str]) -> None:
        self._around.append("√")

    def _begin_member(self, _attributes: dict[str, str]) -> None:
        around = self._around[-1] if self._around else ""
        end = around
        if around == "√":
            self._writer.add("√(")
            end = ")"
        elif around == "()":
            bracket = self._brackets[-1]
            self._writer.add(bracket[2] if bracket[3] else bracket[0])
            bracket[3] = "begun"
            end = ""
        self._members.append(end)

    def _end_member(self) -> None:
        if self._members:
            self._writer.add(self._members.pop())

    # Brackets and operators, whose signs stand in their properties

    def _bracket(self, _attributes: dict[str, str]) -> None:
        self._around.append("()")
        self._brackets.append(["(", ")", "|", ""])

    def _unbracket(self) -> None:
        self._leave()
        if self._brackets:
            bracket = self._brackets.pop()
            self._writer.add(bracket[1] if bracket[3] else "")

    def _set_bracket(self, place: int, attributes: dict[str, str]) -> None:
        if self._brackets:
            self._brackets[-1][place] = attribute(attributes, "m:val") or ""

    def _begin_operator(self, _attributes: dict[str, str]) -> None:
        self._operator = "∫"

    def _set_operator(self, attributes: dict[str, str]) -> None:
        if self._operator:
            self._operator = attribute(attributes, "m:val") or ""

    def _write_operator(self) -> None:
        self._writer.add(self._operator)
        self._operator = ""
