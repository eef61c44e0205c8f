"""Who drafts and who submits for whom, from the accreditations of one group and from nothing else."""

import pytest

from contributions import parties
from cwg.documents.kinds import CONTRIBUTION_KINDS, Kind
from cwg.members.models import Office, Role
from cwg.members.rights import rights_of
from tests import drafts, factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(dg, held, saudi_focal_point):
    return drafts.make_draft(dg, factories.make_register(dg), by=saudi_focal_point)


@pytest.mark.parametrize(
    ("who", "edits", "submits"),
    [
        ("saudi_focal_point", True, True),
        ("saudi_delegate", True, False),
        ("syrian_focal_point", False, False),
        ("secretary", False, False),
        ("chair", False, False),
        ("bureau", False, False),
        ("auditor", False, False),
        ("administrator", False, False),
        ("nobody", False, False),
    ],
)
def test_a_delegation_drafts_for_itself_and_its_focal_points_submit(draft, who, edits, submits, request):
    rights = rights_of(request.getfixturevalue(who))
    assert parties.may_edit(rights, draft) is edits
    assert parties.may_submit(rights, draft) is submits


def test_nobody_signed_in_may_nothing(draft):
    assert not parties.may_edit(rights_of(None), draft)
    assert not parties.may_submit(rights_of(None), draft)


def test_somebody_switched_off_may_nothing(draft, saudi_focal_point):
    saudi_focal_point.is_active = False
    assert not parties.may_edit(rights_of(saudi_focal_point), draft)


def test_a_person_of_two_delegations_drafts_for_both_and_submits_where_focal_point(dg, saudi_focal_point):
    factories.accredit(saudi_focal_point, dg, Role.DELEGATE, "SYR")
    rights = rights_of(saudi_focal_point)
    syria = factories.make_state("SYR")
    assert {party.iso3 for party in parties.of_person(rights, dg)} == {"SAU", "SYR"}
    assert parties.drafts_for(rights, dg.pk, state_id=syria.pk, office=None)
    assert not parties.submits_for(rights, dg.pk, state_id=syria.pk, office=None)


def test_nothing_is_inherited_from_one_group_to_another(dg, saudi_focal_point):
    parent = factories.make_group("WG-WSIS")
    assert dg.parent == parent
    assert parties.of_person(rights_of(saudi_focal_point), parent) == []


def test_the_secretariat_files_for_itself_and_for_invited_bodies(dg, secretary):
    gac = factories.make_office(Office.Kind.INVITED, "gac", "Governmental Advisory Committee")
    own = Office.objects.get(kind=Office.Kind.SECRETARIAT)
    assert parties.of_person(rights_of(secretary), dg) == [own, gac]
    assert parties.kinds_for(gac) == (Kind.INFORMATION,)


def test_a_vice_chair_files_nothing(dg):
    office = factories.make_office(Office.Kind.CHAIR)
    person = factories.accredit("vice@test.example", dg, Role.VICE_CHAIR, office=office).person
    assert parties.of_person(rights_of(person), dg) == []


def test_delegations_file_contributions(db):
    assert parties.kinds_for(factories.make_state("SAU")) == CONTRIBUTION_KINDS


def test_a_document_is_changed_by_its_lead_and_not_by_its_co_sponsors(
    dg, draft, saudi_delegate, saudi_focal_point, syrian_focal_point
):
    joint = (factories.state_source("SAU"), factories.state_source("SYR", is_lead=False))
    document = factories.make_document(draft.register, sources=joint)
    assert parties.may_change(rights_of(saudi_delegate), document)
    assert not parties.may_withdraw(rights_of(saudi_delegate), document)
    assert parties.may_withdraw(rights_of(saudi_focal_point), document)
    assert not parties.may_change(rights_of(syrian_focal_point), document)


def test_open_requests_are_the_partys_own_unused_ones_while_the_meeting_is_open(dg, draft, held):
    register, state = draft.register, draft.state
    mine = drafts.make_slot(register)
    drafts.make_slot(register, "SYR")
    drafts.make_slot(register, withdrawn_at=held.at)
    assert list(parties.open_slots(register, state_id=state.pk, office_id=None)) == [mine]
    register.closed_at = held.at
    assert list(parties.open_slots(register, state_id=state.pk, office_id=None)) == []
    assert list(parties.open_slots(None, state_id=state.pk, office_id=None)) == []
