"""What a conversation shows beside its title and messages, and the key that a project gives it."""

from collections.abc import Iterable, Mapping
from copy import copy
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, cast

from django.conf import settings
from django.db import IntegrityError, models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ...exceptions import MessagingValidationError, RefusalCode
from ...json_data import clean_data, compact
from ...text import DESCRIPTION_LENGTH, URL_LENGTH, clean_description, clean_url, is_storable
from ..event import Event
from ..message.references import key_of

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from ..attachment import Attachment
    from . import Conversation
    from .change import Change

KEY_LENGTH = 255
#: The columns that `describe` changes, with their values for nothing.
NOTHING: Mapping[str, Any] = MappingProxyType({"description": "", "avatar": "", "data": {}})


def _author(of: Any) -> "models.ForeignKey[Any, Any]":
    """Who wrote what a column has now. None if the project did, or if the column has nothing."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=of,
        # It has a partial index: most conversations have no author.
        db_index=False,
    )


class Describing(models.Model):
    """Changes the description, the avatar and the data of a conversation, and its key.

    Here the project itself acts. Owners and admins of groups have `Participation.describe`.
    """

    description = models.CharField(
        _("description"), max_length=DESCRIPTION_LENGTH, default="", db_default="", blank=True
    )
    #: The URL of a picture. Empty if there is none, or if the avatar is a file.
    avatar = models.CharField(
        _("avatar"), max_length=URL_LENGTH, default="", db_default="", blank=True
    )
    #: A JSON object that has a meaning for the project and its clients alone.
    data = models.JSONField(_("data"), default=dict, db_default={}, blank=True)
    description_by = _author(_("author of the description"))
    avatar_by = _author(_("author of the avatar"))
    data_by = _author(_("author of the data"))
    #: When one of the three changed last. People who left before that see none of them.
    described_at = models.DateTimeField(_("described at"), null=True, editable=False)
    #: What the conversation is about, as the project calls it: "order 42". It stays the same.
    key = models.CharField(_("key"), max_length=KEY_LENGTH, null=True, blank=True)

    #: The three by their columns, with their values for nothing.
    UNDESCRIBED: ClassVar[Mapping[str, Any]] = NOTHING

    class Meta:
        abstract = True

    def describe(
        self,
        *,
        description: str | None = None,
        avatar: str | None = None,
        avatar_file: "Attachment | int | None" = None,
        data: dict[str, Any] | None = None,
    ) -> None:
        """Change the description, the avatar and the data: those that are not None.

        The avatar is a URL, or instead the file of an upload. Empty values remove them. A private
        conversation has data alone, and only the project changes these. Raises
        `INVALID_DESCRIPTION`, `INVALID_TEXT`, `INVALID_URL`, `INVALID_DATA`, `INVALID_INPUT`,
        `PRIVATE_CONVERSATION`, or a refusal of `replace_avatar_file`.
        """
        from ..attachment.avatars import asking_for_check

        conversation, file = cast("Conversation", self), key_of(avatar_file)
        values = cleaned(description, avatar, avatar_file, data)
        if conversation.is_private and (shown := [name for name in values if name != "data"]):
            raise MessagingValidationError(RefusalCode.PRIVATE_CONVERSATION, path=(shown[0],))
        with asking_for_check(file), conversation.changing(None) as change:
            self.take_description(values, change, file)

    def set_key(self, key: str | None) -> None:
        """Give the conversation a key by which `objects.for_key` finds it; None takes it away.

        Raises `KEY_IN_USE` if another conversation has this key.
        """
        key = None if key is None else checked_key(key)
        try:
            with cast("Conversation", self).changing(None) as change:
                if key != self.key:
                    self.key = key
                    self.save(update_fields=["key"])
                    self._tell(change)
        except IntegrityError:
            raise MessagingValidationError(RefusalCode.KEY_IN_USE, path=("key",)) from None

    @property
    def avatar_file(self) -> "Attachment | None":
        """The file that is the avatar, read anew. None if it is a URL, or if there is none."""
        from ..attachment import Attachment

        if not self.may_have_avatar_file:
            return None
        return Attachment.objects.written().filter(avatar_of=self.pk).first()

    @property
    def may_have_avatar_file(self) -> bool:
        """Whether it is worth to ask for a file: the group was described, and has no URL.

        If a process of an earlier version gave it a URL, there may be a file beside it. The URL
        counts.
        """
        return self.described_at is not None and not self.avatar

    def author_of(self, name: str) -> Any:
        """The key of the user who wrote one of the three, by its column. None for the project."""
        file = self.avatar_file if name == "avatar" else None
        return getattr(self, f"{name}_by_id") if file is None else file.owner_id

    def described_by(self, user: "User") -> list[str]:
        """Which of the three `user` wrote, by their columns."""
        return [name for name in NOTHING if self.author_of(name) == user.pk]

    # Parts of a change.

    def take_description(
        self, values: Mapping[str, Any], change: "Change", avatar_file: int | None = None
    ) -> None:
        """Take those of these values, by their columns, that differ from the present ones.

        If `avatar` is one of them, the upload with the key `avatar_file` takes the place of a file
        that was the avatar, or none does.
        """
        from ..attachment.avatars import replace_avatar_file

        differing = {
            name: value
            for name, value in values.items()
            if compact(value) != compact(getattr(self, name))
        }
        conversation = cast("Conversation", self)
        if "avatar" in values and replace_avatar_file(conversation, avatar_file, change.actor):
            differing["avatar"] = values["avatar"]
        if not differing:
            return
        for name, value in differing.items():
            setattr(self, name, value)
            setattr(self, f"{name}_by", change.actor if value else None)
        self.described_at = change.at
        authors = [f"{name}_by" for name in differing]
        self.save(update_fields=[*differing, *authors, "described_at"])
        self._tell(change)

    def forget_description(self, names: Iterable[str], change: "Change") -> None:
        """Empty these of the three columns."""
        # Copies: somebody may go on to change the `data` of this object.
        self.take_description({name: copy(NOTHING[name]) for name in names}, change)

    def _tell(self, change: "Change") -> None:
        """Record the change. It moves the inboxes of all members, and the lists of invitations."""
        change.record(Event.Kind.CONVERSATION_CHANGED)
        shown = cast("Conversation", self).participations.expected()
        shown.update(changed_at=change.at)


def cleaned(
    description: str | None,
    avatar: str | None,
    avatar_file: "Attachment | int | None",
    data: dict[str, Any] | None,
) -> dict[str, Any]:
    """The values that are given, by their columns, as they are stored."""
    values: dict[str, Any] = {}
    if description is not None:
        values["description"] = clean_description(description)
    if avatar is not None:
        values["avatar"] = clean_url(avatar, "avatar")
    if avatar_file is not None:
        if avatar is not None:
            why = gettext("Give the avatar as a URL or as a file, and not as both.")
            raise MessagingValidationError(RefusalCode.INVALID_INPUT, why, path=("avatar_file",))
        values["avatar"] = ""
    if data is not None:
        values["data"] = clean_data(data)
    return values


def checked_key(key: str) -> str:
    """`key`, if databases can store it. Raises `ValueError`: only the project's own code has keys.

    All its characters count, as white space and capital letters do.
    """
    if not 0 < len(key) <= KEY_LENGTH or not is_storable(key):
        raise ValueError(f"A key has 1 to {KEY_LENGTH} characters, and no NUL.")
    return key
