"""Where a request comes from, and who else that may be: an address, its network, the wider net around it."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest

# One household has a whole /64; who rents a server often has a /48, and an IPv4 address is seldom alone in its /24.
NARROW, WIDE = {4: 32, 6: 64}, {4: 24, 6: 48}


def client_address(request: HttpRequest) -> str:
    """The address a request comes from; behind our own proxy the one that the proxy added."""
    forwarded = request.headers.get("X-Forwarded-For", "")
    if forwarded and getattr(settings, "SECURE_PROXY_SSL_HEADER", None):
        return forwarded.rpartition(",")[2].strip()
    return str(request.META.get("REMOTE_ADDR", ""))


def network(address: str) -> str:
    """An IPv4 address as it is, an IPv6 one by its network."""
    return _cut(address, NARROW)


def wide(address: str) -> str:
    """The net that somebody who changes address all the time can be thought to have."""
    return _cut(address, WIDE)


def _cut(address: str, bits: dict[int, int]) -> str:
    try:
        ip = ipaddress.ip_address(address.strip())
    except ValueError:
        return address.strip()
    if ip.version == 6 and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    kept = bits[ip.version]
    return str(ip) if kept == 32 else str(ipaddress.ip_network((ip, kept), strict=False))
