"""How the viewer stands in the conversations that an operation shows, to tell what they may do."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from talk import models
from talk.policy import Policy, policy

from .views import View, load, load_for_page, own_participation

_Role = models.Participation.Role
#: Stands for the key of any user but the sender of a message.
_SOMEBODY_ELSE: Any = object()


@dataclass(frozen=True, slots=True)
class Standings:
    """The keys of the active members of one conversation who differ from plain members."""

    owners: frozenset[Any]
    admins: frozenset[Any]
    suspended: frozenset[Any]
    #: Those who reach the other person of a private conversation.
    reaching: frozenset[Any]


def standing_of(
    info: Any, conversation: models.Conversation, author: Any = None
) -> models.Participation:
    """The viewer's participation, which knows whether they reach the other of a private one.

    In a live result that members share, it is a row like theirs that is in no table, and tells
    whether the viewer is the user with the key `author`.
    """
    found: models.Participation | Standings = load(info, "standing", conversation, _standings)
    if isinstance(found, Standings):
        return _row_like_the_viewers(info.context, conversation, found, author)
    return found


def member_for_policy(
    info: Any, conversation: models.Conversation, author: Any = None
) -> models.Participation:
    """`standing_of`, for a project's policy about members, which may look at the user, too."""
    used = type(policy())
    if used.may_mention_all is Policy.may_mention_all and used.may_pin is Policy.may_pin:
        return standing_of(info, conversation, author)
    own = own_participation(info, conversation)
    return own.knowing(reaches_partner=standing_of(info, conversation).reaches_partner is not False)


def role_of_sender(message: models.Message) -> str | None:
    """The role that the sender of a message has now; None for plain members and people who left."""
    return load_for_page(message, "role_of_sender", _roles_of_senders)


def _roles_of_senders(messages: list[models.Message]) -> Mapping[int, str]:
    conversations = {each.conversation_id for each in messages}
    senders = {each.sender_id for each in messages if each.sender_id is not None}
    rows = models.Participation.objects.roles_of_leaders(list(conversations), list(senders))
    roles: dict[Any, str] = {(conversation, user): role for conversation, user, role in rows}
    return {
        each.pk: role
        for each in messages
        if (role := roles.get((each.conversation_id, each.sender_id))) is not None
    }


def _standings(views: list[View]) -> Mapping[int, models.Participation | Standings]:
    """The participations of the views, all of one person; for views of all members, `Standings`."""
    own = {view.conversation.pk: view.participation for view in views}
    private = [view.conversation.pk for view in views if view.conversation.is_private]
    people = [each for key in private if (each := own[key]) is not None and each.is_active]
    reached = set()
    if people:
        where = [each.conversation_id for each in people]
        reached = models.Participation.objects.partners_reached(people[0].user, where)
    found: dict[int, models.Participation | Standings] = {}
    for view in views:
        key, each = view.conversation.pk, view.participation
        if each is None:
            found[key] = _standings_in(view.conversation)
        else:
            found[key] = each.knowing(reaches_partner=key in reached)
    return found


def _row_like_the_viewers(
    context: Any, conversation: models.Conversation, standings: Standings, author: Any
) -> models.Participation:
    """A row with what the rules ask of the viewer, by questions that many members answer alike."""
    is_suspended = _is_among(context, standings.suspended)
    is_author = author is not None and context.is_viewer(author)
    own = models.Participation(
        conversation=conversation,
        user_id=author if is_author else _SOMEBODY_ELSE,
        role=_Role.MEMBER if is_suspended else _role_in(context, standings),
        suspended_at=conversation.changed_at if is_suspended else None,
    )
    own.reaches_partner = conversation.is_private and context.is_among(standings.reaching)
    return own


def _role_in(context: Any, standings: Standings) -> str:
    if _is_among(context, standings.owners):
        return _Role.OWNER
    return _Role.ADMIN if _is_among(context, standings.admins) else _Role.MEMBER


def _is_among(context: Any, users: frozenset[Any]) -> bool:
    return bool(users) and context.is_among(users)


def _standings_in(conversation: models.Conversation) -> Standings:
    active = models.Participation.objects.active().filter(conversation=conversation)
    special = active.exclude(role=_Role.MEMBER, suspended_at=None)
    rows = list(special.values_list("user", "role", "suspended_at"))
    return Standings(
        owners=frozenset(user for user, role, _at in rows if role == _Role.OWNER),
        admins=frozenset(user for user, role, _at in rows if role == _Role.ADMIN),
        suspended=frozenset(user for user, _role, at in rows if at is not None),
        reaching=frozenset(_reaching_in(conversation) if conversation.is_private else ()),
    )


def _reaching_in(conversation: models.Conversation) -> list[Any]:
    rows = models.Participation.objects.filter(conversation=conversation).select_related("user")
    reached = models.Participation.objects.partners_reached
    return [each.user_id for each in rows if reached(each.user, [conversation.pk])]
