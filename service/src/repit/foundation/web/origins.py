"""Where a request comes from.

In: requests. Out: a visitor's address, or its network. Next: those who count tries by it
(`case_pages.limits`, `foundation.staff.guessing`).

An address of a network of one's own says nothing of who comes: behind a proxy that was not declared with
REPIT_PROXIES everyone has the same, and limiting it would lock everyone out together. It is not limited.
"""

from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

from django.conf import settings
from django.http import HttpRequest

_PRIVATE_4: Final = (
    IPv4Network("10.0.0.0/8"),
    IPv4Network("100.64.0.0/10"),
    IPv4Network("127.0.0.0/8"),
    IPv4Network("169.254.0.0/16"),
    IPv4Network("172.16.0.0/12"),
    IPv4Network("192.168.0.0/16"),
)
_PRIVATE_6: Final = tuple(map(IPv6Network, ("::1/128", "fc00::/7", "fe80::/10")))


def address_of(request: HttpRequest) -> str:
    """The visitor's address, or its network; empty where it says nothing of who comes.

    Each proxy appends whom it heard from to `X-Forwarded-For`, so only as many entries as there are proxies,
    counted from the right, were not written by the visitor.
    """
    proxies: int = settings.REPIT_PROXIES or int(settings.REPIT_HTTPS)
    text = request.META.get("REMOTE_ADDR", "")
    if proxies:
        hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
        text = hops[-proxies] if len(hops) >= proxies else ""
    try:
        address = ip_address(text)
    except ValueError:
        return ""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is None:
            own = any(address in network for network in _PRIVATE_6)
            return "" if own else str(IPv6Network((address, 64), strict=False))
        address = address.ipv4_mapped
    return "" if any(address in network for network in _PRIVATE_4) else str(address)
