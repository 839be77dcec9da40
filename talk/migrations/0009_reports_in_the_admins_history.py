from typing import Any

from django.apps import apps as installed
from django.db import migrations
from django.db.models import CharField, Value
from django.db.models.functions import Concat

HISTORY = installed.is_installed("django.contrib.admin")


def forget_reasons(apps: Any, schema_editor: Any) -> None:
    """What was noted of reports began with why somebody reported, which erasing them left there."""
    if HISTORY:
        entries = apps.get_model("admin", "LogEntry").objects.using(schema_editor.connection.alias)
        of_reports = entries.filter(content_type__app_label="talk", content_type__model="report")
        named = Concat(Value("report "), "object_id", output_field=CharField())
        of_reports.update(object_repr=named)


class Migration(migrations.Migration):
    dependencies = [
        ("talk", "0008_participations_by_one_index"),
        *([("admin", "0003_logentry_add_action_flag_choices")] if HISTORY else []),
    ]

    operations = [migrations.RunPython(forget_reasons, migrations.RunPython.noop)]
