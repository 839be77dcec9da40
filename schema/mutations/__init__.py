"""The type `Mutation`. A resolver finds rows, calls one method of a model, and returns a payload.

A refusal that the method raises becomes the `Refusal` of the result. Each module has the mutations
of one topic:

- `messages`: sends a message, starts a conversation.
- `message_changes`: edits, retracts and removes a message, reacts to one.
- `keeping`: pins and saves messages.
- `uploads`: begins to upload a file.
- `participants`: invites, removes and reinstates people, changes roles and titles.
- `drafts`: keeps what is not sent yet.
- `scheduling`: has messages sent later.
- `reading`: marks as read or unread, shows who is typing.
- `arranging`: mutes, archives and pins conversations.
- `safety`: blocks users, reports to moderators.
- `tokens`: creates and revokes bearer tokens.
"""

import strawberry

from .arranging import ArrangingMutation
from .drafts import DraftMutation
from .keeping import KeepingMutation
from .message_changes import MessageChangeMutation
from .messages import MessageMutation
from .participants import ParticipantMutation
from .reading import ReadingMutation
from .safety import SafetyMutation
from .scheduling import SchedulingMutation
from .tokens import TokenMutation
from .uploads import UploadMutation


@strawberry.type(
    description="Everything that can be changed. Each mutation returns its payload, or a `Refusal`."
)
class Mutation(
    MessageMutation,
    MessageChangeMutation,
    KeepingMutation,
    UploadMutation,
    ParticipantMutation,
    DraftMutation,
    SchedulingMutation,
    ReadingMutation,
    ArrangingMutation,
    SafetyMutation,
    TokenMutation,
):
    pass
