"""Reports keep what was said when it was reported, for moderators alone, until they are settled."""

from datetime import UTC, datetime, timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth.models import Permission
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from talk.exceptions import RefusalCode
from talk.models import Act, Edit, Message, Report
from talk.moderation import Decision, decide, remove_message
from talk.privacy import erase, export
from talk.purging import purge

from .acting import group, hired, participation_of, refused, say, send_files, upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def ours(alice, bob, carol):
    return group(alice, bob, carol, title="Harbour")


@pytest.fixture
def rude(bob, ours):
    return say(bob, ours, "rude words")


def report(by, message):
    return Report.objects.report_message(
        participation_of(by, message.conversation), now(message), "It is rude."
    )


def now(row):
    return type(row).objects.get(pk=row.pk)


def edit(user, message, body="kind words"):
    return participation_of(user, message.conversation).edit(now(message), body)


def retract(user, message):
    return participation_of(user, message.conversation).retract(now(message))


class TestKeeping:
    def test_it_keeps_what_the_message_said_when_it_was_reported(self, alice, bob, carol, rude):
        first = report(alice, rude)
        edit(bob, rude)
        second = report(carol, rude)

        assert now(first).reported_words == "rude words"
        assert now(second).reported_words == "kind words"

    def test_it_keeps_what_files_were_called_and_those_alone_where_there_are_no_words(
        self, alice, bob, ours
    ):
        said = send_files(bob, ours, upload(bob, "a.txt"), upload(bob, "b.txt"))
        worded = send_files(bob, ours, upload(bob, "c.txt"), body="rude words")

        first, second = report(alice, said), report(alice, worded)
        retract(bob, said)

        assert now(first).reported_words == "[a.txt]\n[b.txt]"
        assert now(second).reported_words == "rude words\n[c.txt]"

    def test_a_repeat_does_not_change_it(self, alice, bob, rude):
        first = report(alice, rude)
        edit(bob, rude)

        assert report(alice, rude) == first
        assert now(first).reported_words == "rude words"

    @pytest.mark.parametrize("title", ["first", "later"])
    def test_so_it_is_with_titles(self, alice, bob, ours, title):
        if title == "later":
            participation_of(alice, ours).rename("Rude title")
        reported = Report.objects.report_title(participation_of(bob, ours), "It is rude.")

        participation_of(alice, ours).rename("Kind title")

        said = {"first": "Harbour", "later": "Rude title"}[title]
        assert now(reported).reported_words == said

    @pytest.mark.parametrize("how", ["retracted", "removed", "moderated"])
    def test_it_is_kept_when_the_message_goes(self, alice, bob, erin, rude, how):
        reported = report(alice, rude)
        if how == "retracted":
            retract(bob, rude)
        elif how == "removed":
            participation_of(alice, rude.conversation).remove_message(now(rude))
        else:
            remove_message(now(rude), erin, "Rude.")

        assert now(rude).removed_as == how
        assert now(reported).reported_words == "rude words"

    def test_what_had_gone_before_is_reported_without_words(self, alice, bob, rude):
        stale = now(rude)
        retract(bob, rude)

        place = participation_of(alice, rude.conversation)
        reported = Report.objects.report_message(place, stale, "It was rude.")

        assert now(reported).words == ""

    def test_a_person_has_no_words(self, alice, bob):
        assert Report.objects.report_user(alice, bob, "rude").reported_words == ""


class TestLettingGo:
    @pytest.mark.parametrize("decision", [Decision.DISMISS, Decision.REMOVE, Decision.SUSPEND])
    def test_the_words_go_when_the_report_is_settled(self, alice, carol, erin, rude, decision):
        reports = [report(alice, rude), report(carol, rude)]

        decide(reports[0], decision, erin, "So be it.")

        assert [now(each).words for each in reports] == ["", ""]

    @pytest.mark.parametrize("before", ["retracted", "as it was"])
    @pytest.mark.parametrize("keep_words", [True, False])
    def test_they_go_with_the_data_of_the_author(self, alice, bob, rude, before, keep_words):
        reported = report(alice, rude)
        if before == "retracted":
            retract(bob, rude)

        erase(bob, "They asked for it.", keep_words=keep_words)

        assert now(reported).words == ("rude words" if keep_words else "")
        assert now(reported).person is None

    def test_so_do_those_of_a_first_title(self, alice, bob, ours):
        reported = Report.objects.report_title(participation_of(bob, ours), "It is rude.")

        erase(alice, "They asked for it.")

        assert now(reported).words == ""

    def test_those_who_reported_do_not_take_them_along(self, alice, rude):
        reported = report(alice, rude)

        erase(alice, "They asked for it.")

        assert now(reported).words == "rude words"

    @pytest.mark.parametrize("before", ["retracted", "as it was"])
    def test_they_are_kept_no_longer_than_texts_are(self, alice, bob, rude, settings, before):
        reported = report(alice, rude)
        if before == "retracted":
            retract(bob, rude)
        settings.TALK = {**settings.TALK, "RETENTION": {"group": 1}}
        sent_at = timezone.now() - timedelta(days=2)
        Message.objects.filter(pk=rude.pk).update(sent_at=sent_at)

        assert now(reported).reported_words == "", "also before they are purged"
        purge()

        assert now(reported).words == ""

    def test_titles_are_kept(self, alice, bob, ours, settings):
        participation_of(alice, ours).rename("Rude title")
        reported = Report.objects.report_title(participation_of(bob, ours), "It is rude.")
        settings.TALK = {**settings.TALK, "RETENTION": {"group": 1}}
        ours.messages.update(sent_at=timezone.now() - timedelta(days=2))

        purge()

        assert now(reported).reported_words == "Rude title"


class TestDeciding:
    @pytest.mark.parametrize("decision", [Decision.DISMISS, Decision.SUSPEND])
    def test_what_was_retracted_meanwhile_is_decided_about(
        self, alice, bob, erin, ours, rude, decision
    ):
        reported = report(alice, rude)
        retract(bob, rude)

        decide(now(reported), decision, erin, "So be it.")

        assert now(reported).settled_at
        assert bool(participation_of(bob, ours).suspended_at) == (decision == Decision.SUSPEND)
        assert Act.objects.count() == 1

    @pytest.mark.parametrize("decision", [Decision.REMOVE, Decision.BOTH])
    def test_and_not_removed_once_more(self, alice, bob, erin, rude, decision):
        reported = report(alice, rude)
        retract(bob, rude)

        with refused(RefusalCode.NOT_FOUND):
            decide(now(reported), decision, erin, "So be it.")
        assert now(reported).reported_words == "rude words", "it is open"

    def test_what_was_edited_meanwhile_is_removed_with_its_history(self, alice, bob, erin, rude):
        reported = report(alice, rude)
        edit(bob, rude)

        decide(now(reported), Decision.REMOVE, erin, "It was rude.")

        assert now(rude).removed_as == "moderated"
        assert not rude.edits.exists()


class TestWhoSeesIt:
    @pytest.fixture
    def page(self, erin):
        """The page of a report, as a moderator sees it."""
        browser = hired(erin, "moderate")

        def page(reported):
            url = reverse("admin:talk_report_change", args=[reported.pk])
            return browser.get(url).content.decode()

        return page

    def test_moderators_see_what_was_reported_and_what_it_says_now(self, page, alice, bob, rude):
        reported = report(alice, rude)
        edit(bob, rude)

        shown = page(reported)

        assert shown.count("rude words") == 2, "as it was reported, and as an earlier text"
        assert "kind words" in shown

    def test_they_see_what_was_said_before_it_was_reported(self, page, alice, bob, rude):
        edit(bob, rude)

        assert "rude words" in page(report(alice, rude))

    def test_they_see_times_as_elsewhere_in_the_admin(self, page, alice, bob, rude, settings):
        settings.TIME_ZONE = "Asia/Kathmandu"
        reported = report(alice, rude)
        edit(bob, rude)
        rude.edits.update(until=datetime(2026, 3, 4, 20, 30, tzinfo=UTC))

        assert "<i>March 5, 2026, 2:15 a.m.</i> rude words" in page(reported)

    def test_a_dash_says_that_there_are_no_words(self, page, erin, alice, rude):
        """Nobody edited the message, and what the report kept goes when the report is settled."""
        reported = report(alice, rude)
        earlier = page(reported).split("before it was edited")[1]
        assert earlier.split('readonly">')[1].startswith("-</div>")

        decide(reported, Decision.DISMISS, erin, "No")

        kept = page(reported).split("when it was reported")[1]
        assert kept.split('readonly">')[1].startswith("-</div>")

    def test_they_see_what_was_retracted_as_it_was_reported(self, page, alice, bob, rude):
        edit(bob, rude)
        reported = report(alice, rude)
        retract(bob, rude)

        shown = page(reported)

        assert "kind words" in shown
        assert "taken back by its sender" in shown
        assert "rude words" not in shown, "earlier texts are gone"

    def test_what_is_kept_no_longer_they_do_not_see(self, page, alice, rude, settings):
        reported = report(alice, rude)
        settings.TALK = {**settings.TALK, "RETENTION": {"group": 1e-9}}

        assert "rude words" not in page(reported)

    def test_settled_reports_show_them_no_more(self, page, alice, bob, erin, rude):
        reported = report(alice, rude)
        retract(bob, rude)
        assert "rude words" in page(reported)
        decide(now(reported), Decision.DISMISS, erin, "So be it.")

        assert "rude words" not in page(reported)

    def test_no_list_of_reports_is_filtered_by_them(self, erin, alice, rude):
        report(alice, rude)
        browser = hired(erin, "moderate")

        for look_up in ("words", "words__startswith"):
            answer = browser.get(reverse("admin:talk_report_changelist"), {look_up: "rude"})
            assert answer.status_code == 400, look_up

    def test_they_are_in_the_export_neither_of_the_author_nor_of_who_reported(
        self, alice, bob, rude
    ):
        report(alice, rude)
        retract(bob, rude)

        for each in (alice, bob):
            assert "rude words" not in str(list(export(each)))

    def test_staff_who_read_messages_see_earlier_texts_of_one(self, erin, bob, rude):
        edit(bob, rude)
        browser = hired(erin, "view_message")
        url = reverse("admin:talk_message_change", args=[rude.pk])
        assert "rude words" not in browser.get(url).content.decode()
        assert "kind words" not in browser.get(url).content.decode()

        erin.user_permissions.add(Permission.objects.get(codename="read_message_bodies"))
        shown = browser.get(url).content.decode()

        assert "rude words" in shown
        assert "kind words" in shown

    def test_but_not_of_one_that_is_kept_no_longer(self, erin, bob, rude, settings):
        edit(bob, rude)
        settings.TALK = {**settings.TALK, "RETENTION": {"group": 1e-9}}
        browser = hired(erin, "view_message", "read_message_bodies")

        shown = browser.get(reverse("admin:talk_message_change", args=[rude.pk])).content.decode()

        assert "rude words" not in shown
        assert "kind words" not in shown

    def test_the_pages_have_the_newest_earlier_texts_however_many_there_are(
        self, page, erin, alice, bob, rude
    ):
        """An author could make them too long to open, and so keep moderators away."""
        edit(bob, rude)
        Edit.objects.bulk_create(
            Edit(message=rude, body=f"text {number}.", until=rude.sent_at - timedelta(days=number))
            for number in range(1, 150)
        )
        reported = report(alice, rude)
        browser = hired(erin, "view_message", "read_message_bodies", "moderate")
        url = reverse("admin:talk_message_change", args=[rude.pk])

        for shown in (page(reported), browser.get(url).content.decode()):
            assert "rude words" in shown
            assert shown.index("text 1.") < shown.index("text 99.")
            assert "text 100." not in shown

    def test_nobody_changes_earlier_texts_in_the_admin(self, admin_client, bob, rude):
        edit(bob, rude)
        url = reverse("admin:talk_message_change", args=[rude.pk])

        assert admin_client.post(url, {"edits-0-body": "other words"}).status_code == 403
        assert rude.edits.get().body == "rude words"


def test_reports_that_were_open_before_get_the_words_that_are_there(alice, carol, erin, bob, rude):
    open_one, settled = report(alice, rude), report(carol, say(bob, rude.conversation))
    decide(settled, Decision.DISMISS, erin, "So be it.")
    person = Report.objects.report_user(alice, bob, "rude")
    Report.objects.update(words="")
    migration = import_module("talk.migrations.0023_words_of_open_reports")

    migration.keep_words(apps, connection.schema_editor())

    assert [now(each).words for each in (open_one, settled, person)] == ["rude words", "", ""]
