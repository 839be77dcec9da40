from typing import Any

from django.db import migrations, models


class AddIndex(migrations.AddIndex):
    """On PostgreSQL people go on writing meanwhile."""

    def database_forwards(self, app_label: str, editor: Any, old: Any, new: Any) -> None:
        model = new.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(editor.connection.alias, model):
            editor.add_index(model, self.index, **_concurrently(editor))

    def database_backwards(self, app_label: str, editor: Any, old: Any, new: Any) -> None:
        model = old.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(editor.connection.alias, model):
            editor.remove_index(model, self.index, **_concurrently(editor))


def _concurrently(editor: Any) -> dict[str, bool]:
    return {"concurrently": True} if editor.connection.vendor == "postgresql" else {}


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("talk", "0014_folded_titles")]

    operations = [
        AddIndex(
            "message",
            models.Index(
                fields=["conversation", "subject", "number"],
                condition=models.Q(subject__isnull=False),
                name="talk_message_about_members",
            ),
        ),
    ]
