from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Exists, OuterRef
from django.utils import timezone


def settle_what_becomes_the_same(apps: Any, schema_editor: Any) -> None:
    """Backwards, a report of a title becomes one of its person, and one of these can be open.

    The oldest stays open.
    """
    reports = apps.get_model("talk", "Report")._base_manager.using(schema_editor.connection.alias)
    of_people = reports.filter(message=None, settled_at=None)
    older = of_people.filter(
        reporter=OuterRef("reporter"), person=OuterRef("person"), pk__lt=OuterRef("pk")
    )
    repeated = of_people.filter(Exists(older)).values_list("pk", flat=True)
    reports.filter(pk__in=list(repeated)).update(settled_at=timezone.now())


class Migration(migrations.Migration):

    dependencies = [
        ('talk', '0012_joined_at_number'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='report',
            name='talk_report_of_person_once',
        ),
        migrations.AddField(
            model_name='report',
            name='conversation',
            field=models.ForeignKey(help_text='The group whose first title is reported.', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='reports', to='talk.conversation', verbose_name='conversation'),
        ),
        migrations.AlterField(
            model_name='act',
            name='kind',
            field=models.CharField(choices=[('message_removed', 'message removed'), ('title_removed', 'title removed'), ('participant_suspended', 'kept from writing'), ('participant_restored', 'let write again'), ('report_dismissed', 'report dismissed'), ('user_exported', 'data of a user exported'), ('user_erased', 'user erased')], max_length=32, verbose_name='kind'),
        ),
        migrations.AddConstraint(
            model_name='report',
            constraint=models.UniqueConstraint(condition=models.Q(('conversation', None), ('message', None), ('settled_at', None)), fields=('reporter', 'person'), name='talk_report_of_person_once'),
        ),
        migrations.AddConstraint(
            model_name='report',
            constraint=models.UniqueConstraint(condition=models.Q(('settled_at', None)), fields=('reporter', 'conversation'), name='talk_report_of_title_once'),
        ),
        migrations.RunPython(migrations.RunPython.noop, settle_what_becomes_the_same),
    ]
