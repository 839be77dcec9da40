"""The GraphQL type `Attachment`, and what `startUpload` returns."""

from datetime import datetime
from typing import Annotated, Any

import strawberry
import strawberry_django
from django.apps import apps

from talk import models
from talk.contrib.files import addresses, direct

from ..ids import global_id_of
from .fields import field
from .refusals import RESULT, Refusal

READY = models.Attachment.State.READY


@strawberry_django.type(models.Attachment, description="A file of a message, or an upload.")
class Attachment:
    filename: str = strawberry.field(
        description="What the file is called: without folders, controls and marks that change the "
        "direction of text."
    )
    content_type: str = strawberry.field(
        description="What is in the file, as the server found by reading it. Until it is READY or "
        "REFUSED, it may be what the client said."
    )
    size: int = strawberry.field(description="How many bytes it has.")
    state: models.Attachment.State = strawberry.field(
        description="Whether it can be downloaded. It changes by MESSAGE_COMPLETED."
    )
    width: int | None = strawberry.field(
        description="The width of a picture in pixels; null if it is not known."
    )
    height: int | None = strawberry.field(
        description="The height of a picture in pixels; null if it is not known."
    )

    @field(
        description="The id, for `SendMessageInput.attachments` and "
        "`UpdateConversationInput.avatarFile`."
    )
    def id(self: models.Attachment) -> strawberry.ID:
        return strawberry.ID(global_id_of(self))

    @field(
        description="Where to download it. Null unless it is READY. It is the path at this server, "
        "or the URL of a store, and takes no credentials. It is valid for at least 12 hours, and "
        "ends at once if the message loses its text."
    )
    def url(self: models.Attachment) -> str | None:
        return _url_of(self)

    @field(
        description="A small picture, at most 320 pixels wide and high, as WebP. Null if there is "
        "none."
    )
    def thumbnail_url(self: models.Attachment) -> str | None:
        return _url_of(self, "thumbnail") if self.has_thumbnails else None

    @field(
        description="A larger picture, at most 1,280 pixels wide and high, as WebP. Null if there "
        "is none."
    )
    def preview_url(self: models.Attachment) -> str | None:
        return _url_of(self, "preview") if self.has_thumbnails else None

    @field(
        description="A tiny picture to show until the others are there, as a `data:` URL. Null if "
        "there is none."
    )
    def placeholder(self: models.Attachment) -> str | None:
        return self.placeholder or None


@strawberry.type(description="A header of a request.")
class UploadHeader:
    name: str = strawberry.field(description="Its name.")
    value: str = strawberry.field(description="Its value.")


@strawberry.type(description="An upload has begun. Its bytes are to be sent now.")
class StartUploadPayload:
    attachment: Attachment = strawberry.field(description="The upload, without bytes.")
    url: str = strawberry.field(
        description="Where to send the bytes: a path at this server, or the URL of a store. It "
        "takes no credentials."
    )
    method: str = strawberry.field(description="The HTTP method, such as `PUT`.")
    headers: list[UploadHeader] = strawberry.field(description="Headers to send along.")
    expires_at: datetime = strawberry.field(
        description="When the upload is deleted, unless a message or a group has it by then."
    )


StartUploadResult = Annotated[
    StartUploadPayload | Refusal, strawberry.union("StartUploadResult", description=RESULT)
]


def are_on() -> bool:
    """Whether files can be uploaded: the project has installed `talk.contrib.files`."""
    return apps.is_installed("talk.contrib.files")


def started(upload: models.Attachment) -> StartUploadPayload:
    ticket = direct.ticket_for(upload)
    headers = [UploadHeader(name=name, value=value) for name, value in ticket.headers.items()]
    payload: Any = StartUploadPayload
    made: StartUploadPayload = payload(
        attachment=upload,
        url=ticket.url,
        method=ticket.method,
        headers=headers,
        expires_at=upload.expires_at,
    )
    return made


def smallest_url_of(picture: models.Attachment | None) -> str | None:
    """The URL of the thumbnail of a picture or, if it has none, of the picture itself."""
    return picture and _url_of(picture, "thumbnail" if picture.has_thumbnails else "")


def _url_of(attachment: models.Attachment, variant: addresses.Variant = "") -> str | None:
    is_there = attachment.state == READY and are_on()
    return addresses.download_url(attachment, variant) if is_there else None
