"""Fills PostgreSQL with the benchmarks' data: people, conversations, messages and events.

The rows are written by `COPY`: the verbs of the models would take hours for them. What the verbs
keep consistent (numbers, revisions, the first unread message, the order of inboxes) is consistent
in these rows, too.
"""

from dataclasses import dataclass, field

from .conversations import Conversations
from .copying import write


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
    #: How many groups of four there are whose messages were sent just now.
    fresh: int = 100
    #: The numbers of members who react to each of the last 50 messages of a group.
    reactors: tuple[int, ...] = (10, 100, 1_000)
    #: The numbers of conversations of the people who search.
    searched: tuple[int, ...] = (10, 200, 2_000)


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
    #: Messages that were sent just now, so that they can be edited, with their senders. None of
    #: them has reactions.
    fresh: list[tuple[int, int]] = field(default_factory=list)
    #: Groups whose last 50 messages have a reaction of each member, with one of the members.
    reacted: dict[int, tuple[int, int]] = field(default_factory=dict)
    #: People who are in so many of the conversations, evenly spread over their time.
    searchers: dict[int, int] = field(default_factory=dict)


def make(size: Size, seed: int = 1) -> Crowd:
    """Fill an empty, migrated database."""
    maker = _Maker(seed, Crowd(size.people))
    maker.people(size.people)
    maker.crowd.searchers = {count: maker.person() for count in size.searched}
    maker.conversations(size.conversations, size.messages)
    for count in size.inboxes:
        maker.inbox(count)
    people = maker.all_people[: size.people]
    maker.crowd.deep = (maker.conversation(people[:50], size.deep), people[0])
    for count in size.groups:
        maker.crowd.groups[count] = (maker.conversation(people[:count], 10), people[0])
    maker.groups_of_fifty(size.fifties)
    for count in size.reactors:
        maker.reacted(count)
    maker.fresh(size.fresh)
    write(maker.rows)
    return maker.crowd


class _Maker(Conversations):
    def __init__(self, seed: int, crowd: Crowd) -> None:
        super().__init__(seed)
        self.crowd = crowd
        self.all_people: list[int] = []

    def people(self, count: int) -> None:
        for _each in range(count):
            self.person()

    def person(self) -> int:
        key = self.add_person()
        self.all_people.append(key)
        return key

    def conversations(self, count: int, messages: int) -> None:
        people = self.all_people[: self.crowd.people]
        places = dict.fromkeys(people, 0)
        left = messages
        for made in range(count):
            # Most conversations have few members, some have many. Most are short, some are long.
            number = min(50, 2 + int(self.chance.paretovariate(0.9)) - 1)
            members = self.chance.sample(people, number)
            share = left / (count - made)
            said = min(left, int(self.chance.expovariate(1 / max(share, 1))) + 1)
            left -= said
            for member in members:
                places[member] += 1
            members += [
                person
                for have, person in self.crowd.searchers.items()
                if made * have // count != (made + 1) * have // count
            ]
            key = self.conversation(members, said)
            if said >= 50:
                self.crowd.threads.append((key, members[0]))
            if len(members) == 4:
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

    def reacted(self, count: int) -> None:
        """Make a group of new people, who all reacted to each of the last 50 messages."""
        members = [self.person() for _each in range(count)]
        group = self.conversation(members, 60, reacted_by_all=50)
        self.crowd.reacted[count] = (group, members[0])

    def fresh(self, count: int) -> None:
        """Make groups of new people, to whose messages nothing happened yet."""
        self.begin_now(count)
        members = [self.person() for _each in range(4)]
        for _each in range(count):
            first = self.next_message
            self.conversation(members, 20, lively=False)
            self.crowd.fresh += self.senders_from(first)
