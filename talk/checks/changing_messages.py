"""System checks of the options that say who may change messages until when."""

import math
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register

from ..conf import conf

#: The values of `EDIT_HISTORY`.
HISTORIES = ("members", "moderators", "none")


@register(Tags.compatibility)
def check_time_to_change(**kwargs: Any) -> list[CheckMessage]:
    return [
        Error(
            f'TALK["{name}"] must be a number of seconds or None, not {getattr(conf, name)!r}.',
            hint="None means always, and 0 never.",
            id="talk.E021",
        )
        for name in ("EDIT_SECONDS", "RETRACT_SECONDS")
        if not _is_time(getattr(conf, name))
    ]


@register(Tags.compatibility)
def check_history(**kwargs: Any) -> list[CheckMessage]:
    if conf.EDIT_HISTORY in HISTORIES:
        return []
    problem = f'TALK["EDIT_HISTORY"] must be one of {", ".join(HISTORIES)}.'
    return [Error(problem, hint="None is a text here: 'none'.", id="talk.E022")]


def _is_time(value: Any) -> bool:
    if value is None:
        return True
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and math.isfinite(value) and value >= 0
