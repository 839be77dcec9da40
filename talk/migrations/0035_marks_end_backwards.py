"""Backwards, ends what people marked as unread from a message on.

The earlier version has a check that nothing is unread that was read.
"""

from typing import Any

from django.db import migrations
from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Greatest

#: Above every number.
ENDLESS = 2**63 - 1


def end_marks(apps: Any, schema_editor: Any) -> None:
    alias = schema_editor.connection.alias
    marked = apps.get_model("talk", "Participation").objects.using(alias)
    blocks = apps.get_model("talk", "Block").objects.using(alias)
    messages = apps.get_model("talk", "Message").objects.using(alias)
    hidden = blocks.filter(blocked=OuterRef("sender"), blocker=OuterRef(OuterRef("user")))
    # `talk.models.participation.unread.first_unread`, as it was then.
    later = messages.filter(
        ~Q(sender=OuterRef("user")),
        ~Exists(hidden),
        number__lte=Coalesce(OuterRef("left_at_number"), ENDLESS),
        number__gte=OuterRef("history_from"),
        conversation=OuterRef("conversation"),
        kind="text",
        removed_as="",
        number__gt=Greatest(OuterRef("last_read_number"), OuterRef("joined_at_number")),
    )
    first = Subquery(later.order_by("number").values("number")[:1])
    marked.exclude(unread_again_from=None).update(unread_again_from=None, first_unread_number=first)


class Migration(migrations.Migration):
    dependencies = [("talk", "0034_index_of_words")]

    operations = [migrations.RunPython(migrations.RunPython.noop, end_marks, elidable=True)]
