"""Which kinds of document a party files."""

import pytest

from cwg.documents.kinds import CONTRIBUTION_KINDS, Kind, kinds_for
from cwg.members.models import Office
from cwg.members.parties import Party
from tests import factories

pytestmark = pytest.mark.django_db


def test_delegations_file_contributions(dg):
    assert kinds_for(Party(dg, state=factories.make_state("SAU"))) == CONTRIBUTION_KINDS


def test_an_invited_body_sends_information_only(dg):
    body = factories.make_office(Office.Kind.INVITED, "gac", "Governmental Advisory Committee")
    assert kinds_for(Party(dg, office=body)) == (Kind.INFORMATION,)


@pytest.mark.parametrize("kind", Office.Kind.values)
def test_every_office_files_something_and_no_office_a_contribution(kind, dg):
    filed = kinds_for(Party(dg, office=factories.make_office(kind)))
    assert filed and not set(filed) & set(CONTRIBUTION_KINDS)
