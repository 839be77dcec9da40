"""A server that is told to stop sends its clients away, and they go on elsewhere."""

import asyncio
import signal

import pytest
from channels.db import database_sync_to_async
from websockets.exceptions import InvalidStatus

from .client import front_end
from .sockets import live

pytestmark = [pytest.mark.thorough, pytest.mark.django_db(transaction=True)]

in_thread = database_sync_to_async


@live
async def test_who_listened_at_a_server_that_stops_goes_on_at_another(
    daphne, start_server, alice, bob, group
):
    stopping = await in_thread(start_server)()
    async with front_end(daphne, alice) as alices:
        async with front_end(stopping, bob) as bobs, bobs.changes(group, after=0) as stream:
            first = await stream.next()
            stopping.process.send_signal(signal.SIGTERM)
            await asyncio.wait_for(bobs.socket.wait_closed(), 5)
            assert bobs.socket.close_code == 4503
        await alices.say("meanwhile", group)
        async with front_end(daphne, bob) as bobs:
            async with bobs.changes(group, after=first["revision"]) as stream:
                second = await stream.next()

    assert await in_thread(stopping.process.wait)(10) == 0
    assert [first["revision"], second["revision"]] == [1, 2]
    assert second["message"]["body"] == "meanwhile"


@live
async def test_a_client_that_does_not_go_keeps_no_server_from_stopping(start_server, bob, group):
    stopping = await in_thread(start_server)()
    async with front_end(stopping, bob) as bobs:
        # It stops reading: the goodbye is not answered.
        bobs.socket.transport.pause_reading()
        stopping.process.send_signal(signal.SIGTERM)
        await asyncio.sleep(0.3)
        with pytest.raises((InvalidStatus, OSError)):
            async with front_end(stopping, bob):
                pass

        assert await in_thread(stopping.process.wait)(15) == 0
        bobs.socket.transport.resume_reading()
