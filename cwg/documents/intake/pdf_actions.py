"""What a PDF can do: actions that nobody may be sent, and those that its readers are told of (quality.md 19 and 20).

Launching, sending and importing are refused wherever they hang, because a click is quickly made; scripts are
refused where they run without one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pypdf.generic import ArrayObject, DictionaryObject

from .findings import Finding, Refused, refuse
from .foreign_text import clean_line
from .pdf_targets import reach_of_link
from .pdf_values import dictionary_at, items, stream_bytes, text, value
from .reach import SHARE, WEB, reach_of

# ISO 32000-2, 12.6.3: occasions of an annotation that come with its page, without a hand.
_UNASKED = ("/PO", "/PC", "/PV", "/PI")
_PATHS = ("/F", "/UF", "/DOS", "/Unix", "/Mac")
_MOST_ACTIONS = 10_000
_MOST_TREE_NODES = 10_000
_FORM_SCRIPT = re.compile(rb"<\s*(?:[\w.-]+:)?(?:script|submit)\b", re.IGNORECASE)


class Actions:
    """Collects what the looked-at dictionaries can do; `refusals` has each kind once, with its first target."""

    def __init__(self) -> None:
        self._refusals: dict[str, Finding] = {}
        self.javascript = False
        self.links = 0

    @property
    def refusals(self) -> tuple[Finding, ...]:
        return tuple(self._refusals.values())

    def look(self, dictionary: DictionaryObject) -> None:
        """Looks at one dictionary by itself, wherever it hangs."""
        kind = text(dictionary, "/S")
        if kind == "/Launch":
            self._refuse("pdf_launch", target=_path(dictionary))
        elif kind == "/SubmitForm":
            self._refuse("pdf_submit_form", target=_path(dictionary))
        elif kind == "/ImportData":
            self._refuse("pdf_import_data", target=_path(dictionary))
        elif kind == "/URI":
            address = text(dictionary, "/URI")
            if reach_of_link(address) == SHARE:
                self._refuse("pdf_network_share", target=clean_line(address, 120))
        if is_script(dictionary):
            self.javascript = True
        # The name under which a file is carried inside is only a name.
        if "/EF" not in dictionary:
            for key in (*_PATHS, "/D") if kind == "/MCD" else _PATHS:
                path = text(dictionary, key) if key in dictionary else ""
                if path and reach_of(path) == SHARE:
                    self._refuse("pdf_network_share", target=clean_line(path, 120))

    def look_at_automatic(self, action: object) -> None:
        """Looks at an action that runs by itself, with all that follow it."""
        for each in _chain(action):
            self.look(each)
            if is_script(each):
                self._refuse("pdf_javascript_on_opening")

    def look_at_catalog(self, catalog: DictionaryObject) -> None:
        """All that runs when the file is opened, closed, saved or printed, and the scripts of its form."""
        self.look_at_automatic(value(catalog, "/OpenAction"))
        self.look_at_occasions(catalog)
        for script in tree_values(dictionary_at(catalog, "/Names", "/JavaScript")):
            self.look_at_automatic(script)
        for entry in _outline(dictionary_at(catalog, "/Outlines", "/First")):
            self._look_at_asked(value(entry, "/A"))
        base = dictionary_at(catalog, "/URI")
        if base and reach_of_link(text(base, "/Base")) == SHARE:
            self._refuse("pdf_network_share", target=clean_line(text(base, "/Base"), 120))
        form = dictionary_at(catalog, "/AcroForm")
        if form and _has_form_script(value(form, "/XFA")):
            self._refuse("pdf_xfa_script")
        for field in _fields(form):
            for occasion in _members(dictionary_at(field, "/AA")):
                self._look_at_asked(occasion)

    def look_at_occasions(self, owner: DictionaryObject) -> None:
        """The additional actions of the document or of a page: all of them run by themselves."""
        for occasion in _members(dictionary_at(owner, "/AA")):
            self.look_at_automatic(occasion)

    def look_at_annotation(self, annotation: DictionaryObject) -> None:
        self.look(annotation)
        for each in _chain(value(annotation, "/A")):
            self.look(each)
            if text(each, "/S") == "/URI" and reach_of_link(text(each, "/URI")) == WEB:
                self.links += 1
        occasions = dictionary_at(annotation, "/AA")
        for key in occasions or ():
            action = value(occasions, key) if occasions else None
            if key in _UNASKED:
                self.look_at_automatic(action)
            else:
                self._look_at_asked(action)

    def _look_at_asked(self, action: object) -> None:
        """Looks at an action that waits for somebody to click or type, with all that follow it."""
        for each in _chain(action):
            self.look(each)

    def _refuse(self, code: str, **data: str) -> None:
        self._refusals.setdefault(code, refuse(code, **data))


def is_script(dictionary: DictionaryObject) -> bool:
    """Whether a dictionary brings a script that is more than blank; one that we cannot unpack may be read by others."""
    if "/JS" not in dictionary:
        return "/OnInstantiate" in dictionary
    script = stream_bytes(value(dictionary, "/JS"))
    return script is None or bool(script.strip(b" \t\r\n\x00\xfe\xff\xef\xbb\xbf"))


def _path(action: DictionaryObject) -> str:
    """The file or address of an action, as its sender would know it; `?` where it has none."""
    for holder in (action, dictionary_at(action, "/F"), dictionary_at(action, "/Win")):
        for key in ("/UF", "/F"):
            found = text(holder, key) if holder else ""
            if found:
                return clean_line(found, 120)
    return "?"


def _members(dictionary: DictionaryObject | None) -> Iterator[object]:
    for key in list(dictionary or ()):
        yield value(dictionary, key) if dictionary else None


def _chain(action: object) -> Iterator[DictionaryObject]:
    """An action and those that follow it (ISO 32000-2, 12.6.2), each once. Refused where no end is seen of them."""
    waiting: list[object] = [action]
    seen: set[int] = set()
    while waiting and len(seen) < _MOST_ACTIONS:
        each = waiting.pop()
        if isinstance(each, ArrayObject):
            waiting.extend(found for found in items(each) if isinstance(found, DictionaryObject))
        elif isinstance(each, DictionaryObject) and id(each) not in seen:
            seen.add(id(each))
            yield each
            waiting.append(value(each, "/Next"))
    if waiting:
        raise Refused("timeout")


def tree_values(root: DictionaryObject | None) -> Iterator[object]:
    """The values of a name tree (ISO 32000-2, 7.9.6). Refused where there is more of it than any honest file has."""
    waiting: list[object] = [root]
    seen: set[int] = set()
    while waiting and len(seen) < _MOST_TREE_NODES:
        node = waiting.pop()
        if not isinstance(node, DictionaryObject) or id(node) in seen:
            continue
        seen.add(id(node))
        waiting.extend(items(value(node, "/Kids")))
        yield from list(items(value(node, "/Names")))[1::2]
    if waiting:
        raise Refused("timeout")


def _outline(first: DictionaryObject | None) -> Iterator[DictionaryObject]:
    """The entries of the outline that readers show beside the pages (ISO 32000-2, 12.3.3)."""
    waiting: list[object] = [first]
    seen: set[int] = set()
    while waiting and len(seen) < _MOST_TREE_NODES:
        entry = waiting.pop()
        if isinstance(entry, DictionaryObject) and id(entry) not in seen:
            seen.add(id(entry))
            yield entry
            waiting += [value(entry, "/Next"), value(entry, "/First")]


def _fields(form: DictionaryObject | None) -> Iterator[DictionaryObject]:
    """The fields of a form with those inside them; what stands on a page is seen there too."""
    waiting: list[object] = [*items(value(form, "/Fields"))] if form else []
    seen: set[int] = set()
    while waiting and len(seen) < _MOST_TREE_NODES:
        field = waiting.pop()
        if isinstance(field, DictionaryObject) and id(field) not in seen:
            seen.add(id(field))
            yield field
            waiting.extend(items(value(field, "/Kids")))


def _has_form_script(form: object) -> bool:
    """Whether a form of XFA, one stream or its parts in turn with their names, has a script, or may have one unseen."""
    parts = items(form) if isinstance(form, ArrayObject) else [form]
    for part in parts:
        xml = stream_bytes(part)
        # Also as UTF-16: what is looked for is plain letters.
        if xml is None or _FORM_SCRIPT.search(xml.replace(b"\x00", b"")):
            return True
    return False
