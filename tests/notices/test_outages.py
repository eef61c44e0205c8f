"""While the mail server takes nothing: what is kept of its answer."""

import pytest

from cwg.notices import outages
from cwg.notices.failures import Failure, Scope
from cwg.notices.models import Why

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("550 5.7.1 <amal@mission.example>: Relay access denied", "550 5.7.1 <***>: Relay access denied"),
        ("550 5.7.1 relaying denied to amal@mission", "550 5.7.1 relaying denied to ***"),
        ("550 relaying denied: <amal@", "550 relaying denied: ***"),
        ("535 5.7.8 bad password", "535 5.7.8 bad password"),
    ],
)
def test_what_the_server_said_is_kept_without_the_address_it_said_it_of(said, kept, now):
    assert outages.note(Failure(Why.SENDER, said, Scope.SERVER), now).said == kept
