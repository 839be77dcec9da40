"""Fills PostgreSQL with the benchmarks' data: people, conversations, messages and events.

The rows are written by `COPY`: the verbs of the models would take hours for them. What the verbs
keep consistent (numbers, revisions, the first unread message, the order of inboxes) is consistent
in these rows, too.
"""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db import models

from talk.models import Conversation, Event, Message, Participation
from talk.models.conversation.keys import members_key

from .copying import COLUMNS, write

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
#: The words of messages.
WORDS = (
    "shall we meet at the harbour at eight or is that too early for you the train is late "
    "again thank you bring the scores please who has the key I will be there in ten "
    "minutes yes no"
)


@dataclass(frozen=True)
class Size:
    people: int
    conversations: int
    messages: int
    #: How many conversations the people have whose inboxes are compared.
    inboxes: tuple[int, ...]
    #: The number of messages of the one long conversation.
    deep: int
    #: The numbers of members of the groups that are compared.
    groups: tuple[int, ...]
    #: How many groups of 50 there are into which people are invited.
    fifties: int


FULL = Size(10_000, 50_000, 500_000, (10, 100, 1_000, 10_000), 100_000, (2, 50, 500, 1_000), 200)
QUICK = Size(500, 2_000, 20_000, (10, 100, 1_000), 10_000, (2, 50, 400), 100)


@dataclass
class Crowd:
    """The primary keys that the measured operations are about."""

    #: How many people there are: they have the keys from 1 on.
    people: int = 0
    #: People in at least 20 conversations.
    viewers: list[int] = field(default_factory=list)
    #: Conversations of at least 50 messages, with one of their members.
    threads: list[tuple[int, int]] = field(default_factory=list)
    #: Groups of four, with one of their members.
    fours: list[tuple[int, int]] = field(default_factory=list)
    #: Groups of fifty, with one of their members. None of `people` is in one.
    fifties: list[tuple[int, int]] = field(default_factory=list)
    #: People, by the number of their conversations.
    inboxes: dict[int, int] = field(default_factory=dict)
    #: A long conversation and one of its members.
    deep: tuple[int, int] = (0, 0)
    #: Groups, with one of their members, by the number of members.
    groups: dict[int, tuple[int, int]] = field(default_factory=dict)


def make(size: Size, seed: int = 1) -> Crowd:
    """Fill an empty, migrated database."""
    maker = _Maker(random.Random(seed), Crowd(size.people))
    maker.people(size.people)
    maker.conversations(size.conversations, size.messages)
    for count in size.inboxes:
        maker.inbox(count)
    people = maker.all_people[: size.people]
    maker.crowd.deep = (maker.conversation(people[:50], size.deep), people[0])
    for count in size.groups:
        maker.crowd.groups[count] = (maker.conversation(people[:count], 10), people[0])
    maker.groups_of_fifty(size.fifties)
    maker.write()
    return maker.crowd


class _Maker:
    def __init__(self, chance: random.Random, crowd: Crowd) -> None:
        self.chance = chance
        self.crowd = crowd
        self.all_people: list[int] = []
        self._rows: dict[type[models.Model], list[tuple[Any, ...]]] = {
            model: [] for model in COLUMNS
        }
        self._pairs: set[tuple[int, int]] = set()
        self._now = BEGIN
        self._words = WORDS.split()

    def people(self, count: int) -> None:
        for _each in range(count):
            self.person()

    def person(self) -> int:
        key = len(self.all_people) + 1
        name = f"person{key}"
        self._rows[get_user_model()].append(
            (key, "!", False, name, f"Person {key}", "Singer", "", False, True, BEGIN)
        )
        self.all_people.append(key)
        return key

    def conversations(self, count: int, messages: int) -> None:
        people = list(self.all_people)
        places = dict.fromkeys(people, 0)
        left = messages
        for made in range(count):
            # Most conversations have few members, some have many. Most are short, some are long.
            number = min(50, 2 + int(self.chance.paretovariate(0.9)) - 1)
            members = self.chance.sample(people, number)
            share = left / (count - made)
            said = min(left, int(self.chance.expovariate(1 / max(share, 1))) + 1)
            left -= said
            key = self.conversation(members, said)
            for member in members:
                places[member] += 1
            if said >= 50:
                self.crowd.threads.append((key, members[0]))
            if number == 4:
                self.crowd.fours.append((key, members[0]))
        self.crowd.viewers = [person for person, has in places.items() if has >= 20][:200]
        del self.crowd.threads[200:], self.crowd.fours[200:]

    def inbox(self, count: int) -> None:
        """Make a person with so many conversations, each with unread messages."""
        others = self.all_people[:50]
        viewer = self.person()
        for made in range(count):
            self.conversation([others[made % 50], viewer], 3, group=True, all_unread=viewer)
        self.crowd.inboxes[count] = viewer

    def groups_of_fifty(self, count: int) -> None:
        """Make groups of new people, who are in nothing else that is measured."""
        members = [self.person() for _each in range(50)]
        for _each in range(count):
            group = self.conversation(members, 10)
            self.crowd.fifties.append((group, members[0]))

    def conversation(
        self, members: list[int], said: int, *, group: bool = False, all_unread: int = 0
    ) -> int:
        key = len(self._rows[Conversation]) + 1
        pair = tuple(sorted(map(str, members)))
        private = len(members) == 2 and not group and pair not in self._pairs
        if private:
            self._pairs.add(pair)  # type: ignore[arg-type]
        self._now = begin = self._now + timedelta(seconds=60)
        senders = [self.chance.choice(members[:-1] or members) for _each in range(said)]
        last = self._say(key, senders, begin)
        self._note(key, senders, members[0], begin)
        self._rows[Conversation].append(
            (
                key,
                "private" if private else "group",
                ":".join(pair) if private else None,
                "" if private else f"Rehearsal {key}",
                members_key(members),
                None,
                last,
                said,
                0,
                said + 1,
                begin,
                begin + timedelta(milliseconds=said),
            )
        )
        for member in members:
            unread = said if member == all_unread else self.chance.choice((0, 0, 0, 1, 5))
            self._sit(key, member, senders, said - min(unread, said), begin)
        return key

    def _say(self, conversation: int, senders: list[int], begin: datetime) -> int:
        rows = self._rows[Message]
        for number, sender in enumerate(senders, 1):
            body = " ".join(self.chance.choices(self._words, k=self.chance.randint(2, 30)))
            at = begin + timedelta(milliseconds=number)
            key = len(rows) + 1
            rows.append((key, conversation, number, "text", sender, None, body, "", at, None, ""))
        return len(rows)

    def _note(self, conversation: int, senders: list[int], creator: int, begin: datetime) -> None:
        rows, first = self._rows[Event], len(self._rows[Message]) - len(senders)
        kind = Event.Kind.CONVERSATION_STARTED
        rows.append((conversation, 1, str(kind), creator, None, None, begin))
        kind = Event.Kind.MESSAGE_SENT
        for number, sender in enumerate(senders, 1):
            at = begin + timedelta(milliseconds=number)
            rows.append((conversation, number + 1, str(kind), sender, first + number, None, at))

    def _sit(self, key: int, member: int, senders: list[int], read: int, begin: datetime) -> None:
        waiting = (number for number, by in enumerate(senders[read:], read + 1) if by != member)
        first_unread = next(waiting, None)
        last = begin + timedelta(milliseconds=len(senders))
        owner = member == senders[0]
        self._rows[Participation].append(
            (
                key,
                member,
                "owner" if owner else "member",
                "active",
                None,
                begin,
                None,
                None,
                None,
                "",
                read if first_unread else len(senders),
                first_unread,
                None,
                last,
                last,
            )
        )

    def write(self) -> None:
        write(self._rows)
