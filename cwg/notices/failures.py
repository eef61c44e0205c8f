"""What went wrong between the portal and the mail server: whose fault it is, whether to try again, what was said.

Pure: errors of `smtplib` in, a `Failure` out. An answer to RCPT speaks of one recipient; an answer to the greeting,
TLS, sign-in or MAIL speaks of the portal, and no mail must be given up for it (RFC 5321, 4.2.1 and 4.5.4.1).
"""

import re
import smtplib
import ssl
from dataclasses import dataclass
from enum import Enum

from cwg.members.cleaning import one_line

from .models import Notice, Why


class Scope(Enum):
    MAIL = "this mail only"
    BREAK = "the connection: perhaps this mail, perhaps the server"
    SERVER = "every mail"


@dataclass(frozen=True)
class Failure:
    """`for_good`: trying again would bring the same answer. `said` is one line, as much as the column takes."""

    why: Why
    said: str
    scope: Scope = Scope.MAIL
    for_good: bool = False


# 530 and 538 ask for sign-in or TLS first, 534 and 535 refuse the one that was tried (RFC 4954, RFC 3207).
_SIGN_IN = frozenset({530, 534, 535, 538})
_CLOSING = 421
# Some servers refuse a portal that they do not know at RCPT, with the code of an unknown mailbox.
_RELAY = re.compile(r"\brelay(ing)?\b.{0,40}\b(denied|not permitted|not allowed|prohibited)", re.IGNORECASE)
_ENHANCED = re.compile(r"^5\.(\d{1,3})\.\d{1,3}\b")
# Of enhanced codes 5.x: the address, the mailbox, the content of this mail. The others speak of policy and of the system.
_OF_THIS_MAIL = frozenset({"1", "2", "6"})


def of_opening(error: Exception) -> Failure:
    """Why no connection came about on which mails can be sent: every mail's affair."""
    return Failure(_why_not_opened(error), _said(error), Scope.SERVER)


def _why_not_opened(error: Exception) -> Why:
    match error:
        case smtplib.SMTPAuthenticationError() if error.smtp_code >= 500:
            return Why.SIGN_IN
        case smtplib.SMTPNotSupportedError():
            return Why.INSECURE if "STARTTLS" in str(error) else Why.SIGN_IN
        case smtplib.SMTPConnectError() | smtplib.SMTPHeloError():
            return Why.SENDER if error.smtp_code >= 500 else Why.BUSY
        case smtplib.SMTPAuthenticationError():
            return Why.BUSY
        case smtplib.SMTPServerDisconnected():
            return Why.UNREACHABLE
        case smtplib.SMTPResponseException():  # of STARTTLS: the other commands of the opening have their own
            return Why.INSECURE
        case smtplib.SMTPException():  # no way of signing in that both know
            return Why.SIGN_IN
        case ssl.SSLError() | ssl.CertificateError():
            return Why.INSECURE
        case UnicodeError():  # a user name or password that cannot be put into the command
            return Why.SIGN_IN
    return Why.UNREACHABLE


def of_sending(error: Exception) -> Failure:
    """Why one mail was not taken on a connection that was open. Errors of other kinds than these are raised on."""
    match error:
        case smtplib.SMTPRecipientsRefused():
            code, text = next(iter(error.recipients.values()))
            return _of_recipient(code, _answer(code, text))
        case smtplib.SMTPSenderRefused():
            return Failure(_why_sender_refused(error.smtp_code), _said(error), Scope.SERVER)
        case smtplib.SMTPDataError():
            return _of_data(error.smtp_code, _said(error))
        case smtplib.SMTPNotSupportedError():  # an address in letters that the server does not know
            return Failure(Why.MALFORMED, _said(error), for_good=True)
        case ValueError():  # an address or a header with a line break in it: BadHeaderError is one
            return Failure(Why.MALFORMED, in_short(str(error)), for_good=True)
        case OSError():  # SMTPServerDisconnected is one, and every time limit
            return Failure(Why.BROKE_OFF, _said(error), Scope.BREAK)
    raise error


def _of_recipient(code: int, said: str) -> Failure:
    if code in _SIGN_IN:
        return Failure(Why.SIGN_IN, said, Scope.SERVER)
    if code >= 500 and _RELAY.search(said):
        return Failure(Why.SENDER, said, Scope.SERVER)
    if code == _CLOSING:
        return Failure(Why.TRY_LATER, said, Scope.BREAK)
    if code >= 500:
        return Failure(Why.NO_MAILBOX, said, for_good=True)
    return Failure(Why.TRY_LATER, said)


def _why_sender_refused(code: int) -> Why:
    if code in _SIGN_IN:
        return Why.SIGN_IN
    return Why.SENDER if code >= 500 else Why.BUSY


def _of_data(code: int, said: str) -> Failure:
    """After DATA it is the mail that is judged, or the portal's standing: only what names this mail is for good."""
    if code == _CLOSING:
        return Failure(Why.TRY_LATER, said, Scope.BREAK)
    if code < 500:
        return Failure(Why.TRY_LATER, said)
    enhanced = _ENHANCED.match(said.partition(" ")[2])
    of_this_mail = enhanced is not None and enhanced.group(1) in _OF_THIS_MAIL
    of_mailbox = of_this_mail and enhanced is not None and enhanced.group(1) != "6"
    return Failure(Why.NO_MAILBOX if of_mailbox else Why.REFUSED, said, for_good=of_this_mail)


def _said(error: Exception) -> str:
    """The server's answer where there was one, else what the machine says, on one line."""
    if isinstance(error, smtplib.SMTPResponseException):
        return _answer(error.smtp_code, error.smtp_error)
    return in_short(f"{type(error).__name__}: {error}")


def _answer(code: int, text: bytes | str) -> str:
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return in_short(f"{code} {words}")


def in_short(text: str) -> str:
    """On one line, as much as the column takes."""
    return one_line(text)[:_LONGEST]


_LONGEST = Notice._meta.get_field("last_error").max_length
