"""Makes an upload the avatar of a group, in the place of the one before."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone

from ...exceptions import MessagingValidationError, RefusalCode
from ..message.references import MOST_NUMBER
from . import UNUSABLE, Attachment
from .queryset import LOOSE

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from ..conversation import Conversation


def replace_avatar_file(
    conversation: "Conversation", key: int | None, actor: "User | None"
) -> bool:
    """Make the upload with this key the avatar, as a part of a change. None leaves no file as it.

    Members can give their own uploads, and the project can give any. The file that was the avatar
    is discarded. Returns whether anything changed: if a request comes twice, the second changes
    nothing. Raises `UNKNOWN_FILE`, `UPLOAD_NOT_FINISHED`, `FILE_REFUSED`, `NOT_A_PICTURE` or, if
    the same request may succeed later, `FILE_NOT_CHECKED`.
    """
    rows = Attachment.objects.written()
    wanted = Q(avatar_of=conversation)
    if key is not None and 0 < key <= MOST_NUMBER:
        theirs = Q() if actor is None else Q(owner=actor)
        wanted |= LOOSE & theirs & Q(pk=key, expires_at__gt=timezone.now())
    # Nobody else can use the upload until this change ends.
    found = list(rows.filter(wanted).order_by("pk").select_for_update(no_key=True))
    upload = next((each for each in found if each.pk == key), None)
    before = [each.pk for each in found if each.avatar_of_id is not None]
    if key is not None:
        _must_be_picture(upload)
    if before == ([] if upload is None else [upload.pk]):
        return False
    rows.filter(pk__in=before).discard()
    if upload is not None:
        rows.filter(pk=upload.pk).update(avatar_of=conversation, owner=actor, expires_at=None)
    return True


@contextmanager
def asking_for_check(key: int | None) -> Iterator[None]:
    """If the change inside is refused because the upload is not checked, have it checked at once.

    Somebody who gives an upload has brought its bytes. Without this, a job could look for them
    much later.
    """
    try:
        yield
    except MessagingValidationError as refused:
        if key is not None and refused.code == RefusalCode.FILE_NOT_CHECKED:
            now = timezone.now()
            waiting = Attachment.objects.written().filter(LOOSE, pk=key, failures=0)
            waiting.filter(state=Attachment.State.CHECKING, retry_at__gt=now).update(retry_at=now)
        raise


def _must_be_picture(upload: Attachment | None) -> None:
    if upload is None:
        raise _refused(RefusalCode.UNKNOWN_FILE)
    state = Attachment.State(upload.state)
    if code := UNUSABLE.get(state):
        raise _refused(code)
    # Until it is checked, its type may be what the client said.
    if state != state.READY:
        raise _refused(RefusalCode.FILE_NOT_CHECKED)
    if not upload.content_type.startswith("image/"):
        raise _refused(RefusalCode.NOT_A_PICTURE)


def _refused(code: RefusalCode) -> MessagingValidationError:
    return MessagingValidationError(code, path=("avatar_file",))
