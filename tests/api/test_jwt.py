"""JSON Web Tokens: whom they let in, and all that they must not get away with."""

from time import time

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import RequestFactory

from schema.authentication import AuthenticationFailed
from schema.jwt import JWTAuthenticator
from talk.models import AccessToken

from .tokens import SECRET, authenticate, configure, signed

__all__ = ["configure"]

pytestmark = [pytest.mark.thorough, pytest.mark.django_db]


@pytest.fixture
def with_secret(configure):
    configure(SECRET=SECRET)


def test_a_good_token_lets_its_user_in(alice, with_secret):
    identity = authenticate(signed())

    assert (identity.user, identity.session) == (alice, False)
    assert 80 < identity.expires_at.timestamp() - time() < 95


@pytest.mark.parametrize(
    "changed",
    [
        {"exp": int(time()) - 60},
        {"exp": None},
        {"exp": "soon"},
        {"exp": 10**30},
        {"nbf": int(time()) + 600},
        {"sub": None},
        {"sub": 7},
        {"sub": ""},
        {"sub": "nobody"},
        {"sub": "a\0lice"},
        {"sub": "x" * 1_000},
        {"aud": None},
        {"aud": "others"},
        {"iss": None},
        {"iss": "https://evil.example"},
        {"key": SECRET[::-1]},
        {"algorithm": "HS512"},
        {"algorithm": "none", "key": None},
    ],
    ids=str,
)
def test_a_bad_token_lets_nobody_in(alice, with_secret, changed):
    assert authenticate(signed()), "the token is good without the change"

    with pytest.raises(AuthenticationFailed):
        authenticate(signed(**changed))


def test_what_is_no_token_of_this_kind_is_left_to_others(alice, with_secret):
    _token, secret = AccessToken.objects.issue(alice, "phone")

    assert authenticate(secret) is None
    assert authenticate("opaque") is None
    assert JWTAuthenticator().authenticate(RequestFactory().get("/"), None) is None


@pytest.mark.parametrize("token", ["..", "a.b.c", "é.é.é", "e30.e30.e30", "." * 2])
def test_nonsense_in_three_parts_is_refused(with_secret, token):
    with pytest.raises(AuthenticationFailed):
        authenticate(token)


def test_clocks_may_differ_a_little(alice, with_secret):
    assert authenticate(signed(exp=int(time()) - 10))


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({}, "either"),
        ({"SECRET": SECRET, "JWKS_URL": "https://issuer.example/keys"}, "either"),
        ({"SECRET": "short"}, "32 bytes"),
        ({"SECRET": SECRET, "AUDIENCE": ""}, "AUDIENCE"),
        ({"SECRET": SECRET, "ISSUER": ""}, "ISSUER"),
        ({"SECRET": SECRET, "ALGORITHM": "none"}, "ALGORITHM"),
        ({"JWKS_URL": "file:///etc/keys.json"}, "https://"),
    ],
)
def test_a_bad_configuration_is_said(configure, given, complaint):
    configure(**given)

    with pytest.raises(ImproperlyConfigured, match=complaint):
        authenticate("a.b.c")
