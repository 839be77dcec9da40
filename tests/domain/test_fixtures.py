"""`loaddata` loads what `dumpdata` wrote, into an empty database and over existing rows."""

import json
import uuid
from datetime import datetime, timedelta

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.utils import timezone

from talk.models import (
    AccessToken,
    Act,
    Block,
    Event,
    FollowedConversation,
    FollowerProgress,
    LinkPreview,
    Report,
    TimedJob,
)
from talk.moderation import Decision, decide, suspend

from ..races.together import assert_sound
from .acting import group, participation_of, private, say, send_files, upload

pytestmark = pytest.mark.django_db(transaction=True)

MODELS = [get_user_model(), *apps.get_app_config("talk").get_models()]


@pytest.fixture
def dump(alice, bob, carol, dave, erin, tmp_path):
    """A file with something of everything."""
    ours = participation_of(alice, private(alice, bob)).invite([carol])
    for sender in (alice, bob, carol):
        say(sender, ours)
    said = participation_of(alice, ours).send("Before", reply_to=ours.messages.last().number)
    participation_of(alice, ours).edit(said, "After", mentions=[bob])
    participation_of(bob, ours).react(said, "👍")
    participation_of(alice, ours).pin_message(said)
    participation_of(bob, ours).save_message(said)
    send_files(alice, ours, upload(alice))
    LinkPreview.objects.keep(say(alice, ours, "https://example.com"), "https://example.com", "Soup")
    participation_of(alice, ours).rename("Ours")
    participation_of(alice, ours).save_draft("Later", base=0)
    tomorrow = timezone.now() + timedelta(days=1)
    participation_of(alice, ours).schedule("Then", tomorrow, uuid.uuid4(), mentions=[bob])
    participation_of(carol, ours).leave()
    Block.objects.block(bob, dave)
    AccessToken.objects.issue(alice, "phone")
    report = Report.objects.report_message(
        participation_of(bob, ours), ours.messages.last(), "rude"
    )
    Report.objects.report_title(
        participation_of(bob, group(alice, bob, dave, title="Rude")), "rude"
    )
    decide(report, Decision.DISMISS, erin, "It is not.")
    suspend(participation_of(bob, ours), erin, "rude")
    alice.is_active = False
    alice.save()
    follower = FollowerProgress.objects.create(name="search", settled_event=0, read_event=0)
    FollowedConversation.objects.create(follower=follower, conversation=ours, revision=1)
    TimedJob.objects.create(name="delete expired words")
    file = tmp_path / "dump.json"
    names = [model._meta.label for model in MODELS]
    call_command("dumpdata", *names, output=str(file), verbosity=0)
    return file


def everything():
    rows = {model: list(model._base_manager.order_by("pk").values()) for model in MODELS}
    assert all(rows.values()), "the dump has something of everything"
    return {
        model: [{name: in_json(value) for name, value in row.items()} for row in found]
        for model, found in rows.items()
    }


def in_json(value):
    """Django writes no more than milliseconds."""
    if isinstance(value, datetime):
        return value.replace(microsecond=value.microsecond // 1000 * 1000)
    return value


def load(file):
    call_command("loaddata", str(file), verbosity=0)


def test_an_empty_database_becomes_the_same(dump):
    before = everything()
    call_command("flush", interactive=False, verbosity=0)
    assert not Act.objects.exists()

    load(dump)

    assert everything() == before


def test_it_is_used_as_ever(dump):
    call_command("flush", interactive=False, verbosity=0)
    load(dump)
    bob, erin = (get_user_model().objects.get(username=name) for name in ("bob", "erin"))

    # Each table gives out keys that are not taken.
    there = group(erin, bob, title="New")
    say(erin, there)
    AccessToken.objects.issue(erin, "phone")
    Report.objects.report_user(erin, bob, "rude")
    suspend(participation_of(bob, there), None, "rude")

    assert_sound(there)


def test_once_more_changes_nothing(dump):
    before = everything()

    load(dump)

    assert everything() == before


def test_what_was_done_stays_as_it_is_written_down(dump):
    rows = json.loads(dump.read_text())
    for row in rows:
        if row["model"] == "talk.act":
            row["fields"]["why"] = "never mind"
    known = [row["pk"] for row in rows if row["model"] == "talk.act"]
    new = {"model": "talk.act", "pk": max(known) + 1, "fields": {"kind": "user_erased", "why": "x"}}
    dump.write_text(json.dumps([*rows, new]))

    load(dump)

    assert set(Act.objects.values_list("why", flat=True)) == {"It is not.", "rude", "x"}
    assert Act.objects.count() == len(known) + 1


def test_an_account_that_is_deactivated_by_loading_changes_no_conversation(dump):
    """What is loaded with it says who owns what."""
    before = Event.objects.count()
    rows = json.loads(dump.read_text())
    for row in rows:
        if row["model"] == "auth.user":
            row["fields"]["is_active"] = False
    dump.write_text(json.dumps([row for row in rows if row["model"] == "auth.user"]))

    load(dump)

    assert not get_user_model().objects.filter(is_active=True).exists()
    assert Event.objects.count() == before
