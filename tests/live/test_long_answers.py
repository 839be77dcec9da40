"""A long answer arrives over a socket as it does over HTTP, or an error says why it doesn't."""

import asyncio
import json
import re

import pytest
from django.conf import settings

from talk.models import Conversation, Message

from ..api.asking import say_many
from ..project.markdown import ROOT
from .client import CHANGES, Refused, front_end, id_of
from .sockets import in_thread, live, signed_in, talk

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = """query ($id: ID!) { conversation(id: $id) {
    messages(last: 100) { edges { node { number body } } } } }"""
SEND = """mutation ($input: SendMessageInput!) { sendMessage(input: $input) {
    ... on SendMessagePayload { conversation { messages(last: 100) { edges { node { body } } } } }
} }"""


@pytest.fixture
def long_page(alice, bob):
    """A conversation whose page has nearly as many bytes as an answer may have."""
    conversation = Conversation.objects.between(alice, bob)
    say_many(alice, conversation, 100)
    Message.objects.update(body="😀" * 10_000)
    Message.objects.filter(number__gt=95).update(body='"\n\u2028é')
    Message.objects.filter(number__lte=2).update(body="short")
    return conversation


@pytest.mark.parametrize("server", ["daphne", "uvicorn"])
@live
async def test_a_long_page_arrives(start_server, alice, long_page, server):
    async with front_end(await in_thread(start_server)(server), alice) as alices:
        expected = await alices.ask(PAGE, id=id_of(long_page))
        assert len(json.dumps(expected, ensure_ascii=False).encode()) > 3_500_000
        async with alices.subscribe(PAGE, id=id_of(long_page)) as stream:
            assert await stream.next() == expected["conversation"]


@live
async def test_what_daphne_may_not_send_is_said_and_the_socket_goes_on(
    start_server, alice, bob, long_page
):
    server = await in_thread(start_server)("daphne", ["--verbosity", "0"])
    place = await in_thread(long_page.participation_of)(bob)
    async with (
        front_end(server, alice) as alices,
        alices.changes(long_page) as changes,
    ):
        async with alices.subscribe(PAGE, id=id_of(long_page)) as stream:
            with pytest.raises(Refused, match="LIMIT_EXCEEDED"):
                await stream.next()
        given = {"conversationId": id_of(long_page), "body": "Are you there?"}
        async with alices.subscribe(SEND, input=given) as stream:
            with pytest.raises(Refused, match="LIMIT_EXCEEDED"):
                await stream.next()
        assert (await changes.next())["message"]["body"] == "Are you there?"
        await in_thread(place.send)("Yes.")
        assert (await changes.next())["message"]["body"] == "Yes."


@live
async def test_a_socket_tells_text_as_it_is(alice, bob):
    conversation = await in_thread(Conversation.objects.between)(alice, bob)
    place = await in_thread(conversation.participation_of)(bob)
    async with signed_in(alice, talk) as alices:
        await alices.subscribe(CHANGES, variables={"id": id_of(conversation)})
        await asyncio.sleep(0.2)
        await in_thread(place.send)("Füße 😀")
        change = (await alices.receive_output(3))["text"]
        await alices.subscribe(PAGE, id="2", variables={"id": id_of(conversation)})
        answer = (await alices.receive_output(3))["text"]

    assert '"body":"Füße 😀"' in change
    assert '"body":"Füße 😀"' in answer


@pytest.mark.parametrize("name", ["Dockerfile", "README.md"])
def test_daphne_is_started_with_room_for_an_answer(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    (size,) = re.findall(r"--websocket-max-message-size\W+(\d+)", text)

    assert int(size) == settings.DAPHNE_WEBSOCKET_MAX_MESSAGE_SIZE
