from django.db import migrations, models

from ._concurrently import AddUniqueConstraint


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("talk", "0017_announcements")]

    operations = [
        AddUniqueConstraint(
            "message",
            models.UniqueConstraint(
                fields=["conversation", "announced_as"],
                condition=models.Q(announced_as__isnull=False),
                name="talk_message_announced_once",
            ),
        ),
    ]
