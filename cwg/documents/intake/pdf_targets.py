"""Where a link or an action of a PDF leads: `reach.reach_of`, where PDF has an address mean what it does elsewhere."""

from __future__ import annotations

from .reach import WEB, reach_of


def reach_of_link(address: str) -> str:
    """As `reach_of`, of the address of a link: blanks in it are left out, and // begins the name of a web server."""
    plain = "".join(char for char in address if char > " ")
    if plain.lower().startswith("www.") or (plain.startswith("//") and not plain.startswith("///")):
        return WEB
    return reach_of(plain)
