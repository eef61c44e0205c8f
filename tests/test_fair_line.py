"""Networks take turns: the line itself, with numbers for those who wait."""

from collections import Counter

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


def test_they_take_turns_and_within_a_network_come_as_they_came():
    turns = line(10, ("a", 1), ("a", 2), ("a", 3), ("b", 4), ("b", 5), ("c", 6))
    assert called(turns) == [1, 4, 6, 2, 5, 3]
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


def test_the_last_of_the_longest_has_no_place_when_somebody_of_a_shorter_one_comes():
    turns = line(5, ("a", 1), ("b", 2), ("b", 3), ("b", 4), ("a", 5))
    assert turns.join("c", 6) == 4
    assert called(turns) == [1, 2, 6, 5, 3]


def test_nobody_goes_for_one_whose_network_would_have_as_many():
    turns = line(3, ("a", 1), ("b", 2), ("b", 3))
    assert turns.join("a", 4) == 4
    assert turns.join("b", 5) == 5
    # One each: nobody has more than a newcomer would.
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
    # Of each network in which somebody waits: which ones had a turn since its own, or since it came.
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
                longest = max(before.values())
                if away == number:
                    assert longest <= before.get(what, 0) + 1
                else:
                    assert before[network_of[away]] == longest > before.get(what, 0) + 1
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
            for other, had in since.items():
                if other != network:
                    assert network not in had, f"{network} had two turns while {other} waited"
                    had.append(network)
            since[network] = []
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
