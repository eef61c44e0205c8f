"""Who works and who submits for whom: asked of the rights, by rows and by querysets, always with one answer."""

import pytest
from django.db import IntegrityError, transaction

from contributions.models import Contribution
from cwg.documents.models import Slot, Source
from cwg.members.models import Accreditation, Group, Office, Role
from cwg.members.parties import Party, with_key
from cwg.members.rights import Rights, rights_of
from meetings.models import Addressee, Request
from tests import drafts, factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def saudi(dg) -> Party:
    return Party(dg, state=factories.make_state("SAU"))


def office_of(group: Group, kind: str, code: str | None = None) -> Party:
    return Party(group, office=factories.make_office(kind, code))


def accredited(group: Group, role: str, party: Party | None = None) -> Rights:
    state, office = (party.state, party.office) if party else (None, None)
    return rights_of(factories.accredit(f"{role}@test.example", group, role, state, office).person)


# --- The value ----------------------------------------------------------------------------------------------------


def test_a_party_is_a_state_or_an_office_in_a_group(dg, saudi):
    chair = office_of(dg, Office.Kind.CHAIR)
    assert (saudi.name, saudi.code, saudi.key) == ("Saudi Arabia", "SAU", "dg.SAU")
    assert saudi.record == f"state:{saudi.state_id}"
    assert (chair.name, chair.code, chair.key) == ("Chair", "chair", "dg.chair")
    assert chair.record == f"office:{chair.office_id}"
    assert saudi.is_delegation and not chair.is_delegation


def test_a_party_is_never_both_and_never_neither(dg, saudi):
    with pytest.raises(ValueError):
        Party(dg)
    with pytest.raises(ValueError):
        Party(dg, saudi.state, factories.make_office())


def test_parties_are_the_same_where_group_and_state_are(dg, saudi):
    again = Party(Group.objects.get(pk=dg.pk), state=factories.make_state("SAU"))
    assert again == saudi and len({again, saudi}) == 1
    assert Party(factories.make_group("WG-WSIS"), state=saudi.state) != saudi
    # A State and an office of one number are two parties.
    office = Office.objects.create(
        pk=saudi.state_id, code="same", name="Of the same number", kind=Office.Kind.BUREAU
    )
    assert Party(dg, office=office) != saudi


def test_an_address_names_a_party_by_its_key(dg, saudi):
    assert with_key([saudi], "dg.SAU") == saudi
    assert with_key([saudi], "dg.SYR") is None and with_key([saudi], "") is None


# --- Who acts for it ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "works", "submits"),
    [(Role.DELEGATE, True, False), (Role.FOCAL_POINT, True, True)],
)
def test_a_delegation_drafts_for_itself_and_its_focal_points_submit(dg, saudi, role, works, submits):
    rights = accredited(dg, role, saudi)
    assert rights.works_for(saudi) is works
    assert rights.submits_for(saudi) is submits
    syria = Party(dg, state=factories.make_state("SYR"))
    assert not rights.works_for(syria) and not rights.submits_for(syria)


@pytest.mark.parametrize(
    ("role", "kind"),
    [
        (Role.CHAIR, Office.Kind.CHAIR),
        (Role.VICE_CHAIR, Office.Kind.CHAIR),
        (Role.SECRETARIAT, Office.Kind.SECRETARIAT),
        (Role.BUREAU, Office.Kind.BUREAU),
    ],
)
def test_everybody_accredited_to_an_office_acts_for_it_vice_chairs_too(dg, saudi, role, kind):
    own = office_of(dg, kind)
    rights = accredited(dg, role, own)
    assert rights.works_for(own) and rights.submits_for(own)
    assert rights.own_parties == (own,)
    assert not rights.works_for(office_of(dg, kind, "another"))
    assert not rights.works_for(saudi)


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMINISTRATOR, Role.STAKEHOLDER])
def test_who_has_no_party_acts_for_none(dg, saudi, role):
    rights = accredited(dg, role)
    assert rights.own_parties == ()
    assert not rights.works_for(saudi) and not rights.submits_for(saudi)


def test_nobody_works_for_no_party(secretary):
    assert not rights_of(secretary).works_for(None) and not rights_of(secretary).submits_for(None)


def test_for_an_invited_body_the_secretariat_acts_and_its_own_people_do_not(dg, secretary):
    body = office_of(dg, Office.Kind.INVITED, "gac")
    rights = rights_of(secretary)
    assert rights.works_for(body) and rights.submits_for(body)
    assert rights.own_parties == rights.filers == (office_of(dg, Office.Kind.SECRETARIAT),)
    for role in (Role.INVITED, Role.BUREAU):  # also where somebody entered the wrong role
        own = accredited(dg, role, body)
        assert not own.works_for(body) and not own.submits_for(body) and own.own_parties == ()


def test_nothing_is_inherited_from_one_group_to_another(dg, saudi, saudi_focal_point, secretary):
    parent = dg.parent
    elsewhere = Party(parent, state=saudi.state)
    assert rights_of(saudi_focal_point).works_for(saudi)
    assert not rights_of(saudi_focal_point).works_for(elsewhere)
    assert not rights_of(secretary).works_for(office_of(parent, Office.Kind.SECRETARIAT))
    assert not rights_of(secretary).works_for(office_of(parent, Office.Kind.INVITED))
    assert rights_of(secretary).filer_for(office_of(parent, Office.Kind.INVITED)) is None


def test_a_person_of_two_delegations_works_for_both_and_submits_where_focal_point(
    dg, saudi, saudi_focal_point
):
    syria = Party(dg, state=factories.make_state("SYR"))
    factories.accredit(saudi_focal_point, dg, Role.DELEGATE, syria.state)
    rights = rights_of(saudi_focal_point)
    assert set(rights.own_parties) == {saudi, syria}
    assert rights.submits_for(saudi) and not rights.submits_for(syria)


def test_who_is_switched_off_acts_for_nobody(saudi, saudi_focal_point):
    assert rights_of(saudi_focal_point).works_for(saudi)
    saudi_focal_point.is_active = False
    assert not rights_of(saudi_focal_point).works_for(saudi)
    assert not rights_of(None).works_for(saudi)


def test_who_one_acts_for_costs_no_query(dg, saudi, secretary, saudi_focal_point, django_assert_num_queries):
    rights, delegate = rights_of(secretary), rights_of(saudi_focal_point)
    with django_assert_num_queries(0):
        assert rights.own_parties and rights.filers and rights.filer_for(saudi) and delegate.own_parties


# --- Rows ---------------------------------------------------------------------------------------------------------


def test_a_queryset_gives_the_rows_whose_party_the_rights_act_for(dg, saudi, secretary, chair, request):
    """`worked_for_by` and `works_for` are one rule, whoever asks and whatever the row."""
    register = factories.make_register(dg)
    elsewhere = factories.make_register(factories.make_group("ELSEWHERE"))
    offices = [factories.make_office(kind) for kind in Office.Kind.values]
    for place in (register, elsewhere):
        for office in offices:
            drafts.make_slot(place, office=office)
        for code in ("SAU", "SYR"):
            drafts.make_slot(place, code)
    people = [
        secretary,
        chair,
        *map(request.getfixturevalue, ("saudi_delegate", "saudi_focal_point", "bureau")),
    ]
    vice = factories.accredit("vice@test.example", dg, Role.VICE_CHAIR, office=factories.make_office("chair"))
    invited = factories.accredit(
        "gac@test.example", dg, Role.INVITED, office=factories.make_office("invited")
    )
    slots = list(Slot.objects.all())
    for person in (*people, vice.person, invited.person, None):
        rights = rights_of(person)
        worked = {slot.pk for slot in slots if rights.works_for(slot.party)}
        submitted = {slot.pk for slot in slots if rights.submits_for(slot.party)}
        assert {slot.pk for slot in Slot.objects.worked_for_by(rights)} == worked
        assert {slot.pk for slot in Slot.objects.submitted_for_by(rights)} == submitted
    assert (
        len({slot.pk for slot in Slot.objects.worked_for_by(rights_of(secretary))}) == 2
    )  # its own, the body's


def test_rows_of_a_party_are_of_its_group_too(dg, saudi):
    here, elsewhere = factories.make_register(dg), factories.make_register(factories.make_group("ELSEWHERE"))
    mine, theirs = drafts.make_slot(here), drafts.make_slot(elsewhere)
    drafts.make_slot(here, "SYR")
    assert list(Slot.objects.of_party(saudi)) == [mine]
    assert set(Slot.objects.naming(saudi)) == {mine, theirs}
    assert mine.party == saudi and mine.belongs(saudi) and mine.belongs(theirs)


def test_a_source_knows_its_party_through_its_document(dg, saudi):
    document = factories.make_document(factories.make_register(dg))
    source = Source.objects.get(revision__document=document)
    assert source.party == saudi
    assert list(Source.objects.of_party(saudi)) == [source]
    assert document.party == saudi


def test_the_lead_is_the_party_of_a_joint_document(dg, saudi):
    joint = (factories.state_source("SYR", is_lead=False), factories.state_source("SAU"))
    document = factories.make_document(factories.make_register(dg), sources=joint)
    assert document.party == saudi


def test_an_accreditation_without_delegation_or_office_names_no_party(dg, auditor, saudi, saudi_delegate):
    assert Accreditation.objects.get(person=auditor).party is None
    assert Accreditation.objects.get(person=saudi_delegate).party == saudi


@pytest.mark.parametrize("model", [Contribution, Slot, Addressee])
def test_the_database_refuses_a_row_of_two_parties_and_of_none(model, dg, saudi_focal_point):
    register = factories.make_meeting(dg).register
    if model is Contribution:
        row = drafts.make_draft(dg, register, by=saudi_focal_point)
    elif model is Slot:
        row = drafts.make_slot(register)
    else:
        asked = Request.objects.create(meeting=register.meeting, item="3")
        row = Addressee.objects.create(request=asked, state=factories.make_state("SAU"))
    office = factories.make_office()
    for wrong in ({"office": office}, {"state": None}):
        with pytest.raises(IntegrityError, match=r"one_party|one_addressee"), transaction.atomic():
            model.objects.filter(pk=row.pk).update(**wrong)


@pytest.mark.parametrize(
    ("kind", "names"), [("state", "office"), ("state", None), ("organization", "state"), ("office", "state")]
)
def test_the_database_refuses_a_source_that_names_what_its_kind_is_not(kind, names, dg):
    document = factories.make_document(factories.make_register(dg))
    named = {"state": factories.make_state("SAU"), "office": factories.make_office()}
    party = {names: named[names]} if names else {}
    with pytest.raises(IntegrityError, match="sources_of"), transaction.atomic():
        Source.objects.create(
            revision=document.original, position=9, kind=kind, printed_as="Somebody", **party
        )
