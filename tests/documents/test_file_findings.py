"""What pages say of a file: the findings of intake, and how far its text is read."""

import pytest

from cwg.documents import file_findings
from cwg.documents.models import Blob

PARTIAL = "Its text could be read only in part; search may not find all of it."


@pytest.mark.parametrize(
    ("reading", "said"),
    [
        ("read", []),
        ("waiting", ["Its text is being read; until that is done, search does not find it by its text."]),
        ("partial", [PARTIAL]),
        ("unreadable", ["Its text could not be read, so search does not find it by its text."]),
    ],
)
def test_whoever_sent_a_file_reads_how_far_its_text_is_known(reading, said):
    assert file_findings.for_sender(Blob(reading=reading)) == [
        {"tone": "note", "text": each} for each in said
    ]


def test_a_text_that_is_partial_is_told_once():
    found = {"findings": [{"code": "text_partial", "severity": "info", "data": {}}]}
    assert [each["text"] for each in file_findings.for_sender(Blob(reading="partial", inspection=found))] == [
        PARTIAL
    ]


def test_a_release_that_read_the_text_at_intake_said_itself_that_it_was_partial():
    found = {"findings": [{"code": "text_partial", "severity": "info", "data": {}}]}
    (told,) = file_findings.for_sender(Blob(inspection=found))
    assert told["tone"] == "note" and "too long" in told["text"]


def found(*findings) -> Blob:
    return Blob(inspection={"findings": [{"code": c, "severity": s, "data": d} for c, s, d in findings]})


def test_readers_are_told_the_fact_and_its_sender_what_to_do():
    blob = found(("pdf_embedded_files", "warn", {"count": 1, "names": ["x.xlsx"]}))
    assert file_findings.for_readers(blob) == [
        {"tone": "warning", "text": "The PDF carries 1 other file inside it (x.xlsx)."}
    ]
    (told,) = file_findings.for_sender(blob)
    assert told["text"].endswith("(x.xlsx). Remove it unless it is meant to go out.")


def test_who_worked_on_a_file_and_where_is_told_to_its_sender_only():
    names = ("authors", "info", {"names": ["Ann"]})
    path = ("template_path", "info", {"target": "C:\\Users\\ann\\x.dotx"})
    assert len(file_findings.for_sender(found(names, path))) == 2
    (told,) = file_findings.for_readers(found(names, path))
    assert told["text"] == "The file names a template on the computer of its author."


def test_a_code_of_another_release_is_not_told_to_readers_as_a_refusal():
    assert file_findings.for_readers(found(("of_tomorrow", "warn", {}))) == []


def test_readers_are_told_how_far_the_text_is_known_too():
    assert file_findings.for_readers(Blob(reading="partial"))[0]["text"] == PARTIAL
