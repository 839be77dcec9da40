from django.db import migrations, models

from ._concurrently import AddIndex, ValidateCheck


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("talk", "0021_words_that_live")]

    operations = [
        ValidateCheck("message", "revision"),
        ValidateCheck("message", "reply_to"),
        ValidateCheck("message", "root"),
        ValidateCheck("participation", "history_from"),
        AddIndex(
            "message",
            models.Index(
                fields=["conversation", "root", "number"],
                condition=models.Q(root__isnull=False, removed_as=""),
                name="talk_message_replies",
            ),
        ),
        AddIndex(
            "message",
            models.Index(
                fields=["conversation", "number"],
                condition=models.Q(mentions_all=True),
                name="talk_message_mentioning_all",
            ),
        ),
        AddIndex(
            "participation",
            models.Index(
                fields=["conversation", "history_from"],
                condition=models.Q(history_from__gt=1),
                name="talk_participation_cleared",
            ),
        ),
    ]
