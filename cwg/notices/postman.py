"""The connection to the mail server: opened when first needed, kept for some mails, dropped when it broke."""

import contextlib
import logging
import smtplib
from typing import Any

from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from . import failures
from .failures import Failure, Scope

logger = logging.getLogger(__name__)

# Mail servers end a connection after some number of messages; we end it before.
MAILS_A_CONNECTION = 50


class NotTaken(Exception):
    """The mail did not go out; `failure` says why and whose affair that is."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.said)
        self.failure = failure


class Postman:
    """For a `with` block; one connection at a time."""

    def __enter__(self) -> "Postman":
        self._connection: BaseEmailBackend | None = None
        self._carried = 0
        self._refused = False
        return self

    def __exit__(self, *exc) -> None:
        self._say_goodbye()

    def send(self, message: EmailMessage) -> None:
        """Raises NotTaken. Whatever else a backend raises (the demo's writes rows) is raised on."""
        if self._carried >= MAILS_A_CONNECTION:
            self._say_goodbye()
        if self._refused and not self._still_listens():
            self._drop()
        connection = self._connection or self._open()
        try:
            connection.send_messages([message])
        except (OSError, ValueError) as error:
            failure = failures.of_sending(error)
            # After an answer that spoke of one mail most servers wait for the next one on the same connection.
            self._refused = failure.scope is Scope.MAIL and isinstance(error, smtplib.SMTPException)
            if not self._refused:
                self._drop()
            raise NotTaken(failure) from error
        except BaseException:
            self._drop()
            raise
        self._carried += 1

    def call(self) -> None:
        """Connect and sign in without a mail, as for one. Raises NotTaken."""
        if self._connection is None:
            self._open()

    def _open(self) -> BaseEmailBackend:
        connection = None
        try:
            connection = get_connection()
            connection.open()
            # Django says hello only where it needs to; else the first mail would, and pay for a server that is away.
            session = getattr(connection, "connection", None)
            if isinstance(session, smtplib.SMTP):
                session.ehlo_or_helo_if_needed()
        except Exception as error:
            # Whatever it is, settings that make no sense among them: no mail is to blame.
            logger.warning("no connection to the mail server: %s: %s", type(error).__name__, error)
            if connection is not None:
                _cut(connection)
            raise NotTaken(failures.of_opening(error)) from error
        self._connection, self._carried, self._refused = connection, 0, False
        return connection

    def _still_listens(self) -> bool:
        """Some servers hang up after a refusal; the next mail must not pay for that."""
        self._refused = False
        session = getattr(self._connection, "connection", None)
        if not isinstance(session, smtplib.SMTP):
            return True
        try:
            return session.noop()[0] == 250
        except OSError:
            return False

    def _drop(self) -> None:
        """Without a word: a server that hangs would have us wait once more for its farewell."""
        connection, self._connection = self._connection, None
        if connection is not None:
            _cut(connection)

    def _say_goodbye(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(OSError):  # what was taken was taken, however the farewell goes
                connection.close()


def _cut(connection: BaseEmailBackend) -> None:
    smtp: Any = connection
    session = getattr(smtp, "connection", None)
    if isinstance(session, smtplib.SMTP):
        with contextlib.suppress(OSError):
            session.close()
        smtp.connection = None
