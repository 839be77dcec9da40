"""The people whom a mutation names."""

from collections.abc import Sequence
from typing import Any

import strawberry
from django.contrib.auth import get_user_model

from talk.conf import conf
from talk.exceptions import MessagingValidationError, RefusalCode
from talk.models import Conversation
from talk.policy import known_to

from . import rates
from .ids import key_of


def people(info: Any, ids: Sequence[strawberry.ID], path: str) -> list[Any]:
    """The users with these global ids; raises if they are too many, or if one is none.

    Somebody of whom the viewer may not know is answered like one who isn't there.
    """
    if len(ids) > conf.MAX_PARTICIPANTS:
        raise MessagingValidationError(RefusalCode.TOO_MANY_PARTICIPANTS, path=(path,))
    if not ids:
        return []
    model = get_user_model()
    keys = {key_of(model, each, path) for each in ids}
    found = list(known_to(info.context.viewer, model._default_manager.filter(pk__in=keys)))
    if len(found) < len(keys):
        raise MessagingValidationError(RefusalCode.UNKNOWN_USER, path=(path,))
    return found


def count_start(info: Any, recipients: Sequence[Any]) -> None:
    """Count it as a start if what is sent to these people starts their conversation."""
    viewer = info.context.viewer
    if not Conversation.objects.of_exactly(viewer, recipients).exists():
        rates.spend(info.context, "start", rates.times_for(recipients))
