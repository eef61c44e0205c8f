"""Networks take turns: the line itself, with numbers for those who wait."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cwg.fair_line import FairLine


def line(most: int, *comers: tuple[str, int]) -> FairLine[int]:
    made = FairLine[int](most)
    for network, one in comers:
        assert made.join(network, one) is None
    return made


def called(turns: FairLine[int]) -> list[int]:
    found = []
    while (one := turns.next()) is not None:
        found.append(one)
    return found


def test_who_waits_longest_and_a_network_in_turn_alternate():
    turns = line(10, ("a", 1), ("a", 2), ("a", 3), ("a", 4), ("b", 5), ("c", 6))
    assert called(turns) == [1, 5, 2, 6, 3, 4]
    assert len(turns) == 0 and turns.next() is None


def test_whose_turn_has_just_been_comes_after_those_who_came_meanwhile():
    turns = line(10, ("a", 1))
    assert turns.next() == 1
    turns.join("b", 2)
    turns.join("a", 3)
    turns.join("b", 4)
    assert called(turns) == [2, 3, 4]


def test_one_network_alone_is_a_line_and_who_finds_it_full_has_no_place():
    turns = line(3, ("a", 1), ("a", 2), ("a", 3))
    assert turns.join("a", 4) == 4
    assert called(turns) == [1, 2, 3]


def test_somebody_of_another_network_is_next_but_one_however_many_wait():
    turns = line(500, *(("script", number) for number in range(400)), ("another", 400))
    assert [turns.next(), turns.next()] == [0, 400]


@pytest.mark.parametrize("networks", [1, 10, 100])
def test_a_room_that_waits_goes_on_at_half_its_pace_however_many_networks_a_script_comes_from(networks):
    turns = line(500, *(("room", number) for number in range(100)))
    for number in range(networks):
        turns.join(f"script{number}", -1 - number)
    left, calls = 100, 0
    while left:
        one, calls = turns.next(), calls + 1
        if one < 0:
            turns.join(f"script{-1 - one}", one)
        else:
            left -= 1
    assert calls <= 200


def test_the_first_of_a_network_has_a_place_and_the_last_of_the_longest_none():
    turns = line(5, ("a", 1), ("a", 2), ("b", 3), ("b", 4), ("b", 5))
    assert turns.join("c", 6) == 5
    assert sorted(called(turns)) == [1, 2, 3, 4, 6]


@pytest.mark.parametrize("networks", [1, 2, 10, 499])
def test_however_few_networks_have_all_places_somebody_of_another_has_one(networks):
    turns = line(500, *((f"script{number % networks}", number) for number in range(500)))
    assert turns.join("another", 500) not in (None, 500)


def test_nobody_goes_for_a_second_one_or_where_there_is_one_of_each():
    turns = line(4, ("a", 1), ("b", 2), ("b", 3), ("b", 4))
    assert turns.join("a", 5) == 5
    assert turns.join("b", 6) == 6
    turns = line(2, ("a", 1), ("b", 2))
    assert turns.join("c", 3) == 3
    assert called(turns) == [1, 2]


def test_where_nobody_may_wait_nobody_does():
    assert FairLine[int](0).join("a", 1) == 1


def test_those_who_leave_are_told_and_the_others_keep_their_turns():
    turns = line(10, ("a", 1), ("b", 2), ("a", 3), ("c", 4), ("b", 5))
    assert turns.leave(lambda one: one in (1, 2, 4)) == [1, 2, 4]
    assert called(turns) == [3, 5]
    assert turns.leave(lambda one: True) == []


# --- Whatever happens -----------------------------------------------------------------------------------------------

JOIN, NEXT, LEAVE = "join", "next", "leave"
networks = st.sampled_from("abcde")
acts = st.lists(
    # Most of them come: else the line is seldom long.
    st.one_of(
        st.tuples(st.just(JOIN), networks),
        st.tuples(st.just(JOIN), networks),
        st.tuples(st.just(JOIN), st.just("a")),
        st.tuples(st.just(NEXT), st.none()),
        st.tuples(st.just(LEAVE), st.integers(2, 9)),
    ),
    max_size=80,
)


@given(acts, st.integers(1, 12))
def test_nobody_is_lost_nobody_comes_twice_and_everybody_in_turn(acts, most):
    turns, network_of, seen = FairLine[int](most), {}, Counter()
    waiting: dict[str, list[int]] = {}
    in_turn = False
    # Of each network in which somebody waits: which ones were called in turn since itself, or since it came.
    since: dict[str, list[str]] = {}

    def goes(one: int) -> None:
        network = network_of[one]
        seen[one] += 1
        waiting[network].remove(one)
        if not waiting[network]:
            del waiting[network], since[network]

    for number, (act, what) in enumerate([*acts, *[(NEXT, None)] * most]):
        if act == JOIN:
            network_of[number] = what
            before = {network: len(line) for network, line in waiting.items()}
            waiting.setdefault(what, []).append(number)
            since.setdefault(what, [])
            away = turns.join(what, number)
            if away is None:
                assert sum(before.values()) < most
            else:
                assert sum(before.values()) == most
                most_of_one = max(before.values())
                if away == number:
                    assert what in before or most_of_one == 1
                else:
                    assert what not in before and before[network_of[away]] == most_of_one > 1
                    assert away == waiting[network_of[away]][-1]
                goes(away)
        elif act == LEAVE:
            gone = turns.leave(lambda one, what=what: one % what == 0)
            assert sorted(gone) == sorted(one for line in waiting.values() for one in line if one % what == 0)
            for one in gone:
                goes(one)
        elif (one := turns.next()) is None:
            assert not waiting
        else:
            network = network_of[one]
            assert one == waiting[network][0]
            if in_turn:
                for other, had in since.items():
                    if other != network:
                        assert network not in had, f"{network} had two turns while {other} waited"
                        had.append(network)
            else:
                assert one == min(line[0] for line in waiting.values())
            since[network] = []
            in_turn = not in_turn
            goes(one)
        assert len(turns) == sum(map(len, waiting.values())) <= most
    assert len(turns) == 0 and set(seen) == set(network_of) and set(seen.values()) <= {1}


@given(acts, st.integers(1, 12))
def test_a_room_behind_one_address_is_a_plain_line(acts, most):
    turns, plain = FairLine[int](most), []
    for number, (act, what) in enumerate(acts):
        if act == JOIN:
            assert turns.join("room", number) == (number if len(plain) == most else None)
            plain += [number] * (len(plain) < most)
        elif act == LEAVE:
            assert turns.leave(lambda one, what=what: one % what == 0) == [n for n in plain if n % what == 0]
            plain = [n for n in plain if n % what]
        else:
            assert turns.next() == (plain.pop(0) if plain else None)
    assert called(turns) == plain
