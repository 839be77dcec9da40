"""Fetching the keys that verify tokens: in the background, so that nobody waits for it."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from django.test import RequestFactory

from schema.asgi import application
from schema.authentication import AuthenticationFailed, Authorization, _authenticators, rates
from schema.authentication.published_keys import PublishedKeys, published_keys
from schema.errors import PublicError, Unavailable
from schema.jwt import JWTAuthenticator

from .key_server import answer, endpoint, grow_old, keys, published, rest, server, wait_for
from .tokens import authenticate, configure, signed

__all__ = ["configure", "endpoint", "keys", "server"]

pytestmark = [pytest.mark.thorough, pytest.mark.django_db]


def test_keys_are_fetched_at_the_start(settings, configure, endpoint):
    configure(JWKS_URL=endpoint.url)
    settings.TALK |= {"AUTHENTICATORS": ("schema.jwt.JWTAuthenticator",), "THREADS": 0}
    _authenticators.cache_clear()

    application(None)

    wait_for(endpoint)
    assert endpoint.asked == 1


def test_unknown_keys_are_not_asked_for_again_and_again(server, keys):
    with pytest.raises(AuthenticationFailed):
        authenticate(signed(keys["RS256"], "RS256"))
    for kid in range(50):
        with pytest.raises(Unavailable):
            authenticate(signed(keys["RS256"], "RS256", {"kid": f"new {kid}"}))

    assert server.asked == 1


def test_a_token_waits_for_its_key_until_the_keys_were_read_again(alice, server, keys):
    server.keys = [{**each, "kid": f"new {each['kid']}"} for each in published(keys)]
    token = signed(keys["RS256"], "RS256", {"kid": "new RS256"})
    nobodys = signed(keys["RS256"], "RS256", {"kid": "nobody's"})

    for each in (token, nobodys):
        with pytest.raises(Unavailable) as raised:
            authenticate(each)
        assert 1 <= raised.value.extensions["retryAfter"] <= PublishedKeys.REST + 1
    rest(server)
    for each in (token, nobodys):
        with suppress(Unavailable):
            authenticate(each)
    wait_for(server, reads=2)

    assert authenticate(token).user == alice
    with pytest.raises(AuthenticationFailed):
        authenticate(nobodys)
    assert server.asked == 2


def test_a_key_that_is_published_no_more_lets_nobody_in(alice, server, keys):
    token = signed(keys["RS256"], "RS256", {"kid": "RS256"})
    server.keys = [each for each in published(keys) if each["kid"] != "RS256"]
    grow_old(server, PublishedKeys.FRESH)

    assert authenticate(token).user == alice, "it is read in the background"
    wait_for(server, reads=2)
    with pytest.raises(Unavailable):
        authenticate(token)
    rest(server)
    with pytest.raises(Unavailable):
        authenticate(token)
    wait_for(server, reads=3)

    with pytest.raises(AuthenticationFailed):
        authenticate(token)


def test_known_keys_outlast_their_server_for_a_while(alice, server, keys):
    token = signed(keys["RS256"], "RS256", {"kid": "RS256"})
    server.broken = True
    grow_old(server, PublishedKeys.FRESH)

    assert authenticate(token).user == alice
    wait_for(server, reads=2)
    assert authenticate(token).user == alice

    grow_old(server, PublishedKeys.KEPT)
    with pytest.raises(Unavailable):
        authenticate(token)


def test_nobody_waits_for_a_server_that_hangs(alice, configure, endpoint, keys):
    configure(JWKS_URL=endpoint.url)
    endpoint.may_answer.clear()
    begun = time.monotonic()

    with ThreadPoolExecutor(8) as threads:
        tokens = (signed(keys["RS256"], "RS256", {"kid": f"new {n}"}) for n in range(200))
        answers = list(threads.map(answer, tokens))

    assert answers == ["UNAVAILABLE"] * 200
    assert time.monotonic() - begun < PublishedKeys.TIMEOUT
    assert endpoint.asked <= 1
    endpoint.may_answer.set()
    wait_for(endpoint)
    assert authenticate(signed(keys["RS256"], "RS256", {"kid": "RS256"})).user == alice


def test_a_fetch_that_does_not_end_is_given_up(alice, configure, endpoint, keys):
    configure(JWKS_URL=endpoint.url)
    token = signed(keys["RS256"], "RS256", {"kid": "RS256"})
    published_keys(endpoint.url)._fetching = True
    published_keys(endpoint.url)._started_at = time.monotonic()

    rest(endpoint)
    assert answer(token) == "UNAVAILABLE"
    assert endpoint.asked == 0
    published_keys(endpoint.url)._started_at -= PublishedKeys.GIVE_UP
    assert answer(token) == "UNAVAILABLE"

    wait_for(endpoint)
    assert authenticate(token).user == alice


def test_unknown_ids_do_not_fill_the_memory(server):
    keys = published_keys(server.url)

    for number in range(3 * keys.MAX_ASKED):
        with pytest.raises(Unavailable):
            keys.find(f"{number}")

    assert len(keys._asked) == keys.MAX_ASKED


def test_who_shows_unknown_keys_is_counted(server, keys, settings):
    settings.TALK |= {"RATE_LIMITS": {"stranger": "3/minute"}}
    token = signed(keys["RS256"], "RS256", {"kid": "new"})
    request = RequestFactory().post(
        "/graphql", headers={"authorization": f"Bearer {token}"}, REMOTE_ADDR="8.8.4.4"
    )
    authorization = Authorization.of(request)
    codes = []

    for _attempt in range(4):
        with pytest.raises(PublicError) as raised, rates.counting_failures(request, authorization):
            JWTAuthenticator().authenticate(request, authorization)
        codes.append(raised.value.code)

    assert codes == ["UNAVAILABLE"] * 3 + ["RATE_LIMITED"]


def test_an_endpoint_that_fails_is_no_fault_of_the_token(alice, configure, endpoint, keys):
    configure(JWKS_URL=endpoint.url)
    endpoint.broken = True
    token = signed(keys["RS256"], "RS256", {"kid": "RS256"})

    for _attempt in range(3):
        assert answer(token) == "UNAVAILABLE"
        wait_for(endpoint)
    assert endpoint.asked == 1, "it is left alone for a while"

    endpoint.broken = False
    rest(endpoint)
    assert answer(token) == "UNAVAILABLE"
    wait_for(endpoint, reads=2)
    assert authenticate(token).user == alice


def test_an_issuer_can_take_all_of_its_keys_back(server, keys):
    server.keys = []
    grow_old(server, PublishedKeys.FRESH)
    token = signed(keys["RS256"], "RS256", {"kid": "RS256"})
    JWTAuthenticator()
    wait_for(server, reads=2)

    with pytest.raises(Unavailable):
        authenticate(token)
    rest(server)
    assert answer(token) == "UNAVAILABLE"
    wait_for(server, reads=3)
    assert answer(token) == "UNAUTHENTICATED"


@pytest.mark.parametrize(
    "keys_said", [None, "", {}, [{"kty": "unknown"}], "nonsense", {"kid": "RS256"}]
)
def test_what_is_no_set_of_keys_changes_nothing(alice, server, keys, keys_said):
    server.keys = keys_said
    grow_old(server, PublishedKeys.FRESH)
    token = signed(keys["RS256"], "RS256", {"kid": "RS256"})

    assert authenticate(token).user == alice
    wait_for(server, reads=2)
    assert authenticate(token).user == alice
