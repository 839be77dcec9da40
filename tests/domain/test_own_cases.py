"""Staff can't decide about themselves, and about other staff only with more permissions."""

import pytest
from django.urls import reverse

from talk.exceptions import RefusalCode
from talk.models import AccessToken, Act, Block, Participation, Report
from talk.moderation import Decision, decide, remove_message, restore, suspend
from talk.privacy import erase

from .acting import group, hired, participation_of, refused, say

pytestmark = pytest.mark.django_db

MAY = [
    "moderate",
    "handle_data",
    "view_act",
    "view_block",
    "view_participation",
    "view_message",
    "read_message_bodies",
]


@pytest.fixture
def ours(alice, bob, carol, dave, erin):
    return group(alice, bob, carol, dave, erin)


@pytest.fixture
def hire():
    """`hire(erin)` is the browser of Erin, who moderates and handles data from now on."""

    def hire(person, *more):
        return hired(person, *MAY, *more)

    return hire


@pytest.fixture
def root(dave):
    dave.is_superuser = dave.is_staff = True
    dave.save()
    return dave


def report(by, message, why="It is rude."):
    return Report.objects.report_message(participation_of(by, message.conversation), message, why)


@pytest.fixture
def cases(ours, alice, bob, carol, erin):
    """Those that are not for Erin to decide, by what makes them so."""
    joint = say(carol, ours)
    report(erin, joint)
    Report.objects.report_user(erin, bob, "rude")
    return {
        "what she said": report(alice, say(erin, ours)),
        "she": Report.objects.report_user(bob, erin, "rude"),
        "what she reported": report(erin, say(alice, ours)),
        "whom she reported": Report.objects.report_user(erin, alice, "rude"),
        "settled with hers": report(alice, joint),
        "settled with hers, too": Report.objects.report_user(alice, bob, "rude"),
    }


OWN = [
    "what she said",
    "she",
    "what she reported",
    "whom she reported",
    "settled with hers",
    "settled with hers, too",
]


@pytest.mark.parametrize("which", OWN)
class TestOwnReports:
    def test_are_not_decided(self, cases, which, erin):
        with refused(RefusalCode.NOT_ALLOWED):
            decide(cases[which], Decision.DISMISS, erin, "It is nothing.")

        assert Report.objects.get(pk=cases[which].pk).settled_at is None
        assert not Act.objects.exists()

    def test_are_not_shown(self, cases, which, erin, hire):
        browser, key = hire(erin), cases[which].pk
        listed = reverse("admin:talk_report_changelist")

        for query in ({}, {"settled_at__isempty": 1}, {"id__exact": key}, {"_facets": "True"}):
            answer = browser.get(listed, query)
            assert key not in [each.pk for each in answer.context["cl"].result_list]
        for page in ("change", "history", "delete"):
            answer = browser.get(reverse(f"admin:talk_report_{page}", args=[key]))
            assert answer.status_code in (302, 403)

    def test_are_not_decided_in_the_admin(self, cases, which, erin, hire):
        url = reverse("admin:talk_report_change", args=[cases[which].pk])
        hire(erin).post(url, {"act": "dismiss", "reason": "It is nothing."})

        assert Report.objects.get(pk=cases[which].pk).settled_at is None

    def test_are_decided_by_another(self, cases, which, dave, hire):
        url = reverse("admin:talk_report_change", args=[cases[which].pk])
        hire(dave, "change_user").post(url, {"act": "dismiss", "reason": "It is nothing."})

        assert Report.objects.get(pk=cases[which].pk).settled_at
        assert Act.objects.get().by_name == "dave"


class TestOwnActs:
    def test_nobody_ends_their_own_suspension(self, ours, erin, root):
        suspend(participation_of(erin, ours), root, "rude")

        with refused(RefusalCode.NOT_ALLOWED):
            restore(participation_of(erin, ours), erin, "I am sorry.")
        with refused(RefusalCode.NOT_ALLOWED):
            suspend(participation_of(erin, ours), erin, "Me.")
        assert participation_of(erin, ours).suspended_at

    def test_nor_in_the_list_with_others(self, ours, alice, erin, root, hire):
        browser = hire(erin)
        for person in (alice, erin):
            suspend(participation_of(person, ours), root, "rude")
        places = [participation_of(person, ours).pk for person in (erin, alice)]
        url = reverse("admin:talk_participation_changelist")
        chosen = {"action": "restore", "_selected_action": places, "why": "They are sorry."}
        answer = browser.post(url, chosen, follow=True)

        assert "This concerns you." in answer.content.decode()
        assert participation_of(erin, ours).suspended_at
        assert participation_of(alice, ours).suspended_at is None

    def test_nobody_removes_what_they_said(self, ours, erin):
        message = say(erin, ours, "rude")
        with refused(RefusalCode.NOT_ALLOWED):
            remove_message(message, erin, "never mind")

        assert ours.messages.get().body == "rude"

    def test_nobody_erases_or_exports_themselves(self, ours, erin, hire):
        browser = hire(erin)
        with refused(RefusalCode.NOT_ALLOWED):
            erase(erin, "I want to.", erin)
        url = reverse("admin:talk_participation_changelist")
        for action in ("erase", "export"):
            chosen = {
                "action": action,
                "_selected_action": [participation_of(erin, ours).pk],
                "sure": 1,
            }
            answer = browser.post(url, {**chosen, "why": "I want to."}, follow=True)
            assert "This concerns you." in answer.content.decode()

        erin.refresh_from_db()
        assert erin.is_active
        assert not Act.objects.exists()

    def test_nobody_sees_what_was_done_to_them(self, ours, alice, erin, root, hire):
        for person in (alice, erin):
            suspend(participation_of(person, ours), root, "As Bob says.")
        browser = hire(erin)

        answer = browser.get(reverse("admin:talk_act_changelist"))
        assert [act.user for act in answer.context["cl"].result_list] == [str(alice.pk)]
        own = Act.objects.get(user=str(erin.pk))
        for page in ("change", "history"):
            assert browser.get(reverse(f"admin:talk_act_{page}", args=[own.pk])).status_code == 302

    def test_nobody_sees_who_blocked_them(self, alice, bob, erin, hire):
        Block.objects.block(alice, erin)
        Block.objects.block(alice, bob)
        answer = hire(erin).get(reverse("admin:talk_block_changelist"))

        assert [block.blocked for block in answer.context["cl"].result_list] == [bob]


class TestStaff:
    """By whom they are acted on."""

    def acts(self, target, by, ours):
        message = say(target, ours)
        yield lambda: suspend(participation_of(target, ours), by, "rude")
        yield lambda: restore(participation_of(target, ours), by, "They are sorry.")
        yield lambda: remove_message(message, by, "rude")
        for decision in (Decision.DISMISS, Decision.BOTH):
            each = report(place_of_other(target, by, ours), say(target, ours))
            yield lambda each=each, decision=decision: decide(each, decision, by, "rude")
        yield lambda: erase(target, "They asked for it.", by)

    @pytest.mark.parametrize("may_change_users", [True, False])
    def test_staff_by_who_may_change_users(self, ours, carol, erin, hire, may_change_users):
        hire(carol)
        hire(erin, *(["change_user"] if may_change_users else []))

        self.assert_acts(carol, type(erin).objects.get(pk=erin.pk), ours, may_change_users)

    @pytest.mark.parametrize("is_superuser", [True, False])
    def test_superusers_by_superusers(self, ours, root, erin, hire, is_superuser):
        hire(erin, "change_user")
        erin.is_superuser = is_superuser
        erin.save()

        self.assert_acts(root, type(erin).objects.get(pk=erin.pk), ours, is_superuser)

    def assert_acts(self, target, by, ours, allowed):
        for act in self.acts(target, by, ours):
            if allowed:
                act()
            else:
                with refused(RefusalCode.NOT_ALLOWED):
                    act()
        target.refresh_from_db()
        assert target.is_active is not allowed

    def test_members_by_all(self, ours, bob, erin, hire):
        hire(erin)

        self.assert_acts(bob, erin, ours, True)

    def test_reports_about_them_are_shown_to_the_same(self, ours, alice, root, carol, erin, hire):
        hire(carol)
        about = [report(alice, say(person, ours)) for person in (root, carol)]

        def shown(*more):
            answer = hire(erin, *more).get(reverse("admin:talk_report_changelist"))
            return set(answer.context["cl"].result_list)

        assert shown() == set()
        assert shown("change_user") == {about[1]}
        erin.is_superuser = True
        assert shown() == set(about)

    @pytest.mark.parametrize("may_change_users", [True, False])
    def test_their_tokens_are_made_and_ended_by_the_same(
        self, bob, carol, root, erin, hire, may_change_users
    ):
        """A token lets its holder in as its user."""
        hire(carol)
        tokens = ["add_accesstoken", "change_accesstoken", "delete_accesstoken", "view_accesstoken"]
        browser = hire(erin, *tokens, *(["change_user"] if may_change_users else []))
        allowed = [bob, erin, *([carol] if may_change_users else [])]
        for person in (bob, carol, root, erin):
            form = {"user": person.pk, "name": "laptop"}
            browser.post(reverse("admin:talk_accesstoken_add"), form)
        assert {token.user for token in AccessToken.objects.all()} == set(allowed)

        AccessToken.objects.all().delete()
        made = [AccessToken.objects.issue(each, "phone")[0] for each in (bob, carol, root, erin)]
        chosen = {"_selected_action": [token.pk for token in made]}
        url = reverse("admin:talk_accesstoken_changelist")
        answer = browser.post(url, {**chosen, "action": "revoke"}, follow=True)
        assert "This concerns staff." in answer.content.decode()
        revoked = AccessToken.objects.exclude(revoked_at=None)
        assert {token.user for token in revoked} == set(allowed)

        browser.post(url, {**chosen, "action": "delete_selected", "post": "yes"})
        for token in made:
            browser.post(reverse("admin:talk_accesstoken_delete", args=[token.pk]), {"post": "yes"})
        left = {token.user for token in AccessToken.objects.all()}
        assert left == {carol, root} - set(allowed)

    def test_the_project_itself_acts_on_everybody(self, ours, root):
        suspend(participation_of(root, ours), None, "rude")
        erase(root, "They asked for it.")

        assert not Participation.objects.filter(user=root).exists()


def place_of_other(target, by, ours):
    """Somebody who is neither."""
    places = ours.participations.exclude(user__in=[target, by]).order_by("pk")
    return places.first().user
