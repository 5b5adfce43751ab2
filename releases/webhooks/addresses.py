"""Which network addresses a webhook may connect to: public ones, and the networks that the operator allows.

Judged is the address that a socket is about to connect to, never a name: a name may mean another address a
moment later. https://cheatsheetseries.owasp.org/cheatsheets/Server_Side_Request_Forgery_Prevention_Cheat_Sheet.html
"""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

NAT64 = IPv6Network("64:ff9b::/96")
"""IPv4 addresses as a network with IPv6 alone reaches them: https://www.rfc-editor.org/rfc/rfc6052."""
TUNNELS = (IPv6Network("2002::/16"), IPv6Network("2001::/32"))
"""6to4 and Teredo: an IPv6 address that leads to an IPv4 address inside it."""
SPECIAL = tuple(map(IPv4Network, ("192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32")))
"""Kept for protocols and for the way to 6to4, which older Pythons think public, and the machine beside every
machine at Azure: https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16"""


def real_address(text: str) -> Address:
    """The address that is meant, out of IPv6 forms of an IPv4 address. Raises ValueError for what is none."""
    address = ip_address(text)
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return address.ipv4_mapped
        if address in NAT64:
            return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def is_public(address: Address) -> bool:
    """Whether the address is one machine on the internet, and nothing of this machine or its networks."""
    if isinstance(address, IPv6Address) and (
        address.scope_id or address.is_site_local or any(address in tunnel for tunnel in TUNNELS)
    ):
        return False
    if any(address in network for network in SPECIAL):
        return False
    return address.is_global and not (
        address.is_multicast or address.is_reserved or address.is_unspecified or address.is_loopback
    )


def is_allowed(address: Address, allowed: Iterable[Network]) -> bool:
    """Whether the operator allows this very address, public or not."""
    return any(address.version == network.version and address in network for network in allowed)
