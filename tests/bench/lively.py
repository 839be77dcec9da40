"""What happens to the messages of the benchmarks' data: edits, replies, mentions and reactions."""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import models

from talk.models import Edit, Event, Mention, Reaction

#: The shares of messages that are edited, that reply to another one, that mention somebody, and
#: that have reactions.
EDITED, REPLYING, MENTIONING, REACTED = 0.1, 0.25, 0.2, 0.33
#: Reactions that people choose from. A message can have no more different ones.
EMOJI = list("👍🎶😂🎉😮😢🔥👏🙏💯🤔👀🚀🥳😍🎻🎷🥁🎺🎸")
#: How many of these are usual.
USUAL = 5

#: The rows of each model, in the order of its columns in `copying`.
Rows = dict[type[models.Model], list[tuple[Any, ...]]]


@dataclass(frozen=True)
class Talk:
    """The messages of one conversation. They have the numbers and the keys from the first on."""

    conversation: int
    first_message: int
    senders: list[int]
    #: The members, whose participations have the keys from the first on.
    members: list[int]
    first_participation: int
    begin: datetime
    #: How many of the last messages get a reaction of every member.
    reacted_by_all: int = 0

    def key(self, number: int) -> int:
        return self.first_message + number - 1


@dataclass
class Changes:
    """What happened to messages after they were sent, by their numbers."""

    edited_at: dict[int, datetime] = field(default_factory=dict)
    reply_to: dict[int, int] = field(default_factory=dict)
    root: dict[int, int] = field(default_factory=dict)
    #: The revisions of those that changed.
    revision: dict[int, int] = field(default_factory=dict)
    #: How many changes there were.
    count: int = 0


class Lively:
    """Adds rows for what happens to messages."""

    def __init__(self, rows: Rows, seed: int) -> None:
        self._rows = rows
        self._chance = random.Random(seed)

    def change(self, talk: Talk) -> Changes:
        """Add edits, mentions and reactions, and the events of all but the mentions."""
        changes = Changes()
        for number, sender in enumerate(talk.senders, 1):
            self._mention(talk, number, {**self._reply(talk, changes, number), **self._name(talk)})
            if self._chance.random() < EDITED:
                self._edit(talk, changes, number, sender)
            for member in self._reactors(talk, number):
                self._react(talk, changes, number, member)
        return changes

    def _reply(self, talk: Talk, changes: Changes, number: int) -> dict[int, bool]:
        """Let a message reply to one shortly before it. Returns whom it mentions by that."""
        if number == 1 or self._chance.random() >= REPLYING:
            return {}
        to = max(1, number - self._chance.randint(1, 10))
        changes.reply_to[number] = to
        changes.root[number] = changes.root.get(to, to)
        return {talk.senders[to - 1]: True}

    def _name(self, talk: Talk) -> dict[int, bool]:
        if self._chance.random() >= MENTIONING:
            return {}
        return {self._chance.choice(talk.members): False}

    def _mention(self, talk: Talk, number: int, mentioned: dict[int, bool]) -> None:
        for user, by_reply in mentioned.items():
            if user != talk.senders[number - 1]:
                row = (talk.key(number), talk.conversation, number, user, by_reply, False)
                self._rows[Mention].append(row)

    def _edit(self, talk: Talk, changes: Changes, number: int, sender: int) -> None:
        at = self._note(talk, changes, number, Event.Kind.MESSAGE_EDITED, sender)
        self._rows[Edit].append((talk.key(number), "shall we meet", at))
        changes.edited_at[number] = at

    def _reactors(self, talk: Talk, number: int) -> list[int]:
        """The positions of the members who react to a message."""
        members = range(len(talk.members))
        if number > len(talk.senders) - talk.reacted_by_all:
            return list(members)
        if self._chance.random() >= REACTED:
            return []
        return self._chance.sample(members, self._chance.randint(1, min(4, len(members))))

    def _react(self, talk: Talk, changes: Changes, number: int, member: int) -> None:
        user, place = talk.members[member], talk.first_participation + member
        at = self._note(talk, changes, number, Event.Kind.MESSAGE_REACTED, user, place)
        emoji = self._chance.choice(EMOJI[:USUAL])
        self._rows[Reaction].append((talk.key(number), user, emoji, at))

    def _note(
        self,
        talk: Talk,
        changes: Changes,
        number: int,
        kind: Event.Kind,
        actor: int,
        participation: int | None = None,
    ) -> datetime:
        """Add an event after those of the messages. Returns its time."""
        changes.count += 1
        # The first event is that of the start.
        later = len(talk.senders) + changes.count
        at = talk.begin + timedelta(milliseconds=later)
        row = (talk.conversation, later + 1, str(kind), actor, talk.key(number), participation, at)
        self._rows[Event].append(row)
        changes.revision[number] = later + 1
        return at


def message_columns(changes: Changes, number: int) -> tuple[Any, ...]:
    """The columns of a message that say what happened to it, in the order of `copying`."""
    return (
        changes.edited_at.get(number),
        changes.revision.get(number, number + 1),
        changes.reply_to.get(number),
        changes.root.get(number),
        False,
    )
