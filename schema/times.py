"""Converts times that clients send to UTC."""

from datetime import MAXYEAR, MINYEAR, UTC, datetime

START = datetime(MINYEAR, 1, 1, tzinfo=UTC)
END = datetime(MAXYEAR, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)


def utc(time: datetime) -> datetime:
    """`time` in UTC. A time without a zone is taken as UTC.

    A time that is not in the calendar in UTC becomes the first or last one that is.
    """
    if time.tzinfo is None:
        return time.replace(tzinfo=UTC)
    try:
        return time.astimezone(UTC)
    except OverflowError:
        return START if time.year == MINYEAR else END
