"""Moderators act on reports."""

from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.db import connection
from django.urls import reverse

from talk.exceptions import RefusalCode
from talk.models import Act, Event, Message, Participation, Report
from talk.moderation import Decision, decide, remove_message, restore, suspend

from .acting import group, hired, participation_of, private, refused, say

pytestmark = pytest.mark.django_db


@pytest.fixture
def ours(alice, bob, carol):
    return group(alice, bob, carol)


def report(by, message, why="It is rude."):
    return Report.objects.report_message(participation_of(by, message.conversation), message, why)


def unread(user):
    return [place.unread_count for place in Participation.objects.inbox_for(user)]


class TestReporting:
    def test_a_member_reports_what_they_can_read_once(self, alice, bob, ours):
        message = say(bob, ours, "rude")

        first, again = report(alice, message), report(alice, message, "Very rude.")

        assert first == again
        assert (first.person, first.message, first.why) == (bob, message, "It is rude.")

    def test_what_one_can_not_read_one_can_not_report(self, alice, bob, dave, ours):
        message = say(bob, ours)
        elsewhere = say(dave, private(dave, bob))
        participation_of(alice, ours).leave()
        later = say(bob, ours)

        with refused(RefusalCode.NOT_A_PARTICIPANT):
            Report.objects.report_message(participation_of(alice, ours), elsewhere, "rude")
        with refused(RefusalCode.NOT_FOUND):
            report(alice, later)
        assert report(alice, message)

    def test_a_person_is_reported_apart_from_what_they_said(self, alice, bob, ours):
        reports = {
            report(alice, say(bob, ours)),
            Report.objects.report_user(alice, bob, "rude"),
            Report.objects.report_user(alice, bob, "rude"),
        }

        assert len(reports) == 2

    def test_nobody_reports_themselves_or_without_a_reason(self, alice, bob, ours):
        mine = say(alice, ours)
        with refused(RefusalCode.CANNOT_REPORT_YOURSELF):
            report(alice, mine)
        for why in ("", " ", "x" * 1001):
            with refused(RefusalCode.INVALID_REASON, "why"):
                Report.objects.report_user(alice, bob, why)

    def test_what_is_settled_can_be_reported_again(self, alice, bob, erin, ours):
        message = say(bob, ours)
        first = report(alice, message)
        decide(first, Decision.DISMISS, erin, "It is not.")

        assert report(alice, message) != first


class TestRemoving:
    def test_the_words_are_gone_and_the_number_stays(self, bob, erin, ours):
        said = [say(bob, ours, body) for body in ("one", "two", "three")]

        remove_message(said[1], erin, "It is rude.")

        assert [each.body for each in ours.messages.order_by("number")] == ["one", "", "three"]
        assert [each.number for each in ours.messages.order_by("number")] == [1, 2, 3]
        assert Message.objects.get(pk=said[1].pk).removal == Message.Removal.MODERATED
        event = Event.objects.filter(conversation=ours).latest("revision")
        assert (event.kind, event.message, event.actor) == ("message_removed", said[1], None)

    def test_it_waits_for_nobody(self, alice, bob, carol, erin, ours):
        said = [say(bob, ours, body) for body in ("one", "two")]
        participation_of(carol, ours).read(1)

        remove_message(said[0], erin, "rude")
        assert (unread(alice), unread(carol)) == ([1], [1])
        assert participation_of(alice, ours).first_unread_number == 2

        remove_message(said[1], erin, "rude")
        assert (unread(alice), unread(carol)) == ([0], [0])
        assert participation_of(alice, ours).first_unread_number is None
        assert Participation.objects.unread_total(alice) == 0

    def test_there_is_nothing_to_remove_twice_or_of_what_happened(self, alice, bob, erin, ours):
        message = say(bob, ours)
        remove_message(message, erin, "rude")
        participation_of(bob, ours).leave()

        for each in ours.messages.all():
            with refused(RefusalCode.NOT_FOUND):
                remove_message(each, erin, "rude")

    def test_a_retry_of_it_says_nothing_anew(self, bob, erin, ours):
        key = "8c1b8a4c-6f0c-4b5e-9d43-2f0c0b1f7a11"
        message = participation_of(bob, ours).send("rude", client_id=key)
        remove_message(message, erin, "rude")

        again = participation_of(bob, ours).send("rude", client_id=key)

        assert (again, again.body) == (message, "")


class TestSuspending:
    @pytest.fixture
    def silent(self, bob, erin, ours):
        suspend(participation_of(bob, ours), erin, "rude")

    @pytest.mark.usefixtures("silent")
    def test_they_read_and_do_not_write(self, alice, bob, dave, ours):
        say(alice, ours, "Hello")

        for act in (
            lambda: say(bob, ours),
            lambda: participation_of(bob, ours).invite([dave]),
            lambda: participation_of(bob, ours).rename("Mine"),
            lambda: participation_of(alice, ours).remove(by=participation_of(bob, ours)),
        ):
            with refused(RefusalCode.SUSPENDED):
                act()
        assert unread(bob) == [1]
        participation_of(bob, ours).read()
        participation_of(bob, ours).leave()

    @pytest.mark.usefixtures("silent")
    def test_elsewhere_they_write(self, alice, bob):
        assert say(bob, private(bob, alice)).number == 1

    @pytest.mark.usefixtures("silent")
    def test_leaving_and_coming_back_does_not_end_it(self, alice, bob, ours):
        participation_of(bob, ours).leave()
        participation_of(bob, ours).reinstate(by=participation_of(alice, ours))

        with refused(RefusalCode.SUSPENDED):
            say(bob, ours)

    @pytest.mark.usefixtures("silent")
    def test_it_is_ended_by_a_moderator(self, bob, erin, ours):
        restore(participation_of(bob, ours), erin, "They said sorry.")

        assert say(bob, ours).number == 1
        kinds = Event.objects.filter(conversation=ours).values_list("kind", flat=True)
        assert [kind for kind in kinds if kind.startswith("participant")] == [
            "participant_suspended",
            "participant_restored",
        ]

    def test_nor_do_they_go_around_it_in_a_private_one(self, alice, bob, carol, erin):
        conversation = private(alice, bob)
        suspend(participation_of(bob, conversation), erin, "rude")

        with refused(RefusalCode.SUSPENDED):
            participation_of(bob, conversation).invite([carol])
        with refused(RefusalCode.SUSPENDED):
            Message.send_to_users("Hello", bob, [alice])


class TestDeciding:
    def test_what_is_done_settles_all_reports_of_the_same(self, alice, bob, carol, erin, ours):
        message, other = say(bob, ours), say(bob, ours)
        reports = [report(alice, message), report(carol, message), report(carol, other)]

        decide(reports[0], Decision.BOTH, erin, "Rude indeed.")

        settled = [Report.objects.get(pk=each.pk).settled_at is not None for each in reports]
        assert settled == [True, True, False]
        assert participation_of(bob, ours).suspended_at
        assert Message.objects.get(pk=message.pk).removed_as

    def test_each_act_is_written_down(self, alice, bob, erin, ours):
        message = say(bob, ours)
        decide(report(alice, message), Decision.BOTH, erin, "Rude indeed.")
        decide(report(alice, say(bob, private(alice, bob))), Decision.DISMISS, erin, "Not this.")

        acts = list(Act.objects.order_by("pk"))
        assert [act.kind for act in acts] == [
            "message_removed",
            "participant_suspended",
            "report_dismissed",
        ]
        assert {(act.by, act.by_name, act.user) for act in acts} == {
            (str(erin.pk), "erin", str(bob.pk))
        }
        assert [act.why for act in acts] == ["Rude indeed.", "Rude indeed.", "Not this."]
        assert (acts[0].conversation, acts[0].number) == (ours.pk, message.number)

    def test_without_a_reason_nothing_is_done(self, alice, bob, erin, ours):
        message = say(bob, ours)
        with refused(RefusalCode.INVALID_REASON, "why"):
            decide(report(alice, message), Decision.BOTH, erin, " ")

        assert not Act.objects.exists()

    @pytest.mark.parametrize("decision", [Decision.REMOVE, Decision.SUSPEND, Decision.BOTH])
    def test_a_report_of_a_person_is_only_dismissed(self, alice, bob, erin, decision):
        """It names no conversation, so there is nothing to remove and nobody to suspend."""
        person = Report.objects.report_user(alice, bob, "rude")
        assert (person.where, person.first_title) == (None, "")
        with refused(RefusalCode.NOT_FOUND):
            decide(person, decision, erin, "Rude.")
        assert Report.objects.get().settled_at is None

        decide(person, Decision.DISMISS, erin, "Not this.")

        assert Report.objects.get().settled_at

    def test_a_message_is_removed_after_its_sender_deleted_the_account(
        self, alice, bob, erin, ours
    ):
        reported = report(alice, say(bob, ours))
        bob.delete()
        reported = Report.objects.get(pk=reported.pk)
        for decision in (Decision.SUSPEND, Decision.BOTH):
            with refused(RefusalCode.NOT_FOUND):
                decide(reported, decision, erin, "Rude.")

        decide(reported, Decision.REMOVE, erin, "Rude.")

        assert Message.objects.get(pk=reported.message_id).removed_as
        assert [act.kind for act in Act.objects.all()] == ["message_removed"]

    def test_reports_of_deleted_accounts_are_settled_one_by_one(self, alice, bob, carol, erin):
        """Nobody can tell any more whether two reports are about the same person."""
        reports = [Report.objects.report_user(alice, each, "rude") for each in (bob, carol)]
        bob.delete()
        carol.delete()

        decide(Report.objects.get(pk=reports[0].pk), Decision.DISMISS, erin, "They are gone.")

        left = Report.objects.filter(settled_at=None)
        assert [each.pk for each in left] == [reports[1].pk]


class TestAdmin:
    @pytest.fixture
    def moderator(self, erin):
        return hired(erin, "moderate")

    @pytest.fixture
    def reported(self, alice, bob, ours):
        for body in ("before", "rude", "after"):
            say(bob, ours, body)
        return report(alice, ours.messages.get(body="rude"))

    def url(self, reported):
        return reverse("admin:talk_report_change", args=[reported.pk])

    def test_a_moderator_sees_what_was_said_around_it(self, moderator, reported):
        assert "rude" in moderator.get(reverse("admin:talk_report_changelist")).content.decode()
        page = moderator.get(self.url(reported)).content.decode()
        for word in ("before", "rude", "after", "It is rude."):
            assert word in page

    def test_and_acts_on_it(self, moderator, reported, bob, ours):
        moderator.post(self.url(reported), {"act": "both", "reason": "Rude."})

        assert participation_of(bob, ours).suspended_at
        assert not Message.objects.filter(body="rude").exists()
        page = moderator.get(self.url(reported))
        assert page.status_code == 200
        assert 'name="act"' not in page.content.decode(), "it is settled"

    def test_of_which_the_history_does_not_tell_why_nor_who_was_reported(self, moderator, reported):
        """That is erased with them."""
        moderator.post(self.url(reported), {"act": "dismiss", "reason": "Not this."})

        entry = LogEntry.objects.get(object_id=reported.pk)
        assert entry.object_repr == f"report {reported.pk}"

    def test_nor_does_what_the_history_noted_before(self, moderator, reported):
        moderator.post(self.url(reported), {"act": "dismiss", "reason": "Not this."})
        LogEntry.objects.update(object_repr="1/2: It is rude.")
        migration = import_module("talk.migrations.0009_reports_in_the_admins_history")

        migration.forget_reasons(apps, connection.schema_editor())

        assert LogEntry.objects.get().object_repr == f"report {reported.pk}"

    @pytest.mark.parametrize("given", [{"act": "both"}, {"act": "x", "reason": "x"}])
    def test_not_without_a_reason(self, moderator, reported, given):
        answer = moderator.post(self.url(reported), given)

        assert answer.context["adminform"].form.errors
        assert not Act.objects.exists()

    def test_what_can_be_done_is_offered(self, moderator, alice, bob, erin, ours, reported):
        def offered(report):
            form = moderator.get(self.url(report)).context["adminform"].form
            return [value for value, _label in form["act"].field.widget.choices]

        assert offered(Report.objects.report_user(alice, bob, "rude")) == ["dismiss"]
        assert offered(reported) == ["dismiss", "remove", "suspend", "both"]
        remove_message(reported.message, erin, "rude")
        assert offered(reported) == ["dismiss", "suspend"]

    def test_of_a_deleted_account_only_the_words_can_be_removed(self, moderator, reported, bob):
        bob.delete()
        form = moderator.get(self.url(reported)).context["adminform"].form

        assert [value for value, _label in form["act"].field.widget.choices] == [
            "dismiss",
            "remove",
        ]

    def test_members_are_suspended_and_restored_in_the_list(self, moderator, erin, bob, ours):
        hired(erin, "moderate", "view_participation")
        url = reverse("admin:talk_participation_changelist")
        place = participation_of(bob, ours)

        for action, is_suspended in (("suspend", True), ("restore", False)):
            chosen = {"action": action, "_selected_action": [place.pk], "why": "Rude."}
            moderator.post(url, chosen)
            assert bool(participation_of(bob, ours).suspended_at) is is_suspended

        acts = Act.objects.order_by("pk").values_list("kind", "why", "by_name")
        assert list(acts) == [
            ("participant_suspended", "Rude.", "erin"),
            ("participant_restored", "Rude.", "erin"),
        ]

    def test_the_reasons_of_who_reports_and_who_decides_are_told_apart(self, moderator, reported):
        page = moderator.get(self.url(reported)).content.decode()

        assert page.count("Reason:") == 1
        assert "Reason for your decision:" in page

    def test_what_can_not_be_done_is_said(self, moderator, alice, bob, erin, reported):
        person = Report.objects.report_user(alice, bob, "rude")
        answer = moderator.post(self.url(person), {"act": "remove", "reason": "Rude."})
        assert "This is a report of a person, not of a message." in answer.content.decode()

        remove_message(reported.message, erin, "rude")
        answer = moderator.post(self.url(reported), {"act": "remove", "reason": "Rude."})
        assert "There are no words to remove any more." in answer.content.decode()

    def test_who_was_slower_is_told_so_and_nothing_is_noted(
        self, moderator, reported, erin, dave, monkeypatch
    ):
        def after_another(report, *decision):
            decide(report, Decision.DISMISS, dave, "It is not.")
            monkeypatch.undo()
            return decide(report, *decision)

        monkeypatch.setattr("talk.admin.moderation.decide", after_another)
        given = {"act": "remove", "reason": "Rude."}
        page = moderator.post(self.url(reported), given, follow=True).content.decode()

        assert "There is nothing with this id" in page
        assert "successfully" not in page
        assert not LogEntry.objects.exists()

    def test_other_staff_see_nothing_of_it(self, moderator, reported, erin):
        erin.user_permissions.set(Permission.objects.filter(codename__contains="report"))

        assert moderator.get(self.url(reported)).status_code == 403
        assert moderator.post(self.url(reported), {"act": "both"}).status_code == 403

    def test_a_suspension_is_ended_in_the_list_of_participations(self, moderator, erin, bob, ours):
        erin.user_permissions.add(Permission.objects.get(codename="view_participation"))
        place = participation_of(bob, ours)
        suspend(place, erin, "rude")
        end = {"action": "restore", "_selected_action": [place.pk]}
        url = reverse("admin:talk_participation_changelist")

        moderator.post(url, end)
        assert participation_of(bob, ours).suspended_at, "that takes a reason"
        moderator.post(url, {**end, "why": "They said sorry."})

        assert participation_of(bob, ours).suspended_at is None
        assert Act.objects.latest("pk").why == "They said sorry."
