from typing import Any

from django.apps import apps as installed
from django.db import migrations
from django.db.models import CharField, Value
from django.db.models.functions import Concat


def forget_names(apps: Any, schema_editor: Any) -> None:
    """Take the names of tokens, which erasing their users left there, out of the admin's history."""
    # As in the migration of reports: the admin may be installed or not, and later than this.
    if not installed.is_installed("django.contrib.admin"):
        return
    history = installed.get_model("admin", "LogEntry")
    connection = schema_editor.connection
    if history._meta.db_table in connection.introspection.table_names():
        entries = history._default_manager.using(connection.alias)
        of_tokens = entries.filter(
            content_type__app_label="talk", content_type__model="accesstoken"
        )
        named = Concat(Value("access token "), "object_id", output_field=CharField())
        of_tokens.update(object_repr=named)


class Migration(migrations.Migration):
    dependencies = [("talk", "0010_name_words")]

    operations = [migrations.RunPython(forget_names, migrations.RunPython.noop)]
