"""Which IP addresses and host names belong to the public internet."""

import re
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

#: What `is_global` lets through, in one version of Python or another, and holds no public servers.
_SPECIAL_IPV4 = [
    IPv4Network(network)
    for network in (
        "100.64.0.0/10",  # shared by the customers of a provider; metadata of one cloud
        "168.63.129.16/32",  # serves each machine of one cloud, and answers from inside alone
        "192.0.0.0/24",  # assigned to protocols
        "192.88.99.0/24",  # relays from IPv6
        "224.0.0.0/4",  # multicast
    )
]
#: The part of IPv6 that is given to networks. Outside of it are mapped and compatible IPv4, local,
#: unique local, site-local and multicast addresses.
_ASSIGNED_IPV6 = IPv6Network("2000::/3")
_SPECIAL_IPV6 = [
    IPv6Network(network)
    for network in (
        "2001::/23",  # assigned to protocols, among them Teredo, which holds an IPv4 address
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4, which holds an IPv4 address
        "3fff::/20",  # documentation
    )
]
#: Servers with IPv6 alone reach IPv4 through this network (NAT64): the last four bytes are the
#: address. Their look-ups answer with it.
_TRANSLATED = IPv6Network("64:ff9b::/96")

#: Endings of names that never are on the public internet, or that private networks use.
_PRIVATE_ENDINGS = frozenset(
    {"alt", "arpa", "consul", "corp", "home", "intern", "internal", "intranet", "invalid", "lan"}
    | {"local", "localdomain", "localhost", "onion", "private", "svc", "test", "workgroup"}
)
#: Host names with a dot, in lower case ASCII. The last label begins with a letter: otherwise
#: systems read the name as an IPv4 address, in one of its many spellings.
_PUBLIC_NAME = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?\.)+([a-z](?:[a-z0-9-]*[a-z0-9]))")


def is_public(address: str) -> bool:
    """Whether an IP address, in any spelling that Python reads, is one of the public internet."""
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    if ip.version == 4:
        return _is_public_ipv4(ip)
    if ip in _TRANSLATED:
        return _is_public_ipv4(IPv4Address(ip.packed[-4:]))
    # A zone names an interface of this machine.
    return not ip.scope_id and _is_public_ipv6(ip)


def is_public_host(host: str) -> bool:
    """Whether a host name may be on the public internet. What it resolves to is another question.

    An IP address counts as it is written by Python.
    """
    if is_address(host):
        return is_public(host)
    found = _PUBLIC_NAME.fullmatch(host)
    return found is not None and found[1] not in _PRIVATE_ENDINGS


def is_address(host: str) -> bool:
    """Whether a host is an IP address, in a spelling that Python reads."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _is_public_ipv4(ip: IPv4Address) -> bool:
    return ip.is_global and not any(ip in network for network in _SPECIAL_IPV4)


def _is_public_ipv6(ip: IPv6Address) -> bool:
    is_special = any(ip in network for network in _SPECIAL_IPV6)
    return ip in _ASSIGNED_IPV6 and ip.is_global and not is_special
