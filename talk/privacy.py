"""What Talk keeps of one person, for that person."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from .models import AccessToken, Block, Event, Message, Participation

if TYPE_CHECKING:
    from django.contrib.auth.models import User

#: Rows that are read at once.
CHUNK = 1_000


def export(user: "User") -> Iterator[dict[str, Any]]:
    """All that is kept of `user`, one thing at a time, each with its `type`, fit for JSON.

    That is their account, where they take or took part, what they said and did, whom they
    blocked, and their tokens, without the secrets, which nobody has. Not what others said: that
    is theirs.
    """
    yield {"type": "account", "id": str(user.pk), "username": user.get_username()}
    places = Participation.objects.filter(user=user).select_related("conversation")
    for place in places.order_by("pk").iterator(CHUNK):
        conversation = place.conversation
        yield {
            "type": "participation",
            "conversation": conversation.pk,
            "kind": conversation.kind,
            # Who is gone knows it by the title that it had then.
            "title": conversation.title if place.is_active else place.left_at_title,
            "role": place.role,
            "status": place.status,
            "joined_at": _text(place.joined_at),
            "left_at": _text(place.left_at),
            "last_read_number": place.last_read_number,
            "marked_unread_at": _text(place.marked_unread_at),
        }
    for message in Message.objects.filter(sender=user).order_by("pk").iterator(CHUNK):
        yield {
            "type": "message",
            "conversation": message.conversation_id,
            "number": message.number,
            "kind": message.kind,
            "body": message.body,
            "sent_at": _text(message.sent_at),
            "client_id": message.client_id and str(message.client_id),
        }
    for event in Event.objects.filter(actor=user).order_by("pk").iterator(CHUNK):
        yield {
            "type": "event",
            "conversation": event.conversation_id,
            "revision": event.revision,
            "kind": event.kind,
            "at": _text(event.at),
        }
    for block in Block.objects.filter(blocker=user).order_by("pk").iterator(CHUNK):
        yield {"type": "block", "user": str(block.blocked_id), "at": _text(block.at)}
    for token in AccessToken.objects.filter(user=user).order_by("pk").iterator(CHUNK):
        yield {
            "type": "token",
            "name": token.name,
            "prefix": token.prefix,
            "created_at": _text(token.created_at),
            "expires_at": _text(token.expires_at),
            "last_used_at": _text(token.last_used_at),
            "revoked_at": _text(token.revoked_at),
        }


def _text(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
