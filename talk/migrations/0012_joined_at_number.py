from collections.abc import Callable
from typing import Any

from django.db import migrations, models, transaction
from django.db.models import Exists, F, Max, OuterRef

#: Participations that are changed in one transaction.
BATCH = 5_000


def say_what_newcomers_read(apps: Any, schema_editor: Any) -> None:
    """They were said to have read all that there was when they joined.

    If that is all, they have read nothing since, and it is not known that they read that.
    """
    Message = apps.get_model("talk", "Message")
    joined = Message.objects.filter(
        conversation=OuterRef("conversation"),
        kind="joined",
        subject=OuterRef("user"),
        number__gt=OuterRef("last_read_number"),
    )
    in_batches(
        apps,
        schema_editor,
        lambda rows: rows.filter(Exists(joined), last_read_number__gt=0, joined_at_number=0).update(
            joined_at_number=F("last_read_number"), last_read_number=0
        ),
    )


def say_that_newcomers_read(apps: Any, schema_editor: Any) -> None:
    in_batches(
        apps,
        schema_editor,
        lambda rows: rows.filter(joined_at_number__gt=F("last_read_number")).update(
            last_read_number=F("joined_at_number")
        ),
    )


def in_batches(apps: Any, schema_editor: Any, change: Callable[[Any], Any]) -> None:
    # Each is its own transaction, so that nobody waits for all of them.
    alias = schema_editor.connection.alias
    places = apps.get_model("talk", "Participation").objects.using(alias)
    last = places.aggregate(last=Max("pk"))["last"] or 0
    for first in range(0, last + 1, BATCH):
        with transaction.atomic(using=alias):
            change(places.filter(pk__range=(first, first + BATCH - 1)))


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("talk", "0011_tokens_in_the_admins_history")]

    operations = [
        migrations.AddField(
            "participation",
            "joined_at_number",
            models.PositiveBigIntegerField(
                "joined at number", default=0, db_default=0, editable=False
            ),
        ),
        migrations.RunPython(say_what_newcomers_read, say_that_newcomers_read),
    ]
