"""What streams execute counts, and who follows too much waits for it, alone."""

import pytest

from schema.authentication import rates

from ..api.asking import say_many
from .client import id_of
from .sockets import in_thread, live, signed_in, talk

pytestmark = pytest.mark.django_db(transaction=True)

CHANGES = """subscription ($id: ID!, $after: Int) {
    conversationChanges(id: $id, after: $after) { revision }
}"""


@pytest.fixture
def limit(settings):
    def limit(follow):
        rates._limiter.cache_clear()
        settings.TALK = {**settings.TALK, "RATE_LIMITS": {"follow": follow}}

    return limit


async def revisions(socket, group, after=0):
    """Those that results tell, until none comes."""
    await socket.subscribe(CHANGES, variables={"id": id_of(group), "after": after})
    heard = []
    while not await socket.receive_nothing(0.5):
        heard.append((await socket.hear())["payload"]["data"]["conversationChanges"]["revision"])
    return heard


@live
async def test_who_reads_up_on_much_waits_and_misses_nothing(alice, bob, group, limit):
    await in_thread(say_many)(bob, group, 60)
    async with signed_in(alice, app=talk) as alices:
        # Each costs 25, and 1 for what is selected of it; 500 count once.
        limit("1/hour")
        assert await revisions(alices, group) == list(range(1, 40))
        await alices.say({"type": "complete", "id": "1"})

        limit("3/hour")
        assert await revisions(alices, group) == list(range(1, 62))


@live
async def test_who_has_to_wait_keeps_nobody_else_waiting(alice, bob, group, limit):
    await in_thread(say_many)(bob, group, 60)
    limit("1/hour")
    async with signed_in(alice, app=talk) as alices, signed_in(bob, app=talk) as bobs:
        assert len(await revisions(alices, group)) < 61, "Alice waits, for this test to mean much"
        assert await revisions(bobs, group, after=60) == [61]

        place = await in_thread(group.participation_of)(alice)
        await in_thread(place.send)("This is for who does not wait.")

        assert (await bobs.hear())["payload"]["data"]["conversationChanges"] == {"revision": 62}
