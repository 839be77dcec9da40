"""What Talk keeps of one person: told to them, or erased."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import FieldDoesNotExist
from django.db import transaction
from django.db.models import Q, QuerySet

from . import accounts
from .conf import conf
from .models import (
    AccessToken,
    Act,
    Block,
    Conversation,
    Event,
    Message,
    NameWord,
    Participation,
    Report,
)
from .models.name_word import search_fields
from .naming import avatar_of, name_of

if TYPE_CHECKING:
    from django.contrib.auth.models import User

#: Rows that are read at once.
CHUNK = 1_000


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
            # Who is gone knows it by the title that it had then.
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


def kept_of(user: "User") -> dict[str, int]:
    """How much there is that refers to `user`, by what it is called."""
    blocks = Block.objects.filter(Q(blocker=user) | Q(blocked=user))
    reports = Report.objects.filter(Q(reporter=user) | Q(person=user))
    rows: dict[str, QuerySet[Any]] = {
        "messages": Message.objects.filter(sender=user),
        "conversations": Participation.objects.filter(user=user),
        "access tokens": AccessToken.objects.filter(user=user),
        "blocks": blocks,
        "reports": reports,
    }
    counted = {name: found.count() for name, found in rows.items()}
    return {name: count for name, count in counted.items() if count}


def erase(user: "User", why: str, by: "User | None" = None, *, keep_words: bool = False) -> None:
    """Let nothing refer to `user` any more. The account is the project's to delete.

    It is deactivated, if it can be, and they leave their conversations. What they said keeps its
    number, and loses its words or, with `keep_words`, who said it alone; so do titles that they
    gave, and reasons of their reports. It can be stopped at any time, and done again. `why` and
    `by` are for the acts of moderators.
    """
    # First: if this is stopped half-way, it's known that it began.
    Act.objects.note(Act.Kind.USER_ERASED, by, why, user=user.pk)
    _shut_out(user)
    done = False
    while not done:
        while (
            accounts.leave(user)
            or (not keep_words and _erase_titles(user))
            or _erase_some(user, keep_words)
        ):
            pass
        _take_out_of_reports(user, keep_words)
        done = _let_go(user)


def _shut_out(user: "User") -> None:
    """From now on they start nothing: who begins to holds them, and finds them deactivated."""
    with suppress(FieldDoesNotExist):
        user._meta.get_field("is_active")
        user.is_active = False
        user.save(update_fields=["is_active"])
    AccessToken.objects.filter(user=user).delete()
    NameWord.objects.filter(user=user).delete()


def _erase_titles(user: "User") -> bool:
    """Erase the titles that `user` gave to one group; whether there was one.

    Who gave the first one, the group's start says, unless that was pruned.
    """
    group = {"conversation__kind": Conversation.Kind.GROUP}
    renames = Message.objects.filter(kind=Message.Kind.RENAMED, sender=user, removed_as="")
    starts = Event.objects.filter(kind=Event.Kind.CONVERSATION_STARTED, actor=user, **group)
    for found in (renames, starts):
        if first := found.select_related("conversation").first():
            with first.conversation.changing(None) as change:
                began = starts.filter(conversation=first.conversation).update(actor=None)
                theirs = list(renames.filter(conversation=first.conversation).order_by("number"))
                change.forget_titles(theirs, Message.Removal.ERASED, first=bool(began))
            return True
    return False


def _erase_some(user: "User", keep_words: bool) -> bool:
    """Erase some of what `user` said, in one transaction; whether there was some."""
    first = Message.objects.filter(sender=user).select_related("conversation").first()
    if first is None:
        return False
    conversation = first.conversation
    with conversation.changing(None) as change:
        said = list(conversation.messages.filter(sender=user).order_by("number")[:CHUNK])
        if not keep_words:
            words = (each for each in said if each.kind == Message.Kind.TEXT)
            change.remove((each for each in words if not each.removed_as), Message.Removal.ERASED)
        found = Message.objects.filter(pk__in=[each.pk for each in said])
        found.update(sender=None, client_id=None, fingerprint="")
    return True


@transaction.atomic
def _take_out_of_reports(user: "User", keep_words: bool) -> None:
    Report.objects.filter(Q(reporter=user) | Q(person=user)).locked()
    reported = Report.objects.filter(reporter=user)
    if not keep_words:
        reported.update(why="")
    reported.update(reporter=None)
    Report.objects.filter(person=user).update(person=None)


@transaction.atomic
def _let_go(user: "User") -> bool:
    """Let go of what is left, unless they said something meanwhile; whether it was done."""
    accounts.lock_conversations(user)
    places = Participation.objects.filter(user=user)
    if places.expected().exists() or Message.objects.filter(sender=user).exists():
        return False
    Message.objects.filter(subject=user).update(subject=None)
    Participation.objects.filter(invited_by=user).update(invited_by=None)
    Event.objects.filter(actor=user).update(actor=None)
    accounts.release(user)
    return True


def _account(user: "User") -> dict[str, Any]:
    """What Talk shows, reads or keeps of the account itself, as far as its model has it."""
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
