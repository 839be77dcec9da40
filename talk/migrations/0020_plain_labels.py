"""Labels and help texts in plain words. Changes no table."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("talk", "0019_newcomers_and_folded_titles"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="act",
            name="by",
            field=models.CharField(blank=True, max_length=255, verbose_name="id of the moderator"),
        ),
        migrations.AlterField(
            model_name="act",
            name="by_name",
            field=models.CharField(blank=True, max_length=255, verbose_name="moderator"),
        ),
        migrations.AlterField(
            model_name="act",
            name="conversation",
            field=models.BigIntegerField(null=True, verbose_name="id of the conversation"),
        ),
        migrations.AlterField(
            model_name="act",
            name="kind",
            field=models.CharField(
                choices=[
                    ("message_removed", "message removed"),
                    ("title_removed", "title removed"),
                    ("participant_suspended", "participant suspended"),
                    ("participant_restored", "participant restored"),
                    ("report_dismissed", "report dismissed"),
                    ("user_exported", "data of a user exported"),
                    ("user_erased", "data of a user erased"),
                ],
                max_length=32,
                verbose_name="kind",
            ),
        ),
        migrations.AlterField(
            model_name="act",
            name="user",
            field=models.CharField(
                blank=True, max_length=255, verbose_name="id of the user concerned"
            ),
        ),
        migrations.AlterField(
            model_name="act",
            name="why",
            field=models.CharField(max_length=1000, verbose_name="reason"),
        ),
        migrations.AlterField(
            model_name="event",
            name="actor",
            field=models.ForeignKey(
                help_text="Empty if the project itself acted, or if the account was deleted.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="actor",
            ),
        ),
        migrations.AlterField(
            model_name="event",
            name="kind",
            field=models.CharField(
                choices=[
                    ("conversation_started", "started"),
                    ("conversation_renamed", "renamed"),
                    ("conversation_upgraded", "upgraded from a private conversation"),
                    ("message_sent", "message sent"),
                    ("message_removed", "message removed"),
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
        migrations.AlterField(
            model_name="message",
            name="body",
            field=models.TextField(
                help_text="The text, or the new title of the group.", verbose_name="body"
            ),
        ),
        migrations.AlterField(
            model_name="message",
            name="removed_as",
            field=models.CharField(
                blank=True,
                choices=[
                    ("moderated", "removed by a moderator"),
                    ("erased", "erased with the data of its sender"),
                    ("expired", "past its retention period"),
                ],
                editable=False,
                max_length=9,
                verbose_name="removed as",
            ),
        ),
        migrations.AlterField(
            model_name="message",
            name="sender",
            field=models.ForeignKey(
                help_text="Empty if the project itself acted, or if the account was deleted.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="talk_messages",
                to=settings.AUTH_USER_MODEL,
                verbose_name="sender",
            ),
        ),
        migrations.AlterField(
            model_name="message",
            name="subject",
            field=models.ForeignKey(
                help_text="The user who joined, left, was removed or reinstated.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="subject",
            ),
        ),
        migrations.AlterField(
            model_name="report",
            name="person",
            field=models.ForeignKey(
                help_text="The reported user, or the author of the reported message or title.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="person",
            ),
        ),
        migrations.AlterField(
            model_name="report",
            name="why",
            field=models.CharField(max_length=1000, verbose_name="reason"),
        ),
    ]
