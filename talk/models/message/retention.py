"""How long the words of messages are shown; see the option `RETENTION`."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db import models
from django.utils import timezone

from ...conf import conf

Rows = TypeVar("Rows", bound="models.QuerySet[Any]")


def kept_since(kind: str) -> datetime | None:
    """The time since which messages in conversations of a kind are shown; None for all messages."""
    days = conf.RETENTION.get(kind)
    return None if days is None else timezone.now() - timedelta(days=days)


def cutoffs() -> dict[str, datetime]:
    """`kept_since` of the kinds of conversations whose messages are not kept for ever."""
    return {kind: cutoff for kind in conf.RETENTION if (cutoff := kept_since(kind))}


def without_expired(rows: Rows, kept_since: Mapping[str, Any], message: str = "") -> Rows:
    """`rows` without those whose message is past its time, which `kept_since` has as `cutoffs`.

    `message` leads from a row to its message, such as `message__`.
    """
    for kind, cutoff in kept_since.items():
        expired = {f"{message}conversation__kind": kind, f"{message}sent_at__lt": cutoff}
        rows = rows.exclude(**expired)
    return rows
