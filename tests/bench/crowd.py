"""A seeded world to measure in: people, conversations and what was said there, on PostgreSQL.

Written by `COPY`, because making it by the verbs would take hours. What the verbs keep in step
(numbers, revisions, what is first unread, when somebody's inbox last moved) is in step here, too.
"""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connection, models

from talk.models import Conversation, Event, Message, Participation
from talk.models.keys import members_key

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
WORDS = [
    "shall",
    "we",
    "meet",
    "at",
    "the",
    "harbour",
    "at",
    "eight",
    "or",
    "is",
    "that",
    "too",
    "early",
    "for",
    "you",
    "the",
    "train",
    "is",
    "late",
    "again",
    "thank",
    "you",
    "bring",
    "the",
    "scores",
    "please",
    "who",
    "has",
    "the",
    "key",
    "I",
    "will",
    "be",
    "there",
    "in",
    "ten",
    "minutes",
    "yes",
    "no",
]


@dataclass(frozen=True)
class Size:
    people: int
    conversations: int
    messages: int
    #: Conversations of the people whose inboxes are compared.
    inboxes: tuple[int, ...]
    #: Messages of the one long conversation.
    deep: int
    #: Members of the groups that are sent to.
    groups: tuple[int, ...]


FULL = Size(10_000, 50_000, 500_000, (10, 100, 1_000, 10_000), 100_000, (2, 50, 1_000))
QUICK = Size(500, 2_000, 20_000, (10, 100, 1_000), 10_000, (2, 50, 400))


@dataclass
class Crowd:
    """What measurements name of the world that was made, by primary keys."""

    #: Who has at least 20 conversations.
    viewers: list[int] = field(default_factory=list)
    #: Conversations of at least 50 messages, with one of their members.
    threads: list[tuple[int, int]] = field(default_factory=list)
    #: Groups of four, with one of their members.
    fours: list[tuple[int, int]] = field(default_factory=list)
    #: By how many conversations they have, people.
    inboxes: dict[int, int] = field(default_factory=dict)
    #: A long conversation and one of its members.
    deep: tuple[int, int] = (0, 0)
    #: By how many members they have, groups with one of these.
    groups: dict[int, tuple[int, int]] = field(default_factory=dict)


def make(size: Size, seed: int = 1) -> Crowd:
    """Fill an empty, migrated database."""
    maker = _Maker(random.Random(seed), Crowd())
    maker.people(size.people)
    maker.conversations(size.conversations, size.messages)
    for count in size.inboxes:
        maker.inbox(count)
    people = maker.all_people
    maker.crowd.deep = (maker.conversation(people[:50], size.deep), people[0])
    for count in size.groups:
        maker.crowd.groups[count] = (maker.conversation(people[:count], 10), people[0])
    maker.write()
    return maker.crowd


class _Maker:
    def __init__(self, chance: random.Random, crowd: Crowd) -> None:
        self.chance = chance
        self.crowd = crowd
        self.all_people: list[int] = []
        self._rows: dict[type[models.Model], list[tuple[Any, ...]]] = {
            model: [] for model in _COLUMNS
        }
        self._pairs: set[tuple[int, int]] = set()
        self._now = BEGIN

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
            # Most are of few, some of many; most are short, some long.
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
        """Somebody in so many conversations, all of which have something unread."""
        others = self.all_people[:50]
        viewer = self.person()
        for made in range(count):
            self.conversation([others[made % 50], viewer], 3, group=True, all_unread=viewer)
        self.crowd.inboxes[count] = viewer

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
            body = " ".join(self.chance.choices(WORDS, k=self.chance.randint(2, 30)))
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
        with connection.cursor() as cursor:
            # Latest messages refer to messages that come later.
            cursor.execute("SET session_replication_role = replica")
            for model, rows in self._rows.items():
                _copy(cursor, model, _COLUMNS[model], rows)
            cursor.execute("SET session_replication_role = DEFAULT")
            for table in (model._meta.db_table for model in _COLUMNS):
                cursor.execute(
                    f"SELECT setval(pg_get_serial_sequence('{table}', 'id'),"  # noqa: S608
                    f" (SELECT max(id) FROM {table}))"
                )
            cursor.execute("VACUUM ANALYZE")


_COLUMNS: dict[type[models.Model], str] = {
    get_user_model(): "id password is_superuser username first_name last_name email is_staff "
    "is_active date_joined",
    Conversation: "id kind pair title members_key upgraded_from_id latest_message_id last_number "
    "purged_number revision started_at changed_at",
    Message: "id conversation_id number kind sender_id subject_id body removed_as sent_at "
    "client_id fingerprint",
    Participation: "conversation_id user_id role status invited_by_id joined_at left_at "
    "left_at_number suspended_at left_at_title last_read_number first_unread_number "
    "marked_unread_at last_activity_at changed_at",
    Event: "conversation_id revision kind actor_id message_id participation_id at",
}


def _copy(
    cursor: Any, model: type[models.Model], columns: str, rows: Iterable[tuple[Any, ...]]
) -> None:
    names = ", ".join(f'"{name}"' for name in columns.split())
    with cursor.copy(f'COPY "{model._meta.db_table}" ({names}) FROM STDIN') as copy:
        for row in _drained(rows):
            copy.write_row(row)


def _drained(rows: Any) -> Iterator[tuple[Any, ...]]:
    # Half a million rows of each kind need not all be kept until the end.
    rows.reverse()
    while rows:
        yield rows.pop()
