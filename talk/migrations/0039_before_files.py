"""Backwards, gives messages words, and events kinds, that the earlier version allows."""

from typing import Any

from django.db import migrations


def name_files(apps: Any, schema_editor: Any) -> None:
    """Every text has words there: those without say what their files are called."""
    alias = schema_editor.connection.alias
    messages = apps.get_model("talk", "Message").objects.using(alias)
    files = apps.get_model("talk", "Attachment").objects.using(alias)
    wordless = messages.filter(kind="text", body="", removed_as="", attachment_count__gt=0)
    for key in wordless.values_list("pk", flat=True):
        names = files.filter(message=key).order_by("position").values_list("filename", flat=True)
        messages.filter(pk=key).update(body="\n".join(names) or "-")


def say_what_was_known(apps: Any, schema_editor: Any) -> None:
    # They can't be deleted: revisions have no gaps.
    events = apps.get_model("talk", "Event").objects.using(schema_editor.connection.alias)
    events.filter(kind="message_completed").update(kind="conversation_read")


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("talk", "0038_messages_with_files")]

    operations = [
        migrations.RunPython(migrations.RunPython.noop, name_files, elidable=True),
        migrations.RunPython(migrations.RunPython.noop, say_what_was_known, elidable=True),
    ]
