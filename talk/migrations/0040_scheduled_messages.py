import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("talk", "0039_before_files"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ScheduledMessage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("client_id", models.UUIDField(verbose_name="client id")),
                ("fingerprint", models.CharField(editable=False, max_length=64)),
                ("body", models.TextField(verbose_name="body")),
                ("reply_to", models.PositiveBigIntegerField(null=True, verbose_name="reply to")),
                (
                    "names_mentions",
                    models.BooleanField(default=False, verbose_name="names mentions"),
                ),
                ("mentions_all", models.BooleanField(default=False, verbose_name="mentions all")),
                ("at", models.DateTimeField(verbose_name="at")),
                ("due_at", models.DateTimeField(editable=False, null=True, verbose_name="due at")),
                (
                    "refusal",
                    models.CharField(blank=True, max_length=50, verbose_name="refusal"),
                ),
                (
                    "participation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="talk.participation",
                        verbose_name="participation",
                    ),
                ),
            ],
            options={
                "verbose_name": "scheduled message",
                "verbose_name_plural": "scheduled messages",
                "indexes": [
                    models.Index(
                        condition=Q(("due_at__isnull", False)),
                        fields=["due_at", "id"],
                        name="talk_scheduled_message_due",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("participation", "client_id"), name="talk_scheduled_message_once"
                    ),
                    models.CheckConstraint(
                        condition=Q(
                            Q(("due_at__isnull", False), ("refusal", "")),
                            Q(Q(("refusal", ""), _negated=True), ("due_at", None)),
                            _connector="OR",
                        ),
                        name="talk_scheduled_message_due_agrees",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ScheduledMention",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "scheduled",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="talk.scheduledmessage",
                        verbose_name="scheduled message",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
            ],
            options={
                "verbose_name": "mention in a scheduled message",
                "verbose_name_plural": "mentions in scheduled messages",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("scheduled", "user"), name="talk_scheduled_mention_once"
                    )
                ],
            },
        ),
    ]
