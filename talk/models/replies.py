"""Finds what messages reply to, and the replies to them: for many messages at once.

A branch is a message with all replies to it and to each other. Each of these has the number of the
message that the branch began with as its `root`.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Subquery

from ..prepared import among, prepared
from .first_of_each import first_of_owners
from .message import Message
from .participation import Participation
from .participation.unread import CountRows
from .shown_users import with_users

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from .message.queryset import MessageQuerySet

#: Replies are counted up to here, so that counting takes the same time for longer branches.
REPLIES_CAP = 1_000
#: A reply: its key, and the conversation and root of its branch.
Reply = tuple[int, int, int]


def quoted_by(messages: Iterable[Message]) -> dict[int, Message]:
    """The messages that `messages` reply to, by the key of the reply, with their users.

    Those that are among `messages` themselves are not read again.
    """
    known: dict[tuple[int, int | None], Message] = {}
    wanted: dict[int, tuple[int, int | None]] = {}
    for each in messages:
        known[each.conversation_id, each.number] = each
        if each.reply_to is not None:
            wanted[each.pk] = (each.conversation_id, each.reply_to)
    missing = [key for key, place in wanted.items() if place not in known]
    if missing:
        read = _quoted_by(replies=missing).ask()
        known |= {(each.conversation_id, each.number): each for each in read}
    return {key: known[place] for key, place in wanted.items() if place in known}


def reply_counts(roots: Iterable[int], gone: list[int]) -> dict[int, int]:
    """How many replies are in the branches that begin with the messages with these keys.

    Counted up to `REPLIES_CAP`. Replies that were removed don't count. `gone` has the keys of the
    viewer's participations in conversations that they left: what came after that doesn't count.
    """
    roots = list(roots)
    return dict(_reply_counts(roots=roots, gone=gone).ask()) if roots else {}


def first_replies(roots: Iterable[int], size: int, after: int, gone: list[int]) -> list[Reply]:
    """The first `size` replies after a number in each branch, in order, as in `reply_counts`."""
    roots = list(roots)
    return _first_replies(size, roots=roots, after=after, gone=gone).ask() if roots else []


def with_keys(keys: list[int]) -> list[Message]:
    """The messages with these keys in the order of their numbers, with their users."""
    return _with_keys(keys=keys).ask() if keys else []


def _replies(gone: Any, **more: Any) -> "MessageQuerySet":
    """The replies of a branch, for a subquery of the messages with which branches begin."""
    left_before = Participation.objects.filter(
        among("pk", gone),
        conversation=OuterRef("conversation"),
        left_at_number__lt=OuterRef("number"),
    )
    replies = Message.objects.filter(~Exists(left_before), removed_as="", root__isnull=False)
    return replies.filter(**more)


@prepared
def _quoted_by(replies: Any) -> "MessageQuerySet":
    quoted = Message.objects.filter(
        conversation=OuterRef("conversation"), number=OuterRef("reply_to")
    )
    answers = Message.objects.filter(among("pk", replies))
    keys = answers.values_list(Subquery(quoted.values("pk")[:1]))
    return with_users(Message.objects.filter(pk__in=keys), "sender", "subject")


@prepared
def _reply_counts(roots: Any, gone: Any) -> "QuerySet[Message, Any]":
    branch = _replies(gone, conversation=OuterRef("conversation"), root=OuterRef("number"))
    counted = CountRows(branch.values("number")[:REPLIES_CAP])
    return Message.objects.filter(among("pk", roots)).values_list("pk", counted)


@prepared
def _first_replies(size: int, roots: Any, after: Any, gone: Any) -> "QuerySet[Message, Any]":
    owners = Message.objects.filter(among("pk", roots))
    branch = {"conversation": "conversation", "root": "number"}
    replies = _replies(gone, number__gt=after)
    first = first_of_owners(owners, branch, replies, size, "number")
    found = Message.objects.filter(first).order_by("conversation", "number")
    return found.values_list("pk", "conversation", "root")


@prepared
def _with_keys(keys: Any) -> "MessageQuerySet":
    found = with_users(Message.objects.filter(among("pk", keys)), "sender", "subject")
    return found.order_by("conversation", "number")
