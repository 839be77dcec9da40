"""Reads the address of a client, in every form that servers and proxies give it."""

import ipaddress
import re
from ipaddress import IPv4Address, IPv6Address, IPv6Network

#: Networks whose addresses hold an IPv4 address in their last 32 bits.
HOLDING_IPV4 = [
    IPv6Network("::/96"),  # compatible
    IPv6Network("::ffff:0:0/96"),  # mapped
    IPv6Network("::ffff:0:0:0/96"),  # translated
    IPv6Network("64:ff9b::/96"),  # NAT64
]
#: An address that may be in brackets, have a zone, and, in brackets or for IPv4, have a port.
_FORM = re.compile(
    r"""(?: \[ (?P<bracketed> [^]%]+ ) (?: %[^]]* )? \] | (?P<v4> [\d.]+ ) ) (?: :\d* )?
    | (?P<bare> [^%]+ ) (?: %.* )?""",
    re.VERBOSE,
)


def address_counted(given: str) -> str | None:
    """The network that counts as one client, of the address `given`: of IPv4 the address, of IPv6
    what one customer has.

    None for what is no address, and for a private one: that is most often of a proxy that does not
    say for whom it speaks.
    """
    form = _FORM.fullmatch(given.strip())
    try:
        address = ipaddress.ip_address((form and form[form.lastgroup or 0]) or "")
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        # The owner of an IPv4 address has any number of these, and owners of other IPv4 addresses
        # share their network of 64 bits.
        address = _ipv4_in(address) or address
    if not address.is_global:
        return None
    bits = 32 if address.version == 4 else 64
    return str(ipaddress.ip_network((address, bits), strict=False))


def _ipv4_in(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address of the client that an IPv6 address stands for."""
    if any(address in network for network in HOLDING_IPV4):
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    if address.teredo:
        _server, client = address.teredo
        return client
    return address.sixtofour
