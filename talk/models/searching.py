"""Finds messages by their words, among those that a person can read."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from json import loads
from typing import TYPE_CHECKING, Any

from django.db import DatabaseError, connections, transaction
from django.db.models import Exists, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce

from ..availability import is_cancelled
from ..exceptions import MessagingValidationError, RefusalCode
from ..prepared import Among
from ..sought import Sought
from .block import Block
from .first_of_each import Array
from .message import Message
from .message.retention import cutoffs, without_expired
from .message.word_index import has_words
from .participation import Participation
from .participation.unread import ENDLESS
from .shown_users import with_users

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from .message.queryset import MessageQuerySet

#: Settings of PostgreSQL for each statement of a search.
PLANNED = {
    # Milliseconds.
    "statement_timeout": 2_000,
    # A plan for any words would know nothing of their frequency.
    "plan_cache_mode": "force_custom_plan",
    # To start other processes, or a compiler, takes longer than most searches.
    "max_parallel_workers_per_gather": 0,
    "jit": "off",
    # It takes reading the words of a text for five times as fast as it is.
    "cpu_operator_cost": 0.0125,
}
#: If more messages than this are expected to be found, the newest ones are looked through first.
COMMON = 1_000
#: How many of the newest messages are looked through then, and how many at first.
NEWEST, AT_FIRST = 1_000, 100
#: In how many conversations these are looked for, those with the newest messages first, and how
#: many in each.
PLACES = ((20, NEWEST), (480, 50))
#: How many messages SQLite looks through, and about how many characters of these. Python takes half
#: a second for so many.
ON_SQLITE, CHARACTERS = 10_000, 2_000_000


@dataclass(frozen=True)
class Search:
    """A search of one person: what is sought, and where."""

    viewer: "User"
    sought: Sought
    #: The key of the one conversation to search in.
    conversation: int | None = None
    #: The key of the user who wrote the messages.
    sender: Any = None
    since: datetime | None = None

    def newest(self, most: int, before: int | None = None) -> list[Message]:
        """The newest messages that are found, at most `most`, with their senders.

        `before` is the key of the message that the page follows. Raises `TOO_BROAD` if PostgreSQL
        takes too long.
        """
        messages = Message.objects.all()
        if connections[messages.db].vendor == "postgresql":
            with _limited(messages.db):
                keys = self._by_index(most, before)
        else:
            keys = self._by_reading(most, before)
        # Asked again, since others may have changed them meanwhile.
        found = self._readable.filter(pk__in=keys).order_by("-pk")
        return list(with_users(found, "sender", "subject"))

    # PostgreSQL.

    def _by_index(self, most: int, before: int | None) -> list[int]:
        places = list(self._places.values_list("conversation", flat=True))
        matching = self._readable.filter(has_words(self.sought))
        # The planner knows how many conversations these are, and can read both indexes.
        here = Among(F("conversation"), Value(f"{{{','.join(map(str, places))}}}"))
        # PostgreSQL would look through all messages, the newest first, if this were the order of
        # an index.
        everywhere = _before(matching.filter(here), before).order_by((F("pk") + 0).desc())
        if _expected(everywhere) <= COMMON:
            return list(everywhere.values_list("pk", flat=True)[:most])
        newest, end = self._newest_visible(before)
        found: list[int] = []
        for part in newest[:AT_FIRST], newest[AT_FIRST:]:
            if part and len(found) < most:
                rows = matching.filter(pk__in=part).order_by("-pk").values_list("pk", flat=True)
                found += rows[: most - len(found)]
        if end and len(found) < most:
            rest = everywhere.filter(pk__lt=end).values_list("pk", flat=True)
            found += rest[: most - len(found)]
        return found

    def _newest_visible(self, before: int | None) -> tuple[list[int], int]:
        """The keys of the newest messages of all places, and the key below which others may be.

        That is 0 if there are no others.
        """
        visible = _before(Message.objects.all(), before).filter(
            conversation=OuterRef("conversation"),
            number__gte=OuterRef("history_from"),
            number__lte=Coalesce(OuterRef("left_at_number"), ENDLESS),
        )
        if self.since is not None:
            visible = visible.filter(sent_at__gte=self.since)
        keys = visible.order_by("-number").values("pk")
        latest = self._places.annotate(_latest=Subquery(keys[:1]))
        latest = latest.order_by(F("_latest").desc(nulls_last=True)).values_list("pk", "_latest")
        most = sum(count for count, _in_each in PLACES)
        places = [(place, key) for place, key in latest[: most + 1] if key is not None]
        # All messages above this key are in the places that are left.
        end = places.pop()[1] + 1 if len(places) > most else 0
        newest: list[int] = []
        for count, in_each in PLACES:
            rows = Participation.objects.filter(pk__in=[place for place, _key in places[:count]])
            del places[:count]
            for (found,) in rows.values_list(Array(keys[:in_each])):
                newest += found
                if len(found) == in_each:
                    end = max(end, found[-1])
        newest = sorted((key for key in newest if key >= end), reverse=True)
        if len(newest) > NEWEST:
            newest = newest[:NEWEST]
            end = newest[-1]
        return newest, end

    # SQLite.

    def _by_reading(self, most: int, before: int | None) -> list[int]:
        own = self._places.values("conversation")
        rows = _before(self._readable.filter(conversation__in=own), before).order_by("-pk")
        bodies = rows.values_list("pk", "body")[:ON_SQLITE].iterator()
        read = _up_to(CHARACTERS, bodies)
        return list(islice((key for key, body in read if self.sought.is_in(body)), most))

    # Both.

    @property
    def _places(self) -> Any:
        """The viewer's participations in the conversations that are searched."""
        own = Participation.objects.filter(user=self.viewer)
        return own if self.conversation is None else own.filter(conversation=self.conversation)

    @property
    def _readable(self) -> "MessageQuerySet":
        """The texts whose words the viewer sees, of the given sender and since the given time."""
        # PostgreSQL looks a participation up for each message that it found. A join could begin
        # with all messages of all conversations.
        is_there = Q(left_at_number=None) | Q(left_at_number__gte=OuterRef("number"))
        edited_at = Coalesce(OuterRef("edited_at"), F("left_at"))
        is_same = Q(left_at=None) | Q(left_at__gte=edited_at)
        own = Participation.objects.filter(
            is_there & is_same,
            user=self.viewer,
            conversation=OuterRef("conversation"),
            history_from__lte=OuterRef("number"),
        )
        hidden = Block.objects.filter(blocker=self.viewer, blocked=OuterRef("sender"))
        texts = Message.objects.alias(_own=Subquery(own.values("pk")[:1])).filter(
            ~Exists(hidden), _own__isnull=False, kind=Message.Kind.TEXT, removed_as=""
        )
        texts = without_expired(texts, cutoffs())
        if self.sender is not None:
            texts = texts.filter(sender=self.sender)
        return texts if self.since is None else texts.filter(sent_at__gte=self.since)


def _before(rows: "MessageQuerySet", key: int | None) -> "MessageQuerySet":
    return rows if key is None else rows.filter(pk__lt=key)


def _up_to(characters: int, bodies: Iterator[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """These keys and texts, until the texts have so many characters."""
    for key, body in bodies:
        if characters <= 0:
            return
        characters -= len(body)
        yield key, body


def _expected(rows: "MessageQuerySet") -> int:
    """How many rows PostgreSQL expects."""
    explained = rows.values("pk").explain(format="json")
    # It is empty if Django sees that there are none.
    expected: int = loads(explained)[0]["Plan"]["Plan Rows"] if explained else 0
    return expected


@contextmanager
def _limited(alias: str) -> Iterator[None]:
    """Plan statements for searches, and cancel those that take too long. Raises `TOO_BROAD`."""
    try:
        with transaction.atomic(using=alias), connections[alias].cursor() as cursor:
            before = _set(cursor, PLANNED)
            yield
            _set(cursor, before)
    except DatabaseError as error:
        if not is_cancelled(error):
            raise
        raise MessagingValidationError(RefusalCode.TOO_BROAD, path=("query",)) from error


def _set(cursor: Any, settings: Mapping[str, Any]) -> dict[str, str]:
    """Set these settings until the transaction ends. Returns their former values."""
    # The former values are read first: a select list is evaluated from left to right.
    selected = ", ".join(["current_setting(%s)"] * len(settings))
    changed = ", ".join(["set_config(%s, %s, true)"] * len(settings))
    values = [str(part) for setting in settings.items() for part in setting]
    cursor.execute(f"SELECT {selected}, {changed}", [*settings, *values])
    return dict(zip(settings, cursor.fetchone(), strict=False))
