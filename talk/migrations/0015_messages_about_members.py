from django.db import migrations, models

from ._concurrently import AddIndex


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("talk", "0014_folded_titles")]

    operations = [
        AddIndex(
            "message",
            models.Index(
                fields=["conversation", "subject", "number"],
                condition=models.Q(subject__isnull=False),
                name="talk_message_about_members",
            ),
        ),
    ]
