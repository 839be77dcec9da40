"""Finds conversations, and starts those that are not there yet."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Self

from django.db import models, transaction

from ...exceptions import MessagingValidationError, RefusalCode
from ...locks import hold
from ...reachability import must_reach
from ...text import clean_title
from ...words import folded
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
        invited people they are; of several groups, the one with the latest activity.
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
            .filter(kind=self.model.Kind.GROUP)
            .order_by("-participations__last_activity_at", "-pk")
            .first()
        )
        return found or self._start(sender, recipients)

    def _start(self, creator: "User", recipients: list["User"], title: str = "") -> "Conversation":
        """`start_group`, for callers that hold all these accounts."""
        must_reach(creator, recipients)
        title, group = clean_title(title), self.model.Kind.GROUP
        conversation = self.create(kind=group, title=title, folded_title=folded(title))
        with conversation.changing(creator) as change:
            change.start([creator, *recipients])
        return conversation
