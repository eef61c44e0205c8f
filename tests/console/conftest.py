"""A meeting with a document, and one in session, as the console sees them."""

from datetime import timedelta

import pytest

from contributions.models import Contribution
from cwg.members.models import Group, MemberState, Office, Person, Role
from tests import factories

SECRET = "Draft on a secret matter"


@pytest.fixture
def meeting(dg, held):
    return factories.make_meeting(dg)


@pytest.fixture
def in_session(dg, held):
    return factories.make_meeting(dg, 1, opens_at=held.at - timedelta(hours=20))


@pytest.fixture
def document(meeting):
    return factories.make_document(meeting.register)


@pytest.fixture
def draft(meeting, saudi_focal_point, now) -> Contribution:
    """A draft of Saudi Arabia, whose title nobody outside the delegation may meet."""
    return Contribution.objects.create(
        group=meeting.register.group,
        register=meeting.register,
        state=MemberState.objects.get(iso3="SAU"),
        title=SECRET,
        summary=SECRET,
        created_by=saudi_focal_point,
        created_at=now,
        changed_by=saudi_focal_point,
        changed_at=now,
    )


@pytest.fixture
def other_group(db) -> Group:
    return factories.make_group("OTHER", name="Another Group")


@pytest.fixture
def other_secretary(other_group) -> Person:
    """Secretary of another group only."""
    office = factories.make_office(Office.Kind.SECRETARIAT)
    return factories.accredit("other@test.example", other_group, Role.SECRETARIAT, office=office).person
