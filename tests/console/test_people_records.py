"""What the console lets one change of people, offices and groups, and what stays as it is."""

import pytest

from contributions.models import Contribution
from cwg.console import history
from cwg.members.models import Group, Office, Person
from tests import factories


def change(client, row, **data):
    page = f"/console/members/{row._meta.model_name}/{row.pk}/change/"
    seen = history.latest_id(row)
    return client.post(page, data | {"reason": "Because", "seen": "" if seen is None else seen})


@pytest.mark.parametrize("name", ["Evil\r\nBcc: x@evil.example", "Two\nlines", "Bell\x07", "Line\u2028two"])
def test_a_name_is_one_line(name, secretary, saudi_delegate, client_of):
    before = saudi_delegate.name
    answer = change(client_of(secretary), saudi_delegate, name=name, language="en", time_zone="")
    assert "on one line" in answer.content.decode()
    assert Person.objects.get(pk=saudi_delegate.pk).name == before


def test_an_office_stays_of_its_kind_so_that_nobody_reaches_its_drafts(
    administrator, dg, meeting, client_of, now
):
    bureau = factories.make_office(Office.Kind.BUREAU)
    writer = factories.accredit("bureau@test.example", dg, "bureau", office=bureau).person
    draft = Contribution.objects.create(
        group=dg,
        register=meeting.register,
        office=bureau,
        kind="information",
        title="Not yet yours",
        created_by=writer,
        created_at=now,
        changed_by=writer,
        changed_at=now,
    )
    client = client_of(administrator)
    answer = change(client, bureau, code=bureau.code, kind="invited", name="Renamed")
    assert answer.status_code == 302
    kept = Office.objects.get(pk=bureau.pk)
    assert (kept.kind, kept.name) == ("bureau", "Renamed")
    assert client.get(f"/contributions/{draft.pk}/").status_code == 404


def test_a_group_that_has_met_keeps_its_code_and_address(secretary, dg, meeting, client_of):
    words = {
        "name": "Another name",
        "short_name": dg.short_name,
        "open_to": dg.open_to,
        "seat": dg.seat,
        "zone": dg.zone,
        "reminder_hours": "48",
    }
    assert change(client_of(secretary), dg, code="X Y", slug="x-y", **words).status_code == 302
    kept = Group.objects.get(pk=dg.pk)
    assert (kept.code, kept.slug, kept.name) == (dg.code, dg.slug, "Another name")


def test_another_groups_secretariat_renames_nobody_of_this_one(other_secretary, saudi_delegate, client_of):
    answer = change(client_of(other_secretary), saudi_delegate, name="Renamed", language="en", time_zone="")
    assert answer.status_code == 404
    assert Person.objects.get(pk=saudi_delegate.pk).name != "Renamed"
