"""Link previews arrive live, some time after their messages."""

import pytest

from talk.models import Block, LinkPreview, Message

from .sockets import in_thread, live
from .test_sharing import hear, listeners

pytestmark = pytest.mark.django_db(transaction=True)

URL = "https://shop.example/"
CHANGED = "kind revision participation { id } message { editedAt revision linkPreview { title } }"


def send(group, user):
    return group.participation_of(user).send(URL)


@live
async def test_open_pages_are_told_except_those_of_who_blocked_the_sender(alice, bob, carol, group):
    said = await in_thread(send)(group, alice)
    await in_thread(Block.objects.block)(carol, alice)
    async with listeners((bob, carol), group, CHANGED) as (bobs, carols):
        message = await in_thread(Message.objects.get)(pk=said.pk)
        assert await in_thread(LinkPreview.objects.keep)(message, URL, "Soup")
        (change,), (other,) = await hear(bobs), await hear(carols)

    assert (change["kind"], change["participation"]) == ("MESSAGE_COMPLETED", None)
    shown = {"editedAt": None, "revision": change["revision"], "linkPreview": {"title": "Soup"}}
    assert change["message"] == shown
    assert other["message"] == {**shown, "linkPreview": None}
