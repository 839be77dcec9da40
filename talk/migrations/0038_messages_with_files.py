from django.db import migrations, models
from django.db.models import Q

from ._concurrently import AddCheck, AddIndex, AddPositiveField, RemoveCheck


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("talk", "0037_attachments")]

    operations = [
        AddPositiveField(
            "message",
            "attachment_count",
            models.PositiveSmallIntegerField(
                db_default=0, default=0, editable=False, verbose_name="number of files"
            ),
        ),
        AddIndex(
            "message",
            models.Index(
                fields=["conversation", "number"],
                condition=Q(attachment_count__gt=0),
                name="talk_message_with_files",
            ),
        ),
        AddCheck(
            "message",
            models.CheckConstraint(
                condition=~Q(kind="text", body="", removed_as="", attachment_count=0),
                name="talk_message_text_has_words_or_files",
            ),
        ),
        # Only now, so that there is a check all the time.
        RemoveCheck("message", "talk_message_text_has_words"),
    ]
