"""A real SMTP server for tests, with the faults a real one has."""

import asyncio
import email
import email.policy
import socket
from contextlib import contextmanager
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

from tests.ports import free_port


class Mailroom:
    """What arrived, in order. The handler of the server; each test sets the faults it needs.

    `drop_answers`: how many of the next mails are taken without an answer, the connection being cut.
    `refuse`: address -> SMTP answer to RCPT. `slow`: seconds before each answer to DATA.
    `at_connect`: the answer instead of a greeting. `at_sender`, `at_every_recipient`, `at_data`: to MAIL, RCPT, DATA.
    `hang_at`: addresses to whose RCPT nobody ever answers. `connections` counts them.
    """

    def __init__(self):
        self.arrived: list[EmailMessage] = []
        self.drop_answers = 0
        self.refuse: dict[str, str] = {}
        self.slow = 0.0
        self.at_connect = ""
        self.at_sender = ""
        self.at_every_recipient = ""
        self.at_data = ""
        self.hang_at: set[str] = set()
        self.connections = 0

    async def handle_MAIL(self, server, session, envelope, address, mail_options):
        if self.at_sender:
            return self.at_sender
        envelope.mail_from = address
        envelope.mail_options.extend(mail_options)
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        if address in self.hang_at:
            await asyncio.Event().wait()
        if answer := self.refuse.get(address) or self.at_every_recipient:
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.at_data:
            return self.at_data
        if self.slow:
            await asyncio.sleep(self.slow)
        self.arrived.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        if self.drop_answers:
            self.drop_answers -= 1
            server.transport.abort()
        return "250 taken"

    def to(self, address: str) -> list[EmailMessage]:
        return [mail for mail in self.arrived if mail["To"] == address]

    @property
    def recipients(self) -> list[str]:
        return sorted(mail["To"] for mail in self.arrived)


class _Server(SMTP):
    """Says its name without asking any name server."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, hostname="mailroom.test", **kwargs)

    async def _handle_client(self):
        mailroom = self.event_handler
        mailroom.connections += 1
        if mailroom.at_connect:
            await self.push(mailroom.at_connect)
            self.transport.close()
            return
        await super()._handle_client()


class _Controller(Controller):
    def factory(self):
        return _Server(self.handler, **self.SMTP_kwargs)

    def _trigger_server(self):
        """The library's own first connection, which is none of the tests'."""
        answer, self.handler.at_connect = self.handler.at_connect, ""
        super()._trigger_server()
        self.handler.at_connect, self.handler.connections = answer, 0


@contextmanager
def serving(mailroom: Mailroom, port: int = 0, **options):
    """The server at 127.0.0.1 while the block runs; yields its port. `options` are aiosmtpd's: sign-in, TLS."""
    # aiosmtpd connects to the port it was told; so the free one is chosen here.
    port = port or free_port()
    controller = _Controller(mailroom, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


@contextmanager
def silent_server():
    """A port that takes connections and never says a word: a half-open server."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(16)
        yield listener.getsockname()[1]


def text_of(mail: EmailMessage) -> str:
    return mail.get_body(("plain",)).get_content()


def html_of(mail: EmailMessage) -> str:
    return mail.get_body(("html",)).get_content()
