"""Makes the rows of people and conversations of the benchmarks' data."""

import random
from datetime import UTC, datetime, timedelta

from django.contrib.auth import get_user_model
from django.utils import timezone

from talk.models import Conversation, Event, Message, Participation
from talk.models.conversation.keys import members_key

from .copying import COLUMNS
from .lively import Changes, Lively, Rows, Talk, message_columns
from .vocabulary import Vocabulary

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


class Conversations:
    """The rows of people and of conversations, which begin a minute after each other."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.rows: Rows = {model: [] for model in COLUMNS}
        self._lively = Lively(self.rows, seed)
        self._pairs: set[tuple[int, int]] = set()
        self._now = BEGIN
        self._vocabulary = Vocabulary(self.chance)

    def add_person(self) -> int:
        rows = self.rows[get_user_model()]
        key = len(rows) + 1
        name = f"person{key}"
        rows.append((key, "!", False, name, f"Person {key}", "Singer", "", False, True, BEGIN))
        return key

    def begin_now(self, count: int) -> None:
        """Let the next conversations, so many, end with the present."""
        self._now = timezone.now() - timedelta(seconds=60 * count)

    @property
    def next_message(self) -> int:
        """The key of the next message."""
        return len(self.rows[Message]) + 1

    def senders_from(self, key: int) -> list[tuple[int, int]]:
        """The messages from this key on, with their senders."""
        return [(row[0], row[4]) for row in self.rows[Message][key - 1 :]]

    def conversation(
        self,
        members: list[int],
        said: int,
        *,
        group: bool = False,
        all_unread: int = 0,
        lively: bool = True,
        reacted_by_all: int = 0,
    ) -> int:
        key = len(self.rows[Conversation]) + 1
        pair = tuple(sorted(map(str, members)))
        private = len(members) == 2 and not group and pair not in self._pairs
        if private:
            self._pairs.add(pair)  # type: ignore[arg-type]
        self._now = begin = self._now + timedelta(seconds=60)
        talk = Talk(
            key,
            self.next_message,
            [self.chance.choice(members[:-1] or members) for _each in range(said)],
            members,
            len(self.rows[Participation]) + 1,
            begin,
            reacted_by_all,
        )
        self._note(talk)
        changes = self._lively.change(talk) if lively else Changes()
        self._say(talk, changes)
        self.rows[Conversation].append(
            (
                key,
                "private" if private else "group",
                ":".join(pair) if private else None,
                "" if private else f"Rehearsal {key}",
                members_key(members),
                None,
                talk.key(said),
                said,
                0,
                said + 1 + changes.count,
                begin,
                begin + timedelta(milliseconds=said + changes.count),
            )
        )
        for member in members:
            unread = said if member == all_unread else self.chance.choice((0, 0, 0, 1, 5))
            self._sit(talk, member, said - min(unread, said))
        return key

    def _say(self, talk: Talk, changes: Changes) -> None:
        rows, here = self.rows[Message], talk.conversation
        for number, sender in enumerate(talk.senders, 1):
            body = self._vocabulary.text()
            at = talk.begin + timedelta(milliseconds=number)
            said = (talk.key(number), here, number, "text", sender, None, body, "", at, None, "")
            rows.append(said + message_columns(changes, number))

    def _note(self, talk: Talk) -> None:
        rows, here = self.rows[Event], talk.conversation
        kind = Event.Kind.CONVERSATION_STARTED
        rows.append((here, 1, str(kind), talk.members[0], None, None, talk.begin))
        kind = Event.Kind.MESSAGE_SENT
        for number, sender in enumerate(talk.senders, 1):
            at = talk.begin + timedelta(milliseconds=number)
            rows.append((here, number + 1, str(kind), sender, talk.key(number), None, at))

    def _sit(self, talk: Talk, member: int, read: int) -> None:
        rows, senders = self.rows[Participation], talk.senders
        waiting = (number for number, by in enumerate(senders[read:], read + 1) if by != member)
        first_unread = next(waiting, None)
        last = talk.begin + timedelta(milliseconds=len(senders))
        owner = member == senders[0]
        rows.append(
            (
                len(rows) + 1,
                talk.conversation,
                member,
                "owner" if owner else "member",
                "active",
                None,
                talk.begin,
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
