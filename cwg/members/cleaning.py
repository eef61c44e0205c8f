"""Names, addresses and reasons as they are kept; what cannot be kept is refused."""

import unicodedata

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from . import refusals


def clean_name(name: str) -> str:
    """The name without blanks around it. It reaches mail headers: no line breaks, no control characters.

    Raises NameRefused.
    """
    name = name.strip()
    if (
        not name
        or len(name) > 150
        or any(unicodedata.category(letter) in ("Cc", "Zl", "Zp") for letter in name)
    ):
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
