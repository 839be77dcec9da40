"""Reads the address of a client, in any form that servers and proxies give it.

Rate limits count an IPv6 client by its network, since it may have any number of addresses.
"""

import ipaddress
import re
from ipaddress import IPv4Address, IPv6Address, IPv6Network

#: IPv6 networks whose addresses embed an IPv4 address in their last 32 bits.
IPV4_EMBEDDED = [
    IPv6Network("::/96"),  # compatible
    IPv6Network("::ffff:0:0/96"),  # mapped
    IPv6Network("::ffff:0:0:0/96"),  # translated
    IPv6Network("64:ff9b::/96"),  # NAT64
]
#: The forms of an address: `[IPv6]` or IPv4, each perhaps with a port, or a bare IPv6 address. IPv6
#: may have a zone (`%eth0`).
_FORM = re.compile(
    r"""(?: \[ (?P<bracketed> [^]%]+ ) (?: %[^]]* )? \] | (?P<v4> [\d.]+ ) ) (?: :\d* )?
    | (?P<bare> [^%]+ ) (?: %.* )?""",
    re.VERBOSE,
)


def network_of(address: str) -> str | None:
    """The network that counts as one client: an IPv4 address, or 64 bits of an IPv6 address.

    A provider gives each customer at least 64 bits of IPv6. None if `address` is none, or a
    private one: that is most often the address of a proxy, behind which there are many clients.
    """
    form = _FORM.fullmatch(address.strip())
    try:
        found = ipaddress.ip_address((form and form[form.lastgroup or 0]) or "")
    except ValueError:
        return None
    if isinstance(found, IPv6Address):
        # One client can use any number of IPv6 addresses that embed its IPv4 address, and such
        # addresses of different clients share their first 64 bits.
        found = _ipv4_in(found) or found
    if not found.is_global:
        return None
    bits = 32 if found.version == 4 else 64
    return str(ipaddress.ip_network((found, bits), strict=False))


def _ipv4_in(address: IPv6Address) -> IPv4Address | None:
    """The client's IPv4 address that an IPv6 address embeds; None if it embeds none."""
    if any(address in network for network in IPV4_EMBEDDED):
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    if address.teredo:
        _server, client = address.teredo
        return client
    return address.sixtofour
