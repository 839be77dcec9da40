"""Finds out which files an input names."""

from collections.abc import Sequence

import strawberry

from talk import models
from talk.conf import conf
from talk.exceptions import MessagingValidationError, RefusalCode

from ..ids import key_of


def files_of(ids: Sequence[strawberry.ID]) -> list[int]:
    """The keys of the files with these ids.

    Raises `INVALID_ID`, and `TOO_MANY_FILES` before it looks at them.
    """
    if len(ids) > conf.MAX_ATTACHMENTS:
        raise MessagingValidationError(RefusalCode.TOO_MANY_FILES, path=("attachments",))
    return [key_of(models.Attachment, each, "attachments") for each in ids]
