"""Whom the tests of people begin with."""

import pytest

from cwg.members import people
from cwg.members.models import Invitation, Role
from tests.factories import make_state


@pytest.fixture
def invitation(dg, saudi_focal_point, now) -> Invitation:
    """An open one, by which Saudi Arabia's focal point asks a new person into the delegation."""
    return people.invite(
        email="new.person@mcit.gov.sa",
        name="New Person",
        language="en",
        group=dg,
        role=Role.DELEGATE,
        state=make_state("SAU"),
        actor=saudi_focal_point,
        at=now,
    )
