"""A symbol far above all that is known is taken when it is said twice, and only then."""

import re

import pytest

from cwg.documents import symbols, told_numbers
from cwg.documents.models import Series
from cwg.documents.told_numbers import FAR, FAR_SUFFIX, Known, SayTwice, refuse_unlikely
from cwg.record.models import JournalEntry
from tests import factories

GIVEN = ["WG-WSIS-14/27", "WG-WSIS-14/20", "WG-WSIS-14/INF/400", "CWG-Internet-14/900"]
KNOWN = Known(GIVEN, ["WG-WSIS-14/1", "WG-WSIS-15/1", "CWG-Internet-14/1"])


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
    refuse_unlikely([likely], KNOWN)


@pytest.mark.parametrize(
    ("far", "why"),
    [
        (
            f"WG-WSIS-14/{27 + FAR + 1}",
            "The highest number known in that series is 27. A number up to 327 is accepted",
        ),
        (f"WG-WSIS-14/INF/{400 + FAR + 1}", "The highest number known in that series is 400"),
        (f"WG-WSIS-15/{FAR + 1}", "No number is known in that series"),
        (f"WG-WSIS-14/9(Rev.{FAR_SUFFIX + 1})", f"every Rev. of that document up to {FAR_SUFFIX + 1}"),
    ],
)
def test_what_is_far_above_it_has_to_be_said_twice(far, why):
    with pytest.raises(SayTwice, match=why) as refused:
        refuse_unlikely(["WG-WSIS-14/28", far], KNOWN)
    assert f"name {symbols.parse(far)} twice" in str(refused.value)
    refuse_unlikely([far, far.lower()], KNOWN)


def test_all_that_are_far_are_told_in_one_message():
    far = ["WG-WSIS-14/900", "WG-WSIS-14/850", "WG-WSIS-14/INF/9000", "WG-WSIS-14/9(Corr.70)"]
    with pytest.raises(SayTwice) as refused:
        refuse_unlikely([*far, "WG-WSIS-14/28"], KNOWN)
    first, *lines = str(refused.value).splitlines()
    assert first.startswith("The database was not changed. ")
    assert [line.partition(": ")[0] for line in lines] == [
        "WG-WSIS-14/850, WG-WSIS-14/900",
        "WG-WSIS-14/INF/9000",
        "WG-WSIS-14/9(Corr.70)",
    ]
    assert lines[0].endswith("name WG-WSIS-14/900 twice; that covers the lower ones.")
    assert lines[1].endswith("name WG-WSIS-14/INF/9000 twice.")


def test_one_that_is_named_twice_vouches_for_all_below_it():
    refuse_unlikely(["WG-WSIS-14/900", "WG-WSIS-14/900", "WG-WSIS-14/850"], KNOWN)
    refuse_unlikely(["WG-WSIS-14/9(Rev.60)"] * 2 + ["WG-WSIS-14/9(Rev.51)"], KNOWN)


def test_it_does_not_vouch_for_another_above_it():
    with pytest.raises(SayTwice, match="WG-WSIS-14/901:"):
        refuse_unlikely(["WG-WSIS-14/900", "WG-WSIS-14/900", "WG-WSIS-14/901"], KNOWN)


@pytest.mark.parametrize(
    "other", ["WG-WSIS-14/INF/850", "WG-WSIS-15/850", "WG-WSIS-14/9(Rev.51)", "WG-WSIS-14/901(Rev.1)"]
)
def test_nor_for_what_is_not_of_its_series(other):
    with pytest.raises(SayTwice, match=rf"\n{re.escape(other)}:"):
        refuse_unlikely(["WG-WSIS-14/900", "WG-WSIS-14/900", other], KNOWN)


@pytest.mark.parametrize("second", ["WG-WSIS-14/9900(Rev.1)", "WG-WSIS-14/9900-E", "wg-wsis 14/9900"])
def test_two_receipts_that_name_one_number_name_it_twice(second):
    refuse_unlikely(["WG-WSIS-14/9900", second], KNOWN)
    refuse_unlikely([second, second], KNOWN)


def test_a_high_revision_is_named_twice_by_two_receipts_of_it_and_not_by_one_of_its_document():
    refuse_unlikely(["WG-WSIS-14/9(Rev.60)", "WG-WSIS-14/9(Rev.60)-E"], KNOWN)
    for other in ("WG-WSIS-14/9", "WG-WSIS-14/9(Corr.60)"):
        with pytest.raises(SayTwice, match=r"WG-WSIS-14/9\(Rev.60\): every Rev. of that document"):
            refuse_unlikely(["WG-WSIS-14/9(Rev.60)", other], KNOWN)


@pytest.mark.parametrize(
    "nobodys", ["14/9900", "Doc. 9900", "INF/9900", "WG-WSIS-16/9900", "DG-14/9900", "WG-WSIS-16/1(Rev.99)"]
)
def test_what_moves_nothing_is_not_asked_about(nobodys):
    refuse_unlikely([nobodys], KNOWN)


def test_a_backup_that_does_not_say_how_far_it_had_come_is_not_said_to_know():
    silent = Known(GIVEN)
    with pytest.raises(SayTwice) as refused:
        refuse_unlikely(["WG-WSIS-16/301", "WG-WSIS-14/9900"], silent)
    _, sixteen, fourteen = str(refused.value).splitlines()
    assert (
        "does not say whether it has that meeting, nor how far that series had come. A number up to 300 is"
        in sixteen
    )
    assert "The highest number known in that series is 27. " in fourteen
    refuse_unlikely(["14/9900", "Doc. 9900"], silent)


def test_what_is_no_symbol_among_the_known_tells_nothing():
    with pytest.raises(SayTwice, match="No number is known in that series"):
        refuse_unlikely(["WG-WSIS-14/301"], Known(["", "twenty-seven"], ["", "WG-WSIS-14/1", "fourteen"]))


@pytest.mark.django_db
def test_the_last_of_each_series_is_known_and_each_register_of_which_there_can_be_symbols(held, dg):
    assert (told_numbers.last_given(), told_numbers.first_symbols()) == ([], [])
    first, second = factories.make_register(dg, 2), factories.make_register(dg, 3)
    factories.make_document(second)
    factories.make_document(first)
    factories.make_document(first)
    Series.objects.create(register=first, code="INF", last_number=7)
    Series.objects.create(register=first, code="DT")
    for nameless in (None, 0):
        register = factories.make_register(dg, nameless, slug=f"dg-{nameless}")
        Series.objects.create(register=register, code="INF", last_number=3)
    other = factories.make_register(factories.make_group("WG-WSIS"), 14)
    assert told_numbers.last_given() == ["DG-2/2", "DG-2/INF/7", "DG-3/1"]
    assert told_numbers.first_symbols() == ["DG-2/1", "DG-3/1", "WG-WSIS-14/1"]
    factories.make_document(other)
    assert told_numbers.last_given()[3:] == ["WG-WSIS-14/1"]


def test_entries_name_what_was_registered_and_what_was_told():
    entries = [
        JournalEntry(facts={"symbol": "DG-2/1"}),
        JournalEntry(facts={"symbols": ["DG-2/2", "DG-2/3"]}),
        JournalEntry(facts={"reason": "None"}),
    ]
    assert list(told_numbers.named_in(entries)) == ["DG-2/1", "DG-2/2", "DG-2/3"]
