"""`migrate` keeps nobody out of a table while it reads, checks or copies its rows."""

import pytest
from django.contrib.postgres.functions import RandomUUID
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.models import Q
from django.utils import timezone

from talk.migrations import _concurrently as concurrently

from .releases import LAST_MIGRATION
from .watch import Watch

pytestmark = pytest.mark.django_db

#: Tables were small when these came, or are small. All are older than the check.
EXEMPT = {
    "0003_moderation": "Few people used Talk.",
    "0004_invitations": "Few people used Talk.",
    "0005_erased_titles": "Few people used Talk.",
    "0007_participations_in_order": "Few people used Talk.",
    "0009_reports_in_the_admins_history": "Staff made the rows, by hand.",
    "0011_tokens_in_the_admins_history": "Staff made the rows, by hand.",
    "0012_joined_at_number": "Few people used Talk.",
    "0013_reported_titles": "Few reports are made.",
    "0023_words_of_open_reports": "Few reports are open.",
}
OURS = {
    name: migration
    for (app, name), migration in MigrationLoader(None).disk_migrations.items()
    if app == "talk"
}


def test_no_migration_keeps_others_waiting(upgraded):
    found = {name: reasons for name, reasons in upgraded.found.items() if reasons}

    assert {name: found[name] for name in found.keys() - EXEMPT.keys()} == {}
    assert found.keys() == EXEMPT.keys(), "Only what would fail is exempt."


def test_only_what_is_released_is_exempt():
    assert all(name <= LAST_MIGRATION for name in EXEMPT)


#: They change a catalogue, or tables that nobody can be using yet.
IN_ONE_TRANSACTION = {"0006_acts_are_append_only", "0010_name_words", "0023_words_of_open_reports"}
IN_ONE_TRANSACTION |= {"0009_reports_in_the_admins_history", "0011_tokens_in_the_admins_history"}


@pytest.mark.parametrize("name", sorted(OURS.keys() - IN_ONE_TRANSACTION))
def test_code_that_changes_rows_ends_its_transactions_itself(name):
    """Rows that somebody else waits for are locked until the end of the transaction."""
    nothing = migrations.RunPython.noop
    runs = [
        each
        for each in OURS[name].operations
        if isinstance(each, migrations.RunPython) and each.code is not nothing
    ]

    assert not runs or not OURS[name].atomic


LONG = models.Index(fields=["body"], name="long")
WORDS = models.CheckConstraint(condition=~Q(body="-"), name="words")
WAITED_FOR = {
    "an index": migrations.AddIndex("message", LONG),
    "a check": migrations.AddConstraint("message", WORDS),
    "a unique constraint": migrations.AddConstraint(
        "reaction", models.UniqueConstraint(fields=["emoji", "id"], name="once")
    ),
    "a column with an index": migrations.AddField(
        "message", "lost", models.ForeignKey("talk.Conversation", models.CASCADE, null=True)
    ),
    "a column that is unique": migrations.AddField(
        "event", "code", models.CharField(max_length=9, null=True, unique=True)
    ),
    "a column with a check": migrations.AddField(
        "mention", "place", models.PositiveIntegerField(default=0)
    ),
    "a default for each row": migrations.AddField(
        "participation", "code", models.UUIDField(db_default=RandomUUID())
    ),
    "another type": migrations.AlterField(
        "message", "number", models.DecimalField(max_digits=19, decimal_places=0)
    ),
    "no nulls": migrations.AlterField(
        "participation", "muted_until", models.DateTimeField(default=timezone.now)
    ),
    "rows changed at once": migrations.RunSQL("UPDATE talk_message SET body = '-'"),
    "rows deleted at once": migrations.RunSQL('DELETE FROM "talk_reaction"'),
    "SQL that locks": migrations.RunSQL(
        ["LOCK talk_event IN SHARE MODE", "SELECT count(*) FROM talk_message"]
    ),
}
NOT_WAITED_FOR = {
    "a column": migrations.AddField("message", "note", models.TextField(null=True)),
    "a column with a default": migrations.AddField(
        "participation", "level", models.IntegerField(default=1, db_default=1)
    ),
    "a column that refers": migrations.AddField(
        "message",
        "lost",
        models.ForeignKey("talk.Conversation", models.CASCADE, null=True, db_index=False),
    ),
    "a longer column": migrations.AlterField("reaction", "emoji", models.CharField(max_length=99)),
    "a table": migrations.CreateModel(
        "Note",
        [
            ("id", models.BigAutoField(primary_key=True)),
            ("message", models.ForeignKey("talk.Message", models.CASCADE)),
        ],
    ),
    "no check": migrations.RemoveConstraint("message", "talk_message_branch_agrees"),
    "no column": migrations.RemoveField("message", "edited_at"),
}


@pytest.mark.parametrize("name", WAITED_FOR)
def test_what_others_would_wait_for_is_found(upgraded, name):
    assert upgraded.watched(WAITED_FOR[name]) != []


@pytest.mark.parametrize("name", NOT_WAITED_FOR)
def test_what_changes_a_catalogue_alone_is_let_through(upgraded, name):
    assert upgraded.watched(NOT_WAITED_FOR[name]) == []


@pytest.mark.parametrize(
    ("operation", "waits"),
    [
        (migrations.AddIndex("message", LONG), True),
        (migrations.AddConstraint("message", WORDS), True),
        (concurrently.AddIndex("message", LONG), False),
        (concurrently.AddCheck("message", WORDS), False),
    ],
    ids=["index", "check", "index, concurrently", "check, afterwards"],
)
def test_statements_outside_of_transactions_are_watched_too(upgraded, operation, waits):
    before = MigrationLoader(None).project_state()
    after = before.clone()
    operation.state_forwards("talk", after)
    watch = Watch({"talk_message"})

    with upgraded.connection.schema_editor(atomic=False) as editor:
        with upgraded.connection.execute_wrapper(watch):
            operation.database_forwards("talk", editor, before, after)
        operation.database_backwards("talk", editor, after, before)

    assert bool(watch.found) is waits
