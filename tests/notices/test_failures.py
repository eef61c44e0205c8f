"""Whose fault an answer of the mail server is, and whether trying again makes sense."""

import smtplib
import socket
import ssl

import pytest

from cwg.notices import failures, why_words
from cwg.notices.failures import Scope
from cwg.notices.models import Why

MAIL, BREAK, SERVER = Scope.MAIL, Scope.BREAK, Scope.SERVER


def of_recipient(code: int, text: str) -> failures.Failure:
    return failures.of_sending(smtplib.SMTPRecipientsRefused({"a@b.example": (code, text.encode())}))


@pytest.mark.parametrize(
    ("code", "text", "why", "scope", "for_good"),
    [
        (550, "5.1.1 no such mailbox", "no_mailbox", MAIL, True),
        (552, "5.2.2 over quota", "no_mailbox", MAIL, True),
        (554, "5.7.1 blocked", "no_mailbox", MAIL, True),
        (450, "mailbox busy", "try_later", MAIL, False),
        (451, "4.7.1 greylisted", "try_later", MAIL, False),
        (421, "4.7.0 too many", "try_later", BREAK, False),
        # What the server says to the portal, though it says it of a recipient.
        (530, "5.7.0 Authentication required", "sign_in", SERVER, False),
        (554, "5.7.1 <a@b.example>: Relay access denied", "sender", SERVER, False),
        (550, "relaying to <a@b.example> prohibited by administrator", "sender", SERVER, False),
    ],
)
def test_an_answer_to_the_recipient(code, text, why, scope, for_good):
    failure = of_recipient(code, text)
    assert (failure.why, failure.scope, failure.for_good) == (why, scope, for_good)
    assert failure.said == f"{code} {text}"


@pytest.mark.parametrize(
    ("code", "text", "why", "scope", "for_good"),
    [
        (550, "5.1.1 no such mailbox", "no_mailbox", MAIL, True),
        (554, "5.6.0 message refused: malformed", "refused", MAIL, True),
        # Policy and standing: a mail is not burnt for what whoever runs the portal can mend.
        (550, "5.7.1 rejected by policy", "refused", MAIL, False),
        (554, "no thanks", "refused", MAIL, False),
        (451, "4.3.0 later", "try_later", MAIL, False),
        (421, "4.3.2 shutting down", "try_later", BREAK, False),
    ],
)
def test_an_answer_to_the_mail_itself(code, text, why, scope, for_good):
    failure = failures.of_sending(smtplib.SMTPDataError(code, text.encode()))
    assert (failure.why, failure.scope, failure.for_good) == (why, scope, for_good)


@pytest.mark.parametrize(("code", "why"), [(553, "sender"), (530, "sign_in"), (451, "busy"), (421, "busy")])
def test_an_answer_to_the_sender_is_every_mails_affair(code, why):
    failure = failures.of_sending(smtplib.SMTPSenderRefused(code, b"no", "portal@x.example"))
    assert (failure.why, failure.scope, failure.for_good) == (why, SERVER, False)


@pytest.mark.parametrize("error", [TimeoutError("timed out"), smtplib.SMTPServerDisconnected("gone")])
def test_a_connection_that_breaks_over_a_mail_may_be_its_fault_or_the_servers(error):
    failure = failures.of_sending(error)
    assert (failure.why, failure.scope, failure.for_good) == ("broke_off", BREAK, False)


def test_what_breaks_a_header_is_never_tried_again():
    failure = failures.of_sending(ValueError("Invalid address; only a@b could be parsed"))
    assert (failure.why, failure.scope, failure.for_good) == ("malformed", MAIL, True)


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (ConnectionRefusedError(111, "Connection refused"), "unreachable"),
        (socket.gaierror(-2, "Name or service not known"), "unreachable"),
        (TimeoutError("timed out"), "unreachable"),
        (smtplib.SMTPServerDisconnected("gone"), "unreachable"),
        (smtplib.SMTPConnectError(421, b"too busy"), "busy"),
        (smtplib.SMTPConnectError(554, b"no service for you"), "sender"),
        (smtplib.SMTPAuthenticationError(535, b"no"), "sign_in"),
        (smtplib.SMTPAuthenticationError(454, b"later"), "busy"),
        (smtplib.SMTPNotSupportedError("STARTTLS extension not supported by server."), "insecure"),
        (smtplib.SMTPNotSupportedError("SMTP AUTH extension not supported by server."), "sign_in"),
        (smtplib.SMTPException("No suitable authentication method found."), "sign_in"),
        (smtplib.SMTPResponseException(454, b"TLS not available"), "insecure"),
        (ssl.SSLCertVerificationError("certificate has expired"), "insecure"),
        (UnicodeEncodeError("ascii", "é", 0, 1, "no"), "sign_in"),
        (LookupError("a backend that is not there"), "unreachable"),
    ],
)
def test_what_keeps_a_connection_from_coming_about_is_no_mails_fault(error, why):
    failure = failures.of_opening(error)
    assert (failure.why, failure.scope, failure.for_good) == (why, SERVER, False)


def test_what_the_server_says_is_kept_on_one_line_without_signs_that_turn_it_around():
    said = of_recipient(550, "no\r\nsuch\x00 \u202ebox " + "x" * 900).said
    assert said.startswith("550 no such box xxx")
    assert len(said) == 500


def test_every_failure_has_words_that_say_what_to_do():
    never_sent = {Why.CLOSED, Why.UNWANTED, Why.OVER, Why.RESTORED}
    assert set(why_words.WORDS) == set(Why) - never_sent
    assert "five days" in why_words.do(Why.TRY_LATER)
    assert "for days without success" in why_words.do(Why.TRY_LATER, given_up=True)
    assert "not kept" in why_words.means("")
