"""A text goes into canonical JSON and comes back the same; the same text has the same digest."""

import hashlib
import json

import pytest
from hypothesis import given, settings

from cwg.texts import json_form
from cwg.texts.tree import Malformed, Run, Style, Text, heading, items, pair, paragraph, row, title
from tests.texts.strategies import texts

TEXT = Text(
    "Report",
    "en",
    (
        title("Report of the meeting"),
        heading(1, "Introduction", numbered=True, id="p1"),
        paragraph(
            (Run("See "), Run("Doc. 7", "b", "WG-WSIS-14/7"), Run(note=(Run("Held."),))), fixed="4 bis"
        ),
        *items(["spam"], Style.LETTER),
        row("a", "b", head=True),
        pair("Date", Run("12 February", moment="2009-02-12")),
    ),
)
MANY = settings(max_examples=150)


def test_the_form_of_version_1():
    assert json_form.write(TEXT).decode() == (
        '{"blocks":[{"kind":"title","runs":["Report of the meeting"]},'
        '{"id":"p1","kind":"heading","numbered":true,"runs":["Introduction"]},'
        '{"fixed":"4 bis","kind":"paragraph","numbered":true,"runs":["See ",'
        '{"marks":"b","reference":"WG-WSIS-14/7","text":"Doc. 7"},{"note":["Held."]}]},'
        '{"kind":"item","runs":["spam"],"style":"a)"},{"cells":[["a"],["b"]],"head":true,"kind":"row"},'
        '{"cells":[["Date"],[{"moment":"2009-02-12","text":"12 February"}]],"kind":"pair"}],'
        '"language":"en","title":"Report","version":1}'
    )
    assert json_form.digest(TEXT) == hashlib.sha256(json_form.write(TEXT)).hexdigest()


@MANY
@given(texts())
def test_every_text_comes_back_as_it_went_in(text):
    written = json_form.write(text)
    again = json_form.read(written)
    assert again == text
    assert json_form.write(again) == written


def test_another_word_is_another_digest():
    other = Text(TEXT.title, TEXT.language, (title("Report of the meetings"), *TEXT.blocks[1:]))
    assert json_form.digest(other) != json_form.digest(TEXT)


def changed(**fields) -> bytes:
    return json.dumps(json.loads(json_form.write(TEXT)) | fields).encode()


@pytest.mark.parametrize(
    "content",
    [
        b"", b"[]", b"null", b"\xff", b"{}", b'{"version":1}', b"[" * 100_000,
        changed(version=2),
        changed(author="somebody"),
        changed(language="it"),
        changed(blocks=[{"kind": "picture"}]),
        changed(blocks=[{"kind": "paragraph", "onclick": "x"}]),
        changed(blocks=[{"kind": "paragraph", "runs": [{"text": "a", "href": "x"}]}]),
        changed(blocks=[{"kind": "paragraph", "runs": [{"text": 1}]}]),
        changed(blocks=[{"kind": "paragraph", "runs": [None]}]),
        changed(blocks=[{"kind": "heading", "level": "1"}]),
        changed(blocks=[{"kind": "heading", "level": True}]),
        changed(blocks=[{"kind": "row", "cells": [["a"]]}, {"kind": "row", "cells": [["a"], ["b"]]}]),
    ],
)  # fmt: skip
def test_what_is_no_text_is_refused_with_one_error(content):
    with pytest.raises(Malformed):
        json_form.read(content)
