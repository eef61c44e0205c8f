"""What the console lets one change of people, offices and groups, and what stays as it is."""

import pytest
from django.urls import reverse

from contributions.models import Contribution
from cwg.console import history
from cwg.members import people as members
from cwg.members.models import Accreditation, Group, Office, Person
from tests import factories


def change(client, row, **data):
    page = f"/console/members/{row._meta.model_name}/{row.pk}/change/"
    seen = history.latest_id(row)
    return client.post(page, data | {"reason": "Because", "seen": "" if seen is None else seen})


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Evil\r\nBcc: x@evil.example", "on one line"),
        ("Two\nlines", "on one line"),
        ("Line\u2028two", "on one line"),
        ("Bell\x07", "control characters"),
        ("Turned\u202eround", "turn the direction"),
        ("\u200b", "invisible characters only"),
    ],
)
def test_a_name_is_one_line(name, said, secretary, saudi_delegate, client_of):
    before = saudi_delegate.name
    answer = change(client_of(secretary), saudi_delegate, name=name, language="en", time_zone="")
    assert said in answer.content.decode()
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


def test_a_password_is_neither_shown_nor_set(secretary, saudi_delegate, client_of):
    client, page = client_of(secretary), f"/console/members/person/{saudi_delegate.pk}/change/"
    before = Person.objects.get(pk=saudi_delegate.pk).password
    text = client.get(page).content.decode()
    assert before not in text and 'name="password"' not in text
    client.post(
        page,
        {
            "name": "New Name",
            "language": "fr",
            "time_zone": "",
            "password": "x",
            "email": "x@evil.example",
            "reason": "Married",
            "seen": "",
        },
    )
    kept = Person.objects.get(pk=saudi_delegate.pk)
    assert (kept.password, kept.email) == (before, saudi_delegate.email)


def test_acts_on_people_are_linked_and_not_done_here(secretary, auditor, saudi_delegate, dg, client_of, now):
    role = saudi_delegate.accreditations.get()
    invitation = members.invite(
        email="new@test.example",
        name="New",
        language="en",
        group=dg,
        role="delegate",
        state=role.state,
        actor=secretary,
        at=now,
    )
    client = client_of(secretary)
    person_page = f"/people/{saudi_delegate.pk}/"
    for row, link in (
        (saudi_delegate, person_page),
        (role, person_page),
        (role.state, "/people/states/sau/"),
        (invitation, f"/people/invitations/{invitation.pk}/revoke/"),
    ):
        console = reverse(f"console:members_{row._meta.model_name}_change", args=[row.pk])
        assert f'href="{link}"' in client.get(console).content.decode()
        assert f'href="{link}"' not in client_of(auditor).get(console).content.decode()
        assert client.get(link).status_code == 200
    for name in ("accreditation", "invitation"):
        assert client.get(f"/console/members/{name}/add/").status_code in (403, 404)
    forged = {"action": "disable", "index": "0", "_selected_action": saudi_delegate.pk, "confirmed": "1"}
    assert client.post("/console/members/person/", forged | {"reason": "x"}).status_code == 403
    assert Person.objects.get(pk=saudi_delegate.pk).is_active


def test_whoever_left_a_group_is_renamed_there_no_longer_once_at_work_elsewhere(
    other_group, other_secretary, saudi_delegate, client_of, now
):
    """The name stands on receipts of the group where the person works."""
    left = factories.accredit(saudi_delegate, other_group, "auditor", until=now)
    answer = change(client_of(other_secretary), saudi_delegate, name="Renamed", language="en", time_zone="")
    assert answer.status_code == 403
    assert Person.objects.get(pk=saudi_delegate.pk).name != "Renamed"
    Accreditation.objects.filter(person=saudi_delegate).exclude(pk=left.pk).update(until=now)
    answer = change(client_of(other_secretary), saudi_delegate, name="Renamed", language="en", time_zone="")
    assert (answer.status_code, Person.objects.get(pk=saudi_delegate.pk).name) == (302, "Renamed")


def test_why_another_group_changed_a_person_is_not_told(
    secretary, other_group, other_secretary, saudi_delegate, client_of
):
    change(client_of(secretary), saudi_delegate, name="Sara", language="en", time_zone="")
    factories.accredit(saudi_delegate, other_group, "stakeholder")
    page = f"/console/members/person/{saudi_delegate.pk}/history/"
    own = client_of(secretary).get(page).content.decode()
    assert "Because" in own and secretary.name in own
    theirs = client_of(other_secretary).get(page).content.decode()
    assert "Sara" in theirs
    assert "Because" not in theirs and secretary.name not in theirs
