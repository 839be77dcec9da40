"""Starts uploads, and finds files: those of messages, and those that jobs work on."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Self

from django.db import models, router, transaction
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from ...conf import conf
from ...exceptions import MessagingValidationError, RefusalCode
from ...filenames import clean_content_type, clean_filename, is_allowed_type
from ...locks import hold
from ...prepared import among, changing, prepared
from ..message.queryset import key_at

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from django.contrib.auth.models import User

    from ..message import Message
    from . import Attachment

#: How long an upload waits to be used.
UNUSED_FOR = timedelta(days=1)
#: Neither the file of a message nor an avatar: uploads, and files that nobody has any more.
LOOSE = Q(message=None, avatar_of=None)
#: The columns of a file that nobody has any more.
NOTHING: dict[str, Any] = {
    "message": None,
    "avatar_of": None,
    "owner": None,
    "expires_at": None,
    "filename": "",
    "placeholder": "",
    "retry_at": None,
    "failures": 0,
}


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    def start(
        self, owner: "User", filename: str, size: int, content_type: str = ""
    ) -> "Attachment":
        """A new upload of `owner`, whose bytes are still to come.

        The file name is cleaned, and never refused. `size` and `content_type` are what the client
        says, and are compared with the bytes later. Raises what `must_be_allowed` raises, and
        `QUOTA_EXCEEDED`.
        """
        content_type = clean_content_type(content_type)
        must_be_allowed(size, content_type)
        with transaction.atomic():
            # Two requests at the same time are counted one after the other.
            hold([owner])
            self._must_be_within_quota(owner, size)
            now = timezone.now()
            return self.create(
                owner=owner,
                filename=clean_filename(filename),
                size=size,
                content_type=content_type,
                created_at=now,
                expires_at=now + UNUSED_FOR,
            )

    def of_messages(self, messages: "Iterable[Message]") -> list["Attachment"]:
        """The files of these messages, in order."""
        keys = [each.pk for each in messages if each.attachment_count]
        return _of_messages(messages=keys).ask() if keys else []

    def avatars_of(self, conversations: "Collection[int]") -> dict[int | None, "Attachment"]:
        """The files that are avatars of the groups with these keys, by these keys.

        `described_at` of a file is that of its group at the moment at which the file is read.
        """
        found = _avatars_of(conversations=conversations).ask() if conversations else []
        return {each.avatar_of_id: each for each in found}

    def due_for_checking(self, limit: int) -> list["Attachment"]:
        """Files that are to be checked now: first those that have waited longest for their turn."""
        gone = LOOSE & Q(expires_at=None)
        found = self.written().due().filter(~gone, state=self.model.State.CHECKING)
        return list(found.order_by(Coalesce("retry_at", "created_at"), "pk")[:limit])

    def pass_turn(self, owner: Any) -> None:
        """Have the files of one person that are to be checked now wait behind those of others.

        A file that somebody sends or discards in this moment keeps its turn. To wait for it with
        others locked could end in a deadlock: they are locked in the order of their message there.
        """
        stored = self.written()
        found = stored.due().filter(owner=owner, state=self.model.State.CHECKING)
        free = found.select_for_update(no_key=True, skip_locked=True).values("pk")
        with transaction.atomic(using=stored.db):
            stored.filter(pk__in=free).update(retry_at=timezone.now())

    def due_for_deletion(self, limit: int) -> list["Attachment"]:
        """Files that nobody has any more, the oldest first. From now on nobody can use them.

        The caller deletes their bytes, and then these rows.
        """
        unused = self.written().filter(LOOSE)
        unused.filter(expires_at__lte=timezone.now()).discard()
        return list(unused.due().filter(expires_at=None).order_by("pk")[:limit])

    def refused_with_bytes(self, limit: int) -> list["Attachment"]:
        """Refused files of which there may still be bytes. No client can write any by now."""
        begun = timezone.now() - timedelta(hours=1)
        refused = self.written().due().filter(state=self.model.State.REFUSED, created_at__lt=begun)
        return list(refused.exclude(key="").order_by("pk")[:limit])

    def discard(self) -> None:
        """Take these files from their messages, groups and owners. Jobs delete their bytes soon.

        The caller holds the locks of these conversations.
        """
        self.update(**NOTHING)

    def disown(self, owner: "User") -> None:
        """Take the name of `owner` from files that are used, and discard their other uploads."""
        theirs = self.filter(owner=owner)
        theirs.filter(LOOSE).discard()
        theirs.update(owner=None)

    def due(self) -> Self:
        """Without those with which a job failed a short time ago."""
        return self.filter(Q(retry_at=None) | Q(retry_at__lte=timezone.now()))

    def written(self) -> Self:
        """From the database that is written to: a replica may not have the latest changes."""
        return self.using(router.db_for_write(self.model))

    def _must_be_within_quota(self, owner: "User", size: int) -> None:
        if conf.UPLOAD_QUOTA is None:
            return
        used = self.written().filter(owner=owner).aggregate(sum=models.Sum("size"))["sum"] or 0
        if used + size > conf.UPLOAD_QUOTA:
            raise MessagingValidationError(RefusalCode.QUOTA_EXCEEDED, path=("size",))


def must_be_allowed(size: int, content_type: str) -> None:
    """Raise `EMPTY_FILE`, `FILE_TOO_LARGE` or `FILE_TYPE_NOT_ALLOWED`."""
    if size < 1:
        raise MessagingValidationError(RefusalCode.EMPTY_FILE, path=("size",))
    if size > conf.MAX_UPLOAD_SIZE:
        raise MessagingValidationError(RefusalCode.FILE_TOO_LARGE, path=("size",))
    if not is_allowed_type(content_type):
        raise MessagingValidationError(RefusalCode.FILE_TYPE_NOT_ALLOWED, path=("content_type",))


def _stored() -> AttachmentQuerySet:
    from . import Attachment

    return Attachment.objects.written()


@prepared
def of_message(message: Any) -> AttachmentQuerySet:
    """The files of a message, whose conversation is locked."""
    return _stored().filter(message=message).order_by("position")


@prepared
def still_of(key: Any, message: Any) -> AttachmentQuerySet:
    """A file, if the message, whose conversation is locked, has it."""
    return _stored().filter(pk=key, message=message)


@prepared
def unused(keys: Any, owner: Any, at: Any) -> AttachmentQuerySet:
    """Those of these uploads that are a person's and not used yet, locked so that they stay so."""
    rows = _stored().filter(LOOSE, among("pk", keys), owner=owner, expires_at__gt=at)
    return rows.order_by("pk").select_for_update(no_key=True)


@prepared
def claimed(count: int, conversation: Any, number: Any, now: Any, **keys: Any) -> Any:
    """The update that gives these uploads, in this order, to the message with a number.

    It may be in the round trip in which the message is inserted. Whoever sends them has brought
    their bytes, so a check need not wait for these any longer.
    """
    ordered = [keys[f"key{at}"] for at in range(count)]
    position = Case(*(When(pk=key, then=Value(at)) for at, key in enumerate(ordered)))
    rows = _stored().filter(pk__in=ordered)
    message = key_at(conversation, number)
    return changing(rows, message=message, position=position, expires_at=None, retry_at=now)


@prepared
def discarded(keys: Any) -> Any:
    """The update that takes these files from their message, whose conversation is locked."""
    return changing(_stored().filter(among("pk", keys)), **NOTHING)


@prepared
def updated(file: Any, **columns: Any) -> Any:
    """The update of one file, which is locked."""
    return changing(_stored().filter(pk=file), **columns)


@prepared
def _of_messages(messages: Any) -> AttachmentQuerySet:
    from . import Attachment

    return Attachment.objects.filter(among("message", messages)).order_by("message", "position")


@prepared
def _avatars_of(conversations: Any) -> AttachmentQuerySet:
    from . import Attachment

    found = Attachment.objects.filter(among("avatar_of", conversations))
    return found.annotate(described_at=F("avatar_of__described_at"))
