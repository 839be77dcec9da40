"""Whatever happens: a result that members share is for each what they are told alone, and asked."""

import random
from contextlib import AsyncExitStack

import pytest

from schema.authentication import rates
from schema.live import sharing
from schema.transport import protocol
from talk.exceptions import Refused
from talk.models import Block, Conversation, Message, Participation
from talk.moderation import restore, suspend

from ..api.asked import everything
from ..conftest import person
from ..domain.acting import picture
from .client import id_of
from .sockets import in_thread, live, signed_in, talk

pytestmark = [pytest.mark.thorough, pytest.mark.django_db(transaction=True)]

#: Fields of which each viewer gets a result of their own.
PERSONAL = {"viewerParticipation", "upgradedFrom", "upgradedTo", "participants"}
DEPTH = 3
#: How many things happen.
STEPS = 30
LIMITS = ("MAX_DEPTH", "MAX_FIELDS", "MAX_REPEATS", "MAX_TOKENS", "MAX_FRAME_SIZE")
LISTEN = (
    "subscription ($id: ID!, $after: Int) { conversationChanges(id: $id, after: $after) { "
    f"{everything('ConversationChange', DEPTH, PERSONAL)} }} }}"
)
ASK = f"""query ($id: ID!) {{ conversation(id: $id) {{
    {everything("Conversation", DEPTH - 1, PERSONAL)} }} }}"""
READ = f"""query ($id: ID!) {{ node(id: $id) {{
    ... on Message {{ {everything("Message", DEPTH - 1, PERSONAL)} }} }} }}"""

NAMES = ["owner", "admin", "plain", "blocker", "suspended", "cleared", "late", "comes", "other"]
NAMES += ["private"]
#: Members who only listen. They share results.
READERS = ["reader", "another reader"]
EMOJI = ["👍", "❤", "🎉"]


@pytest.fixture
def people(db):
    return {name: person(name) for name in (*NAMES, *READERS)}


@pytest.fixture(autouse=True)
def _roomy(settings, monkeypatch):
    monkeypatch.setattr(rates, "COST_STEP", 10**12)
    monkeypatch.setattr(sharing, "MOST_KEPT", 10_000_000)
    # A listener answers pings only when it is asked what it was told.
    monkeypatch.setattr(protocol, "PING_SECONDS", 3600.0)
    roomy = {"MAX_COST": 10**9, "MAX_EVENT_COST": 10**9, "RECONCILE_SECONDS": 60}
    settings.TALK = {**settings.TALK, **roomy, **dict.fromkeys(LIMITS, 10**6)}


def a_group(people):
    """One with a member of each kind, in which something of each kind happened."""
    first = [people[name] for name in (*NAMES[1:], *READERS) if name != "late"]
    group = Conversation.objects.start_group(people["owner"], first, "Ours")
    owner = group.participation_of(people["owner"])
    group.participation_of(people["admin"]).change_role(Participation.Role.ADMIN, by=owner)
    said = owner.send("One", mention_all=True)
    plain = group.participation_of(people["plain"])
    plain.send("Two", reply_to=1, mentions=[people["blocker"], people["admin"]])
    plain.react(said, "👍")
    cleared = group.participation_of(people["cleared"])
    cleared.clear()
    owner.invite([people["late"]])
    group.participation_of(people["private"]).read(privately=True)
    Block.objects.block(people["blocker"], people["plain"])
    suspend(group.participation_of(people["suspended"]), None, "rude")
    return group


def a_private(people):
    private = Conversation.objects.between(people["owner"], people["plain"])
    private.participation_of(people["owner"]).send("One")
    return private


class Anybody:
    """Does something at random in a conversation."""

    def __init__(self, seed, people, conversation):
        self._chance, self._people, self._key = random.Random(seed), people, conversation.pk

    def _place(self, name):
        conversation = Conversation.objects.get(pk=self._key)
        return conversation.participation_of(self._people[name])

    def _message(self):
        messages = list(Message.objects.filter(conversation=self._key).order_by("number"))
        return self._chance.choice(messages[-6:] if self._chance.random() < 0.7 else messages)

    def act(self):
        chance = self._chance
        here = Participation.objects.filter(conversation=self._key)
        known = set(here.values_list("user", flat=True))
        names = [name for name in NAMES if self._people[name].pk in known]
        one, other = chance.sample(names, 2)
        verb = chance.choice(VERBS)
        try:
            verb(self, self._place(one), self._people[other], self._message())
        except Refused as refused:
            return f"{one} {verb.__name__} {other}: {refused.code}"
        return f"{one} {verb.__name__} {other}"

    def send(self, own, other, message):
        number = self._chance.choice([None, message.number])
        mentions = self._chance.choice([None, [], [other]])
        own.send("More", reply_to=number, mentions=mentions)

    def send_to_all(self, own, other, message):
        own.send("To all", mention_all=True)

    def edit(self, own, other, message):
        if message.sender_id:
            own = own.conversation.participation_of(message.sender)
        own.edit(message, f"{message.body}!", self._chance.choice([None, [], [other]]))

    def retract(self, own, other, message):
        if message.sender_id:
            own = own.conversation.participation_of(message.sender)
        own.retract(message)

    def take_away(self, own, other, message):
        own.remove_message(message)

    def react(self, own, other, message):
        own.react(message, self._chance.choice(EMOJI))

    def unreact(self, own, other, message):
        own.unreact(message, self._chance.choice(EMOJI))

    def pin(self, own, other, message):
        own.pin_message(message)

    def unpin(self, own, other, message):
        own.unpin_message(message)

    def save(self, own, other, message):
        own.save_message(message)

    def unsave(self, own, other, message):
        own.unsave_message(message)

    def read(self, own, other, message):
        own.read(message.number)

    def read_privately(self, own, other, message):
        own.read(message.number, privately=True)

    def mark_unread(self, own, other, message):
        own.mark_unread(message.number)

    def clear(self, own, other, message):
        own.clear()

    def rename(self, own, other, message):
        own.rename(self._chance.choice(["", "Ours", "Theirs"]))

    def describe(self, own, other, message):
        avatar = self._chance.choice([None, "", "https://example.com/a.png", "a file"])
        file = {"avatar_file": picture(own.user)} if avatar == "a file" else {"avatar": avatar}
        own.describe(
            description=self._chance.choice([None, "", "We sing."]),
            data=self._chance.choice([None, {}, {"colour": ["blue"]}]),
            **file,
        )

    def change_role(self, own, other, message):
        owner = self._place("owner")
        owner.other(other, as_admin=True).change_role(
            self._chance.choice(list(Participation.Role)), by=owner
        )

    def suspend(self, own, other, message):
        suspend(own, None, "rude")

    def restore(self, own, other, message):
        restore(own, None, "rude")

    def leave(self, own, other, message):
        own.leave()

    def bring_back(self, own, other, message):
        own.other(other).reinstate(by=own)


VERBS = [
    *([Anybody.send] * 4),
    *([Anybody.react] * 3),
    *([Anybody.edit] * 2),
    *(each for name, each in vars(Anybody).items() if not name.startswith("_") and name != "act"),
]


class Listener:
    """A member who listens while they take part, and asks the same alone."""

    def __init__(self, user, socket, conversation, ask):
        self.user, self._socket, self._id = user, socket, id_of(conversation)
        self._ask = in_thread(ask)
        self._asked = 0
        self.stream = None

    async def _subscribe(self, after):
        self._asked += 1
        key, variables = str(self._asked), {"id": self._id, "after": after}
        await self._socket.subscribe(LISTEN, id=key, variables=variables)
        return key

    async def listen(self, revision):
        if self.stream is None:
            # The last change, after which the stream is live.
            self.stream = await self._subscribe(revision - 1)
            await self._hear(self.stream, 1)

    async def _hear(self, stream, count):
        found = []
        while len(found) < count:
            said = await self._socket.hear(10)
            if said["type"] == "ping":
                await self._socket.say({"type": "pong"})
                continue
            if said.get("id") != stream:
                continue
            assert said["type"] == "next", said
            assert "errors" not in said["payload"], said
            found.append(said["payload"]["data"]["conversationChanges"])
        return found

    async def stop(self):
        if self.stream is not None:
            await self._complete(self.stream)
            self.stream = None

    async def _complete(self, stream):
        await self._socket.say({"id": stream, "type": "complete"})

    async def told(self, count):
        return await self._hear(self.stream, count)

    async def told_alone(self, count, revision):
        stream = await self._subscribe(revision - count)
        found = await self._hear(stream, count)
        await self._complete(stream)
        return found

    async def must_be_told_right(self, changes, revision, what):
        """Compare live results with those of a stream, and of queries, of this viewer alone."""
        assert changes == await self.told_alone(len(changes), revision), what
        for change in changes:
            assert change["conversation"] == await self._reads(ASK, self._id), what
            if change["message"]:
                assert change["message"] == await self._reads(READ, change["message"]["id"]), what

    async def _reads(self, query, key):
        answer = await self._ask(query, id=key)
        assert "errors" not in answer, answer
        (found,) = answer["data"].values()
        return found


@in_thread
def state_of(conversation):
    """The revision, and the users who take part."""
    found = Conversation.objects.get(pk=conversation.pk)
    active = Participation.objects.active().filter(conversation=found)
    return found.revision, set(active.values_list("user", flat=True))


@live
@pytest.mark.parametrize("start", [a_group, a_private])
@pytest.mark.parametrize("seed", range(2))
async def test_what_is_shared_is_what_each_is_told_alone_and_reads(
    gql, people, start, seed, executions, caplog
):
    conversation = await in_thread(start)(people)
    anybody = Anybody(seed, people, conversation)
    shared = total = 0
    async with AsyncExitStack() as stack:
        listeners = []
        for user in people.values():
            socket = await stack.enter_async_context(signed_in(user, talk))
            listeners.append(Listener(user, socket, conversation, await in_thread(gql)(user)))
        revision, active = await state_of(conversation)
        for _step in range(STEPS):
            for each in listeners:
                await (each.listen(revision) if each.user.pk in active else each.stop())
            executions.clear()
            what = await in_thread(anybody.act)()
            before, were = revision, active
            revision, active = await state_of(conversation)
            stayed = [each for each in listeners if each.user.pk in active & were]
            count = revision - before
            told = [await each.told(count) for each in stayed]
            shared, total = shared + len(executions), total + len(stayed) * count
            for each, changes in zip(stayed, told, strict=True):
                await each.must_be_told_right(changes, revision, f"{what}: {each.user}")

    assert shared < total or conversation.is_private, "for this test to mean anything"
    assert "A plan failed" not in caplog.text
