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


@pytest.mark.parametrize(
    ("address", "block"),
    [
        ("2001:db8:1:2::5", "2001:db8:1::"),
        ("2001:db8:1:ffff:ffff::9", "2001:db8:1::"),
        ("2001:db8:2:2::5", "2001:db8:2::"),
        ("203.0.113.9", "203.0.113.0"),
        ("203.0.114.9", "203.0.114.0"),
        ("fe80::1%eth0", "fe80::"),
        (None, ""),
    ],
)
def test_a_block_has_all_that_are_routed_together(address, block):
    assert networks.block_of(address) == block
