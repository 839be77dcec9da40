"""JSON Web Tokens: whom they let in, and all that they must not get away with."""

import base64
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from time import time

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from django.core.exceptions import ImproperlyConfigured
from django.test import RequestFactory

from schema.authentication import AuthenticationFailed
from schema.errors import Unavailable
from schema.jwt import JWTAuthenticator, PublishedKeys, _keys
from talk.models import AccessToken

pytestmark = pytest.mark.django_db

SECRET = "a secret that is long enough for HMAC with SHA-512, which asks for 64 bytes"
KNOWN = {"AUDIENCE": "talk", "ISSUER": "https://issuer.example"}


@pytest.fixture
def alice(django_user_model):
    return django_user_model.objects.create_user("alice", email="alice@example.com")


@pytest.fixture
def configure(settings):
    def configure(**given):
        settings.TALK = {"JWT": {**KNOWN, **given}}

    return configure


@pytest.fixture
def with_secret(configure):
    configure(SECRET=SECRET)


@pytest.fixture(scope="module")
def keys():
    return {
        "RS256": rsa.generate_private_key(public_exponent=65537, key_size=2048),
        "ES256": ec.generate_private_key(ec.SECP256R1()),
    }


@pytest.fixture
def endpoint(keys):
    """A server of public keys; `asked` counts its requests, `broken` makes it fail."""

    class Handler(BaseHTTPRequestHandler):
        asked = 0
        broken = False

        def do_GET(self):
            Handler.asked += 1
            self.send_response(500 if Handler.broken else 200)
            self.end_headers()
            self.wfile.write(json.dumps({"keys": published(keys)}).encode())

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=[0.01])
    thread.start()
    Handler.url = f"http://127.0.0.1:{server.server_port}/keys"
    yield Handler
    server.shutdown()
    thread.join()
    server.server_close()
    _keys.cache_clear()


def published(keys):
    rs, es = jwt.algorithms.RSAAlgorithm, jwt.algorithms.ECAlgorithm
    return [
        {**rs.to_jwk(keys["RS256"].public_key(), as_dict=True), "kid": "RS256", "use": "sig"},
        {**es.to_jwk(keys["ES256"].public_key(), as_dict=True), "kid": "ES256", "use": "sig"},
    ]


def claims(**changed):
    given = {
        "sub": "alice",
        "aud": KNOWN["AUDIENCE"],
        "iss": KNOWN["ISSUER"],
        "exp": int(time()) + 60,
        **changed,
    }
    return {name: value for name, value in given.items() if value is not None}


def signed(key=SECRET, algorithm="HS256", headers=None, **changed):
    return jwt.encode(claims(**changed), key, algorithm=algorithm, headers=headers)


def authenticate(token):
    request = RequestFactory().post("/graphql", headers={"authorization": f"Bearer {token}"})
    return JWTAuthenticator().authenticate(request)


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
    assert JWTAuthenticator().authenticate(RequestFactory().get("/")) is None


@pytest.mark.parametrize("token", ["..", "a.b.c", "é.é.é", "e30.e30.e30", "." * 2])
def test_nonsense_in_three_parts_is_refused(with_secret, token):
    with pytest.raises(AuthenticationFailed):
        authenticate(token)


def test_clocks_may_differ_a_little(alice, with_secret):
    assert authenticate(signed(exp=int(time()) - 10))


def test_another_claim_and_another_field_can_name_the_user(alice, configure):
    configure(SECRET=SECRET, USER_CLAIM="email", USER_FIELD="email")

    assert authenticate(signed(sub="1234", email="alice@example.com")).user == alice


def test_a_number_can_name_the_user(alice, configure):
    configure(SECRET=SECRET, USER_CLAIM="uid", USER_FIELD="id")

    assert authenticate(signed(uid=alice.pk)).user == alice


def test_a_claim_that_names_two_users_names_none(alice, configure, django_user_model):
    django_user_model.objects.create_user("bob", email=alice.email)
    configure(SECRET=SECRET, USER_CLAIM="email", USER_FIELD="email")

    with pytest.raises(AuthenticationFailed):
        authenticate(signed(email=alice.email))


def test_users_are_created_where_that_is_configured(configure):
    configure(SECRET=SECRET, CREATE_USERS=True)

    carol = authenticate(signed(sub="carol")).user

    assert authenticate(signed(sub="carol")).user == carol
    assert carol.get_username() == "carol"
    assert not carol.has_usable_password()
    with pytest.raises(AuthenticationFailed):
        authenticate(signed(sub="not a user name!"))


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
def test_published_keys_verify_tokens_and_are_fetched_once(
    alice, configure, endpoint, keys, algorithm
):
    configure(JWKS_URL=endpoint.url)
    token = signed(keys[algorithm], algorithm, {"kid": algorithm})

    assert authenticate(token).user == alice
    assert authenticate(token).user == alice
    assert endpoint.asked == 1


def test_unknown_keys_are_not_asked_for_again_and_again(configure, endpoint, keys):
    configure(JWKS_URL=endpoint.url)

    for kid in ("new", "newer", None):
        with pytest.raises(AuthenticationFailed):
            authenticate(signed(keys["RS256"], "RS256", {"kid": kid} if kid else None))
    assert endpoint.asked == 1


def test_a_public_key_never_passes_for_a_secret(alice, configure, endpoint, keys):
    configure(JWKS_URL=endpoint.url)
    public = (
        keys["RS256"]
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    forged = forge(public, {"alg": "HS256", "kid": "RS256"})

    with pytest.raises(AuthenticationFailed):
        authenticate(forged)


def forge(secret, header):
    """A token signed with HS256, as PyJWT refuses to do it with a public key."""
    hmac = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)
    parts = [
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
        for part in (header, claims())
    ]
    signature = hmac.sign(".".join(parts).encode(), secret)
    return ".".join([*parts, base64.urlsafe_b64encode(signature).rstrip(b"=").decode()])


def test_a_token_cannot_bring_its_own_key(alice, configure, endpoint, keys):
    configure(JWKS_URL=endpoint.url)
    own = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    jwk = jwt.algorithms.RSAAlgorithm.to_jwk(own.public_key(), as_dict=True)

    with pytest.raises(AuthenticationFailed):
        authenticate(signed(own, "RS256", {"kid": "RS256", "jwk": jwk, "jku": endpoint.url}))


def test_an_endpoint_that_fails_is_no_fault_of_the_token(alice, configure, endpoint, keys):
    configure(JWKS_URL=endpoint.url)
    endpoint.broken = True
    token = signed(keys["RS256"], "RS256", {"kid": "RS256"})

    for _attempt in range(3):
        with pytest.raises(Unavailable):
            authenticate(token)
    assert endpoint.asked == 1, "it is left alone for a while"

    endpoint.broken = False
    _keys(endpoint.url).failed_at -= PublishedKeys.REST
    assert authenticate(token).user == alice


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({}, "either"),
        ({"SECRET": SECRET, "JWKS_URL": "https://issuer.example/keys"}, "either"),
        ({"SECRET": "short"}, "32 bytes"),
        ({"SECRET": SECRET, "AUDIENCE": ""}, "AUDIENCE"),
        ({"SECRET": SECRET, "ISSUER": ""}, "ISSUER"),
        ({"SECRET": SECRET, "ALGORITHM": "none"}, "ALGORITHM"),
    ],
)
def test_a_bad_configuration_is_said(configure, given, complaint):
    configure(**given)

    with pytest.raises(ImproperlyConfigured, match=complaint):
        authenticate("a.b.c")
