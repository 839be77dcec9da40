"""Turns the address of a client, in any form of servers and proxies, into the one that counts."""

import ipaddress
import re
from ipaddress import IPv4Address, IPv6Address, IPv6Network

#: Networks of IPv6 whose addresses contain an IPv4 address in their last 32 bits.
HOLDING_IPV4 = [
    IPv6Network("::/96"),  # compatible
    IPv6Network("::ffff:0:0/96"),  # mapped
    IPv6Network("::ffff:0:0:0/96"),  # translated
    IPv6Network("64:ff9b::/96"),  # NAT64
]
#: An address, perhaps in brackets, perhaps with a zone; in brackets, or of IPv4, perhaps with a
#: port.
_FORM = re.compile(
    r"""(?: \[ (?P<bracketed> [^]%]+ ) (?: %[^]]* )? \] | (?P<v4> [\d.]+ ) ) (?: :\d* )?
    | (?P<bare> [^%]+ ) (?: %.* )?""",
    re.VERBOSE,
)


def address_counted(given: str) -> str | None:
    """The network that counts as one client: an IPv4 address, or 64 bits of an IPv6 address.

    A provider gives each customer at least 64 bits of IPv6. None if `given` is no address, or a
    private one: most often that is a proxy's, behind which there are many clients.
    """
    form = _FORM.fullmatch(given.strip())
    try:
        address = ipaddress.ip_address((form and form[form.lastgroup or 0]) or "")
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        # One client can use any number of IPv6 addresses that contain its IPv4 address, and such
        # addresses of different clients share their first 64 bits.
        address = _ipv4_in(address) or address
    if not address.is_global:
        return None
    bits = 32 if address.version == 4 else 64
    return str(ipaddress.ip_network((address, bits), strict=False))


def _ipv4_in(address: IPv6Address) -> IPv4Address | None:
    """The client's IPv4 address that an IPv6 address contains; None if it contains none."""
    if any(address in network for network in HOLDING_IPV4):
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    if address.teredo:
        _server, client = address.teredo
        return client
    return address.sixtofour
