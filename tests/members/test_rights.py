"""Rights come from accreditations in force, at the instant asked for, in that group, and from nothing else."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser

from cwg import clock
from cwg.members.models import Office, Role
from cwg.members.parties import Party
from cwg.members.rights import anybody_submits_for, rights_of, states_that_answer, without_anybody
from tests import factories

pytestmark = pytest.mark.django_db

MICROSECOND = timedelta(microseconds=1)
READERS = {"delegate", "focal_point", "chair", "vice_chair", "secretariat", "bureau", "auditor"}


def accredited(role, group, **fields):
    state = "SAU" if role in ("delegate", "focal_point") else None
    office = None
    if role in ("chair", "vice_chair", "secretariat", "bureau", "invited"):
        office = factories.make_office(role if role != "vice_chair" else "chair", code=f"office-{role}")
    return factories.accredit(f"{role}@test.example", group, role, state, office, **fields).person


def test_a_right_begins_at_its_first_instant_and_ends_at_its_last(dg, now):
    person = accredited("delegate", dg, since=now, until=now + timedelta(days=1))
    reads = {
        offset: bool(rights_of(person, now + offset).readable_groups)
        for offset in (
            -MICROSECOND,
            timedelta(),
            timedelta(days=1) - MICROSECOND,
            timedelta(days=1),
            timedelta(days=1) + MICROSECOND,
        )
    }
    assert list(reads.values()) == [False, True, True, False, False]


def test_without_an_instant_the_clock_is_asked_with_the_accreditations_in_one_query(
    dg, django_assert_num_queries
):
    person = accredited("delegate", dg)
    before = clock.now()
    with django_assert_num_queries(1):
        rights = rights_of(person)
    assert before <= rights.at <= clock.now()
    assert rights.at.utcoffset() == timedelta()
    assert rights.readable_groups == {dg.pk}


def test_a_held_clock_holds_for_rights_too(dg, held):
    person = accredited("delegate", dg, until=held.at + timedelta(hours=1))
    assert rights_of(person).at == held.at
    assert rights_of(person).readable_groups == {dg.pk}
    held.forward(hours=1)
    assert rights_of(person).readable_groups == frozenset()
    assert rights_of(person).at == held.at


@pytest.mark.parametrize("role", list(Role.values))
def test_only_readers_read_and_nothing_is_inherited_between_groups(role, dg):
    person = accredited(role, dg)
    assert (rights_of(person).readable_groups == {dg.pk}) is (role in READERS)
    assert dg.parent.pk not in rights_of(person).readable_groups


@pytest.mark.parametrize("role", list(Role.values))
def test_the_console_opens_to_secretariat_administrator_and_auditor(role, dg):
    rights = rights_of(accredited(role, dg))
    assert rights.enters_console is (role in ("secretariat", "administrator", "auditor"))
    assert rights.may_in_console("documents.change_document") is (role == "secretariat")
    assert rights.may_in_console("documents.view_document") is (role in ("secretariat", "auditor"))
    assert rights.may_in_console("members.change_person") is (role in ("secretariat", "administrator"))


def test_a_person_who_may_not_sign_in_has_no_rights(dg):
    person = accredited("secretariat", dg)
    assert rights_of(person).enters_console
    person.is_active = False
    assert rights_of(person).accreditations == ()
    assert not person.is_staff


def test_nobody_has_no_rights():
    assert rights_of(AnonymousUser()).accreditations == ()
    assert rights_of(None).person is None


# --- Whether anybody is there -------------------------------------------------------------------------------------


def test_somebody_submits_for_a_party_from_the_first_instant_to_the_last(dg, held):
    saudi = factories.make_state("SAU")
    party = Party(dg, saudi)
    factories.accredit("delegate@sau.example", dg, Role.DELEGATE, saudi)
    factories.accredit("elsewhere@sau.example", factories.make_group("OTHER"), Role.FOCAL_POINT, saudi)
    begins, ends = held.at, held.at + timedelta(days=1)
    factories.accredit("focal@sau.example", dg, Role.FOCAL_POINT, saudi, since=begins, until=ends)
    for at, there in (
        (begins - MICROSECOND, False),
        (begins, True),
        (ends - MICROSECOND, True),
        (ends, False),
    ):
        assert anybody_submits_for(party, at) is there, at
        assert states_that_answer(dg.pk, at) == (frozenset({saudi.pk}) if there else frozenset())


def test_whom_nobody_works_for_is_read_in_one_question(held, dg, secretary, django_assert_num_queries):
    """Delegates count, who submit nothing; an auditor does not; for an invited body it is the secretariat that acts."""
    body, bureau, chair = (factories.make_office(kind) for kind in ("invited", "bureau", "chair"))
    saudi, syria, france = (factories.make_state(iso3) for iso3 in ("SAU", "SYR", "FRA"))
    ends = held.at + timedelta(days=1)
    factories.accredit("delegate@sau.example", dg, Role.DELEGATE, saudi, until=ends)
    factories.accredit("vice@test.example", dg, Role.VICE_CHAIR, office=chair)
    factories.accredit("auditor@test.example", dg, Role.AUDITOR)
    gone = factories.accredit("gone@syr.example", dg, Role.FOCAL_POINT, syria).person
    gone.is_active = False
    gone.save()
    other = factories.make_group("OTHER")
    factories.accredit("focal@fra.example", other, Role.FOCAL_POINT, france)
    asked = [
        Party(dg, saudi),
        Party(dg, syria),
        Party(dg, france),
        *(Party(dg, office=office) for office in (body, bureau, chair)),
        Party(other, office=body),
    ]
    unheard = [asked[1], asked[2], asked[4], asked[6]]
    with django_assert_num_queries(1):
        assert without_anybody(asked, ends - MICROSECOND) == unheard
    assert without_anybody(asked, ends) == [asked[0], *unheard]


def test_nobody_whose_account_is_closed_submits(dg, saudi_focal_point, now):
    party = Party(dg, factories.make_state("SAU"))
    assert anybody_submits_for(party, now)
    saudi_focal_point.is_active = False
    saudi_focal_point.save()
    assert not anybody_submits_for(party, now) and states_that_answer(dg.pk, now) == frozenset()


def test_the_secretariat_of_its_group_submits_for_an_invited_body(dg, now, secretary):
    body = factories.make_office("invited")
    assert anybody_submits_for(Party(dg, office=body), now)
    assert not anybody_submits_for(Party(factories.make_group("OTHER"), office=body), now)


def test_instants_of_no_meeting_are_shown_in_the_chosen_zone_or_at_the_groups_seat(dg, now):
    person = accredited("delegate", dg)
    assert dg.zone != "UTC" and rights_of(person, now).zone == dg.zone
    person.time_zone = "America/New_York"
    assert rights_of(person, now).zone == "America/New_York"
    assert rights_of(AnonymousUser(), now).zone == "UTC"


def test_nothing_is_asked_of_a_secretariat_nor_filed_for_one(dg, secretary):
    offices = [factories.make_office(kind) for kind in Office.Kind.values]
    rights = rights_of(secretary)
    others = {office for office in offices if not office.is_secretariat}
    assert set(Office.objects.besides_secretariats()) == others and len(others) == len(offices) - 1
    assert {office for office in offices if rights.filer_for(Party(dg, office=office))} == others
