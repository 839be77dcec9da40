from typing import Any

from django.apps import apps as installed
from django.db import migrations
from django.db.models import CharField, Value
from django.db.models.functions import Concat


def forget_reasons(apps: Any, schema_editor: Any) -> None:
    """What was noted of reports began with why somebody reported, which erasing them left there."""
    # The admin may be installed or not, and later than this: there is nothing to depend on.
    if not installed.is_installed("django.contrib.admin"):
        return
    history = installed.get_model("admin", "LogEntry")
    connection = schema_editor.connection
    if history._meta.db_table in connection.introspection.table_names():
        entries = history._default_manager.using(connection.alias)
        of_reports = entries.filter(content_type__app_label="talk", content_type__model="report")
        named = Concat(Value("report "), "object_id", output_field=CharField())
        of_reports.update(object_repr=named)


class Migration(migrations.Migration):
    dependencies = [("talk", "0008_participations_by_one_index")]

    operations = [migrations.RunPython(forget_reasons, migrations.RunPython.noop)]
