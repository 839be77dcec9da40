"""Open pages are told when a file was checked: then it can be downloaded, or it was refused."""

from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from PIL import Image

from talk.contrib.files.checking import check_due
from talk.models import Attachment

from .sockets import in_thread, live
from .test_sharing import hear, listeners

pytestmark = pytest.mark.django_db(transaction=True)

FILES = "attachments { filename contentType state url thumbnailUrl width height placeholder }"
CHANGED = f"kind message {{ revision {FILES} }}"


@pytest.fixture
def stored(settings):
    in_memory = {"BACKEND": "django.core.files.storage.InMemoryStorage"}
    settings.STORAGES = settings.STORAGES | {"talk": in_memory}
    return storages["talk"]


@pytest.fixture
def unchecked(alice, stored):
    """`unchecked(body)`: a file of Alice's that waits to be checked."""

    def upload(body):
        started = Attachment.objects.start(alice, "soup.png", len(body), "image/png")
        started.attempt(f"key-{started.pk}")
        stored.save(started.key, ContentFile(body))
        assert started.received(started.key, "image/png", "5" * 64, needs_checking=True)
        return started

    return upload


@live
async def test_a_page_learns_what_became_of_a_file(alice, bob, group, unchecked):
    picture = BytesIO()
    Image.new("RGB", (40, 30), "red").save(picture, "PNG")
    uploads = [await in_thread(unchecked)(body) for body in (picture.getvalue(), b"soup")]
    async with listeners((bob,), group, CHANGED) as (bobs,):
        place = await in_thread(group.participation_of)(alice)
        await in_thread(place.send)("Look", attachments=uploads)
        (sent,) = await hear(bobs, 1)
        assert await in_thread(check_due)() == 2
        heard = await hear(bobs, 2)

    assert [each["state"] for each in sent["message"]["attachments"]] == ["CHECKING"] * 2
    assert [each["url"] for each in sent["message"]["attachments"]] == [None, None]
    assert [each["kind"] for each in heard] == ["MESSAGE_COMPLETED"] * 2
    shown, plain = heard[-1]["message"]["attachments"]
    assert (shown["state"], shown["width"], shown["height"]) == ("READY", 40, 30)
    assert shown["placeholder"].startswith("data:image/webp")
    assert shown["url"] != shown["thumbnailUrl"] is not None
    assert (plain["state"], plain["contentType"]) == ("READY", "application/octet-stream")
    assert plain["url"]
    assert plain["thumbnailUrl"] is None
