"""Files arrive live: with their message, and again when they were checked."""

import pytest

from talk.models import Attachment, Block

from ..domain.acting import participation_of, upload
from .sockets import in_thread, live
from .test_sharing import hear, listeners

pytestmark = pytest.mark.django_db(transaction=True)

FILES = "attachments { filename state url thumbnailUrl width }"
CHANGED = f"kind revision message {{ revision body hidden {FILES} }}"
GALLERY = "messages(withAttachments: true) { edges { node { number } } }"


@pytest.fixture
def picture(bob):
    return upload(bob, "a.png", state=Attachment.State.CHECKING)


@in_thread
def send(user, conversation, file):
    participation_of(user, conversation).send("", attachments=[file])


@in_thread
def check(file):
    known = {"content_type": "image/png", "width": 3, "has_thumbnails": True}
    assert file.checked(Attachment.State.READY, **known)


@in_thread
def block(user, other):
    Block.objects.block(user, other)


def files(change):
    """The files in a change, each with whether it has a URL."""
    found = change["message"]["attachments"]
    assert len({each["url"] for each in found}) == len(found)
    return [(each["filename"], each["state"], bool(each["thumbnailUrl"])) for each in found]


@live
async def test_a_file_is_told_as_it_is_at_each_moment(alice, bob, group, picture, executions):
    async with listeners((alice, bob) * 3, group, CHANGED) as sockets:
        executions.clear()
        await send(bob, group, picture)
        sent = [(await hear(socket))[0] for socket in sockets]
        await check(picture)
        checked = [(await hear(socket))[0] for socket in sockets]

    assert [each["kind"] for each in sent] == ["MESSAGE_SENT"] * 6
    assert [files(each) for each in sent] == [[("a.png", "CHECKING", False)]] * 6
    assert [each["kind"] for each in checked] == ["MESSAGE_COMPLETED"] * 6
    assert [files(each) for each in checked] == [[("a.png", "READY", True)]] * 6
    assert checked[0]["message"]["revision"] == checked[0]["revision"] > sent[0]["revision"]
    # URLs are the same for all, so that one execution is enough.
    assert len(executions) == 2


@live
async def test_who_blocked_the_sender_hears_of_no_file(alice, bob, carol, group, picture):
    await block(carol, bob)
    async with listeners((alice, carol), group, CHANGED) as (alices, carols):
        await send(bob, group, picture)
        ((heard,), (hidden,)) = await hear(alices), await hear(carols)

    assert files(heard) == [("a.png", "CHECKING", False)]
    assert (hidden["message"]["hidden"], files(hidden)) == (True, [])


@live
async def test_a_gallery_is_told_as_well(alice, bob, group, picture):
    async with listeners((alice,), group, f"conversation {{ {GALLERY} }}") as (alices,):
        await send(bob, group, picture)
        (heard,) = await hear(alices)

    assert heard["conversation"]["messages"] == {"edges": [{"node": {"number": 1}}]}
