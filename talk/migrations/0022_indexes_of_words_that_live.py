from django.db import migrations, models

from ._concurrently import AddIndex, AddPositiveField


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("talk", "0021_words_that_live")]

    operations = [
        AddPositiveField(
            "participation",
            "history_from",
            models.PositiveBigIntegerField(
                db_default=1, default=1, editable=False, verbose_name="history from"
            ),
        ),
        AddPositiveField(
            "message",
            "reply_to",
            models.PositiveBigIntegerField(editable=False, null=True, verbose_name="reply to"),
        ),
        AddPositiveField(
            "message",
            "revision",
            models.PositiveBigIntegerField(db_default=0, default=0, editable=False),
        ),
        AddPositiveField(
            "message",
            "root",
            models.PositiveBigIntegerField(editable=False, null=True, verbose_name="root"),
        ),
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
