"""For how long words are kept; see the option `RETENTION`."""

from datetime import datetime, timedelta

from django.utils import timezone

from ..conf import conf


def kept_since(kind: str) -> datetime | None:
    """Since when what was said in conversations of a kind is shown; None if nothing expires."""
    days = conf.RETENTION.get(kind)
    return None if days is None else timezone.now() - timedelta(days=days)
