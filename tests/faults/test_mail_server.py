"""A real mail server with the faults that real ones have: every mail that still matters goes out once, none is burnt."""

import datetime as dt
import ipaddress
import ssl
from datetime import timedelta

import pytest
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.core.management import call_command

from cwg import clock
from cwg.notices import outages, readiness, sending
from cwg.notices.expansion import expand_due
from cwg.notices.models import Event, Notice
from tests import factories
from tests.mailroom import Mailroom, serving
from tests.notices.conftest import event, news, smtp, use_port  # noqa: F401 - fixtures

pytestmark = [pytest.mark.django_db, pytest.mark.faults]

PEOPLE = 12


@pytest.fixture
def notices(news, event):  # noqa: F811
    """A dozen notices that wait."""
    news.people = [factories.make_person(f"p{n:02}@test.example") for n in range(PEOPLE)]
    expand_due()
    return Notice.objects.order_by("address")


def let_time_pass(held, span: timedelta, step: timedelta = timedelta(minutes=15)) -> None:
    """The sweep comes round every so often, in held time. (In truth every five seconds.)"""
    end = held.at + span
    while held.at < end:
        sending.send_due()
        held.forward(seconds=step.total_seconds())


def everybody_got_one(mailroom: Mailroom) -> bool:
    ids = [mail["Message-ID"] for mail in mailroom.arrived]
    return len(ids) == len(set(ids)) == PEOPLE


def verify_holds() -> None:
    call_command("verify")


@pytest.mark.parametrize("where", ["at_connect", "at_sender", "at_every_recipient", "at_data"])
def test_two_days_of_451_and_then_every_mail_is_sent_once(smtp, notices, held, where):  # noqa: F811
    setattr(smtp, where, "451 4.7.1 Please try again later")
    let_time_pass(held, timedelta(days=2))
    assert smtp.arrived == []
    assert set(notices.values_list("status", flat=True)) == {"waiting"}
    assert readiness.mail()["ok"] is False
    verify_holds()
    setattr(smtp, where, "")
    let_time_pass(held, sending.LONGEST_WAIT + timedelta(minutes=15))
    assert everybody_got_one(smtp)
    assert readiness.mail()["ok"] is True
    assert outages.current() is None
    verify_holds()


def test_421_at_connect_costs_one_connection_a_round(smtp, notices, held):  # noqa: F811
    smtp.at_connect = "421 4.3.2 too many connections"
    assert sending.send_due() == 0
    assert smtp.connections == 1
    assert outages.current().why == "busy"
    assert sending.send_due() == 0
    assert smtp.connections == 1  # not before its time
    assert set(notices.values_list("attempts", flat=True)) == {0}
    smtp.at_connect = ""
    held.move_to(outages.current().next_try_at)
    assert sending.send_due() == PEOPLE
    assert everybody_got_one(smtp)


def test_550_for_one_fails_that_one_and_holds_nobody_up(smtp, notices):  # noqa: F811
    smtp.refuse = {"p00@test.example": "550 5.1.1 no such mailbox"}
    assert sending.send_due() == PEOPLE - 1
    assert smtp.connections == 1
    assert notices.get(status="failed").address == "p00@test.example"
    assert outages.current() is None


def test_greylisting_of_one_holds_nobody_up(smtp, notices, held):  # noqa: F811
    smtp.refuse = {"p00@test.example": "451 4.7.1 greylisted, come back in five minutes"}
    assert sending.send_due() == PEOPLE - 1
    smtp.refuse = {}
    let_time_pass(held, timedelta(minutes=10), step=timedelta(minutes=5))
    assert everybody_got_one(smtp)


def refuse_everybody(server, session, envelope, mechanism, auth_data) -> AuthResult:
    return AuthResult(success=False, handled=False)  # the server says 535


without_tls = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")


def take_everybody(server, session, envelope, mechanism, auth_data) -> AuthResult:
    return AuthResult(success=True)


@without_tls
def test_535_at_sign_in_burns_no_mail_in_a_week_and_all_goes_out_with_the_right_password(
    notices, settings, held
):
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "portal", "wrong"
    signing_in = {"auth_required": True, "auth_require_tls": False}
    mailroom = Mailroom()
    with serving(mailroom, authenticator=refuse_everybody, **signing_in) as port:
        use_port(settings, port)
        let_time_pass(held, timedelta(days=7), step=timedelta(hours=1))
    assert outages.current().why == "sign_in"
    assert outages.current().said.startswith("535")
    assert set(notices.values_list("status", "attempts")) == {("waiting", 0)}
    verify_holds()
    with serving(mailroom, port, authenticator=take_everybody, **signing_in):
        assert sending.send_due() == PEOPLE
    assert everybody_got_one(mailroom)


@without_tls
def test_asked_to_sign_in_where_the_portal_has_no_name_no_mail_is_burnt(notices, settings):
    mailroom = Mailroom()
    with serving(mailroom, auth_required=True, auth_require_tls=False, authenticator=take_everybody) as port:
        use_port(settings, port)
        assert sending.send_due() == 0
    assert outages.current().why == "sign_in"
    assert set(notices.values_list("status", "attempts")) == {("waiting", 0)}


def test_a_server_without_tls_gets_nothing_where_tls_is_asked_for(smtp, notices, settings):  # noqa: F811
    settings.EMAIL_USE_TLS = True
    assert sending.send_due() == 0
    assert (smtp.arrived, outages.current().why) == ([], "insecure")
    assert set(notices.values_list("attempts", flat=True)) == {0}


def test_a_certificate_that_nobody_vouches_for_burns_no_mail(notices, settings, tmp_path):
    mailroom = Mailroom()
    with serving(mailroom, tls_context=self_signed(tmp_path), require_starttls=True) as port:
        use_port(settings, port)
        settings.EMAIL_USE_TLS = True
        assert sending.send_due() == 0
    assert (mailroom.arrived, outages.current().why) == ([], "insecure")
    assert set(notices.values_list("attempts", flat=True)) == {0}


@pytest.mark.parametrize("way", ["EMAIL_USE_TLS", "EMAIL_USE_SSL"])
def test_an_authority_of_ones_own_is_trusted_and_only_for_its_name(notices, settings, tmp_path, way):
    mailroom, certificate = Mailroom(), self_signed(tmp_path)
    options = (
        {"tls_context": certificate, "require_starttls": True}
        if way == "EMAIL_USE_TLS"
        else {"ssl_context": certificate}
    )
    settings.CA_FILE = str(tmp_path / "mail.pem")
    setattr(settings, way, True)
    with serving(mailroom, **options) as port:
        use_port(settings, port)
        settings.EMAIL_HOST = "localhost"  # a name that the certificate does not say
        assert sending.send_due() == 0
        assert (mailroom.arrived, outages.current().why) == ([], "insecure")
        settings.EMAIL_HOST = "127.0.0.1"
        outages.try_now(clock.now())
        assert sending.send_due() == PEOPLE
    assert len(mailroom.arrived) == PEOPLE


def self_signed(folder) -> ssl.SSLContext:
    """The context of a server whose certificate, for 127.0.0.1, is its own authority; in `folder`/mail.pem."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mail.test")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "mail.pem"
    pem.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context


def test_an_answer_lost_after_data_is_told_once_more_under_the_same_message_id(smtp, notices, held):  # noqa: F811
    smtp.drop_answers = 1
    assert sending.send_due() == PEOPLE - 1
    let_time_pass(held, timedelta(minutes=10), step=timedelta(minutes=5))
    ids = [mail["Message-ID"] for mail in smtp.arrived]
    assert len(ids) == PEOPLE + 1
    assert set(ids) == set(notices.values_list("message_id", flat=True))
    assert set(notices.values_list("status", flat=True)) == {"sent"}
    verify_holds()


def test_a_server_that_hangs_over_one_mail_does_not_keep_the_others(smtp, notices, settings):  # noqa: F811
    settings.EMAIL_TIMEOUT = 0.3
    smtp.hang_at = {"p00@test.example"}
    assert sending.send_due() == PEOPLE - 1
    first = notices.first()
    assert (first.status, first.attempts, first.why) == ("waiting", 1, "broke_off")
    assert outages.current() is None


def test_a_server_that_hangs_over_every_mail_ends_the_round_with_the_second(smtp, notices, settings):  # noqa: F811
    settings.EMAIL_TIMEOUT = 0.3
    smtp.hang_at = set(notices.values_list("address", flat=True))
    assert sending.send_due() == 0
    assert smtp.connections == sending.MOST_BREAKS
    assert sorted(notices.values_list("attempts", flat=True))[-3:] == [0, 1, 1]
    assert outages.current().why == "broke_off"


def test_what_is_over_when_the_server_is_back_is_dropped_and_says_why(smtp, notices, news, held):  # noqa: F811
    smtp.at_every_recipient = "451 later"
    let_time_pass(held, timedelta(days=1), step=timedelta(hours=1))
    news.matters = False
    smtp.at_every_recipient = ""
    let_time_pass(held, sending.LONGEST_WAIT + timedelta(hours=1), step=timedelta(hours=1))
    assert smtp.arrived == []
    assert set(notices.values_list("status", "why")) == {("dropped", "over")}
    assert Event.objects.count() == 1
    verify_holds()
