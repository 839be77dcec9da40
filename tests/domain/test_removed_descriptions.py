"""Moderators remove what describes a conversation, and it goes with the person who wrote it."""

import pytest
from django.urls import reverse

from talk import moderation, privacy
from talk.exceptions import RefusalCode
from talk.models import Act, Conversation, Event

from .acting import group, hired, participation_of, private, refused

pytestmark = pytest.mark.django_db

ALL = {
    "description": "We sing.",
    "avatar": "https://example.com/choir.png",
    "data": {"colour": "blue"},
}
NONE = {"description": "", "avatar": "", "data": {}}


@pytest.fixture
def choir(alice, bob, carol):
    """Described by Alice."""
    ours = group(alice, bob, carol, title="Choir")
    participation_of(bob, ours).change_role("admin")
    participation_of(alice, ours).describe(**ALL)
    return ours


def shown(conversation):
    row = Conversation.objects.get(pk=conversation.pk)
    return {name: getattr(row, name) for name in ALL}


@pytest.mark.parametrize("name", ALL)
class TestModerators:
    def test_they_remove_each_by_itself(self, choir, alice, dave, name):
        moderation.remove_description(choir, name, dave, "rude")

        assert shown(choir) == ALL | {name: NONE[name]}
        act = Act.objects.get()
        assert (act.kind, act.user, act.by) == (f"{name}_removed", str(alice.pk), str(dave.pk))
        assert (act.conversation, act.why) == (choir.pk, "rude")
        last = Event.objects.filter(conversation=choir).order_by("revision").last()
        assert (last.kind, last.actor) == ("conversation_changed", None)

    def test_what_the_project_wrote_too(self, alice, bob, name):
        ours = private(alice, bob) if name == "data" else group(alice, bob)
        ours.describe(**{name: ALL[name]})

        moderation.remove_description(ours, name, None, "rude")

        assert shown(ours) == NONE
        assert Act.objects.get().user == ""

    def test_there_has_to_be_one(self, choir, name):
        moderation.remove_description(choir, name, None, "rude")

        with refused(RefusalCode.NOT_FOUND):
            moderation.remove_description(choir, name, None, "rude")
        assert Act.objects.count() == 1

    def test_nothing_is_removed_without_a_reason(self, choir, name):
        with refused(RefusalCode.INVALID_REASON, "why"):
            moderation.remove_description(choir, name, None, " ")

    def test_staff_who_moderate_do_it_in_the_admin(self, choir, dave, name):
        browser = hired(dave, "moderate", "view_conversation")
        page = reverse("admin:talk_conversation_changelist")

        def remove(why):
            chosen = {"action": f"remove_{name}", "_selected_action": [choir.pk], "why": why}
            return browser.post(page, chosen, follow=True).content.decode()

        assert "This reason is empty" in remove("")
        assert shown(choir) == ALL
        remove("rude")
        assert shown(choir) == ALL | {name: NONE[name]}
        assert "There is nothing with this id" in remove("rude")

    def test_other_staff_do_not(self, choir, dave, name):
        browser = hired(dave, "view_conversation")
        page = reverse("admin:talk_conversation_changelist")

        browser.post(
            page, {"action": f"remove_{name}", "_selected_action": [choir.pk], "why": "rude"}
        )

        assert shown(choir) == ALL


def test_nobody_removes_what_staff_above_them_wrote(choir, alice, dave):
    alice.is_staff = alice.is_superuser = True
    alice.save()

    with refused(RefusalCode.NOT_ALLOWED):
        moderation.remove_description(choir, "description", dave, "rude")


def test_staff_find_a_conversation_by_its_key(choir, dave):
    choir.set_key("Order 42")
    browser = hired(dave, "view_conversation")
    changelist = reverse("admin:talk_conversation_changelist")

    found = browser.get(changelist, {"q": "Order 42"})
    others = browser.get(changelist, {"q": "order 42"})
    page = browser.get(reverse("admin:talk_conversation_change", args=[choir.pk]))

    assert [found.context["cl"].result_count, others.context["cl"].result_count] == [1, 0]
    assert "We sing." in page.content.decode()
    # The picture is not fetched: whoever chose it would learn where moderators are.
    assert "<img" not in page.content.decode()


class TestErasing:
    def test_what_a_person_wrote_goes_with_them(self, choir, alice, bob):
        before = participation_of(bob, choir).changed_at

        privacy.erase(alice, "She asked for it.")

        assert shown(choir) == NONE
        assert Event.objects.filter(conversation=choir, kind="conversation_changed").count() == 2
        assert participation_of(bob, choir).changed_at > before

    def test_also_if_they_left_long_ago(self, choir, alice):
        participation_of(alice, choir).leave()

        privacy.erase(alice, "She asked for it.")

        assert shown(choir) == NONE

    def test_what_others_wrote_stays(self, choir, alice, bob):
        participation_of(bob, choir).describe(description="We dance.")

        privacy.erase(alice, "She asked for it.")

        assert shown(choir) == NONE | {"description": "We dance."}
        privacy.erase(bob, "He asked for it.")
        assert shown(choir) == NONE

    def test_what_they_wrote_of_several_conversations_goes(self, choir, alice, bob):
        other = group(alice, bob)
        participation_of(alice, other).describe(avatar=ALL["avatar"])
        assert privacy.kept_of(alice)["descriptions"] == 2

        privacy.erase(alice, "She asked for it.")

        assert (shown(choir), shown(other)) == (NONE, NONE)
        assert "descriptions" not in privacy.kept_of(alice)

    def test_it_stays_with_the_words_and_without_their_name(self, choir, alice):
        privacy.erase(alice, "She asked for it.", keep_words=True)

        assert shown(choir) == ALL
        assert not Conversation.objects.described_by(alice).exists()

    def test_it_stays_if_the_account_alone_is_deleted(self, choir, alice):
        alice.delete()

        assert shown(choir) == ALL


class TestExport:
    def test_it_has_what_they_see_of_each_conversation(self, choir, bob):
        choir.set_key("order 42")

        assert _told(bob) == ALL | {"key": "order 42"}

    def test_it_has_nothing_that_was_changed_after_they_left(self, choir, alice, bob, carol):
        participation_of(carol, choir).leave()
        participation_of(bob, choir).describe(avatar="https://example.com/another.png")

        assert _told(carol) == NONE | {"key": None}

    def test_it_has_what_they_wrote_themselves_in_any_case(self, choir, alice, bob):
        participation_of(alice, choir).leave()
        participation_of(bob, choir).describe(avatar="https://example.com/another.png")

        assert _told(alice) == ALL | {"avatar": "", "key": None}


def _told(person):
    (line,) = [each for each in privacy.export(person) if each["type"] == "participation"]
    return {name: line[name] for name in (*ALL, "key")}


def test_data_that_were_removed_can_be_changed_in_memory(choir, alice, bob):
    others = group(alice, bob)
    others.describe(data={"colour": "blue"})
    for each in (choir, others):
        moderation.remove_description(each, "data", None, "rude")

    choir.data["status"] = "shipped"

    assert others.data == Conversation.UNDESCRIBED["data"] == {}
