"""The mail that invites."""

import re

import pytest

from cwg.members import people
from cwg.members.models import Role
from cwg.notices import sending
from cwg.notices.expansion import expand_due
from cwg.notices.models import Event, Notice
from cwg.record import jobs
from tests import factories
from tests.mailroom import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def invitation(dg, saudi_focal_point, now):
    return people.invite(
        email="new@test.example",
        name="Noura New",
        language="fr",
        group=dg,
        role=Role.DELEGATE,
        state=factories.make_state("SAU"),
        actor=saudi_focal_point,
        at=now,
    )


def test_an_invitation_is_mailed_with_its_link_to_the_address_invited(smtp, invitation):
    jobs.run("notices")
    (mail,) = smtp.arrived
    assert mail["To"] == "new@test.example"
    assert mail["Content-Language"] == "fr"
    assert "Noura New" in text_of(mail)
    (token,) = re.findall(r"http://127.0.0.1:8000/invitation/(\S+)/", text_of(mail))
    assert people.invitation_of(token) == invitation
    assert token not in str(Event.objects.get().facts)


@pytest.mark.parametrize("field", ["used_at", "revoked_at", "expires_at"])
def test_a_link_that_no_longer_works_is_not_mailed(smtp, invitation, now, field):
    expand_due()
    setattr(invitation, field, now)
    invitation.save(update_fields=[field])
    sending.send_due()
    assert smtp.arrived == []
    assert Notice.objects.get().status == "dropped"
