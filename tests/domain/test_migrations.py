"""`migrate` changes large tables while people go on writing."""

from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.models import F

from talk.models import Attachment, Event, Message, Participation

from .acting import group, participation_of, say, send_files, upload

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


#: These read the whole table while they keep everybody out of it. The tables were small then.
READ_A_TABLE = {"0003_moderation", "0012_joined_at_number"}


@pytest.mark.parametrize("name", sorted(OURS.keys() - READ_A_TABLE))
def test_no_table_is_locked_while_its_rows_are_checked(name):
    """PostgreSQL reads all rows for the check of a column that can't be negative."""
    made = {each.name_lower for each in OURS[name].operations if hasattr(each, "managers")}

    assert not [
        each.name
        for each in OURS[name].operations
        if type(each) is migrations.AddField
        and each.model_name_lower not in made
        and isinstance(each.field, models.PositiveBigIntegerField)
    ]


#: Tables that are read and written all the time, mostly several at once.
BUSY = {"conversation", "event", "message", "participation"}
#: The tables were small then.
ALTER_SEVERAL = {"0001_initial", "0003_moderation"}


@pytest.mark.parametrize("name", sorted(OURS.keys() - ALTER_SEVERAL))
def test_no_transaction_alters_two_busy_tables(name):
    """It would keep the first until it has the second, and others wait the other way round."""
    alters = (migrations.AddField, migrations.AddConstraint, migrations.AddIndex)
    altered = {each.model_name_lower for each in OURS[name].operations if isinstance(each, alters)}

    assert not OURS[name].atomic or len(altered & BUSY) <= 1


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite makes tables anew")
def test_every_check_is_made_for_all_rows():
    """Also those that a migration added for new rows alone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT conname FROM pg_constraint WHERE contype = 'c' AND NOT convalidated")
        assert cursor.fetchall() == []
        cursor.execute("SELECT conname FROM pg_constraint WHERE contype = 'c'")
        checks = {name for (name,) in cursor.fetchall()}
    assert {"talk_message_root_check", "talk_participation_history_from_check"} <= checks


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


@pytest.mark.django_db
def test_the_earlier_version_knows_every_removal_and_every_kind_of_event(alice, bob):
    """After the migrations were undone. It would fail to show others."""
    ours = group(alice, bob)
    own, others = participation_of(alice, ours), say(bob, ours)
    own.edit(said := say(alice, ours), "Changed")
    own.react(others, "👍")
    own.pin_message(others)
    own.unpin_message(others)
    own.retract(said)
    own.remove_message(others)
    own.describe(description="Lunch")
    send_files(bob, ours, upload(bob, state="checking"))
    Attachment.objects.get().checked(Attachment.State.READY)
    migration = import_module("talk.migrations.0023_words_of_open_reports")

    migration.say_what_was_known(apps, connection.schema_editor())
    later = import_module("talk.migrations.0031_kinds_of_descriptions")
    later.say_what_was_known(apps, connection.schema_editor())
    latest = import_module("talk.migrations.0039_before_files")
    latest.say_what_was_known(apps, connection.schema_editor())

    removed = Message.objects.exclude(removed_as="").values_list("removed_as", flat=True)
    assert list(removed) == ["moderated"] * 2
    kinds = Event.objects.order_by("revision").values_list("kind", flat=True)
    assert list(kinds) == [
        "conversation_started",
        *["message_sent"] * 2,
        *["conversation_read"] * 4,
        *["message_removed"] * 2,
        "conversation_read",
        "message_sent",
        "conversation_read",
    ]


@pytest.mark.django_db
def test_every_text_has_words_in_the_earlier_version(alice, bob):
    """It has a check of that."""
    ours = group(alice, bob)
    said = send_files(alice, ours, upload(alice, "b.txt"), upload(alice, "a.txt"))
    taken_back = send_files(alice, ours, upload(alice))
    participation_of(alice, ours).retract(taken_back)
    worded = send_files(alice, ours, upload(alice), body="Look")
    migration = import_module("talk.migrations.0039_before_files")

    migration.name_files(apps, connection.schema_editor())

    bodies = dict(Message.objects.values_list("pk", "body"))
    assert (bodies[said.pk], bodies[taken_back.pk]) == ("b.txt\na.txt", "")
    assert bodies[worded.pk] == "Look"


@pytest.mark.django_db
def test_what_was_marked_as_unread_agrees_with_the_check_of_the_earlier_version(alice, bob, carol):
    """Otherwise the migrations could not be undone."""
    ours, left = group(alice, bob, carol), group(alice, bob, carol)
    for conversation in (ours, left):
        for user in (bob, alice, bob):
            say(user, conversation)
        for user in (alice, carol):
            participation_of(user, conversation).read()
            participation_of(user, conversation).mark_unread(1)
    participation_of(carol, left).leave()
    say(bob, left)
    say(alice, ours)
    say(bob, ours)
    migration = import_module("talk.migrations.0035_marks_end_backwards")

    migration.end_marks(apps, connection.schema_editor())

    marked = Participation.objects.exclude(user=bob)
    assert not marked.exclude(unread_again_from=None)
    assert not marked.filter(first_unread_number__lte=F("last_read_number"))
    rows = marked.order_by("conversation", "user").values_list("first_unread_number", flat=True)
    assert list(rows) == [5, 4, 5, None]
