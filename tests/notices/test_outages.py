"""While the mail server takes nothing: what is kept of its answer, and how that ends."""

from datetime import timedelta

import pytest

from cwg.notices import outages, readiness, sending
from cwg.notices.expansion import expand_due
from cwg.notices.failures import Failure, Scope
from cwg.notices.models import Notice, Why
from tests import factories
from tests.mailroom import Mailroom, serving
from tests.ports import free_port

from .conftest import use_port

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


# --- With nothing left to send ----------------------------------------------------------------------------------------


@pytest.fixture
def waited(news, event, settings, held):
    """A port at which nothing answers, an outage whose time has come, and the mail that met it no longer due."""
    news.people = [factories.make_person("reader@test.example")]
    expand_due()
    port = free_port()
    use_port(settings, port)
    sending.send_due()
    Notice.objects.update(status=Notice.Status.DROPPED)
    held.move_to(outages.current().next_try_at)
    return port


def test_a_server_that_is_back_ends_it_although_no_mail_is_due(waited, held):
    mailroom = Mailroom()
    with serving(mailroom, waited):
        held.forward(microseconds=-1)
        sending.send_due()
        assert (outages.current().tries, mailroom.connections) == (1, 0)  # not before its time
        held.forward(microseconds=1)
        sending.send_due()
        assert (outages.current(), mailroom.connections, mailroom.arrived) == (None, 1, [])
        sending.send_due()
        assert mailroom.connections == 1  # nobody asks a server that is well
    assert readiness.mail()["ok"]


def test_one_that_is_still_away_is_asked_less_and_less_often(waited, held):
    for tries, seconds in enumerate((60, 120, 240), 2):
        sending.send_due()
        outage = outages.current()
        assert (outage.tries, outage.next_try_at) == (tries, held.at + timedelta(seconds=seconds))
        held.move_to(outage.next_try_at)


def test_one_that_answers_and_refuses_the_sign_in_is_still_away(waited, settings):
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "portal", "wrong"
    with serving(Mailroom(), waited):  # it offers no sign-in
        sending.send_due()
    assert (outages.current().tries, outages.current().why) == (2, "sign_in")


def test_a_mail_that_no_longer_matters_does_not_keep_it_standing(waited, news):
    Notice.objects.update(status=Notice.Status.WAITING)
    news.matters = False
    with serving(Mailroom(), waited):
        assert sending.send_due() == 1
    assert outages.current() is None
    assert Notice.objects.get().status == "dropped"
