from collections.abc import Callable
from typing import Any

from django.db import migrations, transaction
from django.db.models import Exists, F, OuterRef

from talk.words import folded

#: Conversations that are changed in one transaction.
BATCH = 500


def say_what_newcomers_read(apps: Any, schema_editor: Any) -> None:
    """They were said to have read all that there was when they joined.

    If that is all, they have read nothing since, and it is not known that they read that.
    """
    joined = apps.get_model("talk", "Message")._base_manager.filter(
        conversation=OuterRef("conversation"),
        kind="joined",
        subject=OuterRef("user"),
        number__gt=OuterRef("last_read_number"),
    )
    places = _places(apps, schema_editor)
    in_batches(
        apps,
        schema_editor,
        lambda chunk: places.filter(
            Exists(joined), conversation__in=chunk, last_read_number__gt=0, joined_at_number=0
        ).update(joined_at_number=F("last_read_number"), last_read_number=0),
    )


def say_that_newcomers_read(apps: Any, schema_editor: Any) -> None:
    places = _places(apps, schema_editor)
    in_batches(
        apps,
        schema_editor,
        lambda chunk: places.filter(
            conversation__in=chunk, joined_at_number__gt=F("last_read_number")
        ).update(last_read_number=F("joined_at_number")),
    )


def fold_titles(apps: Any, schema_editor: Any) -> None:
    def fold(chunk: list[Any]) -> None:
        titled = [each for each in chunk if each.title]
        for conversation in titled:
            conversation.folded_title = folded(conversation.title)
        _all(apps, schema_editor, "Conversation").bulk_update(titled, ["folded_title"])

    in_batches(apps, schema_editor, fold)


def in_batches(apps: Any, schema_editor: Any, change: Callable[[list[Any]], Any]) -> None:
    """Change some conversations at a time, under their locks, which are taken as verbs take them.

    Each transaction is short, so that nobody waits for all of them. All of it can be done again.
    """
    conversations = _all(apps, schema_editor, "Conversation").select_for_update(no_key=True)
    last = 0
    while True:
        with transaction.atomic(using=schema_editor.connection.alias):
            chunk = list(conversations.filter(pk__gt=last).order_by("pk")[:BATCH])
            change(chunk)
        if not chunk:
            return
        last = chunk[-1].pk


def _places(apps: Any, schema_editor: Any) -> Any:
    return _all(apps, schema_editor, "Participation")


def _all(apps: Any, schema_editor: Any, name: str) -> Any:
    return apps.get_model("talk", name)._base_manager.using(schema_editor.connection.alias)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("talk", "0018_announced_once")]

    operations = [
        migrations.RunPython(say_what_newcomers_read, say_that_newcomers_read),
        migrations.RunPython(fold_titles, migrations.RunPython.noop, elidable=True),
    ]
