"""Which addresses are public, in every spelling that systems read."""

import itertools
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from talk.outside import OutsideError, Reason, fetch
from talk.outside.addresses import is_public, is_public_host

#: The registries of special addresses, and what clouds serve their machines from.
PRIVATE_NETWORKS = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
    "255.255.255.255/32",
    "168.63.129.16/32",
    "100.100.100.200/32",
    "169.254.169.254/32",
    "192.0.0.192/32",
    "::/128",
    "::1/128",
    "::/96",
    "::ffff:0:0/96",
    "::ffff:0:0:0/96",
    "64:ff9b:1::/48",
    "100::/64",
    "100:0:0:1::/64",
    "2001::/32",
    "2001:2::/48",
    "2001:10::/28",
    "2001:20::/28",
    "2001:30::/28",
    "2001::/23",
    "2001:db8::/32",
    "2002::/16",
    "3fff::/20",
    "4000::/3",
    "5f00::/16",
    "fc00::/7",
    "fd00:ec2::254/128",
    "fe80::/10",
    "fec0::/10",
    "ff00::/8",
    "64:ff9b::/104",
    "64:ff9b::a00:0/104",
    "64:ff9b::7f00:0/104",
    "64:ff9b::a9fe:a9fe/128",
    "64:ff9b::c0a8:0/112",
]
PUBLIC = [
    "1.1.1.1",
    "8.8.8.8",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.0",
    "169.253.255.255",
    "169.255.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "192.0.1.0",
    "192.0.3.0",
    "192.167.255.255",
    "192.169.0.0",
    "198.17.255.255",
    "198.20.0.0",
    "203.0.112.255",
    "203.0.114.0",
    "223.255.255.255",
    "93.184.216.34",
    "2000::",
    "2001:200::",
    "2001:4860:4860::8888",
    "2003::",
    "2606:4700:4700::1111",
    "2a00:1450:4001::200e",
    "3ffe:ffff::",
    "3fff:1000::",
    "64:ff9b::808:808",
]


@pytest.mark.parametrize("network", PRIVATE_NETWORKS)
def test_no_address_of_a_special_network_is_public(network):
    addresses = ip_network(network)
    middle = addresses[addresses.num_addresses // 2]

    for each in (addresses[0], middle, addresses[-1]):
        assert not is_public(str(each)), each
        assert not is_public_host(str(each)), each


@pytest.mark.parametrize("address", PUBLIC)
def test_addresses_of_the_internet_are_public(address):
    assert is_public(address)
    assert is_public_host(address)


@pytest.mark.parametrize("address", ["", "x", "1.1.1", "01.1.1.1", "fe80::1%lo", "2606::1%lo"])
def test_what_is_no_address_or_names_an_interface_is_not_public(address):
    assert not is_public(address)


@given(st.ip_addresses(v=4))
@example(IPv4Address("127.0.0.1"))
@example(IPv4Address("8.8.8.8"))
def test_ipv6_hides_no_ipv4_address(ip):
    number = int(ip)
    holders = [
        f"::{ip}",
        f"::ffff:{ip}",
        f"::ffff:0:{ip}",
        f"64:ff9b:1::{ip}",
        str(IPv6Address(0x2002 << 112 | number << 80)),
        str(IPv6Address(0x20010000 << 96 | number << 64)),
        str(IPv6Address(0x20010000 << 96 | number ^ 0xFFFFFFFF)),
    ]

    assert [each for each in holders if is_public(each)] == []
    assert is_public(f"64:ff9b::{ip}") == is_public(str(ip))


@given(st.ip_addresses())
def test_public_addresses_are_global_for_python_too(ip):
    assert not is_public(str(ip)) or ip.is_global


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "localhost.localdomain",
        "foo.localhost",
        "db",
        "intranet",
        "metadata",
        "instance-data",
        "printer.local",
        "metadata.google.internal",
        "router.lan",
        "nas.home",
        "x.home.arpa",
        "1.0.0.127.in-addr.arpa",
        "git.corp",
        "x.intranet",
        "a.test",
        "b.invalid",
        "c.onion",
        "d.alt",
        "kubernetes.default.svc",
        "vault.service.consul",
        "example.1",
        "example.0x1",
        "1.2.3.4.5",
        "a..b",
        "-a.com",
        "a-.com",
        ".com",
        "com.",
        "a.b-",
        "xn--.com-",
    ],
)
def test_names_of_private_networks_are_not_public(host):
    assert not is_public_host(host)


@pytest.mark.parametrize(
    "host", ["example.com", "a.b.example.co.uk", "xn--bcher-kva.example.com", "_x.example.com"]
)
def test_names_of_the_internet_are_public(host):
    assert is_public_host(host)


#: Addresses that attacks aim at.
AIMS = ["127.0.0.1", "10.0.0.1", "169.254.169.254", "192.168.1.1", "0.0.0.0", "100.100.100.200"]  # noqa: S104


def wide(text):
    return "".join(chr(ord(each) + 0xFEE0) if each.isdigit() else each for each in text)


def circled(text):
    return "".join(chr(0x245F + int(each)) if each in "123456789" else each for each in text)


def spellings(address):
    """The ways to write an IPv4 address that some library or system reads."""
    number = int(ip_address(address))
    first, second, third, fourth = number.to_bytes(4, "big")
    parts = [
        [number],
        [first, number & 0xFFFFFF],
        [first, second, number & 0xFFFF],
        [first, second, third, fourth],
    ]
    forms = [str, hex, lambda part: f"0{part:o}", lambda part: f"0X{part:08X}"]
    forms += [lambda part: f"000000{part:o}", lambda part: f"0{part}"]
    for split, form in itertools.product(parts, forms):
        written = ".".join(map(form, split))
        yield from (written, f"{written}.", f"{written}..", f"user@{written}", f"{written}:443")
        yield written.replace(".", "%2e")
    for dot in "\u3002\uff0e\uff61":
        yield address.replace(".", dot)
    yield from (wide(address), circled(address), wide(address).replace(".", "\uff0e"))
    yield from (f"{first}.{hex(second)}.{third:04o}.{fourth}", f"{address}.0x0", f"%3{address}")
    for holder in ("::", "::ffff:", "::ffff:0:", "64:ff9b::", "64:ff9b:1::", "fe80::5efe:"):
        yield from (f"[{holder}{address}]", f"[{holder}{number >> 16:x}:{number & 0xFFFF:x}]")
        yield from (f"[{holder}{address}%25eth0]", f"[{holder}{address}%eth0]")
    yield f"[0:0:0:0:0:FFFF:{address}]"
    yield f"[2002:{number >> 16:x}:{number & 0xFFFF:x}::1]"
    yield f"[2001:0:{number >> 16:x}:{number & 0xFFFF:x}::1]"


SPELLINGS = sorted({each for aim in AIMS for each in spellings(aim)})
#: Others that name this machine or its network.
_NAMES = """
localhost LOCALHOST LocalHost. localhost:443 \uff4cocalhost \u24dbocalhost loc\u00adalhost
%6cocalhost local\uff48ost ip6-localhost [::] [::1] [0:0:0:0:0:0:0:1] [::1%25lo] [::1%lo]
[fe80::1] [fe80::1%25eth0] [fc00::1] [fd00:ec2::254] [fec0::1] [ff02::1] [v1.x] [] [::1 ::1]
metadata.google.internal metadata.google.internal. METADATA.GOOGLE.\uff29NTERNAL db router.local
"""
NAMES = _NAMES.split()


@pytest.mark.parametrize("place", [*SPELLINGS, *NAMES])
def test_no_spelling_of_a_private_host_is_even_looked_up(internet, place):
    internet.look_up = lambda name: ["127.0.0.1"]

    with pytest.raises(OutsideError) as refused:
        fetch(f"https://{place}/", most_bytes=1, timeout=1)

    assert refused.value.reason in {Reason.PRIVATE, Reason.MALFORMED, Reason.PORT}
    assert (internet.asked, internet.reached) == ([], [])


def test_the_table_of_spellings_is_long():
    assert len(SPELLINGS) > 500
