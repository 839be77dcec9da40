"""`migrate` changes large tables while people go on writing."""

import pytest
from django.db import connection, migrations
from django.db.migrations.loader import MigrationLoader

OURS = {
    name: migration
    for (app, name), migration in MigrationLoader(None).disk_migrations.items()
    if app == "talk"
}
#: Of tables that are new, or small.
EXEMPT = {"0006_acts_are_append_only", "0010_name_words", "0013_reported_titles"}


@pytest.mark.parametrize("name", sorted(OURS.keys() - EXEMPT))
def test_no_table_is_locked_while_its_rows_are_changed(name):
    """What alters a table keeps everybody out of it until its transaction ends."""
    kinds = {isinstance(each, migrations.RunPython) for each in OURS[name].operations}

    assert len(kinds) == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", [name for name, each in OURS.items() if not each.atomic])
def test_what_stopped_half_way_can_be_done_again(name):
    """Django notes a migration once all of it is done, and no transaction undoes a part."""
    *_before, parent = OURS[name].dependencies
    state = MigrationLoader(connection).project_state(parent)

    for operation in OURS[name].operations:
        before = state.clone()
        operation.state_forwards("talk", state)
        # SQLite undoes what alters tables.
        if not operation.reduces_to_sql or connection.vendor == "postgresql":
            with connection.schema_editor(atomic=False) as editor:
                operation.database_forwards("talk", editor, before, state)
