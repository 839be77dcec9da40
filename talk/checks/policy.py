"""System check of the project's policy class."""

from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register

from ..policy import Policy, policy


@register(Tags.compatibility)
def check_policy(**kwargs: Any) -> list[CheckMessage]:
    try:
        chosen = policy()
    except ImportError as error:
        return [Error(f'TALK["POLICY"] can\'t be imported: {error}', id="talk.E004")]
    # It is no class, or its constructor needs arguments.
    except TypeError as error:
        return [Error(f'TALK["POLICY"] can\'t be instantiated: {error}', id="talk.E004")]
    if isinstance(chosen, Policy):
        return []
    return [Error('TALK["POLICY"] is not a subclass of talk.policy.Policy.', id="talk.E004")]
