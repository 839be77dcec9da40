"""The ways to say no: each has a stable code and a sentence for people.

A `MessagingPermissionDenied` is mended by somebody's permission, a `MessagingValidationError`
by other input. Both can be caught as the Django exception that they extend.
"""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class RefusalCode(models.TextChoices):
    """Why something was refused. Codes are for ever: clients switch on them."""

    NOT_A_PARTICIPANT = "NOT_A_PARTICIPANT", _("You don't take part in this conversation.")
    NOT_ALLOWED = "NOT_ALLOWED", _("Your role in this conversation does not allow that.")
    SUSPENDED = "SUSPENDED", _("A moderator keeps you from doing this here.")
    PRIVATE_CONVERSATION = "PRIVATE_CONVERSATION", _("A private conversation can't do that.")
    ALREADY_LEFT = "ALREADY_LEFT", _("You have left this conversation already.")
    CANNOT_REINSTATE_YOURSELF = (
        "CANNOT_REINSTATE_YOURSELF",
        _("Who left can't come back alone; an active member can bring you back."),
    )
    CANNOT_REMOVE_YOURSELF = "CANNOT_REMOVE_YOURSELF", _("To go yourself, leave.")
    CANNOT_REPORT_YOURSELF = "CANNOT_REPORT_YOURSELF", _("You can't report yourself.")
    CANNOT_BLOCK_YOURSELF = "CANNOT_BLOCK_YOURSELF", _("You can't block yourself.")
    LAST_OWNER = "LAST_OWNER", _("A group needs an owner: name another one first.")
    NEVER_JOINED = "NEVER_JOINED", _("This person never took part in this conversation.")
    ALREADY_ACTIVE = "ALREADY_ACTIVE", _("This person takes part in this conversation already.")
    NOT_INVITED = "NOT_INVITED", _("You are not invited to this conversation, or not any more.")
    NOT_A_MEMBER = "NOT_A_MEMBER", _("This person does not take part at present.")
    NO_RECIPIENTS = "NO_RECIPIENTS", _("Name at least one person besides yourself.")
    UNKNOWN_USER = "UNKNOWN_USER", _("There is no such person to write to.")
    NOT_REACHABLE = "NOT_REACHABLE", _("You can't write to this person, or take them in.")
    TOO_MANY_PARTICIPANTS = "TOO_MANY_PARTICIPANTS", _("That is too many people.")
    EMPTY_BODY = "EMPTY_BODY", _("A message needs words.")
    BODY_TOO_LONG = "BODY_TOO_LONG", _("This message is too long.")
    INVALID_TITLE = "INVALID_TITLE", _("This title is empty or too long.")
    INVALID_TEXT = "INVALID_TEXT", _("This text has characters that can't be stored.")
    CLIENT_ID_REUSED = "CLIENT_ID_REUSED", _("This client id was used for something else.")
    NUMBER_OUT_OF_RANGE = "NUMBER_OUT_OF_RANGE", _("There is no message with this number.")
    CANNOT_READ_BACKWARDS = "CANNOT_READ_BACKWARDS", _("More than that has been read already.")
    INVALID_NAME = "INVALID_NAME", _("This name is empty or too long.")
    INVALID_REASON = "INVALID_REASON", _("This reason is empty or too long.")
    INVALID_EXPIRY = "INVALID_EXPIRY", _("This time has passed.")
    TOO_MANY_TOKENS = "TOO_MANY_TOKENS", _("That is too many tokens: revoke one first.")
    SESSION_REQUIRED = "SESSION_REQUIRED", _("Only who signed in by session can do that.")
    NOT_FOUND = "NOT_FOUND", _("There is nothing with this id that you can see.")
    INVALID_INPUT = "INVALID_INPUT", _("These inputs don't go together.")
    INVALID_ID = "INVALID_ID", _("This is not an id of what is asked for here.")
    INVALID_PAGE = "INVALID_PAGE", _("A page can't have this size.")
    INVALID_CURSOR = "INVALID_CURSOR", _("This cursor is not one of this list.")


class Refused(Exception):
    """Something that Talk refuses to do.

    `code` says which rule, `message` says it to a person, `path` names the input at fault.
    """

    code: RefusalCode
    message: str | Promise
    path: tuple[str, ...]


class MessagingPermissionDenied(Refused, PermissionDenied):
    """The caller may not do this, whatever the input."""

    def __init__(
        self, code: RefusalCode, message: Any = None, *, path: tuple[str, ...] = ()
    ) -> None:
        text = message or code.label
        PermissionDenied.__init__(self, text)
        self.code, self.message, self.path = code, text, path


# `ValidationError` has a code and a message, too, of looser types.
class MessagingValidationError(Refused, ValidationError):  # type: ignore[misc]
    """The input is not one that can be acted upon."""

    def __init__(
        self, code: RefusalCode, message: Any = None, *, path: tuple[str, ...] = ()
    ) -> None:
        text = message or code.label
        ValidationError.__init__(self, text, code=code)
        self.code, self.message, self.path = code, text, path


class ResyncRequired(Exception):
    """Events right after a cursor are no longer, or not yet, there: start from a fresh query."""
