"""A symbol far above all that is known is taken when it is said twice, and only then."""

import pytest

from cwg.documents import symbols, told_numbers
from cwg.documents.told_numbers import FAR, FAR_SUFFIX, SayTwice, refuse_unlikely
from cwg.record.models import JournalEntry
from tests import factories

KNOWN = ["WG-WSIS-14/27", "WG-WSIS-14/20", "WG-WSIS-14/INF/400", "CWG-Internet-14/900"]


@pytest.mark.parametrize(
    "likely",
    [
        "WG-WSIS-14/3",
        f"WG-WSIS-14/{27 + FAR}",
        f"wg-wsis-14/inf/{400 + FAR}",
        f"WG-WSIS-15/{FAR}",
        f"WG-WSIS-14/9(Rev.{FAR_SUFFIX})",
    ],
)
def test_what_is_near_what_is_known_is_taken_as_it_is(likely):
    refuse_unlikely([likely], known=KNOWN)


@pytest.mark.parametrize(
    ("far", "why"),
    [
        (f"WG-WSIS-14/{27 + FAR + 1}", "the highest one known there is 27"),
        (f"WG-WSIS-14/INF/{400 + FAR + 1}", "the highest one known there is 400"),
        (f"WG-WSIS-15/{FAR + 1}", "none is known there"),
        (f"WG-WSIS-14/9(Rev.{FAR_SUFFIX + 1})", f"every Rev. up to {FAR_SUFFIX + 1}"),
    ],
)
def test_what_is_far_above_it_has_to_be_said_twice(far, why):
    with pytest.raises(SayTwice, match=why) as refused:
        refuse_unlikely(["WG-WSIS-14/28", far], known=KNOWN)
    assert f"name {symbols.parse(far)} twice" in str(refused.value)
    refuse_unlikely([far, far.lower()], known=KNOWN)


def test_one_that_is_far_does_not_vouch_for_another():
    with pytest.raises(SayTwice, match="WG-WSIS-14/901 "):
        refuse_unlikely(["WG-WSIS-14/900", "WG-WSIS-14/900", "WG-WSIS-14/901"], known=KNOWN)


def test_what_is_no_symbol_among_the_known_tells_nothing():
    with pytest.raises(SayTwice, match="none is known there"):
        refuse_unlikely(["WG-WSIS-14/301"], known=["", "twenty-seven"])


@pytest.mark.django_db
def test_the_last_of_each_series_is_known(held, dg):
    register = factories.make_register(dg)
    factories.make_document(register)
    factories.make_document(register)
    assert told_numbers.last_given() == [f"DG-{register.ordinal}/2"]


def test_entries_name_what_was_registered_and_what_was_told():
    entries = [
        JournalEntry(facts={"symbol": "DG-2/1"}),
        JournalEntry(facts={"symbols": ["DG-2/2", "DG-2/3"]}),
        JournalEntry(facts={"reason": "None"}),
    ]
    assert list(told_numbers.named_in(entries)) == ["DG-2/1", "DG-2/2", "DG-2/3"]
