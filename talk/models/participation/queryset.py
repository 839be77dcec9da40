"""Finds participations: the inbox, invitations, participants of a conversation."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import OuterRef, Q
from django.db.models.functions import Coalesce

from ...exceptions import MessagingPermissionDenied, MessagingValidationError, RefusalCode
from ...prepared import Question, among, round_up
from ...reachability import reached_by
from ..conversation import members
from ..conversation.describing import NOTHING
from ..message import Message
from ..name_word import NameWord
from ..shown_users import with_users
from . import questions
from .standing import Standing
from .unread import ENDLESS, UNREAD_CAP, CountRows

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from ..conversation import Conversation
    from . import Participation


class ParticipationQuerySet(models.QuerySet["Participation"]):
    # Which rows.

    def active(self) -> Self:
        return self.filter(status=Standing.Status.ACTIVE)

    def expected(self) -> Self:
        """Those of active members, and of people who are invited."""
        return self.filter(status__in=(Standing.Status.ACTIVE, Standing.Status.INVITED))

    def inbox_for(
        self, user: "User", status: str = "active", *, archived: bool | None = False
    ) -> Self:
        """`user`'s participations with this status, the most recently active conversation first.

        Those that are not archived; with `archived`, only those that are; for None, both.
        """
        inbox = self.filter(user=user, status=status).with_conversation()
        if archived is not None:
            inbox = inbox.filter(archived_at__isnull=not archived)
        return inbox.order_by("-last_activity_at", "-pk")

    def invitations_of(self, user: "User") -> Self:
        """`user`'s open invitations, the latest first."""
        invited = self.filter(user=user, status=Standing.Status.INVITED).with_conversation()
        return with_users(invited, "invited_by").order_by("-changed_at", "-pk")

    def shared_with(self, user: "User") -> Self:
        """The active participations of others in the conversations in which `user` is active.

        Those of people who blocked `user` are left out.
        """
        theirs = self.model.objects.filter(user=user).active().values("conversation")
        others = self.filter(conversation__in=theirs).active().exclude(user=user)
        return others.exclude(user__talk_blocks__blocked=user)

    def unread(self) -> Self:
        """Those with unread messages, or marked as unread."""
        return self.filter(Q(first_unread_number__isnull=False) | Q(marked_unread_at__isnull=False))

    def all_read(self) -> Self:
        return self.filter(first_unread_number=None, marked_unread_at=None)

    def named(self, text: str) -> Self:
        """Those of people in whose names each word of `text` begins a word, in any order."""
        return NameWord.objects.having(text, self, "user")

    def seen_by(self, present: Q, gone: Iterable[Any]) -> Self:
        """Those that a person sees.

        `present` is the condition for conversations that they take part in. Of conversations that
        they left, they see only their own participation: `gone` has its keys.
        """
        return self.filter(present | Q(among("pk", gone)))

    # What is read with each row.

    def with_conversation(self) -> Self:
        """With the conversation, its latest message, and the users that lists and streams show."""
        latest = "conversation__latest_message"
        shown = with_users(self, "user", f"{latest}__sender", f"{latest}__subject")
        # No list or stream shows these.
        left_out = ["folded_title", "members_key", "pair", "purged_number"]
        left_out += [f"{name}_by" for name in NOTHING]
        return shown.defer(
            *(f"conversation__{column}" for column in left_out),
            f"{latest}__fingerprint",
        )

    def with_whole_users(self) -> Self:
        """`with_conversation` with all columns of the users, for verbs and policies."""
        return self.with_conversation().defer(None)

    def with_unread_count(self) -> Self:
        """With `unread_count`, counted in the same query."""
        unread = Message.objects.texts_of_others().filter(
            number__gte=OuterRef("first_unread_number"),
            number__lte=Coalesce(OuterRef("left_at_number"), ENDLESS),
        )
        return self.annotate(_unread_count=CountRows(unread.values("pk")[:UNREAD_CAP]))

    # One row.

    def of(self, user: "User", conversation: "Conversation") -> "Participation":
        """`user`'s participation in `conversation`, also one that they left.

        Raises `MessagingPermissionDenied` if they never had one.
        """
        stranger = MessagingPermissionDenied(RefusalCode.NOT_A_PARTICIPANT)
        return self._found(user, conversation, stranger)

    def of_other(self, user: "User", conversation: "Conversation") -> "Participation":
        """Like `of`, for a user whom the caller names: raises `MessagingValidationError`."""
        stranger = MessagingValidationError(RefusalCode.NEVER_JOINED)
        return self._found(user, conversation, stranger)

    def find(self, user: "User", conversation_key: int) -> "Participation | None":
        """`user`'s participation in a conversation, with all that is shown of it, or None."""
        found = self.find_question(user, conversation_key).ask()
        return found[0] if found else None

    def find_question(self, user: "User", conversation_key: int) -> Question["Participation"]:
        """`find` as a question, to be asked together with others."""
        return questions.of_user(user=user, conversation=conversation_key)

    def find_by_key_question(self, user: "User", key: str) -> Question["Participation"]:
        """`find_question` for the conversation to which the project gave this key."""
        return questions.of_user_by_key(user=user, key=key)

    def find_at_question(self, user: "User", message_key: int) -> Question["Participation"]:
        """`find_question` for the conversation of a message, by the key of the message."""
        return questions.of_user_at_message(user=user, message=message_key)

    # Prepared queries.

    def inbox_page_question(
        self, user: "User", most: int, before: tuple[datetime, int] | None = None
    ) -> Question["Participation"]:
        """The question for the first `most` rows of `inbox_for`, with unread counts.

        `before` is the `last_activity_at` and the key of the row that the page follows.
        """
        position = {} if before is None else dict(zip(("at", "key"), before, strict=True))
        return questions.inbox_page(most, user=user, **position)

    def changed_since_question(
        self, user: "User", since: datetime, least: int
    ) -> Question["Participation"]:
        """The question for `user`'s participations in the order of their changes.

        It asks for at least the next `least`.
        """
        return questions.changed_since(round_up(least), user=user, since=since)

    def pages_in(
        self,
        present: list[int],
        gone: list[int],
        status: str,
        size: int,
        after: int,
        named: str | None = None,
    ) -> "list[Participation]":
        """A page of participants for each of many conversations, as one person sees them.

        For each conversation in `present`, the first `size` rows with `status` whose key is above
        `after`. `gone` has the keys of the person's participations in conversations that they left.
        With `named`, only those of people whose names have these words; see `NameWord`.
        """
        given = {"present": present, "gone": gone, "status": status, "after": after}
        if named is None:
            return questions.pages_in(size, **given).ask()
        return list(questions.page_rows(size, **given, rows=self.named(named)))

    def counts_in(self, present: list[int], gone: list[int]) -> dict[int, int]:
        """How many active participants a person sees in each conversation, as in `pages_in`.

        Conversations without any are left out.
        """
        return dict(questions.counts_in(present=present, gone=gone).ask())

    def with_keys(self, keys: list[int]) -> "list[Participation]":
        """The participations with these keys and their users, in the order of `pages_in`."""
        return questions.with_keys(keys=keys).ask()

    def unread_counts(self, participations: "Iterable[Participation]") -> dict[int, int]:
        """The `unread_count` of each of these participations, by key."""
        keys = [each.pk for each in participations]
        return {each.pk: each.unread_count for each in questions.with_unread_count(keys=keys).ask()}

    def unread_mention_counts(self, participations: "Iterable[Participation]") -> dict[int, int]:
        """How many unread messages mention each of these members, up to `UNREAD_CAP`, by key."""
        keys = [each.pk for each in participations if each.first_unread_number is not None]
        counted = questions.unread_mention_counts(keys=keys).ask() if keys else []
        return {key: min(count, UNREAD_CAP) for key, count in counted}

    def clearers_of(self, conversations: list[int]) -> list[tuple[int, Any, int]]:
        """The active members who cleared one of these conversations for themselves.

        For each: the keys of the conversation and the user, and the first number that they see.
        """
        return questions.clearers_of(conversations=conversations).ask()

    def partners_reached(self, user: "User", conversations: Iterable[Any]) -> set[int]:
        """Those of these private conversations in which `user` may write to the other person."""
        others = questions.others_in(user=user, conversations=list(conversations)).ask()
        partners = [each for each in others if each.user.is_active]
        reached = {each.pk for each in reached_by(user, [each.user for each in partners])}
        return {each.conversation_id for each in partners if each.user_id in reached}

    def roles_of_leaders(
        self, conversations: list[int], users: list[Any]
    ) -> list[tuple[int, Any, str]]:
        """Which of these users are owners or admins of these conversations: with their roles.

        They have these roles also after they left.
        """
        return questions.leaders(conversations=conversations, users=users).ask()

    def unread_total(self, user: "User", *, muted: bool = False) -> int:
        """The unread messages of `user`'s whole inbox, counted up to `UNREAD_CAP`.

        Without those of archived conversations and, unless `muted` is true, of muted ones.
        """
        return Message.objects.unread_by(user, muted=muted)[:UNREAD_CAP].count()

    def _found(
        self, user: "User", conversation: "Conversation", otherwise: Exception
    ) -> "Participation":
        rows = members.of_users(conversation=conversation, users=[user.pk]).ask()
        if not rows:
            raise otherwise
        (found,) = rows
        found.conversation = conversation
        return found
