"""Exports the data that Talk has of one person, as lines of JSON."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime
from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F, QuerySet

from .conf import conf
from .models import (
    AccessToken,
    Act,
    Attachment,
    Block,
    Draft,
    Edit,
    Event,
    LinkPreview,
    Mention,
    Message,
    NameWord,
    Participation,
    Pin,
    Reaction,
    Report,
    SavedMessage,
    ScheduledMention,
    ScheduledMessage,
)
from .models.name_word import search_fields
from .naming import avatar_of, name_of

if TYPE_CHECKING:
    from django.contrib.auth.models import User

#: Rows to read at a time.
CHUNK = 1_000
#: Bytes of an export to keep in memory. A longer one goes into a temporary file.
IN_MEMORY = 1_000_000


def export(user: "User") -> Iterator[dict[str, Any]]:
    """All data that Talk has of `user`, as dictionaries for JSON, each with a `type`.

    That is: columns of the account that Talk shows or reads, participations, messages and what they
    said before, previews of their links, drafts, scheduled messages and files, mentions of them and
    by them, reactions, what they pinned and saved, events, blocks and reports by them, acts of
    moderators about them, and their tokens without secrets. Messages of other people are left out,
    and so are the reasons of moderators: these data are theirs.
    """
    yield _account(user)
    yield from _participations(user)
    yield from _rows(
        "message",
        Message.objects.filter(sender=user),
        [
            "conversation",
            "number",
            "kind",
            "body",
            "reply_to",
            "mentions_all",
            "removed_as",
            "sent_at",
            "edited_at",
            "client_id",
        ],
    )
    where = {"conversation": F("message__conversation"), "number": F("message__number")}
    earlier = Edit.objects.filter(message__sender=user).annotate(**where)
    yield from _rows("earlier_text", earlier, ["conversation", "number", "body", "until"])
    previews = LinkPreview.objects.filter(message__sender=user).annotate(**where)
    shown = ["conversation", "number", "url", "title", "description", "site_name", "fetched_at"]
    yield from _rows("link_preview", previews, shown)
    drafts = Draft.objects.with_words().filter(participation__user=user)
    kept = drafts.annotate(conversation=F("participation__conversation"))
    yield from _rows("draft", kept, ["conversation", "body", "reply_to", "saved_at"])
    yield from _scheduled(user)
    yield from _files(user)
    yield from _mentions(user)
    reactions = Reaction.objects.filter(user=user).annotate(**where)
    yield from _rows("reaction", reactions, ["conversation", "number", "emoji", "at"])
    pins = Pin.objects.filter(by=user).annotate(number=F("message__number"))
    yield from _rows("pin", pins, ["conversation", "number", "at"])
    saved = SavedMessage.objects.filter(user=user).annotate(**where)
    yield from _rows("saved_message", saved, ["conversation", "number", "at"])
    acted = Event.objects.filter(actor=user)
    yield from _rows("event", acted, ["conversation", "revision", "kind", "at"])
    for block in Block.objects.filter(blocker=user).order_by("pk").iterator(CHUNK):
        yield {"type": "block", "user": str(block.blocked_id), "at": _json_value(block.at)}
    yield from _reports(user)
    suffered = Act.objects.filter(user=str(user.pk))
    yield from _rows("act", suffered, ["kind", "conversation", "number", "at"])
    yield from _rows(
        "token",
        AccessToken.objects.filter(user=user),
        ["name", "prefix", "created_at", "expires_at", "last_used_at", "revoked_at"],
    )


@transaction.atomic
def export_to_file(user: "User", by: "User | None", why: str, *, escape: bool = False) -> IO[bytes]:
    """Write `export` into a temporary file, in UTF-8 or, with `escape`, in ASCII. Returns the file.

    Records an act of moderators, with `why` and `by`. The file is complete before the record is
    committed. The caller closes the file.
    """
    Act.objects.record(Act.Kind.USER_EXPORTED, by, why, user=user.pk)
    with ExitStack() as closing:
        lines: IO[bytes] = closing.enter_context(SpooledTemporaryFile(IN_MEMORY))
        for each in export(user):
            lines.write(json.dumps(each, ensure_ascii=escape).encode() + b"\n")
        lines.seek(0)
        # It is complete: the caller closes it.
        closing.pop_all()
    return lines


def _account(user: "User") -> dict[str, Any]:
    """The columns of the account that Talk shows or reads, if its model has them."""
    model = type(user)
    email = getattr(model, "get_email_field_name", str)()
    full_name = getattr(user, "get_full_name", None)
    # One query for each: a field can lead to many rows of another table.
    rows = model._base_manager.filter(pk=user.pk).order_by()
    found_by = {name: rows.values_list(name, flat=True) for name in search_fields()}
    signs_in_by = {model.USERNAME_FIELD, conf.JWT.get("USER_FIELD") or model.USERNAME_FIELD}
    words = NameWord.objects.filter(user=user).order_by("word")
    return {
        "type": "account",
        "id": str(user.pk),
        "username": user.get_username(),
        "name": name_of(user),
        "full_name": full_name and str(full_name()),
        "email": _json_value(getattr(user, email, None)),
        "avatar": avatar_of(user),
        "is_active": user.is_active,
        "signs_in_by": {name: _json_value(getattr(user, name)) for name in sorted(signs_in_by)},
        "found_by": {
            name: [_json_value(each) for each in values] for name, values in found_by.items()
        },
        "words_of_name": list(words.values_list("word", flat=True)),
    }


def _participations(user: "User") -> Iterator[dict[str, Any]]:
    participations = Participation.objects.filter(user=user).select_related("conversation")
    for participation in participations.order_by("pk").iterator(CHUNK):
        conversation = participation.conversation
        yield {
            "type": "participation",
            "conversation": conversation.pk,
            "kind": conversation.kind,
            # People who left see the title that it had then.
            "title": conversation.title if participation.is_active else participation.left_at_title,
            **_description(user, participation),
            "key": conversation.key,
            "role": participation.role,
            "status": participation.status,
            "joined_at": _json_value(participation.joined_at),
            "left_at": _json_value(participation.left_at),
            "suspended_at": _json_value(participation.suspended_at),
            "invited_by": participation.invited_by_id and str(participation.invited_by_id),
            "joined_at_number": participation.joined_at_number,
            "history_from": participation.history_from,
            "last_read_number": participation.last_read_number,
            "read_privately": participation.read_privately,
            "unread_again_from": participation.unread_again_from,
            "marked_unread_at": _json_value(participation.marked_unread_at),
            "notifications": participation.notify,
            "muted_until": _json_value(participation.muted_until),
            "archived_at": _json_value(participation.archived_at),
            "pinned_at": _json_value(participation.pinned_at),
        }


def _description(user: "User", participation: Participation) -> dict[str, Any]:
    """What the person sees of the description, avatar and data, and what of it is by themselves."""
    conversation = participation.conversation
    nothing = conversation.UNDESCRIBED
    shown = nothing if participation.sees_description else conversation.described_by(user)
    return {
        name: getattr(conversation, name) if name in shown else nothing[name] for name in nothing
    }


def _scheduled(user: "User") -> Iterator[dict[str, Any]]:
    """What the user has scheduled, and whom these messages are to mention."""
    rows = ScheduledMessage.objects.filter(participation__user=user)
    rows = rows.annotate(conversation=F("participation__conversation"))
    texts = ["conversation", "client_id", "body", "reply_to", "mentions_all"]
    yield from _rows("scheduled_message", rows, [*texts, "at", "refusal"])
    mentions = ScheduledMention.objects.filter(scheduled__participation__user=user)
    mentions = mentions.annotate(client_id=F("scheduled__client_id"))
    yield from _rows("scheduled_mention", mentions, ["client_id", "user"])


def _mentions(user: "User") -> Iterator[dict[str, Any]]:
    """Which messages mention the user, and whom their messages mention."""
    for found in (Mention.objects.filter(user=user), Mention.objects.filter(message__sender=user)):
        for mention in found.order_by("pk").iterator(CHUNK):
            yield {
                "type": "mention",
                "conversation": mention.conversation_id,
                "number": mention.number,
                "user": str(mention.user_id),
                "by_reply": mention.by_reply,
                "taken_out": mention.taken_out,
            }


def _files(user: "User") -> Iterator[dict[str, Any]]:
    where = {"conversation": F("message__conversation"), "number": F("message__number")}
    names = [
        *("conversation", "number", "avatar_of", "filename", "content_type", "size", "width"),
        *("height", "sha256", "state", "created_at", "expires_at"),
    ]
    yield from _rows("file", Attachment.objects.filter(owner=user).annotate(**where), names)


def _reports(user: "User") -> Iterator[dict[str, Any]]:
    reports = Report.objects.filter(reporter=user).select_related("message__conversation")
    for report in reports.select_related("conversation").iterator(CHUNK):
        yield {
            "type": "report",
            "user": report.person_id and str(report.person_id),
            "conversation": report.where and report.where.pk,
            "number": report.message and report.message.number,
            "why": report.why,
            "at": _json_value(report.at),
            "settled_at": _json_value(report.settled_at),
        }


def _rows(type: str, rows: QuerySet[Any], names: list[str]) -> Iterator[dict[str, Any]]:
    for row in rows.order_by("pk").values(*names).iterator(CHUNK):
        yield {"type": type, **{name: _json_value(value) for name, value in row.items()}}


def _json_value(value: Any) -> Any:
    """`value`, or a text for it if JSON has no such type."""
    if isinstance(value, datetime):
        return value.isoformat()
    return value if value is None or isinstance(value, (bool, int, str)) else str(value)
