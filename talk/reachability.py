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
    _must_not_be_blocked(sender.pk, recipients)
    _must_be_all(recipients, policy().may_write_to(sender, recipients))


def must_be_invitable(member: "Participation", invited: Sequence["User"]) -> None:
    """Raise `NOT_REACHABLE` unless this member may invite all of them. See `must_reach`."""
    if not invited:
        return
    _must_not_be_blocked(member.user_id, invited)
    _must_be_all(invited, policy().may_invite(member, invited))


def _must_not_be_blocked(user_pk: Any, by: Sequence["User"]) -> None:
    from .models import Block

    if Block.objects.bars(user_pk, [user.pk for user in by]):
        raise MessagingPermissionDenied(RefusalCode.NOT_REACHABLE)


def _must_be_all(users: Iterable["User"], allowed: Iterable["User"]) -> None:
    if not {user.pk for user in users} <= {user.pk for user in allowed}:
        raise MessagingPermissionDenied(RefusalCode.NOT_REACHABLE)
