"""Passwords that are guessed: counted before they are hashed, which is what they cost."""

import asyncio

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings as configured
from django.contrib.auth import aauthenticate, authenticate
from django.contrib.auth.hashers import MD5PasswordHasher
from django.db import connections
from django.test import Client, RequestFactory

from schema.authentication import rates
from talk.models import AccessToken

pytestmark = pytest.mark.django_db

HOME, ELSEWHERE = "198.41.0.4", "198.41.0.5"
SLOWED = "Too many passwords were tried."


@pytest.fixture
def hashed(monkeypatch):
    """The passwords that were hashed."""
    hashed = []
    encode = MD5PasswordHasher.encode

    def noted(self, password, salt):
        hashed.append(password)
        return encode(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", noted)
    return hashed


@pytest.fixture
def staff(alice, hashed):
    alice.is_staff = True
    alice.set_password("correct horse")
    alice.save()
    hashed.clear()
    return alice


def sign_in(username, given="wrong", address=HOME):
    """What the admin answers somebody at `address`."""
    client = Client(REMOTE_ADDR=address)
    answer = client.post("/admin/login/", {"username": username, "password": given})
    return "in" if answer.status_code == 302 else answer.content.decode()


def test_guesses_of_one_address_are_limited_before_they_are_hashed(staff, hashed, at_most):
    at_most(failure="3/hour")

    answers = [sign_in(f"somebody {number}") for number in range(6)]

    assert [SLOWED in answer for answer in answers] == [False] * 3 + [True] * 3
    assert "Wait 3" in answers[-1], "seconds of an hour"
    assert len(hashed) == 3
    assert SLOWED in sign_in("alice", "correct horse")
    assert sign_in("alice", "correct horse", ELSEWHERE) == "in"


def test_guesses_of_one_account_are_limited_from_wherever_they_come(staff, hashed, at_most):
    at_most(failure="3/hour")
    names = ["alice", "ALICE", " alice", "alice", "alice"]

    answers = [sign_in(name, address=f"198.41.1.{n}") for n, name in enumerate(names)]

    assert [SLOWED in answer for answer in answers] == [False] * 3 + [True] * 2
    assert len(hashed) == 3
    assert SLOWED not in sign_in("bob", address="198.41.1.9")


def test_guesses_from_elsewhere_keep_nobody_out_at_home(staff, at_most):
    at_most(failure="3/hour")
    assert sign_in("alice", "correct horse", HOME) == "in"

    for number in range(5):
        guess = sign_in("alice", address=f"198.41.1.{number}")
    assert SLOWED in guess, "for this test to mean anything"

    assert SLOWED in sign_in("alice", "correct horse", ELSEWHERE)
    assert sign_in("alice", "correct horse", HOME) == "in"
    assert SLOWED in [sign_in("alice", address=HOME) for _guess in range(3)][-1]


@pytest.mark.skipif(not configured.REDIS_URL, reason="many processes need REDIS_URL")
def test_all_processes_count_and_remember_together(staff, at_most):
    at_most(storage=configured.REDIS_URL, failure="2/hour")
    rates._limiter(configured.REDIS_URL).storage.reset()
    assert sign_in("alice", "correct horse", HOME) == "in"
    for number in range(3):
        rates._limiter.cache_clear()
        guess = sign_in("alice", address=f"198.41.1.{number}")

    assert SLOWED in guess
    rates._limiter.cache_clear()
    assert SLOWED in sign_in("alice", "correct horse", ELSEWHERE)
    assert sign_in("alice", "correct horse", HOME) == "in"


def test_what_is_open_goes_on_while_passwords_are_guessed(staff, at_most):
    at_most(failure="1/hour")
    browser = Client(REMOTE_ADDR=HOME)
    browser.post("/admin/login/", {"username": "alice", "password": "correct horse"})
    _token, secret = AccessToken.objects.issue(staff, "phone")
    assert SLOWED in [sign_in("alice", address=HOME) for _guess in range(2)][-1]

    assert browser.get("/admin/").status_code == 200
    program = Client(REMOTE_ADDR=HOME, headers={"Authorization": f"Bearer {secret}"})
    answer = program.post("/graphql", {"query": "{ viewer { id } }"}, "application/json")
    assert answer.json()["data"]["viewer"]


def test_nobody_learns_which_accounts_there_are(staff, hashed, at_most):
    at_most(failure="2/hour")

    alices, nobodys = (
        [SLOWED in sign_in(name, address=f"198.41.{of}.{n}") for n in range(4)]
        for of, name in enumerate(("alice", "nobody"))
    )

    assert alices == nobodys
    assert len(hashed) == 4


def test_a_proxy_that_does_not_say_for_whom_it_speaks_is_not_blamed(staff, at_most):
    at_most(failure="2/hour")
    for number in range(5):
        sign_in(f"somebody {number}", address="10.0.0.1")

    assert sign_in("alice", "correct horse", "10.0.0.1") == "in"


def test_whatever_calls_authenticate_is_limited(staff, hashed, at_most):
    at_most(failure="2/hour")
    request = RequestFactory().post("/", REMOTE_ADDR=HOME)
    right = {"username": "alice", "password": "correct horse"}

    assert authenticate(request, **right) == staff
    assert authenticate(**right) == staff
    assert authenticate(**right) is None
    assert len(hashed) == 2


@pytest.mark.django_db(transaction=True)
def test_so_is_what_calls_it_asynchronously(staff, at_most):
    at_most(failure="1/hour")

    async def both():
        try:
            return [await aauthenticate(username="alice", password="correct horse") for _ in "ab"]
        finally:
            # Those of the thread that asked the database.
            await sync_to_async(connections.close_all)()

    assert asyncio.run(both()) == [staff, None]


def test_other_credentials_than_passwords_are_not_counted(staff, at_most):
    at_most(failure="1/hour")
    for _time in range(3):
        authenticate(RequestFactory().post("/", REMOTE_ADDR=HOME), ticket="x")

    assert sign_in("alice", "correct horse") == "in"


def test_no_limit_is_no_limit(staff, hashed, at_most):
    at_most()

    assert all(SLOWED not in sign_in("alice") for _guess in range(40))
    assert len(hashed) == 40


def test_a_storage_that_is_away_lets_everybody_try(staff, at_most, caplog):
    at_most(failure="1/hour", storage="redis://127.0.0.1:9/0")

    assert sign_in("alice", "correct horse") == "in"
    assert SLOWED not in sign_in("alice")
