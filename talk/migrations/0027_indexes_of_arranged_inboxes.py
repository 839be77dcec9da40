from django.db import migrations, models
from django.db.models import F, Q

from ._concurrently import AddCheck, AddIndex, RemoveIndex

_IN_ORDER = ("user", F("last_activity_at").desc(), F("id").desc())


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("talk", "0026_arranged_inboxes")]

    operations = [
        AddIndex(
            "participation",
            models.Index(
                *_IN_ORDER,
                condition=Q(status="active", archived_at=None),
                name="talk_participation_in_inbox",
            ),
        ),
        AddIndex(
            "participation",
            models.Index(
                *_IN_ORDER,
                condition=Q(status="active", archived_at__isnull=False),
                name="talk_participation_archived",
            ),
        ),
        AddIndex(
            "participation",
            models.Index(
                "user", condition=Q(pinned_at__isnull=False), name="talk_participation_pinned"
            ),
        ),
        # Only now, so that inboxes have an index all the time.
        RemoveIndex("participation", "talk_participation_inbox"),
        AddCheck(
            "participation",
            models.CheckConstraint(
                condition=Q(pinned_at=None) | Q(archived_at=None),
                name="talk_participation_pinned_in_inbox",
            ),
        ),
    ]
