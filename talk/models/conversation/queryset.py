"""Finds conversations, and starts those that are not there yet."""

import functools
import operator
from collections.abc import Iterable
from typing import TYPE_CHECKING, Self

from django.db import models, transaction

from ...exceptions import MessagingValidationError, RefusalCode
from ...locks import hold
from ...reachability import must_reach
from ...text import clean_title
from .describing import NOTHING, checked_key
from .keys import members_key, pair_of
from .recipients import recipients_of

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from . import Conversation


class ConversationQuerySet(models.QuerySet["Conversation"]):
    """Each method that starts a conversation checks who may reach whom; see `reachability`."""

    @transaction.atomic
    def between(self, one: "User", other: "User") -> "Conversation":
        """The private conversation of two people. `one` starts it if there is none."""
        (recipient,) = recipients_of(one, [other])
        pair = pair_of(one.pk, recipient.pk)
        if found := self.filter(pair=pair).first():
            return found
        hold([one, recipient])
        must_reach(one, [recipient])
        # If both start it at the same time, the later insert waits for the earlier transaction,
        # and then does nothing, since the pair is unique.
        self.bulk_create(
            [self.model(kind=self.model.Kind.PRIVATE, pair=pair)], ignore_conflicts=True
        )
        conversation = self.get(pair=pair)
        with conversation.changing(one) as change:
            if conversation.revision == 0:
                change.start([one, recipient])
        return conversation

    def start_private(
        self, one: "User", others: Iterable["User"], title: str = ""
    ) -> "Conversation":
        """`between`, for callers who still have to check that there is exactly one recipient."""
        recipients = recipients_of(one, others)
        if len(recipients) > 1:
            raise MessagingValidationError(RefusalCode.TOO_MANY_PARTICIPANTS)
        if clean_title(title):
            raise MessagingValidationError(RefusalCode.PRIVATE_CONVERSATION, path=("title",))
        return self.between(one, recipients[0])

    @transaction.atomic
    def start_group(
        self, creator: "User", others: Iterable["User"], title: str = ""
    ) -> "Conversation":
        """A new group, owned by `creator`. The same people can have several."""
        recipients = recipients_of(creator, others)
        hold([creator, *recipients])
        return self._start(creator, recipients, title)

    def of_exactly(self, sender: "User", others: Iterable["User"]) -> Self:
        """Conversations whose active and invited people are exactly `sender` and `others`."""
        key = members_key({user.pk for user in (sender, *others)})
        return self.filter(
            members_key=key, participations__user=sender, participations__status="active"
        )

    @transaction.atomic
    def among(self, sender: "User", others: Iterable["User"]) -> "Conversation":
        """The conversation for a message of `sender` to exactly `others`, found or started.

        For two people it is their private conversation. For more it is the group whose active and
        invited people they are; of several groups, the one with the latest activity. Groups with a
        key are about something else than these people, and are not among them.
        """
        recipients = recipients_of(sender, others)
        if len(recipients) == 1:
            return self.between(sender, recipients[0])
        # Two requests for the same group must not both start one. There is no row of it yet to
        # lock, so both lock the accounts of its members. That comes before the query below, which
        # can lock a conversation: accounts are always locked first.
        hold([sender, *recipients])
        found = (
            # Locked, so that nobody joins before the message is sent.
            self.select_for_update(no_key=True, of=("self",))
            .of_exactly(sender, recipients)
            .filter(kind=self.model.Kind.GROUP, key=None)
            .order_by("-participations__last_activity_at", "-pk")
            .first()
        )
        return found or self._start(sender, recipients)

    def described_by(self, user: "User") -> Self:
        """Those whose description, avatar or data `user` wrote."""
        from ..attachment import Attachment

        wrote = [models.Q(**{f"{name}_by": user}) for name in NOTHING]
        files = Attachment.objects.filter(owner=user, avatar_of__avatar="")
        wrote.append(models.Q(pk__in=files.values("avatar_of")))
        return self.filter(functools.reduce(operator.or_, wrote))

    def forget_author(self, user: "User") -> None:
        """Forget that `user` wrote what describes these conversations, which stays."""
        from ..attachment import Attachment

        for name in NOTHING:
            self.filter(**{f"{name}_by": user}).update(**{f"{name}_by": None})
        Attachment.objects.filter(owner=user, avatar_of__isnull=False).update(owner=None)

    @transaction.atomic
    def for_key(
        self, key: str, creator: "User", others: Iterable["User"], title: str = ""
    ) -> "Conversation":
        """The conversation with this key of the project, such as "order 42".

        If there is none, `creator` starts a group of `others`; see `start_group`. One that is found
        stays as it is, whoever takes part in it and whatever its title is.
        """
        if found := self.filter(key=checked_key(key)).first():
            return found
        recipients = recipients_of(creator, others)
        hold([creator, *recipients])
        return self._start(creator, recipients, title, key)

    def _start(
        self, creator: "User", recipients: list["User"], title: str = "", key: str | None = None
    ) -> "Conversation":
        """`start_group`, for callers that hold all these accounts."""
        must_reach(creator, recipients)
        conversation = self.model(kind=self.model.Kind.GROUP, key=key)
        conversation.set_title(clean_title(title))
        if key is None:
            conversation.save(force_insert=True)
        else:
            # As in `between`: of two that start it at the same time, the later finds the other's.
            self.bulk_create([conversation], ignore_conflicts=True)
            conversation = self.get(key=key)
        with conversation.changing(creator) as change:
            if conversation.revision == 0:
                change.start([creator, *recipients])
        return conversation
