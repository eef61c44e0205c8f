"""The files beside this test, as people have sent them: which are taken, which refused, and what is said of each.

`inputs/expected.csv` has a row for every file: whether it is taken or refused; the codes of what is said (for a
refused file, of its refusals), divided by blanks; and what its text has to be, `\\n` and `\\t` written so, or of a PDF
a piece of its text.
"""

import csv
import pathlib

import pytest

INPUTS = pathlib.Path(__file__).with_name("inputs")


def rows():
    with (INPUTS / "expected.csv").open(encoding="utf-8", newline="") as table:
        return list(csv.DictReader(table))


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["file"])
def test_a_file_that_was_sent_is_judged_as_it_deserves(look, read, row):
    content = (INPUTS / row["file"]).read_bytes()
    found = look(content, row["file"])
    assert row["outcome"] in ("taken", "refused")
    assert found.accepted == (row["outcome"] == "taken"), found.refusals
    said = found.findings if found.accepted else found.refusals
    assert set(row["codes"].split()) <= {finding.code for finding in said}
    text = row["text"].replace("\\n", "\n").replace("\\t", "\t")
    if text:
        assert text in read(content).text if row["file"].endswith(".pdf") else text == found.text


def test_every_file_is_in_the_list_once():
    names = [row["file"] for row in rows()]
    assert sorted(names) == sorted(path.name for path in INPUTS.iterdir() if path.name != "expected.csv")
