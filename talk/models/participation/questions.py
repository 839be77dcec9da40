"""Prepared queries for participations: those that are asked all day.

Each stands for the queryset or update that its function returns; see `talk.prepared`.
"""

from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.db import models, router
from django.db.models import Q

from ...prepared import among, changing, prepared
from ..block import Block
from ..first_of_each import first_of_each
from ..shown_users import with_users
from .unread import first_unread, unread_mentions

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from . import Participation
    from .queryset import ParticipationQuerySet


def _all() -> "ParticipationQuerySet":
    from . import Participation

    return Participation.objects.all()


@prepared
def by_key(key: Any) -> "ParticipationQuerySet":
    """One row, read from the database that is written to."""
    rows = _all()
    return rows.using(router.db_for_write(rows.model)).filter(pk=key)


@prepared
def locked(key: Any) -> "ParticipationQuerySet":
    """One row, which is locked until the transaction ends. Nothing else of it may be locked yet."""
    rows = _all().using(router.db_for_write(_all().model))
    return rows.select_for_update(no_key=True).filter(pk=key)


@prepared
def of_user(user: Any, conversation: Any) -> "ParticipationQuerySet":
    return _all().filter(user=user, conversation=conversation).with_whole_users()


@prepared
def of_user_by_key(user: Any, key: Any) -> "ParticipationQuerySet":
    """`user`'s participation in the conversation to which the project gave this key."""
    return _all().filter(user=user, conversation__key=key).with_whole_users()


@prepared
def of_user_at_message(user: Any, message: Any) -> "ParticipationQuerySet":
    """`user`'s participation in the conversation of a message, by the key of the message."""
    return _all().filter(user=user, conversation__messages__pk=message).with_whole_users()


@prepared
def partners(conversation: Any, user: Any) -> "models.QuerySet[User]":
    """The other people of a private conversation: one, or none if the account was erased."""
    others = get_user_model()._base_manager.exclude(pk=user)
    return others.filter(talk_participations__conversation=conversation)


@prepared
def blocked_in(conversation: Any, user: Any) -> "models.QuerySet[Block, Any]":
    """Those of the people of a conversation whom `user` has blocked."""
    blocks = Block.objects.filter(blocked__talk_participations__conversation=conversation)
    return blocks.filter(blocker=user).values_list("blocked", flat=True)


@prepared
def inbox_page(most: int, user: Any, at: Any = None, key: Any = None) -> "ParticipationQuerySet":
    page = _all().inbox_for(user).with_unread_count()
    if at is not None:
        # The second condition implies the first, by which the database enters the index.
        page = page.filter(last_activity_at__lte=at).filter(
            Q(last_activity_at__lt=at) | Q(pk__lt=key)
        )
    return page[:most]


def page_rows(
    size: int, present: Any, gone: Any, status: Any, after: Any, rows: "ParticipationQuerySet"
) -> "ParticipationQuerySet":
    """`pages_in` among `rows`, as a queryset that is not prepared."""
    later = rows.filter(pk__gt=after)
    first = first_of_each("conversation", present, later.filter(status=status), size)
    return with_users(later.seen_by(first, gone), "user").order_by("conversation", "pk")


@prepared
def pages_in(
    size: int, present: Any, gone: Any, status: Any, after: Any
) -> "ParticipationQuerySet":
    return page_rows(size, present, gone, status, after, _all())


@prepared
def counts_in(present: Any, gone: Any) -> "models.QuerySet[Participation, Any]":
    active = Q(among("conversation", present), status="active")
    seen = _all().seen_by(active, gone)
    return seen.order_by().values_list("conversation").annotate(models.Count("pk"))


@prepared
def reading_in(most: int, conversations: Any) -> "models.QuerySet[Participation, Any]":
    """How far the first `most` people who take part in each of these conversations have read."""
    first = first_of_each("conversation", conversations, _all().active(), most)
    rows = _all().filter(first).order_by("conversation", "pk")
    return rows.values_list(
        "conversation", "pk", "user", "last_read_number", "joined_at_number", "read_privately"
    )


@prepared
def with_keys(keys: Any) -> "ParticipationQuerySet":
    """The participations with these keys, in the order in which the people first joined."""
    return with_users(_all().filter(among("pk", keys)), "user").order_by("pk")


@prepared
def clearers_of(conversations: Any) -> "models.QuerySet[Participation, Any]":
    cleared = _all().active().filter(among("conversation", conversations), history_from__gt=1)
    return cleared.values_list("conversation", "user", "history_from")


@prepared
def changed_since(most: int, user: Any, since: Any) -> "ParticipationQuerySet":
    changed = _all().filter(user=user, changed_at__gte=since)
    shown = with_users(changed.with_conversation().with_unread_count(), "invited_by")
    return shown.order_by("changed_at", "pk")[:most]


@prepared
def with_unread_count(keys: Any) -> "ParticipationQuerySet":
    return _all().filter(among("pk", keys)).with_unread_count()


@prepared
def unread_mention_counts(keys: Any) -> "models.QuerySet[Participation, Any]":
    """The key of each of these participations that is active, and how many unread mentions it has.

    All of them that have something unread, that is: others have no unread mention.
    """
    unread = _all().active().filter(among("pk", keys), first_unread_number__isnull=False)
    return unread.values_list("pk", unread_mentions())


@prepared
def pinned_count(user: Any) -> "models.QuerySet[Participation, Any]":
    """How many conversations a user has pinned. No row if there are none."""
    rows = _all()
    pinned = rows.using(router.db_for_write(rows.model)).filter(user=user, pinned_at__isnull=False)
    return pinned.order_by().values("user").values_list(models.Count("pk"), flat=True)


@prepared
def moved(conversation: Any, users: Any, at: Any, unread: Any = None) -> Any:
    """The update of active members whose inboxes show another row, because of a mention.

    With `unread`, only those for whom the message with this number is unread.
    """
    members = _all().active().filter(among("user", users), conversation=conversation)
    if unread is not None:
        members = members.filter(first_unread_number__lte=unread)
    return changing(members, changed_at=at)


@prepared
def reading(key: Any, number: Any, read_privately: Any, at: Any) -> Any:
    """The update of a participation whose person has read up to a number, further than before."""
    return changing(
        _all().filter(pk=key),
        last_read_number=number,
        read_privately=read_privately,
        unread_again_from=None,
        first_unread_number=first_unread(above=number),
        marked_unread_at=None,
        changed_at=at,
    )


@prepared
def reading_again(key: Any, number: Any, at: Any, **marks: Any) -> Any:
    """The update of a participation whose person has read again up to a number.

    `marks` are the columns of what is still marked as unread.
    """
    unread = first_unread(above=number)
    return changing(_all().filter(pk=key), first_unread_number=unread, changed_at=at, **marks)


@prepared
def marking_unread(key: Any, number: Any, above: Any, at: Any) -> Any:
    """The update of a participation with unread messages from `number` on, which is `above` + 1."""
    return changing(
        _all().filter(pk=key),
        unread_again_from=number,
        first_unread_number=first_unread(above=above),
        marked_unread_at=at,
        changed_at=at,
    )


@prepared
def others_in(user: Any, conversations: Any) -> "ParticipationQuerySet":
    """The participations of everybody but `user` in these conversations, with the accounts."""
    others = _all().filter(among("conversation", conversations)).exclude(user=user)
    return others.select_related("user")


@prepared
def leaders(conversations: Any, users: Any) -> "models.QuerySet[Participation, Any]":
    leading = _all().filter(among("conversation", conversations), among("user", users))
    return leading.exclude(role="member").values_list("conversation", "user", "role")
