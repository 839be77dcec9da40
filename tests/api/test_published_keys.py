"""JSON Web Tokens that are verified with the keys that their issuer publishes."""

import base64
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from schema.authentication import AuthenticationFailed
from schema.errors import Unavailable
from schema.jwt import PublishedKeys, _keys

from .tokens import authenticate, claims, configure, signed

__all__ = ["configure"]

pytestmark = [pytest.mark.thorough, pytest.mark.django_db]


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
