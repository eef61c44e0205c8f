"""Local times at the seat: one instant or a refusal."""

import os
import subprocess
import sys
import zoneinfo
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from cwg.documents.zones import (
    LocalTimeDoesNotExist,
    LocalTimeIsAmbiguous,
    LocalTimeRefused,
    UnknownZone,
    as_local,
    local_to_instant,
    offset_label,
    zone_choices,
    zone_from_name,
    zone_name,
)

ZURICH = ZoneInfo("Europe/Zurich")
zones = st.sampled_from(sorted(zoneinfo.available_timezones())).map(ZoneInfo)
locals_ = st.datetimes(min_value=datetime(1970, 1, 2), max_value=datetime(2037, 12, 30))  # noqa: DTZ001 - naive on purpose


def local(*parts):
    return datetime(*parts)  # noqa: DTZ001 - what a form gives before the zone is known


@pytest.mark.parametrize(
    ("entered", "instant"),
    [
        (local(2009, 2, 12, 9), datetime(2009, 2, 12, 8, tzinfo=UTC)),
        (local(2009, 6, 22, 9, 30), datetime(2009, 6, 22, 7, 30, tzinfo=UTC)),
        (local(2026, 3, 29, 1, 59, 59), datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC)),
        (local(2026, 3, 29, 3), datetime(2026, 3, 29, 1, tzinfo=UTC)),
        (local(2026, 10, 25, 1, 59, 59), datetime(2026, 10, 24, 23, 59, 59, tzinfo=UTC)),
        (local(2026, 10, 25, 3), datetime(2026, 10, 25, 2, tzinfo=UTC)),
    ],
)
def test_a_time_at_the_seat_is_one_instant(entered, instant):
    assert local_to_instant(entered, ZURICH) == instant
    assert local_to_instant(entered, ZURICH).tzinfo is UTC


@pytest.mark.parametrize(
    ("entered", "zone"),
    [
        (local(2026, 3, 29, 2), "Europe/Zurich"),
        (local(2026, 3, 29, 2, 59, 59, 999_999), "Europe/Zurich"),
        (local(2018, 11, 4, 0), "America/Sao_Paulo"),
        (local(2026, 4, 24, 0, 30), "Africa/Cairo"),
        (local(2026, 3, 29, 0), "Asia/Beirut"),
        (local(2011, 12, 30, 12), "Pacific/Apia"),
    ],
)
def test_a_time_the_clocks_jump_over_is_refused(entered, zone):
    with pytest.raises(LocalTimeDoesNotExist) as refusal:
        local_to_instant(entered, ZoneInfo(zone))
    assert "does not exist" in str(refusal.value)
    assert zone in str(refusal.value)


@pytest.mark.parametrize(
    ("entered", "zone"),
    [
        (local(2026, 10, 25, 2), "Europe/Zurich"),
        (local(2026, 10, 25, 2, 59, 59, 999_999), "Europe/Zurich"),
        (local(2018, 2, 17, 23, 30), "America/Sao_Paulo"),
        (local(2026, 10, 24, 23, 30), "Asia/Beirut"),
    ],
)
@pytest.mark.parametrize("fold", [0, 1])
def test_a_time_the_clocks_show_twice_is_refused(entered, zone, fold):
    with pytest.raises(LocalTimeIsAmbiguous) as refusal:
        local_to_instant(entered.replace(fold=fold), ZoneInfo(zone))
    assert "happens twice" in str(refusal.value)


@pytest.mark.parametrize(
    ("entered", "zone"), [(local(1, 1, 1), "Asia/Tokyo"), (local(9999, 12, 31, 23), "America/New_York")]
)
def test_a_time_at_the_end_of_the_calendar_is_refused(entered, zone):
    with pytest.raises(LocalTimeRefused) as refusal:
        local_to_instant(entered, ZoneInfo(zone))
    assert "not a usable time" in str(refusal.value)


def test_an_aware_time_is_not_a_local_time():
    with pytest.raises(ValueError, match="no tzinfo"):
        local_to_instant(datetime(2026, 1, 1, tzinfo=UTC), ZURICH)


@given(locals_, zones)
def test_what_is_accepted_is_shown_again_as_it_was_entered(entered, zone):
    try:
        instant = local_to_instant(entered, zone)
    except LocalTimeRefused:
        return
    assert as_local(instant, zone).replace(tzinfo=None, fold=0) == entered


@given(locals_, zones)
def test_a_refused_time_is_shown_by_no_instant_or_by_two(entered, zone):
    readings = {
        instant
        for offset in range(-16 * 60, 16 * 60 + 1, 15)
        if as_local(instant := entered.replace(tzinfo=UTC) - timedelta(minutes=offset), zone).replace(
            tzinfo=None, fold=0
        )
        == entered
    }
    try:
        instant = local_to_instant(entered, zone)
    except LocalTimeDoesNotExist:
        assert not readings
    except LocalTimeIsAmbiguous:
        assert len(readings) != 1 or zone.utcoffset(entered) is None
    else:
        # Old offsets are no multiple of a quarter of an hour; then the search above finds nothing.
        assert readings <= {instant}


def test_a_naive_instant_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        as_local(local(2026, 1, 1), ZURICH)


@pytest.mark.parametrize(
    ("zone", "month", "name", "offset"),
    [
        ("Europe/Zurich", 1, "CET", "UTC+01:00"),
        ("Europe/Zurich", 7, "CEST", "UTC+02:00"),
        ("Asia/Riyadh", 1, "UTC+03:00", "UTC+03:00"),
        ("Asia/Kathmandu", 1, "UTC+05:45", "UTC+05:45"),
        ("America/St_Johns", 1, "NST", "UTC-03:30"),
        ("America/Sao_Paulo", 1, "UTC-03:00", "UTC-03:00"),
        ("UTC", 1, "UTC", "UTC"),
    ],
)
def test_a_zone_is_named_as_it_is_called_at_that_instant(zone, month, name, offset):
    instant = datetime(2026, month, 15, tzinfo=UTC)
    assert zone_name(instant, ZoneInfo(zone)) == name
    assert offset_label(instant, ZoneInfo(zone)) == offset


def test_a_local_mean_time_is_named_by_its_offset_to_the_second():
    assert zone_name(datetime(1850, 1, 1, tzinfo=UTC), ZURICH) == "UTC+00:34:08"


def test_every_choice_of_a_zone_is_a_zone():
    choices = zone_choices()
    names = [name for _region, cities in choices for name, _city in cities]
    assert {
        "UTC",
        "Europe/Zurich",
        "Asia/Riyadh",
        "America/New_York",
        "America/Argentina/Buenos_Aires",
    } <= set(names)
    assert len(names) == len(set(names))
    assert all(zone_from_name(name).key == name for name in names)
    assert "Etc/GMT+3" not in names
    assert dict(choices[-1][1])["Pacific/Port_Moresby"] == "Port Moresby"


@pytest.mark.parametrize("name", ["", "Europe", "../../etc/passwd", "\x00", "x" * 300, "Mars/Olympus"])
def test_an_unknown_zone_is_refused(name):
    with pytest.raises(UnknownZone):
        zone_from_name(name)


def test_zones_are_those_of_the_release_whatever_the_machine_has(tmp_path):
    """The machine's own say here that Geneva has the time of Greenwich."""
    machine = tmp_path / "Europe"
    machine.mkdir()
    (machine / "Zurich").write_bytes((files("tzdata") / "zoneinfo" / "UTC").read_bytes())
    tries = "from datetime import datetime; from zoneinfo import ZoneInfo as Z; print(datetime(2026, 1, 1, tzinfo=Z('Europe/Zurich')).utcoffset())"
    for imported, said in (("", "0:00:00"), ("import cwg; ", "1:00:00")):
        told = subprocess.run(
            [sys.executable, "-c", imported + tries],
            cwd=settings.BASE_DIR,
            env=os.environ | {"PYTHONTZPATH": str(tmp_path)},
            capture_output=True,
            text=True,
            check=True,
        )
        assert told.stdout.strip() == said
