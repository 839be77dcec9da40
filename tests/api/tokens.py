"""JSON Web Tokens, good ones unless a test asks for something else."""

from time import time

import jwt
import pytest
from django.test import RequestFactory

from schema.authentication import Authorization
from schema.jwt import JWTAuthenticator

SECRET = "a secret that is long enough for HMAC with SHA-512, which asks for 64 bytes"
KNOWN = {"AUDIENCE": "talk", "ISSUER": "https://issuer.example"}


@pytest.fixture
def configure(settings):
    def configure(**given):
        settings.TALK = {"JWT": {**KNOWN, **given}}

    return configure


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
    return JWTAuthenticator().authenticate(request, Authorization.of(request))
