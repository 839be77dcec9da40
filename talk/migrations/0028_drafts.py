import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("talk", "0027_indexes_of_arranged_inboxes"),
    ]

    operations = [
        migrations.CreateModel(
            name="Draft",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("body", models.TextField(blank=True, verbose_name="body")),
                ("reply_to", models.PositiveBigIntegerField(null=True, verbose_name="reply to")),
                ("version", models.PositiveBigIntegerField(default=0, verbose_name="version")),
                ("saved_at", models.DateTimeField(verbose_name="saved at")),
                (
                    "participation",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="talk.participation",
                        verbose_name="participation",
                    ),
                ),
            ],
            options={
                "verbose_name": "draft",
                "verbose_name_plural": "drafts",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("body", ""), _negated=True),
                            ("reply_to", None),
                            _connector="OR",
                        ),
                        name="talk_draft_reply_has_words",
                    )
                ],
            },
        ),
    ]
