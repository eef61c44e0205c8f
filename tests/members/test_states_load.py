import io

import pytest
from django.core.management import call_command

from cwg.members import states_load
from cwg.members.models import MemberState
from cwg.members.sortkeys import sort_key
from cwg.members.states_file import shipped

pytestmark = pytest.mark.django_db


def test_every_state_of_the_file_gets_a_row_with_six_names_and_their_sort_keys():
    assert states_load.load() == states_load.Loaded(made=195, filled=0)
    assert MemberState.objects.filter(membership_class="member_state").count() == 194
    assert MemberState.objects.get(membership_class="resolution_99").iso3 == "PSE"
    state = MemberState.objects.get(iso3="SAU")
    assert (state.short_en, state.short_fr, state.short_zh) == (
        "Saudi Arabia",
        "Arabie saoudite",
        "沙特阿拉伯",
    )
    for code in ("ar", "zh", "en", "fr", "ru", "es"):
        assert getattr(state, f"sort_{code}") == sort_key(getattr(state, f"short_{code}"), code)
    assert state.history.get().history_change_reason == states_load.REASON


def test_loading_twice_changes_nothing():
    states_load.load()
    before = MemberState.history.count()
    assert states_load.load() == states_load.Loaded(made=0, filled=0)
    assert MemberState.history.count() == before


def test_a_name_that_was_edited_stays_and_so_does_its_sort_key():
    states_load.load()
    state = MemberState.objects.get(iso3="SYR")
    state.short_en, state.sort_en = "Syria", "syria"
    state.save()
    states_load.load()
    state.refresh_from_db()
    assert (state.short_en, state.sort_en) == ("Syria", "syria")


def test_only_what_is_empty_is_filled():
    row = next(row for row in shipped() if row.iso3 == "LVA")
    names = {f"short_{code}": "" for code in row.names} | {"short_en": "Republic of Latvia"}
    MemberState.objects.create(iso3="LVA", **names)
    assert states_load.load([row]) == states_load.Loaded(made=0, filled=1)
    state = MemberState.objects.get(iso3="LVA")
    assert (state.short_en, state.short_fr, state.iso2) == ("Republic of Latvia", row.names["fr"], "LV")
    # The key of the name as it stands, not of the file's.
    assert state.sort_en == "republic of latvia"


def test_the_command_says_what_it_did():
    out = io.StringIO()
    call_command("load_states", stdout=out)
    assert out.getvalue() == "Member States: 195 new, 0 filled in.\n"
