"""The people whom a mutation names."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import strawberry
from django.contrib.auth import get_user_model

from talk.conf import conf
from talk.exceptions import MessagingValidationError, RefusalCode, Refused
from talk.models import Conversation, Participation
from talk.visibility import known_to

from ..authentication import rates
from ..ids import key_of

#: What a verb refuses because of whom it is given.
ABOUT_PEOPLE = {
    RefusalCode.CANNOT_BLOCK_YOURSELF,
    RefusalCode.CANNOT_REPORT_YOURSELF,
    RefusalCode.NOT_REACHABLE,
    RefusalCode.NO_RECIPIENTS,
    RefusalCode.TOO_MANY_PARTICIPANTS,
    RefusalCode.UNKNOWN_USER,
}


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


def others(
    info: Any,
    place: Participation,
    ids: Sequence[strawberry.ID],
    path: str,
    *,
    as_admin: bool = False,
) -> list[Any]:
    """Like `people`, for the viewer to act on from their place in a conversation.

    What keeps the viewer from acting is raised before anything about the others.
    """
    if [key_of(get_user_model(), each, path) for each in ids] != [place.user_id]:
        place.must_act(as_admin=as_admin)
    return people(info, ids, path)


@contextmanager
def named_by(path: str) -> Iterator[None]:
    """What is refused because of people is said of `path`, the only input that names any."""
    try:
        yield
    except Refused as refused:
        if refused.code in ABOUT_PEOPLE:
            refused.path = (path,)
        raise


def count_start(info: Any, recipients: Sequence[Any]) -> None:
    """Count it as a start if what is sent to these people starts their conversation."""
    viewer = info.context.viewer
    if not Conversation.objects.of_exactly(viewer, recipients).exists():
        rates.spend(info.context, "start", rates.times_for(recipients))
