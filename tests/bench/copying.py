"""Writes the rows of the benchmarks' data into PostgreSQL by `COPY`."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connection, models

from talk.models import Conversation, Edit, Event, Mention, Message, Participation, Reaction

#: The columns of each model that are written, in the order of a row's values.
COLUMNS: dict[type[models.Model], str] = {
    get_user_model(): "id password is_superuser username first_name last_name email is_staff "
    "is_active date_joined",
    Conversation: "id kind pair title members_key upgraded_from_id latest_message_id last_number "
    "purged_number revision started_at changed_at",
    Message: "id conversation_id number kind sender_id subject_id body removed_as sent_at "
    "client_id fingerprint edited_at revision reply_to root mentions_all",
    Participation: "id conversation_id user_id role status invited_by_id joined_at left_at "
    "left_at_number suspended_at left_at_title last_read_number first_unread_number "
    "marked_unread_at last_activity_at changed_at",
    Event: "conversation_id revision kind actor_id message_id participation_id at",
    Edit: "message_id body until",
    Mention: "message_id conversation_id number user_id by_reply taken_out",
    Reaction: "message_id user_id emoji at",
}


Row = tuple[Any, ...]


def write(rows: Mapping[type[models.Model], list[Row]]) -> None:
    """Write the rows of each model, and analyse the tables. The lists are empty afterwards."""
    with connection.cursor() as cursor:
        # A conversation's latest message is written after the conversation.
        cursor.execute("SET session_replication_role = replica")
        for model, of_model in rows.items():
            _copy(cursor, model, COLUMNS[model], of_model)
        cursor.execute("SET session_replication_role = DEFAULT")
        for table in (model._meta.db_table for model in COLUMNS):
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'),"  # noqa: S608
                f" (SELECT max(id) FROM {table}))"
            )
        cursor.execute("VACUUM ANALYZE")


def _copy(cursor: Any, model: type[models.Model], columns: str, rows: list[Row]) -> None:
    names = ", ".join(f'"{name}"' for name in columns.split())
    with cursor.copy(f'COPY "{model._meta.db_table}" ({names}) FROM STDIN') as copy:
        for row in _drained(rows):
            copy.write_row(row)


def _drained(rows: list[Row]) -> Iterator[Row]:
    # Memory is given back on the way: there are half a million rows of a kind.
    rows.reverse()
    while rows:
        yield rows.pop()
