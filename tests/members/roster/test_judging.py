"""The dry run: every problem of every line at once, nothing written, and nothing said that the reader may not know."""

import pytest

from cwg.members import people
from cwg.members.models import Invitation, MemberState, Person, Role
from cwg.members.rights import rights_of
from cwg.members.roster.judging import Outcome, Plan, judge
from cwg.members.roster.reading import read
from cwg.notices.models import Event
from cwg.record.models import AccessEntry
from tests.factories import accredit, make_group, make_office, make_person, make_state

pytestmark = pytest.mark.django_db
NEW = "FRA;Delegate;Claire Martin;claire@delegation.example"


@pytest.fixture(autouse=True)
def _ground(now):
    for iso3 in ("FRA", "SAU", "SYR"):
        make_state(iso3)
    make_office("chair", "chair", "Chair of the Group")


def planned(text: str, actor: Person, group=None, language: str = "en") -> Plan:
    return judge(read(text), rights=rights_of(actor), default_group=group, default_language=language)


def outcomes(text: str, actor: Person, group=None) -> list[str]:
    return [entry.outcomes for entry in planned(text, actor, group).entries]


def problems(text: str, actor: Person, group=None) -> list[tuple[str, ...]]:
    return [entry.problems for entry in planned(text, actor, group).entries]


# --- What comes of a line -----------------------------------------------------------------------------------------


def test_somebody_new_is_invited(secretary, dg):
    (entry,) = planned("France;focal point;Claire Martin;Claire@Delegation.example;DG;fr", secretary).entries
    assert (entry.state.iso3, entry.role, entry.email, entry.language, entry.groups) == (
        "FRA",
        Role.FOCAL_POINT,
        "Claire@Delegation.example",
        "fr",
        (dg,),
    )
    assert entry.outcomes == "invite" and not entry.problems


def test_somebody_known_gets_the_role(secretary, saudi_delegate, dg):
    text = f"chair;Chair;{saudi_delegate.name};{saudi_delegate.email.upper()};DG"
    assert outcomes(text, secretary) == ["give"]


def test_what_is_so_already_changes_nothing(secretary, saudi_delegate, dg, invite_claire):
    invite_claire(secretary, dg)
    text = f"SAU;Delegate;{saudi_delegate.name};{saudi_delegate.email}\n{NEW.upper()}"
    plan = planned(text, secretary, dg)
    assert [entry.outcomes for entry in plan.entries] == ["nothing", "nothing"]
    assert [entry.steps[0].why for entry in plan.entries] == ["has this role already", "is invited already"]
    assert plan.does_something == []


def test_an_invitation_is_open_until_the_instant_it_expires(secretary, dg, held):
    made = people.invite(
        email="claire@delegation.example",
        name="Claire Martin",
        language="en",
        group=dg,
        role=Role.DELEGATE,
        state=make_state("FRA"),
        actor=secretary,
        at=held.at,
    )
    for moment, outcome in (("before", "nothing"), ("at", "invite"), ("after", "invite")):
        held.move_to(made.expires_at)
        if moment != "at":
            held.forward(microseconds=-1 if moment == "before" else 1)
        assert outcomes(NEW, secretary, dg) == [outcome], moment


def test_each_group_of_a_line_is_judged_by_itself(secretary, saudi_delegate, dg):
    wsis = make_group("WG-WSIS")
    accredit(secretary, wsis, Role.SECRETARIAT, office=make_office("secretariat"))
    text = f"SAU;Delegate;{saudi_delegate.name};{saudi_delegate.email};DG/WG-WSIS"
    assert outcomes(text, secretary) == ["nothing+give"]


def test_another_name_of_a_known_person_is_noted_and_changes_nothing(secretary, saudi_delegate, dg):
    (entry,) = planned(f"chair;Chair;Somebody Else;{saudi_delegate.email}", secretary, dg).entries
    assert entry.is_good and saudi_delegate.name in entry.notes[0]


# --- What is wrong ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Franse;Delegate;A;a@x.example", "no Member State “Franse”. Did you mean France (FRA)?"),
        ("FRA;Observer;A;a@x.example", "no role “Observer”"),
        ("FRA;Delegate;A;not an address", "“not an address” is not an e-mail address"),
        ("FRA;Delegate;A;", "e-mail address is missing"),
        ("FRA;Delegate;;a@x.example", "Write the name on one line"),
        (
            "chair;Delegate;A;a@x.example",
            "“Delegate” goes with a Member State. The line names Chair of the Group.",
        ),
        ("FRA;Chair;A;a@x.example", "goes with an office. The line names France."),
        (";Chair;A;a@x.example", "goes with an office. The line names none."),
        ("FRA;Auditor;A;a@x.example", "goes with no Member State and no office"),
        (";Administrator;A;a@x.example", "Only administrators make administrators"),
        ("FRA;Delegate;A;a@x.example;NOWHERE", "“NOWHERE” is not one of your groups"),
        ("FRA;Delegate;A;a@x.example;DG;Klingon", "not write in “Klingon”"),
        ("FRA;Delegate;A;secretariat@TEST.example", "Nobody gives a role to themselves"),
    ],
)
def test_a_line_says_what_is_wrong_with_it(secretary, dg, text, said):
    (found,) = problems(text, secretary, dg)
    assert any(said in problem for problem in found), found
    assert len(found) == 1


def test_all_that_is_wrong_with_a_line_is_said_at_once(secretary, dg):
    (found,) = problems("Franse;Observer;;nothing;NOWHERE;Klingon", secretary, dg)
    assert len(found) == 6


def test_a_cell_that_cannot_be_read_hides_no_problem_of_the_others(secretary, dg):
    (found,) = problems("Franse;Observer;=1+1;nothing", secretary, dg)
    assert len(found) == 4 and found[0].startswith("Name: this begins like a formula")


def test_the_same_person_twice_and_two_names_for_one_address(secretary, dg):
    text = "\n".join(
        [
            NEW,
            "fra;focal point;Claire Martin;CLAIRE@delegation.example",
            "chair;Chair;Clara Martin;claire@delegation.example",
            "chair;Chair;Another;another@delegation.example",
        ]
    )
    first, second, third, fourth = problems(text, secretary, dg)
    assert first == fourth == ()
    assert second == ("This person stands in line 1 already, for the same place in DG.",)
    assert third == ("Line 1 has another name for this address: Claire Martin.",)


def test_two_roles_of_one_person_in_different_places_are_no_problem(secretary, dg):
    text = f"{NEW}\nchair;Chair;Claire Martin;claire@delegation.example"
    assert outcomes(text, secretary, dg) == ["invite", "invite"]


def test_another_role_in_the_same_delegation_is_changed_not_imported(
    secretary, saudi_delegate, dg, invite_claire
):
    invite_claire(secretary, dg, Role.FOCAL_POINT)
    text = f"SAU;Focal point;{saudi_delegate.name};{saudi_delegate.email}\n{NEW}"
    has, invited = problems(text, secretary, dg)
    assert "has the role “Delegate” there already, in DG" in has[0]
    assert "open invitation as “Focal point” there, in DG" in invited[0]


def test_a_closed_account_is_a_problem_for_who_knows_the_person(secretary, saudi_delegate, dg):
    saudi_delegate.is_active = False
    saudi_delegate.save()
    ((said,),) = problems(f"chair;Chair;X;{saudi_delegate.email}", secretary, dg)
    assert "account at this address is closed" in said


def test_no_line_of_a_dry_run_writes_anything(secretary, saudi_delegate, dg):
    before = (
        Invitation.objects.count(),
        Person.objects.count(),
        Event.objects.count(),
        AccessEntry.objects.count(),
    )
    assert outcomes(f"{NEW}\nchair;Chair;X;{saudi_delegate.email}\nFranse;x;;", secretary, dg) == [
        "invite",
        "give",
        "problem",
    ]
    after = (
        Invitation.objects.count(),
        Person.objects.count(),
        Event.objects.count(),
        AccessEntry.objects.count(),
    )
    assert after == before


# --- Walls --------------------------------------------------------------------------------------------------------


def elsewhere(address: str, **fields) -> Person:
    """Somebody with an account, a role and an open invitation in a group of which the reader knows nothing."""
    person = make_person(address, name="Known Elsewhere", **fields)
    accredit(person, make_group("OTHER"), Role.DELEGATE, "FRA")
    return person


@pytest.mark.parametrize("fields", [{}, {"is_active": False}])
def test_whether_an_address_is_known_in_another_group_does_not_show(secretary, administrator, dg, fields):
    address = "claire@delegation.example"

    def shown() -> tuple:
        plan = planned(NEW, secretary, dg)
        return [
            (entry.outcomes, entry.problems, entry.notes, entry.person) for entry in plan.entries
        ], plan.shown

    before = shown()
    elsewhere(address, **fields)
    assert shown() == before
    # There is something to see: an administrator, who knows everybody, sees it.
    (entry,) = planned(NEW, administrator, dg).entries
    assert entry.person is not None


def test_an_invitation_to_another_group_does_not_show(secretary, administrator, dg, now):
    other = make_group("OTHER")
    people.invite(
        email="claire@delegation.example",
        name="X",
        language="en",
        group=other,
        role=Role.DELEGATE,
        state=make_state("FRA"),
        actor=administrator,
        at=now,
    )
    assert outcomes(NEW, secretary, dg) == ["invite"]
    assert outcomes(f"{NEW};OTHER", secretary) == ["problem"]
    assert outcomes(f"{NEW};OTHER", administrator) == ["nothing"]


def test_an_auditor_of_another_group_gives_no_roles_there(secretary, dg):
    other = make_group("OTHER")
    accredit(secretary, other, Role.AUDITOR)
    assert outcomes(f"{NEW};OTHER", secretary) == ["problem"]


def test_an_administrator_imports_into_every_group(administrator, dg):
    make_group("OTHER")
    assert outcomes(f"{NEW};OTHER/DG\n;Administrator;A;a@x.example;OTHER", administrator) == [
        "invite+invite",
        "invite",
    ]


# --- Speed --------------------------------------------------------------------------------------------------------


def test_a_long_list_asks_as_often_as_a_short_one(secretary, dg, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def text(count: int) -> str:
        known = "\n".join(f"SAU;Delegate;K{n};k{n}@x.example" for n in range(count))
        return known + "\n" + "\n".join(f"FRA;Delegate;N{n};n{n}@x.example" for n in range(count))

    for number in range(150):
        accredit(f"k{number}@x.example", dg, Role.DELEGATE, "SYR")
    with CaptureQueriesContext(connection) as short:
        assert planned(text(1), secretary, dg).gives == 1
    with django_assert_num_queries(len(short)):
        plan = planned(text(150), secretary, dg)
    assert (plan.gives, plan.invites) == (150, 150)
    assert plan.count(Outcome.NOTHING) == 0 and MemberState.objects.count() == 3
