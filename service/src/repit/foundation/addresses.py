"""Which network addresses a request of ours may go to.

In: an IP address as text. Out: whether it is on the public internet. Next: `outbound`.

Python's `ipaddress` flags are no guard: `is_private` is false for NAT64, 6to4, IPv4-compatible and old
site-local forms, and `is_global` is true for multicast. So this is an explicit list: for IPv6 only global
unicast less its special blocks, for IPv4 everything less the IANA special-purpose registry (RFC 6890).
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

_IPV4_SPECIAL: Final = tuple(
    IPv4Network(block)
    for block in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
_IPV6_UNICAST: Final = IPv6Network("2000::/3")
_IPV6_SPECIAL: Final = tuple(
    IPv6Network(block)
    for block in ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")
)


def is_public(address: str) -> bool:
    """True only for an address of the public internet; anything that cannot be read is not."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, IPv4Address):
        return _public_ipv4(parsed)
    return _public_ipv6(parsed)


def _public_ipv4(address: IPv4Address) -> bool:
    return not any(address in block for block in _IPV4_SPECIAL)


def _public_ipv6(address: IPv6Address) -> bool:
    if address.scope_id is not None:
        return False
    return address in _IPV6_UNICAST and not any(address in block for block in _IPV6_SPECIAL)
