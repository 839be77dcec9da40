"""The refusals: each has a stable code, and a sentence for people.

A caller without the permission gets a `MessagingPermissionDenied`, a caller with wrong input a
`MessagingValidationError`. Both extend the Django exception of that meaning.
"""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class RefusalCode(models.TextChoices):
    """Why something was refused. Codes never change, since clients compare them."""

    NOT_A_PARTICIPANT = "NOT_A_PARTICIPANT", _("You don't take part in this conversation.")
    NOT_ALLOWED = "NOT_ALLOWED", _("Your role in this conversation does not allow this.")
    SUSPENDED = "SUSPENDED", _("A moderator has suspended you in this conversation.")
    PRIVATE_CONVERSATION = (
        "PRIVATE_CONVERSATION",
        _("This is not possible in a private conversation."),
    )
    ALREADY_LEFT = "ALREADY_LEFT", _("You have already left this conversation.")
    CANNOT_REINSTATE_YOURSELF = (
        "CANNOT_REINSTATE_YOURSELF",
        _("You can't come back by yourself. An active member can bring you back."),
    )
    CANNOT_REMOVE_YOURSELF = (
        "CANNOT_REMOVE_YOURSELF",
        _("You can't remove yourself. Leave the group instead."),
    )
    CANNOT_REPORT_YOURSELF = "CANNOT_REPORT_YOURSELF", _("You can't report yourself.")
    CANNOT_BLOCK_YOURSELF = "CANNOT_BLOCK_YOURSELF", _("You can't block yourself.")
    LAST_OWNER = "LAST_OWNER", _("A group needs an owner. Make somebody else an owner first.")
    NEVER_JOINED = "NEVER_JOINED", _("This person never took part in this conversation.")
    ALREADY_ACTIVE = "ALREADY_ACTIVE", _("This person already takes part in this conversation.")
    NOT_INVITED = "NOT_INVITED", _("You have no open invitation to this conversation.")
    NOT_A_MEMBER = "NOT_A_MEMBER", _("This person does not take part in this conversation.")
    NO_RECIPIENTS = "NO_RECIPIENTS", _("Name at least one person besides yourself.")
    UNKNOWN_USER = "UNKNOWN_USER", _("This person can't be found.")
    NOT_REACHABLE = "NOT_REACHABLE", _("You can't write to this person or invite them.")
    TOO_MANY_PARTICIPANTS = (
        "TOO_MANY_PARTICIPANTS",
        _("These are too many people for one conversation."),
    )
    TOO_MANY_CONVERSATIONS = "TOO_MANY_CONVERSATIONS", _("These are too many conversations.")
    EMPTY_BODY = "EMPTY_BODY", _("A message needs some text.")
    UPLOADS_OFF = "UPLOADS_OFF", _("No files can be sent here.")
    EMPTY_FILE = "EMPTY_FILE", _("This file is empty.")
    FILE_TOO_LARGE = "FILE_TOO_LARGE", _("This file is too large.")
    FILE_TYPE_NOT_ALLOWED = "FILE_TYPE_NOT_ALLOWED", _("Files of this type can't be sent here.")
    FILE_REFUSED = "FILE_REFUSED", _("This file can't be sent: it may be harmful.")
    QUOTA_EXCEEDED = "QUOTA_EXCEEDED", _("Your files take up all the space that you have.")
    TOO_MANY_FILES = "TOO_MANY_FILES", _("These are too many files for one message.")
    UNKNOWN_FILE = (
        "UNKNOWN_FILE",
        _("This file can't be found. It may have been sent already, or deleted after a day."),
    )
    UPLOAD_NOT_FINISHED = "UPLOAD_NOT_FINISHED", _("This file has not been uploaded yet.")
    FILE_NOT_CHECKED = (
        "FILE_NOT_CHECKED",
        _("This file is still being checked. Try again in a moment."),
    )
    NOT_A_PICTURE = "NOT_A_PICTURE", _("This file is not a picture.")
    BODY_TOO_LONG = "BODY_TOO_LONG", _("This message is too long.")
    INVALID_TITLE = "INVALID_TITLE", _("This title is empty or too long.")
    INVALID_DESCRIPTION = "INVALID_DESCRIPTION", _("This description is too long.")
    INVALID_URL = "INVALID_URL", _("This is not the address of a picture on the web.")
    INVALID_DATA = (
        "INVALID_DATA",
        _("These data are not a JSON object, are too large, or can't be stored."),
    )
    KEY_IN_USE = "KEY_IN_USE", _("Another conversation has this key.")
    INVALID_TEXT = "INVALID_TEXT", _("This text has characters that can't be stored.")
    NOT_A_TEXT = (
        "NOT_A_TEXT",
        _("Nobody wrote this message: it can't be changed, answered, reacted to, pinned or saved."),
    )
    NOT_YOURS = "NOT_YOURS", _("Only the person who wrote this message can do that.")
    TOO_LATE = "TOO_LATE", _("It is too late to change this message.")
    TOO_MANY_MENTIONS = "TOO_MANY_MENTIONS", _("These are too many mentions for one message.")
    INVALID_EMOJI = "INVALID_EMOJI", _("This is not an emoji that can be used here.")
    TOO_MANY_REACTIONS = (
        "TOO_MANY_REACTIONS",
        _("This message has too many different reactions already."),
    )
    TOO_MANY_PINS = "TOO_MANY_PINS", _("Too much is pinned here already. Unpin something first.")
    DRAFT_CHANGED = "DRAFT_CHANGED", _("The draft was changed on another device since.")
    INVALID_TIME = (
        "INVALID_TIME",
        _("Messages can be scheduled for a time within the next year, and not for the past."),
    )
    TOO_MANY_SCHEDULED = (
        "TOO_MANY_SCHEDULED",
        _("Too many messages are scheduled here already. Cancel one first."),
    )
    CLIENT_ID_REUSED = "CLIENT_ID_REUSED", _("This client id was already used for another message.")
    NUMBER_OUT_OF_RANGE = "NUMBER_OUT_OF_RANGE", _("There is no message with this number.")
    CANNOT_READ_BACKWARDS = "CANNOT_READ_BACKWARDS", _("Later messages have already been read.")
    INVALID_NAME = "INVALID_NAME", _("This name is empty or too long.")
    INVALID_REASON = "INVALID_REASON", _("This reason is empty or too long.")
    INVALID_EXPIRY = "INVALID_EXPIRY", _("The expiry has to be in the future.")
    TOO_MANY_TOKENS = "TOO_MANY_TOKENS", _("There are too many tokens. Revoke one first.")
    SESSION_REQUIRED = "SESSION_REQUIRED", _("You have to be signed in with a session to do this.")
    NOT_FOUND = "NOT_FOUND", _("There is nothing with this id, or you can't see it.")
    INVALID_INPUT = "INVALID_INPUT", _("These inputs can't be combined.")
    INVALID_ID = "INVALID_ID", _("This is not an id of the expected type.")
    INVALID_PAGE = "INVALID_PAGE", _("A page of this size is not possible.")
    INVALID_CURSOR = "INVALID_CURSOR", _("This cursor does not belong to this list.")
    QUERY_TOO_SHORT = "QUERY_TOO_SHORT", _("Search for a word of at least two letters.")
    QUERY_TOO_LONG = "QUERY_TOO_LONG", _("This is too much to search for at once.")
    TOO_BROAD = "TOO_BROAD", _("Too many messages have these words. Add a rarer one.")


#: Seconds after which the same request may succeed, without anybody doing something else.
RETRY_AFTER = {RefusalCode.FILE_NOT_CHECKED: 1}


class Refused(Exception):
    """Base of all refusals.

    `code` names the rule, `message` explains it to a person, `path` leads to the wrong input.
    """

    code: RefusalCode
    message: str | Promise
    path: tuple[str, ...]

    @property
    def retry_after(self) -> int | None:
        """Seconds after which the same request may succeed; None if it would be refused again."""
        return RETRY_AFTER.get(self.code)


class MessagingPermissionDenied(Refused, PermissionDenied):
    """The caller may not do this. No other input would help."""

    def __init__(
        self, code: RefusalCode, message: Any = None, *, path: tuple[str, ...] = ()
    ) -> None:
        text = message or code.label
        PermissionDenied.__init__(self, text)
        self.code, self.message, self.path = code, text, path


# `ValidationError` declares looser types for its code and message.
class MessagingValidationError(Refused, ValidationError):  # type: ignore[misc]
    """The input is wrong."""

    def __init__(
        self, code: RefusalCode, message: Any = None, *, path: tuple[str, ...] = ()
    ) -> None:
        text = message or code.label
        ValidationError.__init__(self, text, code=code)
        self.code, self.message, self.path = code, text, path


class ResyncRequired(Exception):
    """The events after a cursor are not available: the client has to query the state again.

    Either they were pruned, or the cursor is beyond the latest event.
    """
