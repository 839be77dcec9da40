"""Live, only the person who arranges their inbox hears of it, and learns which list it moves to."""

import pytest

from .client import front_end, id_of
from .sockets import in_thread, inbox_begun, live, signed_in, talk

pytestmark = pytest.mark.django_db(transaction=True)

CHANGES = """subscription ($muted: Boolean!) { inboxChanges {
    unreadTotal(muted: $muted) participation { muted archivedAt pinnedAt } } }"""
VERBS = [
    ("setNotifications", {"level": "NOTHING"}),
    ("archiveConversation", {}),
    ("unarchiveConversation", {}),
    ("pinConversation", {}),
    ("unpinConversation", {}),
    ("setNotifications", {"mutedUntil": "2100-01-01T00:00:00Z"}),
]


@live
async def test_only_who_arranges_their_inbox_hears_of_it(daphne, alice, bob, group):
    async with front_end(daphne, alice) as alices, front_end(daphne, bob) as bobs:
        cursor = (await alices.inbox())["changesCursor"]
        bobs_cursor = (await bobs.inbox())["changesCursor"]
        async with (
            alices.inbox_changes(cursor) as own,
            alices.changes(group, after=1) as log,
            bobs.changes(group, after=1) as others,
            bobs.inbox_changes(bobs_cursor) as others_inbox,
        ):
            for verb, given in VERBS:
                await alices.do(verb, conversationId=id_of(group), **given)
                change = await own.next()
                assert change["participation"]["conversation"]["id"] == id_of(group)
                # Again, which is no change.
                await alices.do(verb, conversationId=id_of(group), **given)
            assert await own.is_silent()
            assert await log.is_silent()
            assert await others.is_silent()
            assert await others_inbox.is_silent()


@live
@pytest.mark.parametrize(("muted", "totals"), [(False, "11020000"), (True, "11022003")])
async def test_a_change_tells_to_which_list_it_belongs(alice, bob, group, muted, totals):
    place = await in_thread(group.participation_of)(alice)
    bobs_place = await in_thread(group.participation_of)(bob)

    async with signed_in(alice, app=talk) as alices:
        await alices.subscribe(CHANGES, id="inbox", variables={"muted": muted})
        await inbox_begun(alice)
        told = []

        async def lists_after(verb, *given):
            await in_thread(verb)(*given)
            change = (await alices.hear())["payload"]["data"]["inboxChanges"]
            told.append(change["unreadTotal"])
            found = change["participation"]
            return {name for name in ("archivedAt", "pinnedAt", "muted") if found[name]}

        assert await lists_after(bobs_place.send, "one") == set()
        assert await lists_after(place.pin) == {"pinnedAt"}
        assert await lists_after(place.archive) == {"archivedAt"}
        assert await lists_after(bobs_place.send, "two") == set()
        nothing = place.NotificationLevel.NOTHING
        assert await lists_after(place.set_notifications, nothing) == {"muted"}
        assert await lists_after(place.archive) == {"archivedAt", "muted"}
        assert await lists_after(bobs_place.send, "three") == {"archivedAt", "muted"}
        assert await lists_after(place.send, "four") == {"muted"}

    assert told == [int(total) for total in totals]
