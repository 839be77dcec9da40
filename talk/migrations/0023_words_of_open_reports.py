"""Fills the words of open reports, so that authors can't edit or retract what was reported."""

from typing import Any

from django.db import migrations
from django.db.models import OuterRef, Subquery


def keep_words(apps: Any, schema_editor: Any) -> None:
    reports = apps.get_model("talk", "Report").objects.using(schema_editor.connection.alias)
    said = apps.get_model("talk", "Message").objects.filter(pk=OuterRef("message")).values("body")
    of_messages = reports.filter(settled_at=None, words="", message__isnull=False)
    of_messages.update(words=Subquery(said))


class Migration(migrations.Migration):
    dependencies = [("talk", "0022_indexes_of_words_that_live")]

    operations = [migrations.RunPython(keep_words, migrations.RunPython.noop, elidable=True)]
