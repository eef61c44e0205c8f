"""One round of the outbox: from what happened to mails on their way."""

from . import expansion, sending


def deliver_due() -> int:
    """Expand the events that wait and send the notices that are due; returns how many rows moved."""
    return expansion.expand_due() + sending.send_due()
