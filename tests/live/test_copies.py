"""A client's copy of a conversation is in the end what a fresh page shows.

The client keeps, of two copies of a message, the one with the greater revision. Its stream is cut
at any place and resumed, and answers over HTTP come late, after newer changes.
"""

import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import models

from talk.exceptions import Refused
from talk.models import Block, Conversation, Message

from ..api.asking import gid, nodes, ok
from ..domain.verbs import Verbs
from .sockets import code_of, in_thread, live, signed_in, talk

pytestmark = [pytest.mark.thorough, pytest.mark.django_db(transaction=True)]

#: All of a message that changes, except what follows from other messages; see `Copy.must_be`.
SAID = """fragment Said on Message {
  number revision kind body removal hidden editedAt edits { edges { node { body until } } }
  sender { username } subject { username } replyTo { number } root
  mentions { username } mentionsAll mentionsViewer
  reactions { emoji count viewerReacted users(first: 10) { username } }
}"""
PAGE = f"""query ($id: ID!) {{ conversation(id: $id) {{
  revision title messages(last: 100) {{ edges {{ node {{ ...Said replyCount }} }} }}
}} }} {SAID}"""
LISTEN = f"""subscription ($id: ID!, $after: Int) {{ conversationChanges(id: $id, after: $after) {{
  revision message {{ ...Said }} conversation {{ title }}
}} }} {SAID}"""
CAST = ["alice", "bob", "carol", "dave", "erin"]
WORDS = ["Hello", "Really?", "Yes", "No", "Perhaps"]
EMOJI = ["👍", "👎", "🎉"]


@dataclass
class Copy:
    """What one client has of the conversation."""

    user: Any
    conversation: Any
    messages: dict[int, dict[str, Any]] = field(default_factory=dict)
    #: The last revision that its stream told of, and the title then.
    revision: int = 0
    title: str = ""
    #: The first message that it shows: what comes before was cleared.
    begins: int = 1
    #: Answers of the server that are still on their way.
    late: list[dict[str, Any]] = field(default_factory=list)
    overtaken: int = 0
    cuts: int = 0

    def take(self, message: dict[str, Any]) -> None:
        known = self.messages.get(message["number"])
        if message["number"] < self.begins:
            return
        if known and known["revision"] > message["revision"]:
            self.overtaken += known != message
            return
        self.messages[message["number"]] = message

    def arrive(self, answer: dict[str, Any]) -> None:
        for message in nodes(answer["messages"]):
            self.take({name: value for name, value in message.items() if name != "replyCount"})

    def must_be(self, fresh: dict[str, Any]) -> None:
        """It is this page. How many replies a message has follows from the messages."""
        shown = {each["number"]: each for each in nodes(fresh["messages"])}
        counted = {number: each.pop("replyCount") for number, each in shown.items()}
        assert self.messages == shown
        assert (self.revision, self.title) == (fresh["revision"], fresh["title"])
        replies = Counter(
            each["root"] for each in self.messages.values() if each["root"] and is_there(each)
        )
        assert counted == {number: replies[number] for number in shown}

    async def listen(self, changes: int | None) -> str | None:
        """Hear so many changes, and then no more; or all up to now. Returns how it ended."""
        last = await in_thread(lambda: Conversation.objects.get(pk=self.conversation).revision)()
        async with signed_in(self.user, talk) as socket:
            there = Conversation(pk=self.conversation)
            given = {"id": gid(there), "after": self.revision}
            await socket.subscribe(LISTEN, variables=given)
            while self.revision < last and changes != 0:
                message = await socket.hear(20)
                if message["type"] == "error" or "errors" in message["payload"]:
                    return code_of(message)
                change = message["payload"]["data"]["conversationChanges"]
                assert change["revision"] == self.revision + 1
                self.revision, self.title = change["revision"], change["conversation"]["title"]
                if change["message"]:
                    self.take(change["message"])
                changes = None if changes is None else changes - 1
        self.cuts += self.revision < last
        return None


def is_there(message: dict[str, Any]) -> bool:
    return message["removal"] in {None, "CHANGED_SINCE"}


class Life:
    """Things that people do in one conversation, at random."""

    def __init__(self, seed: int, people: dict[str, Any], conversation: int) -> None:
        self.random = random.Random(seed)
        self.talk = Verbs(people)
        self.talk.conversations.append(conversation)
        self.done: dict[str, int] = {}

    def go_on(self, *, saying: bool = True) -> None:
        """One verb, which sends no message without `saying`. What is refused is no change."""
        ways = [self.touch, self.come_and_go, self.write]
        do = self.random.choices(ways, [9, 2, 5 if saying else 0])[0]
        try:
            verb = do()
        except Refused:
            return
        self.done[verb] = self.done.get(verb, 0) + 1

    def write(self) -> str:
        pick = self.random.choice
        refers: dict[str, Any] = {"mention_all": self.random.random() < 0.2}
        if self.random.random() < 0.5:
            refers["reply_to"] = self.number()
        if self.random.random() < 0.4:
            refers["mentions"] = self.random.sample(CAST, 2)
        self.talk.send(pick(CAST), 0, pick(WORDS), **refers)
        return "send"

    def touch(self) -> str:
        pick, who, number = self.random.choice, self.random.choice(CAST), self.number()
        often = ["edit", "edit", "react", "react", "unreact"]
        verb = pick([*often, *often, "retract", "take_away", "remove_message"])
        message = self.talk.message(0, number)
        if verb in {"edit", "retract"} and message.sender:
            who = message.sender.username
        match verb:
            case "edit":
                mentions = pick([None, [], self.random.sample(CAST, 2)])
                self.talk.edit(who, 0, number, pick(WORDS), mentions)
            case "react" | "unreact":
                getattr(self.talk, verb)(who, 0, number, pick(EMOJI))
            case "remove_message":
                self.talk.remove_message(0, number)
            case _:
                getattr(self.talk, verb)(who, 0, number)
        return verb

    def come_and_go(self) -> str:
        pick = self.random.choice
        # Alice and Bob are there from the beginning to the end.
        who = pick(["carol", "dave"])
        verb = pick(["leave", "remove", "reinstate", "reinstate", "suspend", "read", "rename"])
        match verb:
            case "remove" | "reinstate":
                getattr(self.talk, verb)("alice", 0, who)
            case "suspend":
                self.talk.suspend("bob", 0, pick([True, False]))
            case "rename":
                self.talk.rename("alice", 0, pick(WORDS))
            case "read":
                self.talk.read("bob", 0, self.number())
            case _:
                getattr(self.talk, verb)(who, 0)
        return verb

    def number(self) -> int:
        last = self.talk.conversation(0).last_number
        return self.random.randint(max(1, last - 12), max(1, last))


@pytest.fixture(autouse=True)
def _roomy(settings):
    """Every field at once costs more than a client is usually allowed."""
    settings.TALK = {**settings.TALK, "MAX_COST": 1_000_000, "MAX_EVENT_COST": 1_000_000}


@live
@pytest.mark.timeout(120)
@pytest.mark.parametrize("seed", range(4))
async def test_changes_and_late_answers_make_any_copy_a_fresh_page(
    seed, gql, alice, bob, carol, dave, erin
):
    people = {"alice": alice, "bob": bob, "carol": carol, "dave": dave, "erin": erin}

    def begin():
        group = Conversation.objects.start_group(alice, [bob, carol, dave, erin], "Copies")
        for user in (alice, bob, erin):
            group.participation_of(user).send("Before")
        # Erin cleared it, and Dave blocked Bob.
        place = group.participation_of(erin)
        place.clear()
        Block.objects.block(dave, bob)
        return group.pk, place.history_from, {user.pk: gql(user) for user in people.values()}

    conversation, begins, asks = await in_thread(begin)()
    life = Life(seed, people, conversation)
    copies = [Copy(user, conversation) for user in (alice, bob, carol, dave)]
    copies.append(Copy(erin, conversation, begins=begins))

    def page(user):
        shown = ok(asks[user.pk](PAGE, id=gid(Conversation(pk=conversation))))
        return shown["conversation"]

    await mix(life, copies, in_thread(page))
    await in_thread(come_back)(people, conversation)

    for copy in copies:
        assert await copy.listen(None) is None
        while copy.late:
            copy.arrive(copy.late.pop())
        copy.must_be(await in_thread(page)(copy.user))
    assert sum(copy.overtaken for copy in copies) > 0, "some answers must have come too late"
    assert sum(copy.cuts for copy in copies) > 0, "some streams must have been cut"
    assert {"send", "edit", "react", "unreact"} <= life.done.keys()
    assert life.done.keys() & {"retract", "take_away", "remove_message"}


async def mix(life, copies, page):
    """Changes, streams that are cut, and answers that come late, in any order."""
    chance = life.random.random
    for _round in range(25):
        for _verb in range(life.random.randint(1, 6)):
            await in_thread(life.go_on)()
        for copy in copies:
            if chance() < 0.4:
                copy.late.append(await page(copy.user))
            if chance() < 0.4:
                await copy.listen(life.random.choice([1, 2, 5, None]))
            if copy.late and chance() < 0.5:
                copy.arrive(copy.late.pop(life.random.randrange(len(copy.late))))


def come_back(people, pk):
    """Whoever is away takes part again, and hears what they missed."""
    group = Conversation.objects.get(pk=pk)
    away = group.participations.filter(~models.Q(status="active"))
    for place in away.select_related("user", "conversation"):
        place.reinstate()


@live
@pytest.mark.parametrize("seed", range(2))
async def test_whoever_is_gone_makes_the_page_that_they_still_see_from_what_they_hear(
    seed, gql, alice, bob, carol, dave, erin
):
    people = {"alice": alice, "bob": bob, "carol": carol, "dave": dave, "erin": erin}

    def begin():
        group = Conversation.objects.start_group(alice, [bob, carol, dave, erin], "Copies")
        group.participation_of(alice).send("Before")
        return group.pk, gql(erin)

    conversation, ask = await in_thread(begin)()
    life = Life(seed, people, conversation)

    def go_on():
        for _verb in range(40):
            life.go_on()
        life.talk.leave("erin", 0)
        for _verb in range(15):
            life.go_on(saying=False)
        # Of what Erin sees, and what is still there.
        place = life.talk.place("erin", 0)
        seen = Message.objects.visible_to(place).filter(sender=alice, kind="text", removed_as="")
        life.talk.edit("alice", 0, seen.last().number, "After")

    await in_thread(go_on)()

    copy = Copy(erin, conversation)
    assert await copy.listen(None) == "NOT_A_PARTICIPANT"
    fresh = (await in_thread(ask)(PAGE, id=gid(Conversation(pk=conversation))))["data"]
    copy.must_be(fresh["conversation"])
    assert "CHANGED_SINCE" in {each["removal"] for each in copy.messages.values()}
