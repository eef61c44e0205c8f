"""Somebody who is invited already, when a list names them."""

import pytest

from cwg.members import people
from cwg.members.models import Group, Invitation, Person, Role
from tests.factories import make_state


@pytest.fixture
def invite_claire(now):
    def invited(actor: Person, group: Group, role: str = Role.DELEGATE) -> Invitation:
        return people.invite(
            email="claire@delegation.example",
            name="Claire Martin",
            language="en",
            group=group,
            role=role,
            state=make_state("FRA"),
            actor=actor,
            at=now,
        )

    return invited
