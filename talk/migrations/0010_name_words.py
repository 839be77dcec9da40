from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from talk.models.name_word import search_fields
from talk.words import beginnings_in

#: Words that are inserted at once.
CHUNK = 5_000


def write_words(apps: Any, schema_editor: Any) -> None:
    """For the people that are there. Fields that other apps add later are for `refresh_names`."""
    alias = schema_editor.connection.alias
    people = apps.get_model(settings.AUTH_USER_MODEL)
    name_words = apps.get_model("talk", "NameWord")._base_manager.using(alias)
    present = {each.name for each in people._meta.concrete_fields}
    names = [name for name in search_fields() if name in present]
    rows = people._base_manager.using(alias).order_by("pk")
    if "is_active" in present:
        rows = rows.filter(is_active=True)
    words: list[Any] = []
    for key, *texts in rows.values_list("pk", *names).iterator(CHUNK):
        found = {word for text in texts if text for word in beginnings_in(str(text))}
        words += [name_words.model(user_id=key, word=word) for word in sorted(found)]
        if len(words) >= CHUNK:
            name_words.bulk_create(words)
            words = []
    name_words.bulk_create(words)


class Migration(migrations.Migration):
    dependencies = [
        ("talk", "0009_reports_in_the_admins_history"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="NameWord",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "user",
                        "word",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("word", models.CharField(max_length=50, verbose_name="word")),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="talk_name_words",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
            ],
            options={
                "verbose_name": "word of a name",
                "verbose_name_plural": "words of names",
                "indexes": [
                    models.Index(
                        fields=["word"], name="talk_word", opclasses=["varchar_pattern_ops"]
                    )
                ],
            },
        ),
        migrations.RunPython(write_words, migrations.RunPython.noop, elidable=True),
    ]
