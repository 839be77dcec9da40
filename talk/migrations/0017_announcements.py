from typing import Any

from django.db import migrations, models


class AddConstraint(migrations.AddConstraint):
    """On PostgreSQL people go on writing meanwhile."""

    def database_forwards(self, app_label: str, editor: Any, old: Any, new: Any) -> None:
        if editor.connection.vendor != "postgresql":
            super().database_forwards(app_label, editor, old, new)
            return
        model = new.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(editor.connection.alias, model):
            made = str(self.constraint.create_sql(model, editor))
            editor.execute(made.replace(" INDEX ", " INDEX CONCURRENTLY ", 1), params=None)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("talk", "0016_reports_from_one_side")]

    operations = [
        migrations.AddField(
            "message",
            "announced_as",
            models.UUIDField("announced as", null=True, editable=False),
        ),
        AddConstraint(
            "message",
            models.UniqueConstraint(
                fields=["conversation", "announced_as"],
                condition=models.Q(announced_as__isnull=False),
                name="talk_message_announced_once",
            ),
        ),
    ]
