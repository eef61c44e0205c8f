"""A list of the pages holds together in the site as it does on GitHub."""

from pathlib import Path

import list_indents
import pytest

DOCS = sorted((Path(__file__).parents[2] / "docs").glob("*.md"))


@pytest.mark.parametrize(
    ("written", "made"),
    [
        ("1. one\n   more of it\n2. two", "1. one\n    more of it\n2. two"),
        ("- one\n  goes on\n\n      code", "- one\n    goes on\n\n        code"),
        ("1. one\n   - within\n     goes on", "1. one\n    - within\n        goes on"),
        ("1. one\n\n   more of it\n2. two\n3. three", "1. one\n\n    more of it\n\n2. two\n3. three"),
        ("10. ten\n\n    more", "10. ten\n\n    more"),
        ("1. one\n\nA paragraph\n\n    - code", "1. one\n\nA paragraph\n\n    - code"),
        ("1. one\n\n       - code", "1. one\n\n        - code"),
        ("```\n1. no list\n   x\n```\n", "```\n1. no list\n   x\n```\n"),
        ("| 1. | a |\n", "| 1. | a |\n"),
    ],
)
def test_a_list_is_written_as_the_site_reads_it(written, made):
    assert list_indents.rewritten(written) == made


@pytest.mark.parametrize("page", DOCS, ids=lambda path: path.stem)
def test_no_word_of_a_page_is_lost(page):
    text = page.read_text()
    assert list_indents.rewritten(text).split() == text.split()
