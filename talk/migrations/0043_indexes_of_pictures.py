from django.db import migrations, models
from django.db.models import Q

from ._concurrently import AddCheck, AddIndex, AddUniqueConstraint, RemoveIndex


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("talk", "0042_pictures_of_conversations")]

    operations = [
        AddUniqueConstraint(
            "attachment",
            models.UniqueConstraint(
                fields=["avatar_of"],
                condition=Q(avatar_of__isnull=False),
                name="talk_attachment_one_avatar",
            ),
        ),
        AddCheck(
            "attachment",
            models.CheckConstraint(
                condition=Q(avatar_of=None) | Q(message=None, expires_at=None, state="ready"),
                name="talk_attachment_avatar_stays",
            ),
        ),
        # Jobs look for files in the place of these two, and do without them for a moment.
        RemoveIndex("attachment", "talk_attachment_unused"),
        AddIndex(
            "attachment",
            models.Index(
                fields=["expires_at"],
                condition=Q(message=None, avatar_of=None),
                name="talk_attachment_unused",
            ),
        ),
        RemoveIndex("attachment", "talk_attachment_to_delete"),
        AddIndex(
            "attachment",
            models.Index(
                fields=["id"],
                condition=Q(message=None, avatar_of=None) & Q(expires_at=None),
                name="talk_attachment_to_delete",
            ),
        ),
    ]
