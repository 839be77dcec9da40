"""What a person may do in a conversation, and with a message, as the verbs would answer now."""

from collections.abc import Callable
from copy import copy
from enum import Enum
from typing import TYPE_CHECKING, Any, Self, cast

from django.utils import timezone

from ...exceptions import Refused
from .acting import Acting

if TYPE_CHECKING:
    from ..message import Message
    from . import Participation


class ConversationCapability(Enum):
    """What a person may do in a conversation. Each stands for one or two verbs."""

    SEND = "send"
    REACT = "react"
    PIN = "pin"
    MENTION_ALL = "mention all"
    INVITE = "invite"
    REMOVE_MEMBERS = "remove members"
    CHANGE_ROLES = "change roles"
    RENAME = "rename"
    DESCRIBE = "describe"
    LEAVE = "leave"
    ANSWER_INVITATION = "answer invitation"


class MessageCapability(Enum):
    """What a person may do with a message."""

    REPLY = "reply"
    REACT = "react"
    PIN = "pin"
    SAVE = "save"
    EDIT = "edit"
    RETRACT = "retract"
    REMOVE = "remove"
    REPORT = "report"


class Capabilities(Acting):
    """Tells what its person may do. It makes the same checks as the verbs, and so never differs."""

    class Meta:
        abstract = True

    def knowing(self, *, reaches_partner: bool) -> Self:
        """A copy that knows whether its person reaches the other of a private conversation.

        For questions about many conversations or messages, after this was read for all of them.
        """
        known = copy(self)
        known.reaches_partner = reaches_partner
        return known

    def capabilities(self, people: int) -> list[ConversationCapability]:
        """What this person may do here now. `people` is how many take part."""
        own = cast("Participation", self)
        writes = _allows(own.must_be_able_to_write)
        leads = _allows(own.must_be_able_to_act, as_admin=True)
        mentions = writes and _allows(own.must_be_able_to_mention_all, people)
        may = [
            (ConversationCapability.SEND, writes),
            (ConversationCapability.REACT, writes),
            (ConversationCapability.PIN, writes and own.may_pin),
            (ConversationCapability.MENTION_ALL, mentions),
            (ConversationCapability.INVITE, writes),
            (ConversationCapability.REMOVE_MEMBERS, leads),
            (ConversationCapability.CHANGE_ROLES, leads),
            (ConversationCapability.RENAME, _allows(own.must_be_able_to_rename)),
            (ConversationCapability.DESCRIBE, leads),
            (ConversationCapability.LEAVE, _allows(own.must_be_able_to_leave)),
            (ConversationCapability.ANSWER_INVITATION, own.is_invited),
        ]
        return [each for each, is_allowed in may if is_allowed]

    def capabilities_with(self, message: "Message", role: str | None) -> list[MessageCapability]:
        """What this person may do now with a message of the conversation.

        `role` is the role that its sender has now, None without a participation.
        """
        own = cast("Participation", self)
        writes = _allows(own.must_be_able_to_write)
        # These are asked first, since most messages are by others, and a refusal takes long.
        wrote, leads = own.wrote(message), own.role != own.Role.MEMBER
        pins = writes and own.may_pin
        at = timezone.now()
        may = [
            (MessageCapability.REPLY, writes and _allows(own.must_be_able_to_quote, message)),
            (MessageCapability.REACT, writes and _allows(own.must_find_text, message)),
            (MessageCapability.PIN, pins and _allows(own.must_be_able_to_pin, message)),
            (MessageCapability.SAVE, _allows(own.must_be_able_to_save, message)),
            (MessageCapability.EDIT, wrote and _allows(own.must_be_able_to_edit, message, at)),
            (
                MessageCapability.RETRACT,
                wrote and _allows(own.must_be_able_to_retract, message, at),
            ),
            (
                MessageCapability.REMOVE,
                leads and _allows(own.must_be_able_to_remove, message, role),
            ),
            (MessageCapability.REPORT, not wrote and _allows(own.must_be_able_to_report, message)),
        ]
        return [each for each, is_allowed in may if is_allowed]


def _allows(check: Callable[..., Any], *args: Any, **kwargs: Any) -> bool:
    try:
        check(*args, **kwargs)
    except Refused:
        return False
    return True
