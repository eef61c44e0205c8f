"""How a request with several addressees is said to stand."""

from types import SimpleNamespace

import pytest

from meetings.models import Standing
from meetings.request_lines import AddresseeLine, RequestLine, names

AWAITED, OVERDUE, ANSWERED = Standing.AWAITED, Standing.OVERDUE, Standing.ANSWERED
WITHDRAWN, ENDED, NOTED = Standing.WITHDRAWN, Standing.ENDED, Standing.NOTED


def line(*standings: Standing) -> RequestLine:
    return RequestLine(None, tuple(AddresseeLine(None, each) for each in standings))


@pytest.mark.parametrize(
    ("standings", "said"),
    [
        ([AWAITED], "Awaiting answer"),
        ([OVERDUE], "Overdue"),
        ([ANSWERED], "Answered"),
        ([WITHDRAWN], "Withdrawn"),
        ([AWAITED, AWAITED, AWAITED], "0 of 3 answered"),
        ([ANSWERED, AWAITED, ANSWERED], "2 of 3 answered"),
        ([ANSWERED, ANSWERED], "Answered"),
        ([ANSWERED, OVERDUE], "Overdue: 1 of 2 answered"),
        ([OVERDUE, OVERDUE], "Overdue: 0 of 2 answered"),
        ([ANSWERED, ENDED], "1 of 2 answered"),
        ([ENDED, ENDED], "Ended with the meeting"),
        ([NOTED, NOTED, NOTED], "Noted"),
        ([WITHDRAWN, WITHDRAWN], "Withdrawn"),
        ([WITHDRAWN, ANSWERED], "Answered"),
        ([WITHDRAWN, AWAITED], "Awaiting answer"),
        ([WITHDRAWN, ANSWERED, AWAITED], "1 of 2 answered"),
    ],
)
def test_the_summary_counts_those_from_whom_it_was_not_withdrawn(standings, said):
    assert line(*standings).summary == said


def test_a_request_is_open_while_anybody_has_to_answer():
    assert [each for each in Standing if line(each).is_open] == [AWAITED, OVERDUE]
    assert line(ANSWERED, OVERDUE, WITHDRAWN).is_open
    assert not line(ANSWERED, WITHDRAWN, ENDED, NOTED).is_open


@pytest.mark.parametrize(
    ("count", "said"),
    [(1, "A0"), (4, "A0, A1, A2, A3"), (5, "A0, A1, A2, A3, A4"), (6, "A0, A1, A2, A3 and 2 others")],
)
def test_many_addressees_are_counted_and_not_all_named(count, said):
    rows = [SimpleNamespace(who=SimpleNamespace(name=f"A{number}")) for number in range(count)]
    assert names(rows, at_most=4) == said
    assert names(rows).count(",") == count - 1


def test_a_heading_names_one_and_counts_the_others():
    rows = [SimpleNamespace(who=SimpleNamespace(name=f"A{number}")) for number in range(3)]
    assert [names(rows[:count], at_most=1) for count in (1, 2, 3)] == [
        "A0", "A0 and 1 other", "A0 and 2 others",
    ]  # fmt: skip
