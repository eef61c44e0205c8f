import random
import tracemalloc

import pytest

from cwg.record.positions import Positions


@pytest.mark.parametrize(
    ("spans", "held"),
    [
        ([], set()),
        ([(3, 3)], {3}),
        ([(5, 7), (1, 2)], {1, 2, 5, 6, 7}),
        ([(1, 4), (2, 3)], {1, 2, 3, 4}),
        ([(1, 3), (4, 6)], {1, 2, 3, 4, 5, 6}),
        ([(4, 3), (2, 2)], {2}),
        ([(2, 2), (2, 2)], {2}),
    ],
    ids=["none", "one", "any order", "within another", "side by side", "ends before it begins", "twice"],
)
def test_a_position_is_among_them_where_a_span_holds_it(spans, held):
    positions = Positions(spans)
    assert {position for position in range(10) if position in positions} == held


def test_the_first_that_lacks_is_the_one_that_a_set_would_find():
    chance = random.Random(7)
    for _ in range(300):
        spans = [(first, first + chance.randrange(-1, 6)) for first in chance.choices(range(1, 40), k=6)]
        positions = Positions(spans)
        members = {position for first, last in spans for position in range(first, last + 1)}
        first = chance.randrange(1, 40)
        last = first + chance.randrange(-1, 20)
        lacking = min(set(range(first, last + 1)) - members, default=None)
        assert positions.first_lacking(first, last) == lacking, (spans, first, last)


def test_a_long_span_costs_no_more_than_a_short_one():
    tracemalloc.start()
    try:
        positions = Positions([(2, 10_000_000), (10_000_001, 20_000_000)])
        assert 20_000_000 in positions and 20_000_001 not in positions
        assert positions.first_lacking(2, 20_000_000) is None
        assert positions.first_lacking(1, 20_000_000) == 1
        assert positions.first_lacking(2, 20_000_001) == 20_000_001
        assert tracemalloc.get_traced_memory()[1] < 100_000
    finally:
        tracemalloc.stop()
