"""Points in time that clients send."""

from datetime import MAXYEAR, MINYEAR, UTC, datetime

START = datetime(MINYEAR, 1, 1, tzinfo=UTC)
END = datetime(MAXYEAR, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)


def utc(time: datetime) -> datetime:
    """`time` in UTC, which is what a time without a zone is in. It never leaves the calendar."""
    if time.tzinfo is None:
        return time.replace(tzinfo=UTC)
    try:
        return time.astimezone(UTC)
    except OverflowError:
        return START if time.year == MINYEAR else END
