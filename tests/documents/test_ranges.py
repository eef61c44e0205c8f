"""Which part of a file a Range header asks for."""

import pytest

from cwg.documents.ranges import NotSatisfiable, Part, asked_for

ETAG = '"abc"'


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("bytes=0-", Part(0, 100)),
        ("bytes=0-0", Part(0, 1)),
        ("bytes=10-19", Part(10, 20)),
        ("bytes=99-", Part(99, 100)),
        ("bytes=90-1000", Part(90, 100)),
        ("bytes=-1", Part(99, 100)),
        ("bytes=-1000", Part(0, 100)),
        ("Bytes = 5 - 6", Part(5, 7)),
    ],
)
def test_one_part_is_given(header, part):
    assert asked_for(header, "", size=100, etag=ETAG) == part


@pytest.mark.parametrize(
    "header",
    [
        "",
        "bytes=",
        "bytes=-",
        "bytes=a-b",
        "bytes=5-4",
        "bytes=0-1,5-6",
        "lines=1-2",
        "bytes=+1-2",
        "bytes=1-2;x",
        "bytes=9999999999999999999999999999999999999999-",
        "bytes=\u0661-",
    ],
)
def test_whatever_is_no_single_part_is_answered_with_the_whole_file(header):
    assert asked_for(header, "", size=100, etag=ETAG) is None


@pytest.mark.parametrize(
    ("header", "size"), [("bytes=100-", 100), ("bytes=-0", 100), ("bytes=0-", 0), ("bytes=-5", 0)]
)
def test_a_part_beyond_the_end_is_refused(header, size):
    with pytest.raises(NotSatisfiable):
        asked_for(header, "", size=size, etag=ETAG)


@pytest.mark.parametrize("if_range", ['"other"', 'W/"abc"', "Thu, 26 Nov 2026 22:00:00 GMT", "abc"])
def test_a_part_of_what_may_have_changed_is_answered_with_the_whole_file(if_range):
    assert asked_for("bytes=10-", ETAG, size=100, etag=ETAG) == Part(10, 100)
    assert asked_for("bytes=10-", if_range, size=100, etag=ETAG) is None
    # Not even the end is looked at: the client holds something else.
    assert asked_for("bytes=100-", if_range, size=100, etag=ETAG) is None
