"""A server of public keys, as an issuer of tokens has it."""

import json
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from schema.authentication.published_keys import PublishedKeys, published_keys
from schema.errors import PublicError
from schema.jwt import JWTAuthenticator

from .tokens import authenticate


@pytest.fixture(scope="module")
def keys():
    return {
        "RS256": rsa.generate_private_key(public_exponent=65537, key_size=2048),
        "ES256": ec.generate_private_key(ec.SECP256R1()),
    }


@pytest.fixture
def endpoint(keys):
    """A server of public keys.

    `asked` counts its requests, `broken` makes it fail, `keys` are what it publishes, and
    `may_answer` holds answers back while it is not set.
    """

    class Handler(BaseHTTPRequestHandler):
        asked = 0
        broken = False
        may_answer = threading.Event()

        def do_GET(self):
            Handler.asked += 1
            Handler.may_answer.wait(30)
            body = json.dumps({"keys": Handler.keys}).encode()
            with suppress(OSError):
                self.send_response(500 if Handler.broken else 200)
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=[0.01])
    thread.start()
    Handler.url = f"http://127.0.0.1:{server.server_port}/keys"
    Handler.keys = published(keys)
    Handler.may_answer.set()
    yield Handler
    Handler.may_answer.set()
    server.shutdown()
    thread.join()
    server.server_close()
    published_keys.cache_clear()


@pytest.fixture
def server(configure, endpoint):
    """The endpoint, whose keys the process has read."""
    configure(JWKS_URL=endpoint.url)
    JWTAuthenticator()
    wait_for(endpoint)
    return endpoint


def wait_for(endpoint, reads=1):
    """Wait until the process has read the keys, or failed to, and is done with it."""
    keys = published_keys(endpoint.url)
    deadline = time.monotonic() + 10
    while keys._fetching or endpoint.asked < reads:
        assert time.monotonic() < deadline
        time.sleep(0.005)


def rest(endpoint):
    """As if the rest between two fetches were over."""
    published_keys(endpoint.url)._started_at -= PublishedKeys.REST


def grow_old(endpoint, seconds):
    """As if the keys had been read so many seconds earlier."""
    keys = published_keys(endpoint.url)
    keys._read_at -= seconds
    keys._started_at -= seconds


def published(keys):
    rs, es = jwt.algorithms.RSAAlgorithm, jwt.algorithms.ECAlgorithm
    return [
        {**rs.to_jwk(keys["RS256"].public_key(), as_dict=True), "kid": "RS256", "use": "sig"},
        {**es.to_jwk(keys["ES256"].public_key(), as_dict=True), "kid": "ES256", "use": "sig"},
    ]


def answer(token):
    try:
        return authenticate(token)
    except PublicError as error:
        return error.code
