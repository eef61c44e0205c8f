"""Names, addresses and reasons as they are kept; what cannot be kept is refused."""

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from cwg.look import signs

from . import refusals


def one_line(text: str) -> str:
    """`text` on one line, without control characters and signs that turn the direction: fit to be shown anywhere."""
    kept = "".join(" " if signs.is_control(c) else c for c in str(text))
    return " ".join("".join(c for c in kept if c not in signs.DIRECTION_OVERRIDES).split())


def clean_name(name: str) -> str:
    """The name without blanks around it: seen by whoever reads a list, and fit for the header of a mail.

    Raises NameRefused.
    """
    name = name.strip()
    if not name or len(name) > 150 or signs.refusal(name):
        raise refusals.NameRefused
    return name


def clean_address(email: str) -> str:
    """The address as it was typed, without blanks around it. Raises AddressRefused."""
    email = email.strip()
    try:
        validate_email(email)
    except ValidationError:
        raise refusals.AddressRefused from None
    if len(email) > 254:
        raise refusals.AddressRefused
    return email
