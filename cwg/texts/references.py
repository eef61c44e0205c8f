"""What the references of a text lead to. The caller knows documents and their addresses; a text knows their names."""

from collections.abc import Callable

# The address of what a run refers to, "" where it leads nowhere.
AddressOf = Callable[[str], str]

_OUTSIDE = ("https://", "http://", "mailto:")


def nowhere(reference: str) -> str:
    return ""


def itself(reference: str) -> str:
    """For references that are addresses."""
    return reference


def link(reference: str, address_of: AddressOf, *, in_a_page: bool = False) -> str:
    """The address to link `reference` to, "" for none.

    Whatever `address_of` answers, only addresses of the web and of mail are linked, and in a page those of this
    portal and of the page itself.
    """
    address = address_of(reference) if reference else ""
    own = in_a_page and address.startswith(("/", "#")) and not address.startswith(("//", "/\\"))
    return address if own or address.lower().startswith(_OUTSIDE) else ""
