"""The rule for writing to people and inviting them: blocks first, then the project's policy."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from .exceptions import MessagingPermissionDenied, RefusalCode
from .policy import policy

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from .models import Participation


def must_reach(sender: "User", recipients: Sequence["User"]) -> None:
    """Raise `NOT_REACHABLE` unless `sender` may write to all recipients.

    The answer holds until the transaction ends if the caller holds their accounts, or the lock of
    a conversation with them.
    """
    _must_be_all(recipients, reached_by(sender, recipients))


def reached_by(sender: "User", people: Sequence["User"]) -> list["User"]:
    """Those of `people` to whom `sender` may write."""
    blockers = _blockers_of(sender.pk, people)
    others = [each for each in people if each.pk not in blockers]
    allowed = {each.pk for each in policy().may_write_to(sender, others)} if others else ()
    return [each for each in others if each.pk in allowed]


def must_be_invitable(member: "Participation", invited: Sequence["User"]) -> None:
    """Raise `NOT_REACHABLE` unless this member may invite all of them. See `must_reach`."""
    if not invited:
        return
    if _blockers_of(member.user_id, invited):
        raise MessagingPermissionDenied(RefusalCode.NOT_REACHABLE)
    _must_be_all(invited, policy().may_invite(member, invited))


def _blockers_of(user_pk: Any, people: Sequence["User"]) -> frozenset[Any]:
    from .models import Block

    return Block.objects.blockers_of(user_pk, [each.pk for each in people])


def _must_be_all(users: Iterable["User"], allowed: Iterable["User"]) -> None:
    if not {user.pk for user in users} <= {user.pk for user in allowed}:
        raise MessagingPermissionDenied(RefusalCode.NOT_REACHABLE)
