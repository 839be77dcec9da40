"""Who is not known is limited by address: strangers, bad credentials, and sockets."""

import pytest
from django.test import Client

from schema.transport.open_connections import open_connections
from talk.models import AccessToken

from ..live.sockets import Socket, code_of, in_thread, issue, live, socket, talk
from .asking import code

pytestmark = pytest.mark.django_db(transaction=True)

ADDRESS = "198.41.0.4"
WHO = "{ viewer { username } }"


def bearing(secret, address=ADDRESS):
    client = Client(headers={"Authorization": f"Bearer {secret}"}, REMOTE_ADDR=address)
    return client.post("/graphql", {"query": WHO}, content_type="application/json")


def nobody(query="{ __typename }", address=ADDRESS):
    client = Client(REMOTE_ADDR=address)
    return client.post("/graphql", {"query": query}, content_type="application/json").json()


async def outside(scope, receive, send):
    """The real schema, to whom this comes from a public address."""
    await talk({**scope, "client": [ADDRESS, 1]}, receive, send)


def from_outside():
    return socket(app=outside)


async def is_let_in(app=outside):
    found = Socket(app, "/graphql", subprotocols=["graphql-transport-ws"])
    accepted, _protocol = await found.connect(timeout=3)
    await found.disconnect(timeout=3)
    return accepted


@pytest.mark.parametrize("query", ["{ __typename }", "{ viewer { id } }", "{ nonsense }", "{"])
def test_what_strangers_ask_is_limited(alice, at_most, query):
    at_most(stranger="2/hour")
    _token, secret = AccessToken.objects.issue(alice, "a test")
    for _time in range(2):
        assert "RATE_LIMITED" not in str(nobody(query))

    refused = nobody(query)

    assert code(refused) == "RATE_LIMITED"
    assert 3590 <= refused["errors"][0]["extensions"]["retryAfter"] <= 3600
    assert "data" in nobody(address="198.41.0.5")
    assert "data" in nobody(address="127.0.0.1")
    assert bearing(secret).status_code == 200, "who is known is no stranger"


def test_what_strangers_read_of_the_schema_counts_for_what_it_costs(at_most):
    at_most(stranger="6/hour")
    query = "{ __schema { types { fields { args { name } } } } }"

    # 1 + 10 * (1 + 10 * (1 + 10)) = 1111, which is 3.
    assert ["data" in nobody(query) for _time in range(3)] == [True, True, False]


@live
async def test_what_strangers_ask_on_a_socket_is_limited(at_most):
    at_most(stranger="2/hour")
    async with from_outside() as strangers:
        await strangers.init()
        assert (await strangers.ask("{ __typename }"))[0]["type"] == "next"
        assert code_of((await strangers.ask("{ __typename }"))[0]) == "RATE_LIMITED"


@live
async def test_how_often_sockets_are_opened_is_limited(at_most):
    at_most(stranger="2/hour")

    assert [await is_let_in() for _time in range(3)] == [True, True, False]
    assert await is_let_in(talk), "this comes from nowhere that is known"


@live
async def test_one_address_has_so_many_sockets_and_no_more(settings):
    settings.TALK = {**settings.TALK, "MAX_ADDRESS_SOCKETS": 2}
    async with from_outside(), from_outside():
        assert not await is_let_in()
        assert await is_let_in(talk)

    assert await is_let_in()
    assert not open_connections()._addresses


def test_bad_credentials_are_limited_by_address(at_most):
    at_most(failure="3/hour")

    assert [bearing("talk_wrong").status_code for _time in range(5)] == [401, 401, 401, 429, 429]
    refused = bearing("talk_wrong")
    assert code(refused.json()) == "RATE_LIMITED"
    assert 3590 <= int(refused["Retry-After"]) <= 3600
    assert bearing("talk_wrong", "198.41.0.5").status_code == 401


def test_good_credentials_get_in_where_others_show_bad_ones(alice, at_most):
    at_most(failure="1/hour")
    _token, secret = AccessToken.objects.issue(alice, "a test")
    assert [bearing("talk_wrong").status_code for _time in range(2)] == [401, 429]

    assert bearing(secret).status_code == 200


def test_all_addresses_of_one_customer_count_as_one(at_most):
    at_most(failure="1/hour")
    answers = [bearing("talk_wrong", f"2001:500:200::{host}").status_code for host in (1, 2, 3)]

    assert answers == [401, 429, 429]
    assert bearing("talk_wrong", "2001:500:200:1::1").status_code == 401


def test_a_proxy_that_does_not_say_for_whom_it_speaks_is_not_blamed(at_most):
    at_most(failure="1/hour")

    assert {bearing("talk_wrong", "10.0.0.1").status_code for _time in range(3)} == {401}


@live
async def test_sockets_with_bad_credentials_are_limited_and_no_others(alice, at_most):
    at_most(failure="1/hour")
    secret = await issue(alice)
    for expected in (4403, 4429, 4429):
        async with from_outside() as strangers:
            assert await strangers.init({"authorization": "Bearer talk_wrong"}) == expected
    async with from_outside() as alices:
        said = await alices.init({"authorization": f"Bearer {secret}"})
        assert said == {"type": "connection_ack"}


@live
async def test_who_sends_bad_credentials_does_not_keep_a_socket_alive(alice, at_most):
    at_most(failure="1/hour")
    secret = await issue(alice)
    async with from_outside() as alices:
        await alices.init({"authorization": f"Bearer {secret}"})
        for _time in range(3):
            async with from_outside() as strangers:
                await strangers.init({"authorization": "Bearer talk_wrong"})
        await in_thread(lambda: AccessToken.objects.get().revoke())()

        assert await alices.hear() == 4403
