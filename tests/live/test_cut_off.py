"""Who is out hears no more: not by leaving late, nor with an old token, nor by keeping a socket."""

import httpx
import pytest
from channels.db import database_sync_to_async
from django.test import Client

from schema.streams import read_conversation
from talk.exceptions import MessagingPermissionDenied
from talk.models import AccessToken, Event
from talk.models.event import EventQuerySet

from .client import REVISION, front_end, id_of
from .sockets import live

pytestmark = pytest.mark.django_db(transaction=True)

in_thread = database_sync_to_async


@live
async def test_who_leaves_hears_that_and_nothing_after(daphne, alice, bob, group):
    async with front_end(daphne, alice) as alices, front_end(daphne, bob) as bobs:
        async with bobs.changes(group, after=1) as stream:
            await bobs.do("leaveConversation", conversationId=id_of(group))
            await alices.say("not for Bob", group)

            last = await stream.next()
            assert (last["kind"], last["revision"]) == ("PARTICIPANT_LEFT", 2)
            assert await stream.last_word() == "NOT_A_PARTICIPANT"


@live
async def test_who_is_removed_hears_that_and_nothing_after(daphne, alice, bob, carol, group):
    async with front_end(daphne, alice) as alices, front_end(daphne, bob) as bobs:
        async with bobs.changes(group, after=1) as stream, alices.changes(group, after=1) as hers:
            await alices.do(
                "removeParticipant", conversationId=id_of(group), participant=id_of(bob)
            )
            await alices.say("not for Bob", group)

            assert (await stream.next())["kind"] == "PARTICIPANT_REMOVED"
            assert await stream.last_word() == "NOT_A_PARTICIPANT"
            assert len(await hers.take(2)) == 2, "there must be more to hear for this to count"


@live
async def test_who_left_cannot_subscribe_again(daphne, alice, bob, group):
    await in_thread(lambda: group.participation_of(bob).leave())()
    async with front_end(daphne, bob) as bobs:
        for after in (None, 2):
            async with bobs.changes(group, after=after) as stream:
                assert await stream.last_word() == "NOT_A_PARTICIPANT"


@live
async def test_a_stranger_hears_of_a_conversation_what_they_hear_of_none(daphne, dave, group):
    async with front_end(daphne, dave) as daves:
        async with daves.changes(group, after=0) as stream:
            assert await stream.last_word() == "NOT_FOUND"
        group.pk += 1_000
        async with daves.changes(group, after=0) as stream:
            assert await stream.last_word() == "NOT_FOUND"


@live
async def test_revoking_a_token_closes_what_it_opened(daphne, alice, bob, group):
    async with front_end(daphne, bob) as bobs, bobs.changes(group, after=1) as stream:
        (token,) = await in_thread(lambda: list(AccessToken.objects.filter(user=bob)))()
        # By the server's own process, whose doorbells it hears.
        async with front_end(daphne, bob) as elsewhere:
            await elsewhere.do("revokeToken", id=id_of(token))

        assert await stream.last_word() == "UNAUTHENTICATED"
        assert await bobs.closed() == 4403


@live
async def test_who_is_deactivated_is_shown_out(daphne, admin_user, alice, bob, group):
    browser = await in_thread(sign_in)(admin_user)
    async with front_end(daphne, bob) as bobs, bobs.changes(group, after=1) as stream:
        # What the form of the admin sends with the box not ticked.
        form = {"username": "bob", "date_joined_0": "2026-01-01", "date_joined_1": "00:00:00"}
        page = f"{daphne.admin_url}/auth/user/{bob.pk}/change/"
        answer = await in_thread(browser.post)(page, data=form)
        assert answer.status_code == 302, answer.text

        assert await stream.last_word() == "UNAUTHENTICATED"
        assert await bobs.closed() == 4403


def sign_in(user):
    """A browser of the user's, for the real server."""
    client = Client()
    client.force_login(user)
    token = "a" * 32
    cookies = {name: morsel.value for name, morsel in client.cookies.items()}
    return httpx.Client(cookies=cookies | {"csrftoken": token}, headers={"X-CSRFToken": token})


def test_who_leaves_while_a_stream_looks_is_not_shown_what_came_after(
    alice, bob, group, monkeypatch
):
    after = EventQuerySet.after

    def meanwhile(*args):
        monkeypatch.undo()
        group.participation_of(bob).leave()
        group.participation_of(alice).send("not for Bob")
        return after(*args)

    monkeypatch.setattr(EventQuerySet, "after", meanwhile)

    first = read_conversation(bob, group.pk, 0)
    second = read_conversation(bob, group.pk, first.revision)

    kinds = [event.kind for news in (first, second) for event in news.events]
    assert kinds == ["conversation_started", "participant_left"]
    assert first.more, "or it would wait for a bell that has rung"
    with pytest.raises(MessagingPermissionDenied):
        read_conversation(bob, group.pk, second.revision)


@live
async def test_who_left_so_long_ago_that_it_is_pruned_hears_nothing(daphne, bob, group):
    await in_thread(lambda: group.participation_of(bob).leave())()
    await in_thread(Event.objects.filter(conversation=group).delete)()

    async with front_end(daphne, bob) as bobs:
        assert await bobs.ask(REVISION, id=id_of(group)) == {
            "conversation": {"revision": 0, "lastNumber": 1}
        }
        for after in (None, 0, 1):
            async with bobs.changes(group, after=after) as stream:
                assert await stream.last_word() == "NOT_A_PARTICIPANT"
