"""Messages with a link get a preview, which goes with the link and with the words."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from talk import followers
from talk.contrib.previews import fetching
from talk.contrib.previews.following import LATE, Previews
from talk.contrib.previews.reading import Page
from talk.following import Following
from talk.models import Conversation, Event, LinkPreview, Message
from talk.models.link_preview import DESCRIPTION_LENGTH, SITE_NAME_LENGTH, TITLE_LENGTH

from ..domain.acting import everything, group, participation_of, say

pytestmark = pytest.mark.django_db

URL = "https://shop.example/soup"


@pytest.fixture
def harbour(alice, bob, carol):
    return group(alice, bob, carol, title="Harbour")


@pytest.fixture
def said(alice, harbour):
    return say(alice, harbour, f"Look at {URL}!")


@pytest.fixture
def pages(monkeypatch):
    """What pages say, by their URLs; and those that were fetched, in `pages.asked`."""

    class Pages(dict):
        asked: list[str] = []

        def fetch(self, url):
            self.asked.append(url)
            return self.get(url)

    pages = Pages({URL: Page("Soup", "It is hot.", "Shop")})
    pages.asked = []
    monkeypatch.setattr(fetching, "fetch_page", pages.fetch)
    return pages


@pytest.fixture
def follow(monkeypatch, pages):
    """A worker that follows from now on."""
    monkeypatch.setattr(followers, "_registered", {})
    process = Following(Previews())
    process.step()
    return process.step


def keep(message, url=URL, title="Soup", *more):
    return LinkPreview.objects.keep(Message.objects.get(pk=message.pk), url, title, *more)


def shown(message):
    row = LinkPreview.objects.filter(message=message).first()
    return row and (row.url, row.title, row.description, row.site_name)


def edit(message, body):
    own = participation_of(message.sender, message.conversation)
    return own.edit(Message.objects.get(pk=message.pk), body)


def completed(conversation):
    return list(Event.objects.filter(conversation=conversation, kind=Event.Kind.MESSAGE_COMPLETED))


class TestKeeping:
    def test_readers_are_told(self, said, harbour):
        assert keep(said, URL, "Soup", "It is hot.", "Shop")

        assert shown(said) == (URL, "Soup", "It is hot.", "Shop")
        (event,) = completed(harbour)
        assert (event.message, event.actor, event.participation) == (said, None, None)
        assert event.message.revision == event.revision
        assert event.message.edited_at is None

    def test_again_is_no_change(self, said):
        keep(said)
        before = everything()
        assert not keep(said, URL, "Other")
        assert everything() == before
        assert shown(said)[1] == "Soup"

    def test_the_texts_are_lines_without_controls_and_directions(self, said):
        keep(said, URL, " \u202eSo\0up\n is\t\x1bhot ", "\u2066a\u2069\r\nb\ud800", "\u200e ")
        assert shown(said) == (URL, "Soup is hot", "a b", "")

    def test_long_texts_are_cut(self, said):
        keep(said, URL, "t" * 1_000_000, "d" * 1_000_000, "😀" * 1_000)
        _url, title, description, site_name = shown(said)
        assert title == "t" * (TITLE_LENGTH - 1) + "…"
        assert len(description) == DESCRIPTION_LENGTH
        assert len(site_name) == SITE_NAME_LENGTH

    @pytest.mark.parametrize("title", ["", " \n", "\u200b\u2060", "\u202e"])
    def test_without_a_title_there_is_none(self, said, title):
        before = everything()
        assert not keep(said, URL, title, "It is hot.")
        assert everything() == before

    def test_of_another_link_there_is_none(self, said):
        before = everything()
        assert not keep(said, "https://other.example/")
        assert everything() == before

    @pytest.mark.parametrize("how", ["retract", "edit", "delete"])
    def test_a_message_that_changed_meanwhile_gets_none(self, alice, said, harbour, how):
        seen = Message.objects.get(pk=said.pk)
        if how == "retract":
            participation_of(alice, harbour).retract(Message.objects.get(pk=said.pk))
        elif how == "edit":
            edit(said, "Nothing")
        else:
            Conversation.objects.filter(pk=harbour.pk).delete()
        before = everything()

        assert not LinkPreview.objects.keep(seen, URL, "Soup")
        assert everything() == before
        assert not LinkPreview.objects.exists()


class TestEditing:
    def test_the_preview_stays_while_the_first_link_does(self, said):
        keep(said)
        edit(said, f"Do look at {URL} and https://other.example/")
        assert shown(said)

    @pytest.mark.parametrize("body", ["Nothing", f"https://other.example/ {URL}", f"{URL}/b"])
    def test_it_goes_with_the_first_link(self, said, body):
        keep(said)
        edit(said, body)
        assert shown(said) is None

    def test_texts_without_links_take_no_query_more(self, alice, harbour):
        plain, linked = say(alice, harbour, "One"), say(alice, harbour, f"One {URL}")

        def queries(message, body):
            with CaptureQueriesContext(
                connection,
            ) as captured:
                edit(message, body)
            return sum("linkpreview" in each["sql"] for each in captured.captured_queries)

        assert queries(plain, f"Two {URL}") == 0
        assert queries(linked, f"Two {URL}") == 0
        assert queries(linked, "Three") == 1


class TestFollowing:
    def test_a_text_with_a_link_gets_a_preview(self, follow, pages, said, harbour):
        follow()

        assert shown(said) == (URL, "Soup", "It is hot.", "Shop")
        assert len(completed(harbour)) == 1
        follow()
        assert pages.asked == [URL]
        assert len(completed(harbour)) == 1

    def test_an_edit_gets_that_of_its_link(self, follow, pages, said):
        other = "https://other.example/"
        pages[other] = Page("Other")
        follow()
        edit(said, other)
        assert shown(said) is None
        follow()
        assert shown(said) == (other, "Other", "", "")

        edit(said, f"Again: {other}")
        follow()
        assert shown(said) == (other, "Other", "", "")
        assert pages.asked == [URL, other]

    def test_what_can_not_be_had_leaves_no_trace_and_holds_nothing_up(
        self, follow, pages, alice, harbour
    ):
        say(alice, harbour, "https://away.example/")
        before = everything()
        follow()
        assert everything() == before

        said = say(alice, harbour, URL)
        follow()
        assert shown(said)
        assert pages.asked == ["https://away.example/", URL]

    @pytest.mark.parametrize(
        "body",
        ["No link", "https://shop.example@evil.example/", "[https://a.example](https://b.example)"],
    )
    def test_what_is_no_link_is_not_fetched(self, follow, pages, alice, harbour, body):
        say(alice, harbour, body)
        follow()
        assert pages.asked == []

    def test_titles_of_groups_are_not_fetched(self, follow, pages, alice, harbour):
        participation_of(alice, harbour).rename(URL)
        follow()
        assert pages.asked == []

    def test_late_messages_get_none(self, follow, pages, said):
        Event.objects.filter(message=said).update(at=timezone.now() - LATE - timedelta(seconds=1))
        follow()
        assert pages.asked == []

    def test_what_was_said_before_it_began_gets_none(self, said, follow, pages):
        follow()
        assert pages.asked == []

    def test_a_taken_back_message_gets_none(self, follow, pages, alice, said, harbour):
        participation_of(alice, harbour).retract(Message.objects.get(pk=said.pk))
        follow()
        assert pages.asked == []


def test_it_is_off_unless_the_project_turns_it_on(settings, monkeypatch):
    from django.apps import apps

    monkeypatch.setattr(followers, "_registered", {})
    config = apps.get_app_config("talk_previews")
    config.ready()
    assert followers.registered() == []

    settings.TALK = {**settings.TALK, "LINK_PREVIEWS": True}
    config.ready()
    assert [each.name for each in followers.registered()] == ["link previews"]
