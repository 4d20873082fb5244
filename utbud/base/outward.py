"""Calls to addresses that somebody else has written: they reach the open internet, and nothing inside the house.

The address is parsed once, by the library that connects, and the connection is made to the very address that was
checked: no other reading of a strange address, no redirect and no name that resolves anew leads inside.
"""

import ipaddress
import socket
from typing import Any

import requests
from django.conf import settings
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import LocationValueError, NameResolutionError, NewConnectionError
from urllib3.util import Url, parse_url

REDIRECTS = 5
NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: an IPv4 address in its last 32 bits
UNICAST = ipaddress.ip_network("2000::/3")  # all that the open internet has of IPv6 (RFC 4291, IANA)
PROTOCOLS = ipaddress.ip_network("192.0.0.0/24")  # of IPv4, for protocols between neighbours (RFC 6890)


class Inside(Exception):
    """A name or number that leads to this machine or its own network."""


def parsed(address: str) -> Url | None:
    """``address`` as the connection will read it. None for what is no http or https address."""
    try:
        url = parse_url(address.strip())
    except LocationValueError:
        return None
    return url if url.scheme in ("http", "https") and url.host else None


def may_be_inside(host: str) -> bool:
    """Whether the IT department has opened ``host`` (UTBUD_INSIDE_HOSTS)."""
    return host.strip("[]").rstrip(".").lower() in settings.INSIDE_HOSTS


def is_public(number: str) -> bool:
    """Whether an IP address is one of the open internet's, also where it carries an IPv4 address in it."""
    ip = ipaddress.ip_address(number.split("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        carried = ip.ipv4_mapped or ip.sixtofour or (ip.teredo or (None, None))[1]
        if ip in NAT64:
            carried = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if carried is not None:
            return is_public(str(carried))
        if ip not in UNICAST:
            return False
    elif ip in PROTOCOLS:
        return False
    return ip.is_global and not ip.is_multicast


def numbers(host: str, port: int) -> list[str]:
    """The IP addresses that ``host`` may be reached at. Raises Inside when it has none but our own, OSError for no such name."""
    try:
        found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
    except UnicodeError as error:  # a label that is empty or too long
        raise socket.gaierror(str(error)) from error
    every = list(dict.fromkeys(str(one[4][0]) for one in found))
    usable = every if may_be_inside(host) else [each for each in every if is_public(each)]
    if not usable:
        raise Inside(host)
    return usable


class _Checked:
    """What both kinds of connection share: connect to what was checked, by number."""

    def _new_conn(self) -> socket.socket:
        connection: Any = self
        name, failed = connection._dns_host, None
        try:
            found = numbers(name, connection.port)
        except OSError as error:
            raise NameResolutionError(connection.host, connection, error) from error  # type: ignore[arg-type]
        try:
            for each in found:
                connection._dns_host = each
                try:
                    return super()._new_conn()  # type: ignore[misc]
                except NewConnectionError as error:
                    failed = error
        finally:
            connection._dns_host = name
        raise failed or Inside(name)


class _Plain(_Checked, HTTPConnection):
    pass


class _Secure(_Checked, HTTPSConnection):
    pass


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _Secure


class Outward(HTTPAdapter):
    """The adapter for all that is fetched and sent. Raises InvalidURL for what leads inside."""

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _SecurePool}

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        """As requests'. Behind a proxy it is the proxy that connects; what can be known of the address is asked here."""
        try:
            if requests.utils.select_proxy(str(request.url), options.get("proxies")):
                _ask_before_proxy(str(request.url))
            return super().send(request, *args, **options)
        except (Inside, LocationValueError) as error:
            raise requests.exceptions.InvalidURL(str(error), request=request) from error


def _ask_before_proxy(address: str) -> None:
    url = parse_url(address)
    try:
        numbers(url.host or "", url.port or 443)
    except OSError:
        return  # only the proxy knows the name


def session() -> requests.Session:
    """A session that reaches the open internet alone."""
    made = requests.Session()
    made.max_redirects = REDIRECTS
    for scheme in ("http://", "https://"):
        made.mount(scheme, Outward())
    return made
