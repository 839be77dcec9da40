"""Backwards, gives events kinds that the earlier version knows."""

from typing import Any

from django.db import migrations


def say_what_was_known(apps: Any, schema_editor: Any) -> None:
    # They can't be deleted: revisions have no gaps.
    events = apps.get_model("talk", "Event").objects.using(schema_editor.connection.alias)
    new = events.filter(kind__in=["conversation_changed", "message_pinned", "message_unpinned"])
    new.update(kind="conversation_read")


class Migration(migrations.Migration):
    dependencies = [("talk", "0030_indexes_of_descriptions")]

    operations = [
        migrations.RunPython(migrations.RunPython.noop, say_what_was_known, elidable=True)
    ]
