"""Fills the words of open reports, so that authors can't edit or retract what was reported.

Backwards, it gives messages and events reasons and kinds that the earlier version knows.
"""

from typing import Any

from django.db import migrations
from django.db.models import OuterRef, Subquery


def keep_words(apps: Any, schema_editor: Any) -> None:
    reports = apps.get_model("talk", "Report").objects.using(schema_editor.connection.alias)
    said = apps.get_model("talk", "Message").objects.filter(pk=OuterRef("message")).values("body")
    of_messages = reports.filter(settled_at=None, words="", message__isnull=False)
    of_messages.update(words=Subquery(said))


def say_what_was_known(apps: Any, schema_editor: Any) -> None:
    alias = schema_editor.connection.alias
    messages = apps.get_model("talk", "Message").objects.using(alias)
    messages.filter(removed_as__in=["retracted", "removed"]).update(removed_as="moderated")
    # They can't be deleted: revisions have no gaps.
    events = apps.get_model("talk", "Event").objects.using(alias)
    new = events.filter(kind__in=["message_edited", "message_reacted"])
    new.update(kind="conversation_read")


class Migration(migrations.Migration):
    dependencies = [("talk", "0022_indexes_of_words_that_live")]

    operations = [migrations.RunPython(keep_words, say_what_was_known, elidable=True)]
