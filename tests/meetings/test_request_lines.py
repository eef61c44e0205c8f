"""How a request with several addressees is said to stand."""

from datetime import date
from types import SimpleNamespace

import pytest

from meetings.models import Request, Standing
from meetings.request_lines import AddresseeLine, RequestLine, names

AWAITED, OVERDUE, ANSWERED = Standing.AWAITED, Standing.OVERDUE, Standing.ANSWERED
WITHDRAWN, ENDED, NOTED = Standing.WITHDRAWN, Standing.ENDED, Standing.NOTED


def line(*standings: Standing) -> RequestLine:
    return RequestLine(None, tuple(AddresseeLine(asked(), each) for each in standings))


def asked(due_on: date | None = None) -> SimpleNamespace:
    return SimpleNamespace(request=SimpleNamespace(due_on=due_on))


@pytest.mark.parametrize(
    ("standings", "said"),
    [
        ([AWAITED], "Awaited until the meeting closes"),
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
        ([WITHDRAWN, AWAITED], "Awaited until the meeting closes"),
        ([WITHDRAWN, ANSWERED, AWAITED], "1 of 2 answered"),
    ],
)
def test_the_summary_counts_those_from_whom_it_was_not_withdrawn(standings, said):
    assert line(*standings).summary == said


def test_one_that_is_awaited_says_until_when_and_several_are_counted():
    day = asked(date(2026, 11, 27))
    alone = RequestLine(None, (AddresseeLine(day, AWAITED),))
    assert (alone.summary, alone.says_until_when) == ("Awaited until 27 November 2026", True)
    both = RequestLine(None, (AddresseeLine(day, AWAITED), AddresseeLine(day, AWAITED)))
    assert (both.summary, both.says_until_when) == ("0 of 2 answered", False)
    late = RequestLine(None, (AddresseeLine(day, OVERDUE),))
    assert (late.summary, late.says_until_when) == ("Overdue", False)


def test_a_request_is_open_while_anybody_has_to_answer():
    assert [each for each in Standing if line(each).is_open] == [AWAITED, OVERDUE]
    assert line(ANSWERED, OVERDUE, WITHDRAWN).is_open
    assert not line(ANSWERED, WITHDRAWN, ENDED, NOTED).is_open


@pytest.mark.parametrize(("count", "is_long"), [(1, False), (12, False), (13, True)])
def test_more_than_twelve_addressees_are_too_many_to_be_read_at_once(count, is_long):
    assert line(*[AWAITED] * count).is_long == is_long


def test_many_addressees_stand_together_by_what_became_of_them_and_what_is_awaited_comes_first():
    found = line(WITHDRAWN, AWAITED, ANSWERED, NOTED, AWAITED, OVERDUE, ENDED).by_standing
    assert [(standing, len(lines)) for standing, lines in found] == [
        (OVERDUE, 1),
        (AWAITED, 2),
        (ANSWERED, 1),
        (ENDED, 1),
        (NOTED, 1),
        (WITHDRAWN, 1),
    ]
    assert {each for each, _ in found} == set(Standing)


@pytest.mark.parametrize(
    ("count", "said"),
    [(1, "A0"), (4, "A0, A1, A2, A3"), (5, "A0, A1, A2, A3, A4"), (6, "A0, A1, A2, A3 and 2 others")],
)
def test_many_addressees_are_counted_and_not_all_named(count, said):
    rows = [SimpleNamespace(who=SimpleNamespace(name=f"A{number}")) for number in range(count)]
    assert names(rows) == said


@pytest.mark.parametrize(
    ("wording", "title", "whole"),
    [
        ("A list of measures", "A list of measures", True),
        ("A list\nof measures", "A list of measures", False),
        ("one " * 13 + "end", "one " * 13 + "end", True),
        ("one " * 14 + "end", "one " * 13 + "one…", False),
        ("清" * 120, "清" * 120, True),
        ("清" * 121, "清" * 119 + "…", False),
    ],
)
def test_a_request_is_called_by_the_beginning_of_its_wording(wording, title, whole):
    found = RequestLine(Request(wording=wording), ())
    assert (found.title, found.is_whole_in_title) == (title, whole)


@pytest.mark.parametrize(
    ("item", "said"),
    [
        ("7", "Agenda item 7"),
        ("7.2", "Agenda item 7.2"),
        ("7c", "Agenda item 7c"),
        ("7. Closing", "7. Closing"),
        ("Any other business", "Any other business"),
        ("", ""),
    ],
)
def test_a_number_alone_is_said_to_be_an_agenda_item(item, said):
    assert Request(item=item).item_words == said
