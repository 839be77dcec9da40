from typing import Any

from django.db import migrations

INDEX = "talk_message_words"
#: Must be the expression of `talk.models.message.word_index.Words`.
WORDS = (
    "to_tsvector('simple'::regconfig, replace(translate(left(normalize(body, NFKC), 100000), "
    r"U&'\002d\002e\002f\0040\002b\003c\0026\007e\03c2\1e9e\00ad\200b\200c\200d\2060\feff', "
    r"U&'\0020\0020\0020\0020\0020\0020\0020\0020\03c3\00df'), U&'\00df', 'ss'))"
)


def create(apps: Any, editor: Any) -> None:
    """Index the words of messages while people go on writing.

    Other databases have no such index. It is not partial, since PostgreSQL counts frequent words
    for whole tables only: a search needs to know which words are frequent.
    """
    if editor.connection.vendor == "postgresql":
        # What a try that was stopped left behind.
        drop(apps, editor)
        table = editor.quote_name(apps.get_model("talk", "message")._meta.db_table)
        # New messages are merged into it after each 256 kB of them. That is quick enough for the
        # person who happens to send the last of them, and for searches, which read the rest.
        editor.execute(
            f"CREATE INDEX CONCURRENTLY {INDEX} ON {table} USING gin (({WORDS})) "
            "WITH (gin_pending_list_limit = 256)"
        )
        editor.execute(f"ANALYZE {table}")


def drop(apps: Any, editor: Any) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {INDEX}")


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("talk", "0033_unread_again")]

    operations = [migrations.RunPython(create, drop, hints={"model_name": "message"})]
