"""System checks of the options about files."""

import re
from collections.abc import Collection
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register

from ..conf import conf

#: The largest size that a column holds, and that a GraphQL `Int` can say.
MOST_SIZE = 2**31 - 1

#: The most files of a message that a page of messages is taken to have.
MOST_FILES = 10

_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]+/(\*|[a-z0-9!#$&^_.+-]+)", re.ASCII)


@register(Tags.compatibility)
def check_files(**kwargs: Any) -> list[CheckMessage]:
    problems: list[CheckMessage] = []
    most, quota = conf.MAX_UPLOAD_SIZE, conf.UPLOAD_QUOTA
    if isinstance(most, int | float) and not (isinstance(most, int) and most <= MOST_SIZE):
        problem = f"must be a whole number of at most {MOST_SIZE}"
        problems.append(Error(f'TALK["MAX_UPLOAD_SIZE"] {problem}.', id="talk.E027"))
    files = conf.MAX_ATTACHMENTS
    if isinstance(files, int | float) and not (isinstance(files, int) and files <= MOST_FILES):
        problem = f'TALK["MAX_ATTACHMENTS"] must be a whole number of at most {MOST_FILES}.'
        problems.append(Error(problem, id="talk.E031"))
    if not (quota is None or (isinstance(quota, int) and quota > 0)):
        problem = 'TALK["UPLOAD_QUOTA"] must be a number of bytes above 0, or None.'
        problems.append(Error(problem, hint="None means no limit.", id="talk.E028"))
    if not (conf.UPLOAD_TYPES is None or _are_types(conf.UPLOAD_TYPES)):
        hint = 'Write ("image/*", "application/pdf"), in lower case. None means all types.'
        problem = 'TALK["UPLOAD_TYPES"] must be a tuple of types of files.'
        problems.append(Error(problem, hint=hint, id="talk.E029"))
    return problems


def _are_types(given: Any) -> bool:
    is_collection = isinstance(given, Collection) and not isinstance(given, str)
    return is_collection and all(isinstance(each, str) and _TYPE.fullmatch(each) for each in given)
