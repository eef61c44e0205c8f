"""A real SMTP server for tests, with the faults a real one has."""

import asyncio
import email
import email.policy
import socket
from contextlib import contextmanager
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP


class Mailroom:
    """What arrived, in order. The handler of the server; each test sets the faults it needs.

    `drop_answers`: how many of the next mails are taken without an answer, the connection being cut.
    `refuse`: address -> SMTP answer to RCPT. `slow`: seconds before each answer to DATA.
    """

    def __init__(self):
        self.arrived: list[EmailMessage] = []
        self.drop_answers = 0
        self.refuse: dict[str, str] = {}
        self.slow = 0.0

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
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


class _Controller(Controller):
    def factory(self):
        return _Server(self.handler)


@contextmanager
def serving(mailroom: Mailroom, port: int = 0):
    """The server at 127.0.0.1 while the block runs; yields its port."""
    # aiosmtpd connects to the port it was told; so the free one is chosen here.
    port = port or free_port()
    controller = _Controller(mailroom, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


def free_port() -> int:
    """A port at which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


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
