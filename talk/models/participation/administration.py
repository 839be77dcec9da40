"""The verbs of owners and admins of a group: change a role, rename the group, describe it."""

from typing import TYPE_CHECKING, Any

from ...deactivation import is_active
from ...exceptions import MessagingPermissionDenied, MessagingValidationError, RefusalCode
from ...text import clean_title
from ..attachment.avatars import asking_for_check
from ..conversation.describing import cleaned
from ..event import Event
from ..message.references import key_of
from .acting import Acting

if TYPE_CHECKING:
    from ..attachment import Attachment
    from ..conversation.change import Change


class Administration(Acting):
    """Changes roles, titles and descriptions. Without `by`, the project itself changes a role."""

    class Meta:
        abstract = True

    def change_role(self, role: Acting.Role, by: Acting | None = None) -> None:
        """Give this member another role.

        Owners give any role. Admins make members admins.
        """
        with self.changed_by(by) as change:
            self.must_be_in_group()
            if by is not None:
                by.must_be_able_to_act_in(self.conversation)
                by.must_outrank(self.role)
                if role == self.Role.OWNER and by.role != self.Role.OWNER:
                    raise MessagingPermissionDenied(RefusalCode.NOT_ALLOWED)
            self._must_be_present()
            if role == self.role:
                return
            if self.role == self.Role.OWNER:
                self._must_not_be_last_owner()
            self.take_role(role, change)

    def rename(self, title: str) -> None:
        """Give the group another title. Owners and admins may."""
        title = clean_title(title)
        if not title:
            raise MessagingValidationError(RefusalCode.INVALID_TITLE, path=("title",))
        with self.changing() as change:
            self.must_be_able_to_rename()
            if title != self.conversation.title:
                change.rename(title)

    def describe(
        self,
        *,
        description: str | None = None,
        avatar: str | None = None,
        avatar_file: "Attachment | int | None" = None,
        data: dict[str, Any] | None = None,
    ) -> None:
        """`Conversation.describe`, for owners and admins of a group and their own uploads."""
        values = cleaned(description, avatar, avatar_file, data)
        file = key_of(avatar_file)
        with asking_for_check(file), self.changing() as change:
            self.must_be_able_to_act(as_admin=True)
            self.conversation.take_description(values, change, file)

    def must_be_able_to_rename(self) -> None:
        self.must_be_able_to_act()
        self.must_be_in_group()
        self.must_be_admin()

    def take_role(self, role: Acting.Role, change: "Change") -> None:
        """Part of a change: have another role from now on."""
        self.role = role
        self.changed_at = change.at
        self.save(update_fields=["role", "changed_at"])
        change.record(Event.Kind.PARTICIPANT_ROLE_CHANGED, self)

    def _must_not_be_last_owner(self) -> None:
        # Owners whose account is deactivated can't act, and don't count.
        owners = self.conversation.participations.filter(
            is_active("user__"), role=self.Role.OWNER, suspended_at=None
        )
        if not owners.exclude(pk=self.pk).exists():
            raise MessagingValidationError(RefusalCode.LAST_OWNER)
