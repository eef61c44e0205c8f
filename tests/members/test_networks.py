"""Of which network an address is."""

import pytest

from cwg.members import networks


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("2001:db8:1:2::5", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::9", "2001:db8:1:2::"),
        ("2001:db8:1:3::5", "2001:db8:1:3::"),
        ("203.0.113.9", "203.0.113.9"),
        ("", ""),
        (None, ""),
    ],
)
def test_a_network_of_ipv6_is_one_whatever_its_last_half_and_an_address_of_ipv4_alone(address, network):
    assert networks.network_of(address) == network
