"""Who is out hears no more: not by leaving late, nor with an old token, nor by keeping a socket."""

import pytest
from channels.db import database_sync_to_async

from talk.models import AccessToken

from .client import front_end, id_of
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


STATE = """subscription ($id: ID!) { conversationChanges(id: $id, after: 0) {
    kind participation { user { username } role status leftAt leftAtNumber lastReadNumber
        lastActivityAt suspendedAt } } }"""


@live
@pytest.mark.parametrize("verb", ["leave", "remove"])
async def test_who_is_gone_sees_nothing_of_what_became_of_the_others(
    daphne, alice, bob, carol, group, verb
):
    def go_on():
        for user in (carol, bob):
            place = group.participation_of(user)
            place.change_role(place.Role.ADMIN)
        getattr(group.participation_of(bob), verb)()
        group.participation_of(carol).leave()

    await in_thread(go_on)()
    async with front_end(daphne, alice) as alices, front_end(daphne, bob) as bobs:
        async with (
            alices.subscribe(STATE, id=id_of(group)) as hers,
            bobs.subscribe(STATE, id=id_of(group)) as stream,
        ):
            carols = (await hers.take(2))[1]["participation"]
            assert carols["status"] == "LEFT", "there must be something new for this to count"
            seen = [change["participation"] for change in await stream.take(4)]

    assert seen[:2] == [None, None]
    assert [place["user"]["username"] for place in seen[2:]] == ["bob", "bob"]


@live
async def test_who_is_asked_again_sees_of_the_others_what_the_lists_show(
    daphne, alice, bob, carol, group
):
    def go_on():
        for user in (carol, alice):
            group.participation_of(user).send("said")
        for user in (bob, carol):
            group.participation_of(user).leave()
        group.participations.filter(user=bob).update(status="invited")

    await in_thread(go_on)()
    async with front_end(daphne, bob) as bobs:
        async with bobs.subscribe(STATE, id=id_of(group)) as stream:
            _started, carols, alices, own = [
                change["participation"] for change in await stream.take(4)
            ]

    assert carols is None
    assert (alices["user"]["username"], alices["lastReadNumber"]) == ("alice", None)
    assert (own["user"]["username"], own["status"]) == ("bob", "INVITED")


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
        # By the server's own process, whose wake-ups it receives.
        async with front_end(daphne, bob) as elsewhere:
            await elsewhere.do("revokeToken", id=id_of(token))

        assert await stream.last_word() == "UNAUTHENTICATED"
        assert await bobs.closed() == 4403
