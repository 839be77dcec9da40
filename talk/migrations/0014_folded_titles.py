from typing import Any

from django.db import migrations, models

from talk.words import folded

#: Titles that are written at once.
CHUNK = 1_000


def fold_titles(apps: Any, schema_editor: Any) -> None:
    conversations = apps.get_model("talk", "Conversation")._base_manager
    titled: list[Any] = []
    for conversation in conversations.exclude(title="").only("title").iterator(CHUNK):
        conversation.folded_title = folded(conversation.title)
        titled.append(conversation)
        if len(titled) == CHUNK:
            conversations.bulk_update(titled, ["folded_title"])
            titled = []
    conversations.bulk_update(titled, ["folded_title"])


class Migration(migrations.Migration):
    dependencies = [("talk", "0013_reported_titles")]

    operations = [
        migrations.AddField(
            model_name="conversation",
            name="folded_title",
            field=models.TextField(blank=True, db_default="", default="", editable=False),
        ),
        migrations.RunPython(fold_titles, migrations.RunPython.noop, elidable=True),
    ]
