from django.db import migrations, models

from ._concurrently import AddCheck, AddIndex, AddUniqueConstraint


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("talk", "0029_conversations_described")]

    operations = [
        AddIndex(
            model_name='conversation',
            index=models.Index(condition=models.Q(('description_by__isnull', False)), fields=['description_by'], name='talk_author_of_description'),
        ),
        AddIndex(
            model_name='conversation',
            index=models.Index(condition=models.Q(('avatar_by__isnull', False)), fields=['avatar_by'], name='talk_author_of_avatar'),
        ),
        AddIndex(
            model_name='conversation',
            index=models.Index(condition=models.Q(('data_by__isnull', False)), fields=['data_by'], name='talk_author_of_data'),
        ),
        AddCheck(
            model_name='conversation',
            constraint=models.CheckConstraint(condition=models.Q(('kind', 'group'), models.Q(('avatar', ''), ('description', '')), _connector='OR'), name='talk_conversation_private_is_plain'),
        ),
        AddUniqueConstraint(
            model_name='conversation',
            constraint=models.UniqueConstraint(condition=models.Q(('key__isnull', False)), fields=('key',), name='talk_conversation_key_once'),
        ),
    ]
