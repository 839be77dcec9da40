"""Backwards, ends what people marked as unread from a message on.

The earlier version has a check that nothing is unread that was read.
"""

from typing import Any

from django.db import migrations


def end_marks(apps: Any, schema_editor: Any) -> None:
    alias = schema_editor.connection.alias
    participations = apps.get_model("talk", "Participation").objects.using(alias)
    blocks = apps.get_model("talk", "Block").objects.using(alias)
    messages = apps.get_model("talk", "Message").objects.using(alias)
    # Few people have such a mark.
    for place in participations.exclude(unread_again_from=None):
        # `talk.models.participation.unread.first_unread`, as it was then.
        read = max(place.last_read_number, place.joined_at_number)
        later = messages.filter(
            conversation=place.conversation_id,
            kind="text",
            removed_as="",
            number__gt=read,
            number__gte=place.history_from,
        ).exclude(sender=place.user_id)
        if place.left_at_number is not None:
            later = later.filter(number__lte=place.left_at_number)
        blocked = list(blocks.filter(blocker=place.user_id).values_list("blocked", flat=True))
        numbers = later.exclude(sender__in=blocked).order_by("number").values_list("number")
        (place.first_unread_number,) = numbers.first() or (None,)
        place.unread_again_from = None
        place.save(update_fields=["first_unread_number", "unread_again_from"])


class Migration(migrations.Migration):
    dependencies = [("talk", "0034_index_of_words")]

    operations = [migrations.RunPython(migrations.RunPython.noop, end_marks, elidable=True)]
