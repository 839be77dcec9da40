"""The GraphQL type `Message`."""

import uuid
from datetime import datetime
from typing import Annotated

import strawberry
import strawberry_django
from strawberry import relay

from talk import models

from ..authentication.context import Info
from ..documents.cost import LIST_LENGTH
from ..loading.views import conversation_of, removal_for
from ..pagination import page_size
from . import (
    capabilities,
    costs,
    enums,  # noqa: F401
    link_previews,
    message_attachments,
    message_mentions,
    message_pins,
    message_receipts,
    message_replies,
    message_words,
    saved_messages,
)
from .attachments import Attachment
from .fields import FIRST, After, First, Unhide, field
from .link_previews import LinkPreview
from .message_connection import MessageConnection
from .message_reactions import Reaction, reactions
from .message_words import EditConnection
from .nodes import Conversation, User
from .participant_connection import ParticipantConnection


@strawberry_django.type(
    models.Message,
    description="A message in a conversation: a text that somebody wrote, or a record of something "
    "that happened, such as somebody leaving.",
)
class Message(relay.Node):
    id: relay.NodeID[int]
    number: int = strawberry.field(
        description="The position in the conversation: 1, 2, 3 … without gaps."
    )
    kind: models.Message.Kind = strawberry.field(
        description="TEXT for a text that somebody wrote; otherwise what happened."
    )
    sent_at: datetime = strawberry.field(
        description="When it was sent. Messages with higher numbers have later times."
    )
    root: int | None = strawberry.field(
        description="For a reply: the number of the first message of its branch, however deep in "
        "the branch the reply is. Null if the message is no reply."
    )
    sender: User | None = strawberry.field(
        description="The user who wrote the message or did what it records. Null if the "
        "application itself did, or if the account was deleted."
    )
    subject: User | None = strawberry.field(
        description="The user who joined, left, was removed or was reinstated. Null for other "
        "kinds of messages, or if the account was deleted."
    )

    @field(
        description="The text; for RENAMED, the new title. Empty if the text was removed. Empty, "
        "too, if the viewer blocked the sender, unless `unhide` is true."
    )
    def body(
        self: models.Message,
        info: Info,
        unhide: Unhide = False,
    ) -> str:
        is_shown = unhide or not message_words.is_hidden(info, self)
        return self.body if is_shown and removal_for(info, self) is None else ""

    @field(
        description="Why the text was removed, or is not shown to a viewer who left; null if it is "
        "there. The message keeps its number."
    )
    def removal(self: models.Message, info: Info) -> models.Message.Removal | None:
        return removal_for(info, self)

    @field(
        description="The revision of the conversation when the message last changed. Of two copies "
        "of a message, the one with the greater revision is newer; of two with the same, the one "
        "that was received later."
    )
    def revision(self: models.Message, info: Info) -> int:
        return message_words.revision(info, self)

    @field(
        description="When the text was last edited. Null if it never was, or if it was removed or "
        "is not shown."
    )
    def edited_at(self: models.Message, info: Info) -> datetime | None:
        return message_words.edited_at(info, self)

    @field(
        description="What the message said before it was edited, the newest first: 50 per page by "
        "default, at most 100. Empty if the viewer does not see the text, or if the application "
        "does not show earlier texts."
    )
    def edits(
        self: models.Message, info: Info, first: First = None, after: After = None
    ) -> EditConnection:
        return message_words.edits(info, self, first, after)

    @field(description="Whether the text is hidden because the viewer blocked its sender.")
    def hidden(self: models.Message, info: Info) -> bool:
        return message_words.is_hidden(info, self)

    @field(description="Whether this is an announcement of the application itself.")
    def announced(self: models.Message) -> bool:
        return self.announced_as is not None

    @field(
        description="The `clientId` with which the viewer sent the message; null if there was "
        "none, and for messages of other people."
    )
    def client_id(self: models.Message, info: Info) -> uuid.UUID | None:
        return self.client_id if info.context.is_viewer(self.sender_id) else None

    @field(
        description="The users whom the message mentions: those whom the sender gave as "
        "`mentions`, and the author of the message that it replies to, unless the sender gave an "
        "empty list. They are in the order in which they were first mentioned, at most 51. Empty "
        "if the text was removed."
    )
    def mentions(self: models.Message, info: Info) -> list[User]:
        return message_mentions.mentioned(info, self)

    @field(
        description="Whether it mentions everybody who took part when it was sent. These people "
        "are not in `mentions`."
    )
    def mentions_all(self: models.Message) -> bool:
        return message_mentions.mentions_all(self)

    @field(
        description="Whether it mentions the viewer, by `mentions` or `mentionsAll`. False if the "
        "viewer blocked the sender."
    )
    def mentions_viewer(self: models.Message, info: Info) -> bool:
        return message_mentions.mentions_viewer(info, self)

    @field(
        description="The message that this one replies to, as it is now. Null if it is no reply, "
        "or if the viewer cleared the conversation since."
    )
    def reply_to(self: models.Message, info: Info) -> "Message | None":
        return message_replies.quoted(info, self)

    @field(
        description="How many replies are in the branch that began with this message, counted up "
        "to 1,000. Removed ones don't count; those of people whom the viewer blocked do. 0 for a "
        "message that is a reply itself."
    )
    def reply_count(self: models.Message, info: Info) -> int:
        return message_replies.reply_count(info, self)

    @field(
        description="The replies in the branch that began with this message, in the order of their "
        "numbers: 50 per page by default, at most 100. Removed ones are left out. Empty for a "
        "message that is a reply itself."
    )
    def replies(
        self: models.Message, info: Info, first: First = None, after: After = None
    ) -> MessageConnection:
        return message_replies.replies(info, self, first=first, after=after)

    @field(
        description="The reactions to the message, in the order in which each emoji was first "
        "used. Viewers who left see those from before they left."
    )
    def reactions(self: models.Message, info: Info) -> list[Reaction]:
        return reactions(info, self)

    @field(
        description="The files of the message, in the order in which its sender gave them, at most "
        "`Limits.attachments`. Empty if the viewer does not see the text: then `unhide` shows what "
        "is hidden by a block. With `first`, only so many of them: a list of messages that shows "
        "few of them costs less."
    )
    def attachments(
        self: models.Message,
        info: Info,
        first: Annotated[int, strawberry.argument(description=FIRST)] = LIST_LENGTH,
        unhide: Unhide = False,
    ) -> list[Attachment]:
        size = page_size(first, "first", LIST_LENGTH)
        # A page of none costs little, so it must not read all of them.
        is_shown = size and (unhide or not message_words.is_hidden(info, self))
        return message_attachments.attachments(info, self)[:size] if is_shown else []

    @field(
        description="What the page is to which the message links first. Null without one, or if "
        "the viewer does not see the text. It comes after the message, by MESSAGE_COMPLETED."
    )
    def link_preview(self: models.Message, info: Info) -> LinkPreview | None:
        return None if message_words.is_hidden(info, self) else link_previews.shown(info, self)

    @field(
        description="When the message was pinned. Null if it is not, or if the viewer left before."
    )
    def pinned_at(self: models.Message, info: Info) -> datetime | None:
        return message_pins.pinned_at(info, self)

    @field(description="Whether the viewer saved the message; see `saveMessage`.")
    def viewer_saved(self: models.Message, info: Info) -> bool:
        return saved_messages.viewer_saved(info, self)

    @field(
        description="How many people besides its author have seen the message. People who joined "
        "later don't count, and neither do people who left, who read privately, or who blocked the "
        "viewer. Null if the viewer is told of nobody: they read privately, they don't take part, "
        "or more people do than `Limits.receiptsUpTo`.",
        cost=costs.SEEN,
    )
    def seen_count(self: models.Message, info: Info) -> int | None:
        return message_receipts.seen_count(info, self)

    @field(
        description="The people whom `seenCount` counts, without those whom the viewer blocked, in "
        "the order in which they first joined: 50 per page by default, at most 100.",
        cost=costs.SEEN,
    )
    def seen_by(
        self: models.Message, info: Info, first: First = None, after: After = None
    ) -> ParticipantConnection:
        return message_receipts.seen_by(info, self, first, after)

    @field(
        description="What the viewer may do with the message now. Time limits of it are in "
        "`Query.limits`."
    )
    def viewer_can(self: models.Message, info: Info) -> list[models.MessageCapability]:
        return capabilities.with_message(info, self)

    @field(description="The conversation that the message is in.")
    def conversation(self: models.Message, info: Info) -> Conversation:
        return conversation_of(info, self)
