"""Titles of groups are reported and removed like messages, including the first one."""

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection
from django.urls import reverse

from talk.exceptions import RefusalCode
from talk.models import Act, Event, Participation, Report
from talk.moderation import Decision, decide, remove_first_title, remove_message
from talk.privacy import erase, export

from .acting import group, hired, participation_of, private, refused, say

pytestmark = pytest.mark.django_db


@pytest.fixture
def ours(alice, bob, carol, dave):
    """Alice's, who gave it its first title. Dave left under it."""
    ours = group(alice, bob, carol, dave, title="Rude")
    participation_of(dave, ours).leave()
    return ours


def report(by, conversation, why="It is rude."):
    return Report.objects.report_title(participation_of(by, conversation), why)


def titles(conversation, *people):
    """The one that it has, and those under which people left."""
    conversation.refresh_from_db()
    return [
        conversation.title,
        *(participation_of(each, conversation).left_at_title for each in people),
    ]


class TestReporting:
    def test_the_first_title_is_reported_with_who_gave_it(self, ours, alice, bob):
        found = report(bob, ours)

        assert (found.conversation, found.person, found.message) == (ours, alice, None)
        assert report(bob, ours, "Again.") == found, "once until it is settled"

    def test_a_later_one_is_the_message_that_gave_it(self, ours, alice, bob, carol):
        participation_of(bob, ours).change_role(Participation.Role.ADMIN)
        participation_of(bob, ours).rename("Ruder")
        found = report(carol, ours)

        assert (found.message, found.person) == (ours.messages.get(kind="renamed"), bob)
        by_message = Report.objects.report_message(
            participation_of(carol, ours), found.message, "x"
        )
        assert by_message == found

    def test_people_who_left_report_the_title_that_they_see(self, ours, alice, dave):
        participation_of(alice, ours).rename("Ruder")
        found = report(dave, ours)

        assert (found.conversation, found.person, found.message) == (ours, alice, None)

    def test_so_do_people_who_are_invited(self, ours, alice, bob, erin, settings):
        settings.TALK = {**settings.TALK, "INVITATIONS_ASK": True}
        participation_of(alice, ours).rename("Ruder")
        participation_of(bob, ours).invite([erin])

        assert report(erin, ours).message == ours.messages.get(kind="renamed")

    def test_there_is_something_to_report(self, alice, bob, carol):
        for where in (private(bob, alice), group(alice, bob, carol)):
            with refused(RefusalCode.NOT_FOUND):
                report(bob, where)

    def test_nobody_reports_what_they_called_it(self, ours, alice, bob):
        with refused(RefusalCode.CANNOT_REPORT_YOURSELF):
            report(alice, ours)
        with refused(RefusalCode.INVALID_REASON, "why"):
            report(bob, ours, " ")

    def test_it_is_apart_from_a_report_of_the_person(self, ours, alice, bob):
        person = Report.objects.report_user(bob, alice, "rude")
        title = report(bob, ours)

        assert person != title
        assert set(Report.objects.open_like(person)) == {person}
        assert set(Report.objects.open_like(title)) == {title}

    def test_the_export_of_who_reported_has_it(self, ours, bob):
        report(bob, ours)

        (told,) = (each for each in export(bob) if each["type"] == "report")
        assert told["conversation"] == ours.pk


class TestRemoving:
    def test_the_first_one_is_gone_for_everybody(self, ours, alice, bob, dave, erin):
        revision = participation_of(bob, ours).conversation.revision
        decide(report(bob, ours), Decision.REMOVE, erin, "Rude indeed.")

        assert titles(ours, dave) == ["", ""]
        event = Event.objects.get(conversation=ours, revision=revision + 1)
        assert (event.kind, event.message, event.actor) == ("conversation_renamed", None, None)
        act = Act.objects.get()
        assert (act.kind, act.user, act.conversation) == ("title_removed", str(alice.pk), ours.pk)

    def test_once_it_is_another_only_people_who_left_lose_it(self, ours, alice, bob, dave, erin):
        found = report(bob, ours)
        participation_of(alice, ours).rename("Nice")
        decide(found, Decision.REMOVE, erin, "Rude indeed.")

        assert titles(ours, dave) == ["Nice", ""]

    def test_a_later_one_is_gone_with_its_message(self, ours, alice, bob, carol, dave, erin):
        participation_of(alice, ours).rename("Ruder")
        participation_of(carol, ours).leave()
        found = report(bob, ours)
        decide(found, Decision.REMOVE, erin, "Rude indeed.")

        assert titles(ours, carol, dave) == ["", "", "Rude"]
        found.message.refresh_from_db()
        assert (found.message.body, found.message.removed_as) == ("", "moderated")

    def test_an_earlier_one_leaves_the_present_one(self, ours, alice, bob, erin):
        participation_of(alice, ours).rename("Ruder")
        participation_of(alice, ours).rename("Nice")
        remove_message(ours.messages.get(body="Ruder"), erin, "Rude.")

        assert titles(ours) == ["Nice"]

    def test_a_title_that_another_gave_again_stays(self, ours, alice, bob, carol, dave, erin):
        participation_of(bob, ours).change_role(Participation.Role.ADMIN)
        participation_of(alice, ours).rename("Twice")
        participation_of(carol, ours).leave()
        participation_of(alice, ours).rename("Between")
        participation_of(bob, ours).rename("Twice")
        remove_message(ours.messages.filter(body="Twice").earliest("number"), erin, "Rude.")

        assert titles(ours, carol) == ["Twice", "Twice"]

    def test_nothing_is_removed_twice(self, ours, erin):
        remove_first_title(ours, erin, "Rude.")

        with refused(RefusalCode.NOT_FOUND):
            remove_first_title(ours, erin, "Rude.")

    def test_who_gave_it_is_kept_from_writing(self, ours, alice, bob, erin):
        decide(report(bob, ours), Decision.BOTH, erin, "Rude indeed.")

        assert participation_of(alice, ours).suspended_at
        assert titles(ours) == [""]

    def test_it_is_nobodys_own_case(self, ours, alice, bob, carol, dave):
        reports = [report(each, ours) for each in (bob, carol, dave)]

        for by in (alice, bob, dave):
            with refused(RefusalCode.NOT_ALLOWED):
                decide(reports[1], Decision.DISMISS, by, "It is not.")

    def test_a_reporter_who_is_erased_takes_the_reason_along(self, ours, bob):
        found = report(bob, ours)
        erase(bob, "He asked for it.")

        found.refresh_from_db()
        assert (found.reporter, found.why, found.conversation) == (None, "", ours)


class TestAdmin:
    @pytest.fixture
    def moderator(self, erin):
        return hired(erin, "moderate")

    def url(self, reported):
        return reverse("admin:talk_report_change", args=[reported.pk])

    def test_a_moderator_sees_it_and_removes_it(self, moderator, ours, bob):
        found = report(bob, ours)
        page = moderator.get(self.url(found))
        assert "<b>Rude</b>" in page.content.decode()
        form = page.context["adminform"].form
        offered = [value for value, _label in form["act"].field.widget.choices]
        assert offered == ["dismiss", "remove", "suspend", "both"]

        moderator.post(self.url(found), {"act": "remove", "reason": "Rude."})

        assert titles(ours) == [""]
        assert "<b>Rude</b>" not in moderator.get(self.url(found)).content.decode()

    def test_of_a_group_that_was_renamed_the_reported_title_is_shown(
        self, moderator, ours, alice, bob
    ):
        found = report(bob, ours)
        participation_of(alice, ours).rename("Nice")
        page = moderator.get(self.url(found)).content.decode()

        assert "<b>Rude</b>" in page
        assert "<b>Nice</b>" not in page

    def test_what_is_gone_is_not_offered(self, moderator, ours, bob, erin):
        found = report(bob, ours)
        remove_first_title(ours, erin, "Rude.")
        form = moderator.get(self.url(found)).context["adminform"].form

        offered = [value for value, _label in form["act"].field.widget.choices]
        assert offered == ["dismiss", "suspend"]

    def test_a_message_that_gave_one_is_shown_among_what_was_said(
        self, moderator, ours, alice, bob
    ):
        say(bob, ours, "before")
        participation_of(alice, ours).rename("Ruder")
        page = moderator.get(self.url(report(bob, ours))).content.decode()

        assert "before" in page
        assert "Ruder" in page


def test_migrating_back_leaves_one_open_report_of_a_person(ours, alice, bob, carol):
    """Without the column they are all reports of a person, of whom somebody has one open."""
    first = report(bob, ours)
    report(bob, group(alice, bob, carol, title="Rude, too"))
    Report.objects.report_user(bob, alice, "Rude everywhere.")
    of_carol = report(carol, ours)
    migration = import_module("talk.migrations.0013_reported_titles")

    migration.settle_what_becomes_the_same(apps, SimpleNamespace(connection=connection))

    assert set(Report.objects.filter(settled_at=None)) == {first, of_carol}
