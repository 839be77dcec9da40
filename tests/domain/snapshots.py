"""A client's copy of a conversation, kept up to date from the events of the log."""

from dataclasses import dataclass, field
from typing import Any

from talk.models import Block, Conversation, Event, Message, Participation, Pin


@dataclass
class Snapshot:
    """A conversation as somebody saw it once, at `revision`; before the first one, empty."""

    revision: int = 0
    conversation: dict[str, Any] = field(default_factory=dict)
    messages: dict[int, dict[str, Any]] = field(default_factory=dict)
    participations: dict[Any, dict[str, Any]] = field(default_factory=dict)


def taken(pk) -> Snapshot:
    """The fresh state."""
    conversation = Conversation.objects.get(pk=pk)
    snapshot = Snapshot(conversation.revision)
    _see_conversation(snapshot, conversation)
    for message in conversation.messages.all():
        _see_message(snapshot, message)
    for place in conversation.participations.all():
        _see_participation(snapshot, place)
    return snapshot


def catch_up(snapshot: Snapshot, pk) -> Snapshot:
    """Apply what happened since: each event replaces what it refers to by what that is now."""
    conversation = Conversation.objects.get(pk=pk)
    for event in Event.objects.after(conversation, snapshot.revision):
        if event.kind.startswith("conversation_") and event.participation is None:
            _see_conversation(snapshot, conversation)
        if event.kind == Event.Kind.CONVERSATION_STARTED:
            for place in conversation.participations.all():
                _see_participation(snapshot, place)
        if event.message:
            _see_message(snapshot, event.message)
        if event.participation:
            _see_participation(snapshot, event.participation)
        snapshot.revision = event.revision
    # No event tells that what was public is so no more.
    for row in conversation.participations.filter(read_privately=True):
        snapshot.participations[row.user_id].pop("last_read_number", None)
    return snapshot


def derived(snapshot: Snapshot, pk) -> dict[Any, tuple[Any, Any]]:
    """What needs no event of its own, because it follows from the rest: of each person what the
    first unread number is, and since when the conversation stands where it does in their inbox.

    A message changes these for all members at once, and a block for one everywhere. Events that
    said so would be as many as there are members, or conversations. Where somebody's history
    begins, since they cleared it, what they read privately, and what they marked as unread is
    nobody else's business.
    """
    blocks = set(Block.objects.values_list("blocker", "blocked"))
    own = Participation.objects.filter(conversation=pk)
    names = ("history_from", "last_read_number", "unread_again_from")
    kept = {row.pop("user"): row for row in own.values("user", *names)}
    return {
        user: (
            _first_unread(snapshot, user, place | kept[user], blocks),
            _last_activity(snapshot, place),
        )
        for user, place in snapshot.participations.items()
    }


def stored(pk) -> dict[Any, tuple[Any, Any]]:
    """The same, as the database has it."""
    return {
        place.user_id: (place.first_unread_number, place.last_activity_at)
        for place in Participation.objects.filter(conversation=pk)
    }


def _see_conversation(snapshot: Snapshot, row: Conversation) -> None:
    snapshot.conversation = _values(
        row, "kind", "title", "upgraded_from_id", "key", "description", "avatar", "data"
    )


def _see_message(snapshot: Snapshot, row: Message) -> None:
    belonging = {
        "edits": row.edits.order_by("until").values_list("body", "until"),
        "mentions": row.mentions.order_by("pk").values_list("user", "by_reply", "taken_out"),
        "reactions": row.reactions.order_by("pk").values_list("user", "emoji", "at"),
        "files": row.attachments.order_by("position").values_list("filename", "state"),
        "pins": Pin.objects.filter(message=row).values_list("by", "at"),
    }
    snapshot.messages[row.number] = _values(
        row,
        "kind",
        "revision",
        "sender_id",
        "subject_id",
        "body",
        "removed_as",
        "sent_at",
        "edited_at",
        "reply_to",
        "root",
        "mentions_all",
        "client_id",
    ) | {name: list(rows) for name, rows in belonging.items()}


def _see_participation(snapshot: Snapshot, row: Participation) -> None:
    # Without `changed_at`, which tells a stream of the inbox where to look, not what to show, and
    # without `marked_unread_at`, which only the inbox of its owner tells. How far somebody has read
    # is shown as long as it is public.
    told = {} if row.read_privately else {"last_read_number": row.last_read_number}
    snapshot.participations[row.user_id] = (
        _values(
            row,
            "role",
            "status",
            "joined_at",
            "left_at",
            "left_at_number",
            "left_at_title",
            "joined_at_number",
            "suspended_at",
        )
        | told
    )


def _values(row, *names: str) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _texts(snapshot: Snapshot, place: dict[str, Any]) -> list[tuple[int, dict[str, Any]]]:
    end = place["left_at_number"] or len(snapshot.messages)
    return sorted(
        (number, message)
        for number, message in snapshot.messages.items()
        if message["kind"] == "text" and number <= end
    )


def _first_unread(snapshot: Snapshot, user, place: dict[str, Any], blocks) -> int | None:
    waiting = (
        number
        for number, message in _texts(snapshot, place)
        if number > place["joined_at_number"]
        and number >= (place["unread_again_from"] or place["last_read_number"] + 1)
        and number >= place["history_from"]
        and message["sender_id"] != user
        and not message["removed_as"]
        and (user, message["sender_id"]) not in blocks
    )
    return next(waiting, None)


def _last_activity(snapshot: Snapshot, place: dict[str, Any]) -> Any:
    last = [message["sent_at"] for _, message in _texts(snapshot, place)[-1:]]
    return max([place["joined_at"], *last])
