"""Of which network an address is. With IPv6 each has more addresses than anybody could count, so none counts alone."""

import ipaddress


def network_of(address: str | None) -> str:
    """An IPv6 address by its /64, which is one household's or one room's; an IPv4 address as it is; "" where unknown.

    For what is refused to a whole network: as few others as possible are in it.
    """
    return _first_of(address, 32, 64)


def block_of(address: str | None) -> str:
    """An IPv6 address by its /48, an IPv4 address by its /24, the smallest that the Internet routes by itself; "" where unknown.

    For what is shared out among networks: whoever has a block has all of its addresses, and could pass for many.
    """
    return _first_of(address, 24, 48)


def _first_of(address: str | None, bits: int, bits_of_ipv6: int) -> str:
    if not address:
        return ""
    found = ipaddress.ip_address(address)
    if found.version == 6:
        bits = bits_of_ipv6
    return str(ipaddress.ip_network((found, bits), strict=False).network_address)
