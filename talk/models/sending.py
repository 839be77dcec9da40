import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.db import models, transaction

from ..exceptions import MessagingValidationError, RefusalCode
from ..policy import must_reach
from ..prepared import prepared
from ..text import clean_body
from . import once
from .conversation import Conversation, people, recipients_of
from .membership import Membership
from .message import Message

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class Sending(Membership):
    """A member says something, and takes others in to hear it."""

    class Meta:
        abstract = True

    def send(
        self,
        body: str,
        client_id: uuid.UUID | None = None,
        invite: Iterable["User"] = (),
    ) -> Message:
        """Say `body` here, taking in the people to `invite` first.

        In a private conversation naming new people leaves it as it is: the message lands in the
        group of all, `message.conversation`. A `client_id` makes a retry answer the same message.
        """
        invited = list(invite)
        request = once.Request(
            self.user, client_id, f"conversation {self.conversation_id}", body, invited
        )

        @transaction.atomic
        def invite_and_say() -> Message:
            conversation = self.invite(invited)
            moved = conversation != self.conversation
            place = conversation.participation_of(self.user) if moved else self.itself
            return place.say(body, request)

        return request.once(invite_and_say if invited else lambda: self.say(body, request))

    def say(self, body: str, request: once.Request) -> Message:
        """Write what `request` asks for. Called within it, so that it's done once."""
        body = clean_body(body)
        with self.conversation.changing(self.user, self.itself) as change:
            self.must_have_a_say()
            if self.conversation.is_private:
                partners = _partners(conversation=self.conversation, user=self.user).ask()
                if not people(partners):
                    # Their account was erased: nobody is left to hear it.
                    raise MessagingValidationError(RefusalCode.UNKNOWN_USER)
                must_reach(self.user, partners)
            return change.say(
                self.itself,
                body,
                client_id=request.client_id,
                fingerprint=request.fingerprint if request.client_id else "",
            )

    def invite(self, users: Iterable["User"]) -> Conversation:
        """Take `users` in, with all the history. Answers the conversation they are in then.

        That is this one if it is a group. A private one stays as it is, and the group of all is
        found or started, linked to it by `upgraded_from`. Who left is reinstated; who is in
        already stays in.
        """
        self.must_act()
        invited = people(users)
        if self.conversation.is_private:
            return self._upgrade(invited)
        with self.conversation.changing(self.user, self.itself, holding=invited) as change:
            self.must_have_a_say()
            change.admit(invited, by=self.itself)
        return self.conversation

    @transaction.atomic
    def _upgrade(self, invited: list["User"]) -> Conversation:
        private = self.conversation
        members = [place.user for place in private.participations.select_related("user")]
        others = recipients_of(self.user, [*members, *invited])
        group = Conversation.objects.among(self.user, others)
        if group != private and group.upgraded_from_id is None:
            with group.changing(self.user) as change:
                group.participation_of(self.user).must_have_a_say()
                # Somebody else may have been as fast.
                if group.upgraded_from_id is None:
                    change.upgrade(private)
        return group


@prepared
def _partners(conversation: Any, user: Any) -> "models.QuerySet[User]":
    """Who is in a conversation besides `user`."""
    others = get_user_model()._base_manager.exclude(pk=user)
    return others.filter(talk_participations__conversation=conversation)
