"""JSON Web Tokens that are verified with the keys that their issuer publishes."""

import base64
import json

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from schema.authentication import AuthenticationFailed

from .key_server import endpoint, keys, server
from .tokens import authenticate, claims, configure, signed

__all__ = ["configure", "endpoint", "keys", "server"]

pytestmark = [pytest.mark.thorough, pytest.mark.django_db]


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
def test_published_keys_verify_tokens_and_are_fetched_once(alice, server, keys, algorithm):
    token = signed(keys[algorithm], algorithm, {"kid": algorithm})

    assert authenticate(token).user == alice
    assert authenticate(token).user == alice
    assert server.asked == 1


def test_a_public_key_never_passes_for_a_secret(alice, server, keys):
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


def test_a_token_cannot_bring_its_own_key(alice, server, keys):
    own = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    jwk = jwt.algorithms.RSAAlgorithm.to_jwk(own.public_key(), as_dict=True)

    with pytest.raises(AuthenticationFailed):
        authenticate(signed(own, "RS256", {"kid": "RS256", "jwk": jwk, "jku": server.url}))
