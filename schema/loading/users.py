"""Finds the users that a client names by their global ids.

A user of whom the viewer may not know is answered like one that does not exist.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import strawberry
from django.contrib.auth import get_user_model

from talk.conf import conf
from talk.exceptions import MessagingValidationError, RefusalCode, Refused
from talk.models import Conversation, Participation
from talk.visibility import known_to, known_users

from ..authentication import rates
from ..ids import key_of

#: The refusals that are about the users whom a caller named.
ABOUT_USERS = {
    RefusalCode.CANNOT_BLOCK_YOURSELF,
    RefusalCode.CANNOT_REPORT_YOURSELF,
    RefusalCode.NOT_REACHABLE,
    RefusalCode.NO_RECIPIENTS,
    RefusalCode.TOO_MANY_PARTICIPANTS,
    RefusalCode.UNKNOWN_USER,
}


def users_of(info: Any, ids: Sequence[strawberry.ID], path: str) -> list[Any]:
    """The users with the global ids in the input `path`.

    Raises a refusal if there are too many, or if one of them can't be found.
    """
    _must_not_be_too_many(ids, path)
    return _find(info, _keys_of(ids, path), path)


def other_users(
    info: Any,
    own: Participation,
    ids: Sequence[strawberry.ID],
    path: str,
    *,
    as_admin: bool = False,
) -> list[Any]:
    """Like `users_of`, for a mutation on these users in the conversation of `own`.

    `own` is the viewer's participation. A viewer who may not act there is refused before any user
    is looked up, and so learns nothing about users.
    """
    keys = _keys_of(ids, path)
    if keys != [own.user_id]:
        own.must_be_able_to_act(as_admin=as_admin)
    _must_not_be_too_many(ids, path)
    return _find(info, keys, path)


def visible_user(info: Any, key: Any) -> Any:
    """The user with this key, if the viewer may know of them, or None."""
    users = get_user_model()._default_manager.filter(pk=key)
    return known_to(info.context.viewer, users).first()


def user_keys_of(ids: Sequence[strawberry.ID], path: str) -> list[Any]:
    """The keys in these global ids from the input `path`. No user is looked up.

    For verbs that refuse people who don't take part, whether they have an account or not.
    """
    return _keys_of(ids, path)


@contextmanager
def refused_at(path: str) -> Iterator[None]:
    """Let refusals about users name the input `path`, in which the client named them."""
    try:
        yield
    except Refused as refused:
        if refused.code in ABOUT_USERS:
            refused.path = (path,)
        raise


def count_start(info: Any, recipients: Sequence[Any]) -> None:
    """Count a message to these users against the rate limit `start`, if they have no conversation
    with the viewer yet.
    """
    viewer = info.context.viewer
    if not Conversation.objects.of_exactly(viewer, recipients).exists():
        rates.count_for_viewer(info.context, "start", rates.times_for_people(recipients))


def _must_not_be_too_many(ids: Sequence[strawberry.ID], path: str) -> None:
    if len(ids) > conf.MAX_PARTICIPANTS:
        raise MessagingValidationError(RefusalCode.TOO_MANY_PARTICIPANTS, path=(path,))


def _keys_of(ids: Sequence[strawberry.ID], path: str) -> list[Any]:
    model = get_user_model()
    return [key_of(model, each, path) for each in ids]


def _find(info: Any, keys: list[Any], path: str) -> list[Any]:
    if not keys:
        return []
    different = set(keys)
    found = known_users(info.context.viewer, different)
    if len(found) < len(different):
        raise MessagingValidationError(RefusalCode.UNKNOWN_USER, path=(path,))
    return found
