"""Shows who is typing in a conversation."""

import asyncio
from collections.abc import AsyncGenerator
from functools import partial
from typing import Any

import strawberry

from talk import models

from ..authentication.context import Context
from ..ids import key_of
from ..types.nodes import User
from .feeds import feeds
from .hub import hub
from .retries import with_retries
from .sharing import SharedResults
from .topics import acquaintances_topic
from .typists import PEOPLE, SETTLE_SECONDS, conversations, look_up_blocks


@strawberry.type(description="Who is typing in a conversation now.")
class Typing:
    users: list[User] = strawberry.field(description=PEOPLE)
    #: Shared by all subscriptions that show the same people.
    shared_results: strawberry.Private[SharedResults]


async def follow_typing(
    conversation: strawberry.ID, context: Context
) -> AsyncGenerator[Typing, None]:
    """The people who are typing in a conversation: now, and each time this changes.

    It raises the same errors as a subscription to the conversation's changes, and ends with it.
    """
    key = key_of(models.Conversation, conversation, "conversationId")
    async with (
        feeds().read(key, context.viewer, None) as changes,
        conversations().watch(key) as typists,
        hub().watch(typists.topic, acquaintances_topic(context.viewer.pk)) as wakeup,
    ):
        await changes.begin()
        following = asyncio.create_task(typists.follow(changes))
        following.add_done_callback(lambda _: wakeup.wake())
        shown: list[Any] | None = None
        try:
            while not following.done():
                if wakeup.was_for("acquaintances"):
                    await with_retries(partial(look_up_blocks, context))
                found = await typists.shown_to(context)
                if found.users != shown:
                    yield Typing(users=found.users, shared_results=found.shared_results)
                    shown = found.users
                await asyncio.sleep(SETTLE_SECONDS)
                await wakeup.wait(hub().indicators.seconds_left([typists.topic]))
            following.result()
        finally:
            following.cancel()
