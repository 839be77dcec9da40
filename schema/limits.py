"""The field `Query.limits`: what a client needs to know before it asks."""

import strawberry

from talk import sought
from talk.conf import conf
from talk.json_data import DATA_BYTES
from talk.models.mention import MOST_MENTIONS
from talk.models.participation.arranging import MOST_PINNED
from talk.models.pin import MOST_PINS
from talk.models.reaction import MOST_EMOJI
from talk.models.scheduled_message import MOST_SCHEDULED
from talk.text import DESCRIPTION_LENGTH, REASON_LENGTH, TITLE_LENGTH

from .live import inbox_typing, presence, typing_indicator
from .page_limits import DEFAULT_PAGE, MAX_PAGE
from .types import attachments


@strawberry.type(
    description="The limits of this server. They are the same for all viewers, and change only "
    "when the server is configured anew."
)
class Limits:
    body_length: int = strawberry.field(
        description="The most characters of a message, counted as Unicode code points."
    )
    title_length: int = strawberry.field(description="The most characters of a group's title.")
    description_length: int = strawberry.field(
        description="The most characters of a group's description."
    )
    data_bytes: int = strawberry.field(
        description="The most bytes of `Conversation.data`, as JSON in UTF-8 without white space."
    )
    reason_length: int = strawberry.field(
        description="The most characters of the reason of a report."
    )
    participants: int = strawberry.field(
        description="The most people who can take part in a conversation, and the most that one "
        "request can name."
    )
    mentions: int = strawberry.field(
        description="The most users whom one message can mention by `mentions`."
    )
    reactions: int = strawberry.field(
        description="The most different emoji that people can react with to one message."
    )
    attachments: int = strawberry.field(description="The most files of a message.")
    upload_size: int = strawberry.field(
        description="The most bytes of a file. 0: no files can be sent here."
    )
    upload_types: list[str] | None = strawberry.field(
        description="The types of files that can be uploaded, such as `image/*`. Null: all types."
    )
    pins: int = strawberry.field(description="The most pinned messages of a conversation.")
    scheduled_messages: int = strawberry.field(
        description="The most messages that the viewer can schedule in one conversation."
    )
    pinned_conversations: int = strawberry.field(
        description="The most conversations that the viewer can pin."
    )
    receipts_up_to: int = strawberry.field(
        description="The most people of a conversation in which members are told how far others "
        "have read."
    )
    edit_seconds: float | None = strawberry.field(
        description="For how many seconds people can edit what they sent. Null: always. 0: never."
    )
    retract_seconds: float | None = strawberry.field(
        description="For how many seconds people can take back what they sent. Null: always. 0: "
        "never."
    )
    reaction_emoji: list[str] | None = strawberry.field(
        description="The reactions that `react` allows. Null: every emoji. Empty: none."
    )
    query_length: int = strawberry.field(
        description="The most characters of a search for messages, counted as Unicode code points."
    )
    default_page_size: int = strawberry.field(
        description="The items of a page for which a client gives neither `first` nor `last`."
    )
    page_size: int = strawberry.field(description="The most items of a page.")
    presence_users: int = strawberry.field(
        description="The most people whom one subscription to `presence` can name."
    )
    typing_conversations: int = strawberry.field(
        description="The most conversations that one subscription to `inboxTyping` can name."
    )
    typing_seconds: int = strawberry.field(
        description="For how many seconds people are shown as typing after `setTyping`."
    )
    typing_every_seconds: int = strawberry.field(
        description="Repeat `setTyping` every so many seconds while the viewer is typing."
    )


def limits() -> Limits:
    """The limits that are enforced now."""
    return Limits(
        body_length=conf.MAX_BODY_LENGTH,
        title_length=TITLE_LENGTH,
        description_length=DESCRIPTION_LENGTH,
        data_bytes=DATA_BYTES,
        reason_length=REASON_LENGTH,
        participants=conf.MAX_PARTICIPANTS,
        mentions=MOST_MENTIONS,
        reactions=MOST_EMOJI,
        attachments=conf.MAX_ATTACHMENTS,
        upload_size=conf.MAX_UPLOAD_SIZE if attachments.are_on() else 0,
        upload_types=None if conf.UPLOAD_TYPES is None else list(conf.UPLOAD_TYPES),
        pins=MOST_PINS,
        scheduled_messages=MOST_SCHEDULED,
        pinned_conversations=MOST_PINNED,
        receipts_up_to=conf.RECEIPTS_UP_TO,
        edit_seconds=conf.EDIT_SECONDS,
        retract_seconds=conf.RETRACT_SECONDS,
        reaction_emoji=None if conf.REACTIONS is None else list(conf.REACTIONS),
        query_length=sought.LONGEST,
        default_page_size=DEFAULT_PAGE,
        page_size=MAX_PAGE,
        presence_users=presence.MOST,
        typing_conversations=inbox_typing.MOST,
        typing_seconds=typing_indicator.SHOWN_SECONDS,
        typing_every_seconds=typing_indicator.REPEAT_SECONDS,
    )
