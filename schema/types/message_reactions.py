"""The GraphQL type `Reaction`, read for all messages of an answer at once."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Annotated, Any

import strawberry

from talk import models
from talk.models import reaction as questions
from talk.prepared import round_up

from ..authentication.context import Info
from ..loading.views import load_for_page, show, view_around
from ..pagination import page_size
from .fields import field
from .nodes import User

#: How many users are named unless a client asks for more. With ten, a page of 50 messages with all
#: reactions and names would cost more than `MAX_COST`.
FEW = 5


@strawberry.type(
    description="All reactions to a message with the same emoji, counted. Each person has at most "
    "one of them."
)
class Reaction:
    emoji: str = strawberry.field(
        description="The emoji, without the selectors U+FE0E and U+FE0F; or a name, if the server "
        "allows names."
    )
    count: int = strawberry.field(
        description="How many people reacted with it. Users whom the viewer blocked and deleted "
        "accounts count, too."
    )
    message: strawberry.Private[models.Message]
    #: Whether the viewer reacted. None if the answer is shared by several viewers.
    own: strawberry.Private[bool | None]

    @field(description="Whether the viewer reacted with it.")
    def viewer_reacted(self: Any, info: Info) -> bool:
        if self.own is not None:
            return bool(self.own)
        return info.context.is_among(_reactors(info, self.message).get(self.emoji, frozenset()))

    @field(
        description="The users who reacted with it first, the earliest first. Users whom the "
        "viewer blocked and deleted accounts are left out, so there may be fewer than `first`."
    )
    def users(
        self: Any,
        info: Info,
        first: Annotated[
            int, strawberry.argument(description="The first so many of them: at most 100.")
        ] = FEW,
    ) -> list[User]:
        page_size(first, "first")
        found = _first_users(info, self.message, first).get(self.emoji, ())
        return [user for user in found if not info.context.has_blocked(user.pk)]


def reactions(info: Any, message: models.Message) -> list[Reaction]:
    """The reactions to a message that the viewer sees, in the order in which the emoji began."""
    if message.removal:
        return []
    is_shared = view_around(info, message).participation is None
    viewer = None if is_shared else info.context.viewer.pk

    def load_all(messages: list[models.Message]) -> Mapping[int, list[Reaction]]:
        found: defaultdict[int, list[Reaction]] = defaultdict(list)
        shown = {each.pk: each for each in messages}
        for key, emoji, count, own in _counted(info, messages, viewer):
            own = None if is_shared else bool(own)
            found[key].append(Reaction(emoji=emoji, count=count, message=shown[key], own=own))
        return found

    return load_for_page(message, ("reactions", viewer), load_all) or []


def _counted(info: Any, messages: list[models.Message], viewer: Any) -> Iterable[Any]:
    if inactive := _inactive(info, messages):
        return models.Reaction.objects.to(messages, inactive).counted(viewer)
    seen_by = {} if viewer is None else {"viewer": viewer}
    return questions.counted(messages=[each.pk for each in messages], **seen_by).ask()


def _first_users(info: Any, message: models.Message, size: int) -> Mapping[str, list[Any]]:
    """The first users who reacted with each emoji to a message."""

    def load_all(messages: list[models.Message]) -> Mapping[int, Mapping[str, list[Any]]]:
        if inactive := _inactive(info, messages):
            rows: Iterable[Any] = models.Reaction.objects.to(messages, inactive).first_of_each(size)
        else:
            keys = [each.pk for each in messages]
            # Each size is another SQL statement, so it is rounded up.
            rows = questions.first_of_each(round_up(size), messages=keys).ask()
        users = _by_emoji((row.message_id, row.emoji, row.user) for row in rows)
        for each in users.values():
            each |= {emoji: found[:size] for emoji, found in each.items()}
            show([user for found in each.values() for user in found])
        return users

    return load_for_page(message, ("reactors", size), load_all) or {}


def _reactors(info: Any, message: models.Message) -> Mapping[str, frozenset[Any]]:
    """The keys of all users who reacted with each emoji to a message."""

    def load_all(messages: list[models.Message]) -> Mapping[int, Mapping[str, frozenset[Any]]]:
        rows = models.Reaction.objects.filter(message__in=messages, user__isnull=False)
        found = _by_emoji(rows.values_list("message", "emoji", "user"))
        return {
            key: {emoji: frozenset(users) for emoji, users in emoji_of.items()}
            for key, emoji_of in found.items()
        }

    return load_for_page(message, "keys of reactors", load_all) or {}


def _by_emoji(rows: Iterable[tuple[int, str, Any]]) -> dict[int, dict[str, list[Any]]]:
    """Something of each reaction, by message and emoji."""
    found: dict[int, dict[str, list[Any]]] = {}
    for key, emoji, value in rows:
        found.setdefault(key, {}).setdefault(emoji, []).append(value)
    return found


def _inactive(info: Any, messages: list[models.Message]) -> list[models.Participation]:
    """The viewer's participations that are not active in the conversations of these messages."""
    views = {each.conversation_id: view_around(info, each) for each in messages}
    return [own for view in views.values() if (own := view.inactive) is not None]
