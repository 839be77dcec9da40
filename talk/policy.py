"""The hook by which a project decides who may find, write to, invite and mention whom, and pin."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.utils.module_loading import import_string

from .conf import conf

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from .models import Participation

#: The most people of a conversation in which any member may mention everybody.
MOST_FOR_MEMBERS = 100


class Policy:
    """Everybody may reach everybody. Name a subclass in `TALK["POLICY"]` to restrict that.

    Each process makes one instance. Blocks hold whatever a policy says.
    """

    def may_find(self, viewer: "User", people: QuerySet[Any]) -> QuerySet[Any]:
        """Those of `people` whom `viewer` finds by a search, or by their ids."""
        return people

    def may_write_to(self, sender: "User", people: Sequence["User"]) -> Iterable["User"]:
        """Those of `people` with whom `sender` may start a conversation, or continue a private one.

        In a group every member writes to everybody.
        """
        return people

    def may_invite(self, member: "Participation", people: Sequence["User"]) -> Iterable["User"]:
        """Those of `people` whom a member may take into their group, or bring back into it."""
        return people

    def may_mention_all(self, member: "Participation", people: int) -> bool:
        """Whether a member may mention everybody who takes part, all together.

        `people` is how many take part. By default it is up to owners and admins if these are more
        than `MOST_FOR_MEMBERS`.
        """
        return member.role != member.Role.MEMBER or people <= MOST_FOR_MEMBERS

    def may_pin(self, member: "Participation") -> bool:
        """Whether a member may pin messages of their conversation, and unpin them.

        By default owners and admins of a group may, and both people of a private conversation.
        """
        return member.role != member.Role.MEMBER or member.conversation.is_private


def policy() -> Policy:
    """The instance of the project's class."""
    return _made(conf.POLICY)


@cache
def _made(path: str) -> Policy:
    made: Policy = import_string(path)()
    return made
