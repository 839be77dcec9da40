"""How long the words of messages are shown; see the option `RETENTION`."""

from datetime import datetime, timedelta

from django.utils import timezone

from ...conf import conf


def kept_since(kind: str) -> datetime | None:
    """The time since which messages in conversations of a kind are shown; None for all messages."""
    days = conf.RETENTION.get(kind)
    return None if days is None else timezone.now() - timedelta(days=days)


def cutoffs() -> dict[str, datetime]:
    """`kept_since` of the kinds of conversations whose messages are not kept for ever."""
    return {kind: cutoff for kind in conf.RETENTION if (cutoff := kept_since(kind))}
