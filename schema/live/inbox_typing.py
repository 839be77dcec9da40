"""Shows who is typing in the conversations of an inbox, in one stream.

Nothing of a conversation is followed until somebody types there. Then the process reads once, for
all streams, who of the people concerned takes part, and follows the changes of that until nobody
types any more. So a row without a sign costs no query, and each sign that is shown is authorised.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack
from functools import partial
from typing import Any

import strawberry

from talk import models
from talk.exceptions import MessagingPermissionDenied, MessagingValidationError, RefusalCode

from .. import threads
from ..authentication.context import Context
from ..ids import key_of
from ..types.nodes import User
from .hub import hub
from .retries import with_retries
from .sharing import SharedResults
from .topics import acquaintances_topic, typing_topic
from .typists import PEOPLE, SETTLE_SECONDS, Shown, Typists, conversations, look_up_blocks

#: The most conversations that one subscription shows.
MOST = 50


@strawberry.type(description="Who is typing now in one of several conversations.")
class ConversationTyping:
    conversation_id: strawberry.ID = strawberry.field(description="The id of the conversation.")
    users: list[User] = strawberry.field(description=PEOPLE)
    #: Shared by all subscriptions that show the same people.
    shared_results: strawberry.Private[SharedResults]


async def follow_inbox_typing(
    conversation_ids: Sequence[strawberry.ID], context: Context
) -> AsyncGenerator[ConversationTyping, None]:
    """The people who are typing in some conversations, each time this changes in one of them.

    Raises `TOO_MANY_CONVERSATIONS`, and at the start what `follow_typing` raises.
    """
    ids = _by_key(conversation_ids)
    topics = [typing_topic(key) for key in ids]
    async with (
        hub().watch(*topics, acquaintances_topic(context.viewer.pk)) as wakeup,
        AsyncExitStack() as closing,
    ):
        await with_retries(partial(_check_membership, context.viewer, list(ids)))
        rows = {key: InboxRow(key, context) for key in ids}
        for row in rows.values():
            closing.push_async_callback(row.close)
        while True:
            if wakeup.was_for("acquaintances"):
                await with_retries(partial(look_up_blocks, context))
            for key, row in rows.items():
                if (news := await row.news()) is not None:
                    yield ConversationTyping(
                        conversation_id=ids[key],
                        users=news.users,
                        shared_results=news.shared_results,
                    )
            await asyncio.sleep(SETTLE_SECONDS)
            await wakeup.wait(hub().indicators.seconds_left(topics))


class InboxRow:
    """One conversation of an inbox. It is followed while somebody is typing there."""

    def __init__(self, conversation: int, context: Context) -> None:
        self._conversation, self._context = conversation, context
        self._topic = typing_topic(conversation)
        self._shown: list[Any] = []
        self._typists: Typists | None = None
        #: Stops following.
        self._closing = AsyncExitStack()

    async def news(self) -> Shown | None:
        """The people who are typing, if they are others than at the last call."""
        is_active = bool(hub().indicators.active(self._topic))
        if self._typists is None and is_active:
            self._typists = await self._follow()
        if self._typists is None:
            return None
        found = await self._typists.shown_in_inbox(self._context)
        if not is_active:
            await self.close()
        if found.users == self._shown:
            return None
        self._shown = found.users
        return found

    async def close(self) -> None:
        self._typists = None
        await self._closing.aclose()

    async def _follow(self) -> Typists:
        typists = await self._closing.enter_async_context(conversations().watch(self._conversation))
        await self._closing.enter_async_context(typists.followed_for(self._context.viewer))
        return typists


def _by_key(conversation_ids: Sequence[strawberry.ID]) -> dict[int, strawberry.ID]:
    """Each of these ids once, by the key of its conversation."""
    if len(conversation_ids) > MOST:
        raise MessagingValidationError(
            RefusalCode.TOO_MANY_CONVERSATIONS, path=("conversationIds",)
        )
    return {key_of(models.Conversation, each, "conversationIds"): each for each in conversation_ids}


def _must_take_part(viewer: Any, keys: list[int]) -> None:
    """Raise what `follow_typing` raises for a viewer who does not take part in one of these."""
    own = models.Participation.objects.filter(user=viewer, conversation__in=keys)
    statuses = dict(own.values_list("conversation", "status"))
    if len(statuses) < len(keys):
        raise MessagingValidationError(RefusalCode.NOT_FOUND, path=("conversationIds",))
    if set(statuses.values()) - {models.Participation.Status.ACTIVE}:
        raise MessagingPermissionDenied(RefusalCode.NOT_A_PARTICIPANT)


_check_membership = threads.live.to_async(_must_take_part)
