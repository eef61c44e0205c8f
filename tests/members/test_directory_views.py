"""The workspace of people: whom one finds there, what stands on their pages, and what is offered."""

from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cwg.members import people
from cwg.members.models import Role
from tests.factories import LONG_AGO, accredit, make_group, make_office, make_state

pytestmark = pytest.mark.django_db
PEOPLE = "/people/"


@pytest.fixture
def elsewhere(db):
    return make_group("ELSEWHERE", name="Another group")


@pytest.fixture
def other_secretary(elsewhere):
    office = make_office("secretariat")
    return accredit("other@elsewhere.example", elsewhere, Role.SECRETARIAT, office=office).person


@pytest.fixture
def invite(dg, secretary, now):
    def invited(number: int = 0, state: str = "SAU", group=dg, actor=secretary):
        return people.invite(
            email=f"invited{number}@mcit.gov.sa",
            name=f"Invited {number}",
            language="en",
            group=group,
            role=Role.DELEGATE,
            state=make_state(state),
            actor=actor,
            at=now,
        )

    return invited


def text_of(client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def person_page(person) -> str:
    return reverse("members:person", args=[person.pk])


# --- The list -----------------------------------------------------------------------------------------------------


def test_the_secretariat_finds_the_people_and_invitations_of_its_group(
    client_of, secretary, saudi_delegate, elsewhere, other_secretary, invite
):
    stranger = accredit("stranger@elsewhere.example", elsewhere, Role.DELEGATE, "SAU").person
    theirs = invite(7, group=elsewhere, actor=other_secretary)
    own = invite(1)
    text = text_of(client_of(secretary), PEOPLE)
    assert person_page(saudi_delegate) in text and own.email in text
    assert stranger.email not in text and theirs.email not in text
    text = text_of(client_of(other_secretary), PEOPLE)
    assert person_page(stranger) in text and theirs.email in text
    assert saudi_delegate.email not in text and own.email not in text


def test_a_role_held_in_several_groups_is_named_once(
    client_of, administrator, saudi_delegate, dg, elsewhere, now
):
    accredit(saudi_delegate.email, elsewhere, Role.DELEGATE, "SAU")
    text = text_of(client_of(administrator), f"{PEOPLE}?q={saudi_delegate.email}")
    groups = ", ".join(group.short_name for group in sorted([dg, elsewhere], key=lambda group: group.code))
    assert f"</a> · {groups}</div>" in text and text.count("<div>Delegate, ") == 1


@pytest.mark.parametrize(
    ("role", "kind", "said"),
    [
        (Role.CHAIR, "chair", "{office}"),
        (Role.VICE_CHAIR, "chair", "Vice-chair"),
        (Role.SECRETARIAT, "secretariat", "{office}"),
        (Role.BUREAU, "bureau", "{office}"),
        (Role.INVITED, "invited", "Invited contributor, {office}"),
    ],
)
def test_an_office_that_says_the_role_is_not_said_twice(dg, role, kind, said):
    office = make_office(kind)
    held = accredit("somebody@office.example", dg, role, office=office)
    assert held.capacity == said.format(office=office.name)


def test_whoever_is_only_invited_is_found_below_and_not_called_nobody(client_of, secretary, invite):
    invitation = invite(3)
    text = text_of(client_of(secretary), f"{PEOPLE}?q={invitation.email}")
    assert invitation.email in text and "Nobody matches" not in text
    assert "Nobody matches" in text_of(client_of(secretary), f"{PEOPLE}?q=nobody@nowhere.example")


def test_an_administrator_finds_everybody(client_of, administrator, saudi_delegate, other_secretary):
    text = text_of(client_of(administrator), PEOPLE)
    assert person_page(saudi_delegate) in text and person_page(other_secretary) in text


@pytest.mark.parametrize("who", ["saudi_delegate", "saudi_focal_point", "chair", "auditor", "nobody"])
def test_for_everybody_else_the_workspace_is_not_there(client_of, who, request, syrian_delegate):
    client = client_of(request.getfixturevalue(who))
    for address in (PEOPLE, "/people/states/syr/", person_page(syrian_delegate)):
        assert client.get(address).status_code == 404
    assert f'href="{PEOPLE}"' not in client.get("/", follow=True).content.decode()


def test_the_menu_leads_the_secretariat_there(client_of, secretary):
    assert f'href="{PEOPLE}"' in text_of(client_of(secretary), "/")


@pytest.mark.parametrize(
    ("query", "found", "left_out"),
    [
        ("q=delegate.sau", "saudi_delegate", "syrian_delegate"),
        ("state=SYR", "syrian_delegate", "saudi_delegate"),
        ("role=focal_point", "saudi_focal_point", "saudi_delegate"),
        ("state=SAU&role=delegate", "saudi_delegate", "saudi_focal_point"),
    ],
)
def test_the_list_is_searched_and_filtered(
    client_of, secretary, saudi_delegate, saudi_focal_point, syrian_delegate, query, found, left_out, request
):
    text = text_of(client_of(secretary), f"{PEOPLE}?{query}")
    assert person_page(request.getfixturevalue(found)) in text
    assert person_page(request.getfixturevalue(left_out)) not in text


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Amélie d’Œuvre", "d'oeuvre amelie"),
        ("Фёдор Андреев", "андреев федор"),
        ("أحمد الهاشمي", "احمد الهاشمى"),
        ("Jean‑Luc", "jean-luc"),
    ],
)
def test_people_and_invitations_are_found_however_their_names_are_typed(
    client_of, secretary, saudi_delegate, syrian_delegate, invite, name, typed
):
    invited = invite(1)
    for row in (saudi_delegate, invited):
        type(row).objects.filter(pk=row.pk).update(name=name)
    text = text_of(client_of(secretary), f"{PEOPLE}?{urlencode({'q': typed})}")
    assert person_page(saudi_delegate) in text and invited.email in text
    assert person_page(syrian_delegate) not in text


def test_a_filter_of_the_group_finds_no_ended_role(
    client_of, administrator, dg, elsewhere, nobody, saudi_delegate
):
    accredit(nobody, dg, Role.DELEGATE, "SAU", until=LONG_AGO)
    text = text_of(client_of(administrator), f"{PEOPLE}?group=dg")
    assert person_page(saudi_delegate) in text and person_page(nobody) not in text


@pytest.mark.parametrize(("query", "is_open"), [("", False), ("q=sau", False), ("state=SYR", True)])
def test_a_choice_that_narrows_the_list_is_not_folded_away(
    client_of, secretary, saudi_delegate, syrian_delegate, query, is_open
):
    text = text_of(client_of(secretary), f"{PEOPLE}?{query}")
    assert ('<details class="filters-fold" open>' in text) == is_open
    # Show and Clear stay on a phone, for there is something to type in.
    assert 'class="filters has-search"' in text and '<input type="search" name="q"' in text


@pytest.mark.parametrize("query", ["role=king", "state=XXX", "q=" + "x" * 201])
def test_a_malformed_filter_is_400(client_of, secretary, query):
    assert client_of(secretary).get(f"{PEOPLE}?{query}").status_code == 400


def test_invitations_narrow_with_the_list(client_of, secretary, invite):
    saudi, syrian = invite(1), invite(2, "SYR")
    text = text_of(client_of(secretary), f"{PEOPLE}?state=SYR")
    assert syrian.email in text and saudi.email not in text


# --- One Member State ---------------------------------------------------------------------------------------------


def test_a_states_page_tells_who_acts_there_and_who_is_invited(
    client_of, secretary, saudi_delegate, syrian_delegate, invite, dg
):
    own, other = invite(1), invite(2, "SYR")
    client = client_of(secretary)
    text = text_of(client, "/people/states/sau/")
    assert person_page(saudi_delegate) in text and own.email in text
    assert person_page(syrian_delegate) not in text and other.email not in text
    assert "No focal point" in text
    accredit("fp@mcit.gov.sa", dg, Role.FOCAL_POINT, "SAU")
    assert "No focal point" not in text_of(client, "/people/states/SAU/")
    assert client.get("/people/states/xxx/").status_code == 404


def test_a_focal_point_whose_account_is_closed_does_not_act(client_of, secretary, saudi_focal_point):
    client = client_of(secretary)
    assert "No focal point" not in text_of(client, "/people/states/sau/")
    saudi_focal_point.is_active = False
    saudi_focal_point.save()
    assert "No focal point" in text_of(client, "/people/states/sau/")


def test_a_states_page_shows_one_group_to_its_secretariat_alone(
    client_of, other_secretary, saudi_delegate, invite
):
    invite(1)
    text = text_of(client_of(other_secretary), "/people/states/sau/")
    assert saudi_delegate.email not in text and "invited1@mcit.gov.sa" not in text


# --- One person ---------------------------------------------------------------------------------------------------


def acts_of(person) -> dict[str, str]:
    role = person.accreditations.get()
    return {
        "end": reverse("members:role-end", args=[role.pk]),
        "change": reverse("members:role-change", args=[role.pk]),
        "grant": reverse("members:grant", args=[person.pk]),
        "close": reverse("members:person-act", args=[person.pk, "close"]),
        "address": reverse("members:person-act", args=[person.pk, "address"]),
        "password": reverse("members:person-act", args=[person.pk, "new-password"]),
    }


@pytest.mark.parametrize(
    ("who", "offered"),
    [
        ("secretary", {"end", "change", "grant", "close", "address", "password"}),
        ("administrator", {"end", "change", "grant", "close", "address", "password"}),
        ("saudi_focal_point", {"end", "change"}),
    ],
)
def test_what_is_offered_on_a_person_is_there(client_of, who, offered, saudi_delegate, request):
    client = client_of(request.getfixturevalue(who))
    text = text_of(client, person_page(saudi_delegate))
    acts = acts_of(saudi_delegate)
    assert {name for name, address in acts.items() if f'href="{address}"' in text} == offered
    for name, address in acts.items():
        assert client.get(address).status_code == (200 if name in offered else 404), name


@pytest.mark.parametrize(
    "who", ["saudi_delegate", "syrian_focal_point", "chair", "auditor", "other_secretary"]
)
def test_a_person_of_somebody_else_is_not_there(client_of, who, saudi_delegate, request):
    client = client_of(request.getfixturevalue(who))
    for address in (person_page(saudi_delegate), *acts_of(saudi_delegate).values()):
        assert client.get(address).status_code == 404


def test_a_focal_point_sees_of_a_person_the_own_delegation_only(
    client_of, saudi_focal_point, saudi_delegate, elsewhere, dg
):
    accredit(saudi_delegate, elsewhere, Role.DELEGATE, "SAU")
    accredit(saudi_delegate, dg, Role.STAKEHOLDER)
    text = text_of(client_of(saudi_focal_point), person_page(saudi_delegate))
    assert "Delegate, Saudi Arabia" in text
    assert elsewhere.short_name not in text and "Stakeholder" not in text and "Last sign-in" not in text


def test_who_has_left_a_delegation_is_out_of_its_focal_points_reach(client_of, saudi_focal_point, dg, now):
    gone = accredit("gone@mcit.gov.sa", dg, Role.DELEGATE, "SAU", until=now).person
    assert client_of(saudi_focal_point).get(person_page(gone)).status_code == 404


def test_nobody_is_offered_acts_on_the_own_account(client_of, secretary):
    text = text_of(client_of(secretary), person_page(secretary))
    acts = acts_of(secretary)
    assert acts["end"] in text
    assert not [name for name in ("change", "grant", "close", "address", "password") if acts[name] in text]


# --- Queries ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", [PEOPLE, "/people/states/sau/", "person"])
def test_the_pages_ask_equally_often_for_one_row_and_for_three(
    client_of, secretary, saudi_delegate, dg, invite, address
):
    client = client_of(secretary)
    address = person_page(saudi_delegate) if address == "person" else address
    invite(0)
    client.get(address)
    with CaptureQueriesContext(connection) as one:
        client.get(address)
    for number in (1, 2, 3):
        invite(number)
        accredit(f"more{number}@mcit.gov.sa", dg, Role.DELEGATE, "SAU")
        accredit(saudi_delegate, dg, Role.DELEGATE, "SAU", until=LONG_AGO)
    with CaptureQueriesContext(connection) as three:
        client.get(address)
    assert len(three) == len(one)
