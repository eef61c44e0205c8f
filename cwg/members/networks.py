"""Of which network an address is. With IPv6 each has more addresses than anybody could count, so none counts alone."""

import ipaddress


def network_of(address: str | None) -> str:
    """An IPv6 address by its /64, which is one household's or one room's; an IPv4 address as it is; "" where unknown."""
    if not address:
        return ""
    found = ipaddress.ip_address(address)
    if found.version == 4:
        return str(found)
    return str(ipaddress.ip_network((found, 64), strict=False).network_address)
