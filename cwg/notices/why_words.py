"""Why a mail has not gone out, for people: what it means, and what to do about it. The short name is `Why`'s label."""

from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from .models import Why


class Words(NamedTuple):
    means: Any
    do: Any


_BY_ITSELF = _("It is tried again by itself, for five days. You need not do anything yet.")
_WHOEVER_RUNS = _(
    "Whoever runs the portal mends this; then everything that still matters goes out by itself."
)

WORDS: dict[str, Words] = {
    Why.NO_MAILBOX: Words(
        _(
            "The server that receives for this address says that there is no such mailbox, or that it is closed."
        ),
        _("Ask the person for the right address, change it under People, then send the mail again."),
    ),
    Why.MALFORMED: Words(
        _("The address is not written as an address that mail can be sent to."),
        _("Correct the address under People, then send the mail again."),
    ),
    Why.TRY_LATER: Words(
        _(
            "The server that receives for this address is busy, the mailbox is full, or it makes new senders wait."
        ),
        _BY_ITSELF,
    ),
    Why.REFUSED: Words(
        _("The mail server took the address, but not this mail: because of its content, or of a policy."),
        _("Show what the server said to whoever runs the mail server, then send the mail again."),
    ),
    Why.BROKE_OFF: Words(
        _(
            "The connection to the mail server broke while this mail was handed over, or the server did not answer in time."
        ),
        _BY_ITSELF,
    ),
    Why.UNWRITABLE: Words(
        _("This is a fault of the portal: the mail could not be written. The portal's log says more."),
        _("Tell whoever runs the portal. When it is mended, send the mail again."),
    ),
    Why.UNREACHABLE: Words(
        _("Nothing answers at the address of the mail server, or it does not answer in time."), _WHOEVER_RUNS
    ),
    Why.BUSY: Words(
        _("The mail server asks the portal to try later, whatever mail it comes with."),
        _("It is asked again by itself. If it lasts, tell whoever runs the portal."),
    ),
    Why.INSECURE: Words(
        _("The mail server offers no encryption, or its certificate is not one that the portal trusts."),
        _WHOEVER_RUNS,
    ),
    Why.SIGN_IN: Words(
        _("The mail server refuses the user name or the password that the portal was given."), _WHOEVER_RUNS
    ),
    Why.SENDER: Words(
        _("The mail server does not know the portal as one that may send, or refuses its sender's address."),
        _WHOEVER_RUNS,
    ),
}


def means(why: str) -> str:
    """What happened, in a sentence; of a reason from before they were kept, that it is not known."""
    found = WORDS.get(why)
    return str(found.means if found else _("What happened was not kept. The server's own words say more."))


def do(why: str, *, given_up: bool = False) -> str:
    """What to do. `given_up`: the mail is no longer tried."""
    found = WORDS.get(why)
    if found is None or (given_up and found.do is _BY_ITSELF):
        return str(
            _(
                "It was tried for days without success. Ask the person for another address, or send the mail again."
            )
        )
    return str(found.do)
