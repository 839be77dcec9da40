"""Exports all data that Talk keeps of one person."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime
from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import QuerySet

from .conf import conf
from .models import AccessToken, Act, Block, Event, Message, NameWord, Participation, Report
from .models.name_word import search_fields
from .naming import avatar_of, name_of

if TYPE_CHECKING:
    from django.contrib.auth.models import User

#: Rows that are read at once.
CHUNK = 1_000
#: Bytes of an export that are kept in memory. What is longer is in a file that has no name.
IN_MEMORY = 1_000_000


def export(user: "User") -> Iterator[dict[str, Any]]:
    """All that is kept of `user`, one thing at a time, each with its `type`, fit for JSON.

    That is what Talk shows or reads of their account, where they take or took part, what they
    said and did, whom they blocked, what they reported, what moderators did to them, and their
    tokens, without the secrets, which nobody has. Not what others said, nor why: that is theirs.
    """
    yield _account(user)
    places = Participation.objects.filter(user=user).select_related("conversation")
    for place in places.order_by("pk").iterator(CHUNK):
        conversation = place.conversation
        yield {
            "type": "participation",
            "conversation": conversation.pk,
            "kind": conversation.kind,
            # People who left know it by the title that it had then.
            "title": conversation.title if place.is_active else place.left_at_title,
            "role": place.role,
            "status": place.status,
            "joined_at": _text(place.joined_at),
            "left_at": _text(place.left_at),
            "suspended_at": _text(place.suspended_at),
            "invited_by": place.invited_by_id and str(place.invited_by_id),
            "joined_at_number": place.joined_at_number,
            "last_read_number": place.last_read_number,
            "marked_unread_at": _text(place.marked_unread_at),
        }
    yield from _rows(
        "message",
        Message.objects.filter(sender=user),
        ["conversation", "number", "kind", "body", "removed_as", "sent_at", "client_id"],
    )
    acted = Event.objects.filter(actor=user)
    yield from _rows("event", acted, ["conversation", "revision", "kind", "at"])
    for block in Block.objects.filter(blocker=user).order_by("pk").iterator(CHUNK):
        yield {"type": "block", "user": str(block.blocked_id), "at": _text(block.at)}
    reports = Report.objects.filter(reporter=user).select_related("message__conversation")
    for report in reports.select_related("conversation").iterator(CHUNK):
        yield {
            "type": "report",
            "user": report.person_id and str(report.person_id),
            "conversation": report.where and report.where.pk,
            "number": report.message and report.message.number,
            "why": report.why,
            "at": _text(report.at),
            "settled_at": _text(report.settled_at),
        }
    suffered = Act.objects.filter(user=str(user.pk))
    yield from _rows("act", suffered, ["kind", "conversation", "number", "at"])
    yield from _rows(
        "token",
        AccessToken.objects.filter(user=user),
        ["name", "prefix", "created_at", "expires_at", "last_used_at", "revoked_at"],
    )


@transaction.atomic
def exported(user: "User", by: "User | None", why: str, *, escape: bool = False) -> IO[bytes]:
    """A file with `export` as lines of JSON, in UTF-8 or with escapes, which is written down.

    Whatever fails while it is made fails before it is said to be done. `why` and `by` are for the
    acts of moderators.
    """
    Act.objects.record(Act.Kind.USER_EXPORTED, by, why, user=user.pk)
    with ExitStack() as closing:
        lines: IO[bytes] = closing.enter_context(SpooledTemporaryFile(IN_MEMORY))
        for each in export(user):
            lines.write(json.dumps(each, ensure_ascii=escape).encode() + b"\n")
        lines.seek(0)
        # It is complete, and the caller's to close.
        closing.pop_all()
    return lines


def _account(user: "User") -> dict[str, Any]:
    """The columns of the account that Talk shows or reads, as far as its model has them."""
    model = type(user)
    email = getattr(model, "get_email_field_name", str)()
    full_name = getattr(user, "get_full_name", None)
    # One by one: each may be of many rows of another table.
    people = model._base_manager.filter(pk=user.pk).order_by()
    found_by = {name: people.values_list(name, flat=True) for name in search_fields()}
    signs_in_by = {model.USERNAME_FIELD, conf.JWT.get("USER_FIELD") or model.USERNAME_FIELD}
    words = NameWord.objects.filter(user=user).order_by("word")
    return {
        "type": "account",
        "id": str(user.pk),
        "username": user.get_username(),
        "name": name_of(user),
        "full_name": full_name and str(full_name()),
        "email": _text(getattr(user, email, None)),
        "avatar": avatar_of(user),
        "is_active": user.is_active,
        "signs_in_by": {name: _text(getattr(user, name)) for name in sorted(signs_in_by)},
        "found_by": {name: [_text(each) for each in rows] for name, rows in found_by.items()},
        "words_of_name": list(words.values_list("word", flat=True)),
    }


def _rows(type: str, rows: QuerySet[Any], names: list[str]) -> Iterator[dict[str, Any]]:
    for row in rows.order_by("pk").values(*names).iterator(CHUNK):
        yield {"type": type, **{name: _text(value) for name, value in row.items()}}


def _text(value: Any) -> Any:
    """`value` as JSON can have it."""
    if isinstance(value, datetime):
        return value.isoformat()
    return value if value is None or isinstance(value, (bool, int, str)) else str(value)
