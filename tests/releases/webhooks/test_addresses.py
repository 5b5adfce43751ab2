"""Public addresses may be connected to; this machine and its networks may not, however they are written."""

from ipaddress import ip_network

import pytest

from releases.webhooks.addresses import is_allowed, is_public, real_address


@pytest.mark.parametrize(
    "text",
    """
    127.0.0.1 127.8.8.8 0.0.0.0 10.0.0.1 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 192.0.2.1 198.18.0.1
    224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255 192.0.0.8 168.63.129.16
    :: ::1 ::ffff:10.0.0.1 ::ffff:127.0.0.1 ::ffff:169.254.169.254 ::ffff:100.64.0.1 ::127.0.0.1 fe80::1 fe80::1%2
    fc00::1 fd00:ec2::254 fec0::1 ff02::1 2001:db8::1 64:ff9b::10.0.0.1 64:ff9b::7f00:1 64:ff9b:1::1 2002:7f00:1::
    2002:a00:1::1 2001:0:4136:e378:8000:63bf:3fff:fdd2 100::1
    """.split(),
)
def test_an_address_that_is_not_of_the_internet_is_not_public(text):
    assert not is_public(real_address(text))


@pytest.mark.parametrize(
    "text", ["1.1.1.1", "93.184.216.34", "::ffff:1.1.1.1", "64:ff9b::101:101", "2606:4700:4700::1111"]
)
def test_an_address_of_the_internet_is_public(text):
    assert is_public(real_address(text))


def test_only_the_networks_that_are_named_are_allowed():
    networks = [ip_network("10.1.0.0/16"), ip_network("fd00::/8")]
    assert is_allowed(real_address("10.1.2.3"), networks)
    assert is_allowed(real_address("::ffff:10.1.2.3"), networks)
    assert is_allowed(real_address("fd00::1"), networks)
    assert not is_allowed(real_address("10.2.0.1"), networks)
    assert not is_allowed(real_address("::1"), networks)


@pytest.mark.parametrize("text", ["", "localhost", "1.2.3", "2130706433", "0x7f.1"])
def test_what_is_no_address_is_refused(text):
    with pytest.raises(ValueError, match="address"):
        real_address(text)
