from collections.abc import Callable
from typing import Any

from django.db import migrations

APPEND_ONLY = """
CREATE FUNCTION talk_act_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'What was done is done.' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER talk_act_is_append_only BEFORE UPDATE OR DELETE ON talk_act
    FOR EACH ROW EXECUTE FUNCTION talk_act_is_append_only();
"""
ANY = """
DROP TRIGGER talk_act_is_append_only ON talk_act;
DROP FUNCTION talk_act_is_append_only();
"""


def on_postgresql(sql: str) -> Callable[[Any, Any], None]:
    # Tests empty all tables between them: on SQLite by DELETE, which a trigger would stop, and on
    # PostgreSQL by TRUNCATE, which therefore is not stopped.
    def run(apps: Any, schema_editor: Any) -> None:
        if schema_editor.connection.vendor == 'postgresql':
            schema_editor.execute(sql, params=None)

    return run


class Migration(migrations.Migration):

    dependencies = [
        ('talk', '0005_erased_titles'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='act',
            options={'base_manager_name': 'objects', 'permissions': [('handle_data', 'Can export and erase what is kept of somebody')], 'verbose_name': 'act of a moderator', 'verbose_name_plural': 'acts of moderators'},
        ),
        migrations.RunPython(on_postgresql(APPEND_ONLY), on_postgresql(ANY)),
    ]
