"""What pages say of a file: the findings of intake, and how far its text is read."""

import pytest

from cwg.documents import file_findings
from cwg.documents.models import Blob

PARTIAL = "Its text could be read only in part; search may not find all of it."


@pytest.mark.parametrize(
    ("reading", "said"),
    [
        ("read", []),
        ("waiting", ["Its text is being read; until then search does not find it by its text."]),
        ("partial", [PARTIAL]),
        ("unreadable", ["Its text could not be read, so search finds it by its title only."]),
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
