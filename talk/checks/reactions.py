"""System check of the option `REACTIONS`."""

from collections.abc import Collection
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register

from ..conf import conf
from ..emoji import EMOJI_LENGTH, comparable_emoji, is_storable_emoji


@register(Tags.compatibility)
def check_reactions(**kwargs: Any) -> list[CheckMessage]:
    given = conf.REACTIONS
    if given is None:
        return []
    if not _is_collection_of_texts(given):
        hint = 'Write ("👍",), with the comma. None means every emoji, and () no reactions.'
        return [_error("must be a tuple of texts.", hint)]
    unfit = [each for each in given if not is_storable_emoji(each)]
    if unfit:
        hint = f"Each has visible characters, at most {EMOJI_LENGTH} of them."
        return [_error(f"has {unfit[0]!r}, which can't be a reaction.", hint)]
    once: set[str] = set()
    for each in given:
        if comparable_emoji(each) in once:
            return [_error(f"has {each!r} twice.", "Two spellings of an emoji are one reaction.")]
        once.add(comparable_emoji(each))
    return []


def _is_collection_of_texts(given: Any) -> bool:
    is_collection = isinstance(given, Collection) and not isinstance(given, str)
    return is_collection and all(isinstance(each, str) for each in given)


def _error(problem: str, hint: str) -> CheckMessage:
    return Error(f'TALK["REACTIONS"] {problem}', hint=hint, id="talk.E024")
