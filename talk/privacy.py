"""Exports and erases the data that Talk has of one person."""

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q, QuerySet

from . import accounts
from .deactivation import can_be_deactivated
from .exporting import export as export
from .exporting import export_to_file as export_to_file
from .models import (
    AccessToken,
    Act,
    Attachment,
    Block,
    Conversation,
    Draft,
    Event,
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

if TYPE_CHECKING:
    from django.contrib.auth.models import User

#: Messages to erase in one transaction.
CHUNK = 1_000


def kept_of(user: "User") -> dict[str, int]:
    """How many rows refer to `user`, by what they are called. Kinds without any are left out."""
    blocks = Block.objects.filter(Q(blocker=user) | Q(blocked=user))
    reports = Report.objects.referring_to([user.pk])
    rows: dict[str, QuerySet[Any]] = {
        "messages": Message.objects.filter(sender=user),
        "conversations": Participation.objects.filter(user=user),
        "access tokens": AccessToken.objects.filter(user=user),
        "mentions": Mention.objects.filter(user=user),
        "reactions": Reaction.objects.filter(user=user),
        "files": Attachment.objects.filter(owner=user),
        "pinned messages": Pin.objects.filter(by=user),
        "saved messages": SavedMessage.objects.filter(user=user),
        "drafts": Draft.objects.with_words().filter(participation__user=user),
        "scheduled messages": ScheduledMessage.objects.filter(participation__user=user),
        "mentions in scheduled messages": ScheduledMention.objects.filter(user=user),
        "descriptions": Conversation.objects.described_by(user),
        "blocks": blocks,
        "reports": reports,
    }
    counted = {name: found.count() for name, found in rows.items()}
    return {name: count for name, count in counted.items() if count}


def erase(user: "User", why: str, by: "User | None" = None, *, keep_words: bool = False) -> None:
    """Erase what Talk has of `user`. Afterwards only acts of moderators refer to them.

    The account is deactivated, if it can be, and left to the project to delete. The user leaves
    their conversations. Their messages keep their numbers and lose the words and the sender. The
    titles that they gave are erased likewise, the descriptions, avatars and data of conversations,
    and the reasons of their reports. Reactions are deleted. With `keep_words`, all of these lose
    the name only. Files go or stay with their messages, and those that were not sent are deleted.
    What they pinned stays pinned without their name. What they saved, their drafts and what they
    scheduled are deleted. If this is interrupted, call it again. `why` and `by` go into the acts of
    moderators.
    """
    # Before all else, so that there is a record of it even if this is interrupted.
    Act.objects.record(Act.Kind.USER_ERASED, by, why, user=user.pk)
    _shut_out(user)
    done = False
    while not done:
        while (
            accounts.leave(user)
            or (not keep_words and (_erase_titles(user) or _erase_description(user)))
            or _erase_some(user, keep_words)
            or (not keep_words and _erase_reactions(user))
        ):
            pass
        _take_out_of_reports(user, keep_words)
        done = _remove_references(user, keep_words)


def _shut_out(user: "User") -> None:
    """From now on the user can't start anything: verbs lock the account, and find it inactive."""
    if can_be_deactivated():
        user.is_active = False
        user.save(update_fields=["is_active"])
    AccessToken.objects.filter(user=user).delete()
    NameWord.objects.filter(user=user).delete()


def _erase_titles(user: "User") -> bool:
    """Erase the titles that `user` gave to one group. Returns whether there was one.

    The event of the group's start says who gave the first title, unless it was pruned.
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


def _erase_description(user: "User") -> bool:
    """Erase what `user` wrote of the description, avatar and data of one conversation.

    Returns whether there was anything.
    """
    conversation = Conversation.objects.described_by(user).first()
    if conversation is None:
        return False
    with conversation.changing(None) as change:
        conversation.forget_description(conversation.described_by(user), change)
    return True


def _erase_some(user: "User", keep_words: bool) -> bool:
    """Erase messages of `user` in one conversation. Returns whether there were any."""
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


def _erase_reactions(user: "User") -> bool:
    """Delete reactions of `user` in one conversation. Returns whether there were any."""
    theirs = Reaction.objects.filter(user=user)
    first = theirs.select_related("message__conversation").first()
    if first is None:
        return False
    conversation = first.message.conversation
    with conversation.changing(None) as change:
        reacted = conversation.messages.filter(pk__in=theirs.values("message"))
        messages = list(reacted.order_by("number")[:CHUNK])
        for message in messages:
            change.record(Event.Kind.MESSAGE_REACTED, message=message)
        Message.objects.bulk_update(messages, ["revision"])
        theirs.filter(message__in=[each.pk for each in messages]).delete()
    return True


@transaction.atomic
def _take_out_of_reports(user: "User", keep_words: bool) -> None:
    Report.objects.referring_to([user.pk]).locked()
    # Nobody reports themselves, so each row is updated once. PostgreSQL checks all references of a
    # row that is updated twice, and would wait there for transactions that erase its message.
    why, words = ({}, {}) if keep_words else ({"why": ""}, {"words": ""})
    Report.objects.filter(reporter=user).update(reporter=None, **why)
    # Also the words of messages that they had retracted.
    Report.objects.filter(person=user).update(person=None, **words)


@transaction.atomic
def _remove_references(user: "User", keep_words: bool) -> bool:
    """Remove the last references to `user`. Returns whether it was done.

    It isn't if they wrote, described, joined or reacted to something in the meantime.
    """
    accounts.lock_conversations([user.pk])
    participations = Participation.objects.filter(user=user)
    if participations.expected().exists() or Message.objects.filter(sender=user).exists():
        return False
    if keep_words:
        Reaction.objects.filter(user=user).update(user=None)
        Conversation.objects.forget_author(user)
    if Reaction.objects.filter(user=user).exists():
        return False
    if Conversation.objects.described_by(user).exists():
        return False
    Message.objects.filter(subject=user).update(subject=None)
    Participation.objects.filter(invited_by=user).update(invited_by=None)
    Event.objects.filter(actor=user).update(actor=None)
    Pin.objects.filter(by=user).update(by=None)
    accounts.release(user)
    return True
