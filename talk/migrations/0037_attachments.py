import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("talk", "0036_followers"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="event",
            name="kind",
            field=models.CharField(
                choices=[
                    ("conversation_started", "started"),
                    ("conversation_renamed", "renamed"),
                    ("conversation_changed", "description, avatar, data or key changed"),
                    ("conversation_upgraded", "upgraded from a private conversation"),
                    ("message_sent", "message sent"),
                    ("message_edited", "message edited"),
                    ("message_removed", "message removed"),
                    ("message_reacted", "reactions changed"),
                    ("message_pinned", "message pinned"),
                    ("message_unpinned", "message unpinned"),
                    ("message_completed", "message completed"),
                    ("participant_invited", "invited"),
                    ("participant_declined", "declined"),
                    ("participant_joined", "joined"),
                    ("participant_left", "left"),
                    ("participant_removed", "removed"),
                    ("participant_reinstated", "reinstated"),
                    ("participant_role_changed", "role changed"),
                    ("participant_suspended", "suspended"),
                    ("participant_restored", "restored"),
                    ("conversation_read", "read"),
                    ("conversation_marked_unread", "marked as unread"),
                ],
                max_length=32,
                verbose_name="kind",
            ),
        ),
        migrations.CreateModel(
            name="Attachment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        db_index=False,
                        help_text="Empty if the account was deleted or erased.",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="owner",
                    ),
                ),
                (
                    "message",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="attachments",
                        to="talk.message",
                        verbose_name="message",
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="position")),
                (
                    "filename",
                    models.CharField(blank=True, max_length=255, verbose_name="file name"),
                ),
                ("content_type", models.CharField(max_length=100, verbose_name="type")),
                ("size", models.PositiveIntegerField(help_text="In bytes.", verbose_name="size")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("uploading", "being uploaded"),
                            ("checking", "being checked"),
                            ("ready", "ready"),
                            ("refused", "refused"),
                        ],
                        default="uploading",
                        editable=False,
                        max_length=9,
                        verbose_name="state",
                    ),
                ),
                ("key", models.CharField(blank=True, editable=False, max_length=100)),
                ("sha256", models.CharField(blank=True, editable=False, max_length=64)),
                (
                    "width",
                    models.PositiveIntegerField(editable=False, null=True, verbose_name="width"),
                ),
                (
                    "height",
                    models.PositiveIntegerField(editable=False, null=True, verbose_name="height"),
                ),
                ("placeholder", models.CharField(blank=True, editable=False, max_length=1000)),
                ("has_thumbnails", models.BooleanField(default=False, editable=False)),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="created at"
                    ),
                ),
                (
                    "expires_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="expires at"),
                ),
                ("retry_at", models.DateTimeField(editable=False, null=True)),
                ("failures", models.PositiveSmallIntegerField(default=0, editable=False)),
            ],
            options={
                "verbose_name": "file",
                "verbose_name_plural": "files",
                "indexes": [
                    models.Index(fields=["owner", "size"], name="talk_attachment_of_owner"),
                    models.Index(
                        condition=models.Q(("message", None)),
                        fields=["expires_at"],
                        name="talk_attachment_unused",
                    ),
                    models.Index(
                        condition=models.Q(("expires_at", None), ("message", None)),
                        fields=["id"],
                        name="talk_attachment_to_delete",
                    ),
                    models.Index(
                        condition=models.Q(("state", "checking")),
                        fields=["id"],
                        name="talk_attachment_to_check",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("message", "position"), name="talk_attachment_in_order"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("size__gte", 1)), name="talk_attachment_not_empty"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("message", None), ("expires_at", None), _connector="OR"
                        ),
                        name="talk_attachment_sent_stays",
                    ),
                ],
            },
        ),
    ]
