"""What Talk keeps of one person: told to them, or erased."""

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q, QuerySet

from . import accounts
from .deactivation import can_be_deactivated
from .exporting import export as export
from .exporting import exported as exported
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

if TYPE_CHECKING:
    from django.contrib.auth.models import User

#: Messages that are erased in one transaction.
CHUNK = 1_000


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
    Act.objects.record(Act.Kind.USER_ERASED, by, why, user=user.pk)
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
    if can_be_deactivated():
        user.is_active = False
        user.save(update_fields=["is_active"])
    AccessToken.objects.filter(user=user).delete()
    NameWord.objects.filter(user=user).delete()


def _erase_titles(user: "User") -> bool:
    """Erase the titles that `user` gave to one group; whether there was one.

    The event of the group's start names the person who gave the first one, unless it was pruned.
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
    accounts.lock_conversations([user.pk])
    places = Participation.objects.filter(user=user)
    if places.expected().exists() or Message.objects.filter(sender=user).exists():
        return False
    Message.objects.filter(subject=user).update(subject=None)
    Participation.objects.filter(invited_by=user).update(invited_by=None)
    Event.objects.filter(actor=user).update(actor=None)
    accounts.release(user)
    return True
