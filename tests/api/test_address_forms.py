"""However an address is written, it counts as the client that it is of."""

import pytest
from django.test import RequestFactory

from schema.authentication.rates import address_of

V4 = "198.41.0.4/32"
V6 = "2001:500:200::/64"
FORMS = {
    # One IPv4 address: as it is, with a port, and in all that IPv6 has for it.
    "198.41.0.4": V4,
    "198.41.0.4:5678": V4,
    " 198.41.0.4 ": V4,
    "::ffff:198.41.0.4": V4,
    "::ffff:c629:4": V4,
    "0:0:0:0:0:FFFF:C629:0004": V4,
    "[::ffff:198.41.0.4]:5678": V4,
    "::ffff:198.41.0.4%eth0": V4,
    "::198.41.0.4": V4,
    "::c629:4": V4,
    "::ffff:0:198.41.0.4": V4,
    "64:ff9b::198.41.0.4": V4,
    "64:ff9b::c629:4": V4,
    "2002:c629:4::1": V4,
    "2002:c629:4:ffff::1": V4,
    # Teredo has it inverted, beside that of its server.
    "2001:0:4136:e378:8000:63bf:39d6:fffb": V4,
    "[2001:0:4136:e378:8000:63bf:39d6:fffb]:80": V4,
    # Others are counted by what one customer has.
    "2001:500:200::1": V6,
    "2001:500:200::2": V6,
    "[2001:500:200::1]": V6,
    "[2001:500:200::1]:443": V6,
    "[2001:500:200::1%eth0]:443": V6,
    "2001:500:200::1%eth0": V6,
    "2001:500:200:1::1": "2001:500:200:1::/64",
    # Private ones are of a proxy, whatever they are in.
    "10.0.0.1": None,
    "10.0.0.1:80": None,
    "127.0.0.1": None,
    "::1": None,
    "::": None,
    "fe80::1%eth0": None,
    "fd00::1": None,
    "::ffff:10.0.0.1": None,
    "::ffff:127.0.0.1": None,
    "64:ff9b::10.0.0.1": None,
    "2002:a00:1::1": None,
    # These are none.
    "": None,
    "unknown": None,
    "_hidden": None,
    "unix:": None,
    "198.41.0": None,
    "198.41.0.256": None,
    "198.41.0.4:port": None,
    "198.41.0.4, 198.41.0.5": None,
    "[198.41.0.4": None,
    "[]": None,
    "198.41.0.4\n": V4,
    "%": None,
    "1" * 5000: None,
}


@pytest.mark.parametrize("given", FORMS)
def test_an_address_is_counted_as_the_client_that_it_is_of(given):
    assert address_of(RequestFactory(REMOTE_ADDR=given).get("/")) == FORMS[given]


def test_a_server_may_not_say_where_a_request_comes_from():
    request = RequestFactory().get("/")
    del request.META["REMOTE_ADDR"]

    assert address_of(request) is None
