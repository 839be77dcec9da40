import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("talk", "0028_drafts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='conversation',
            name='avatar',
            field=models.CharField(blank=True, db_default='', default='', max_length=500, verbose_name='avatar'),
        ),
        migrations.AddField(
            model_name='conversation',
            name='avatar_by',
            field=models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='author of the avatar'),
        ),
        migrations.AddField(
            model_name='conversation',
            name='data',
            field=models.JSONField(blank=True, db_default={}, default=dict, verbose_name='data'),
        ),
        migrations.AddField(
            model_name='conversation',
            name='data_by',
            field=models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='author of the data'),
        ),
        migrations.AddField(
            model_name='conversation',
            name='described_at',
            field=models.DateTimeField(editable=False, null=True, verbose_name='described at'),
        ),
        migrations.AddField(
            model_name='conversation',
            name='description',
            field=models.CharField(blank=True, db_default='', default='', max_length=1000, verbose_name='description'),
        ),
        migrations.AddField(
            model_name='conversation',
            name='description_by',
            field=models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='author of the description'),
        ),
        migrations.AddField(
            model_name='conversation',
            name='key',
            field=models.CharField(blank=True, max_length=255, null=True, verbose_name='key'),
        ),
        migrations.AlterField(
            model_name='act',
            name='kind',
            field=models.CharField(choices=[('message_removed', 'message removed'), ('title_removed', 'title removed'), ('description_removed', 'description removed'), ('avatar_removed', 'avatar removed'), ('data_removed', 'data of a conversation removed'), ('participant_suspended', 'participant suspended'), ('participant_restored', 'participant restored'), ('report_dismissed', 'report dismissed'), ('user_exported', 'data of a user exported'), ('user_erased', 'data of a user erased')], max_length=32, verbose_name='kind'),
        ),
        migrations.AlterField(
            model_name='event',
            name='kind',
            field=models.CharField(choices=[('conversation_started', 'started'), ('conversation_renamed', 'renamed'), ('conversation_changed', 'description, avatar, data or key changed'), ('conversation_upgraded', 'upgraded from a private conversation'), ('message_sent', 'message sent'), ('message_edited', 'message edited'), ('message_removed', 'message removed'), ('message_reacted', 'reactions changed'), ('message_pinned', 'message pinned'), ('message_unpinned', 'message unpinned'), ('participant_invited', 'invited'), ('participant_declined', 'declined'), ('participant_joined', 'joined'), ('participant_left', 'left'), ('participant_removed', 'removed'), ('participant_reinstated', 'reinstated'), ('participant_role_changed', 'role changed'), ('participant_suspended', 'suspended'), ('participant_restored', 'restored'), ('conversation_read', 'read'), ('conversation_marked_unread', 'marked as unread')], max_length=32, verbose_name='kind'),
        ),
    ]
