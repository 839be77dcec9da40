"""The mutation that begins to upload a file."""

import strawberry

from talk import models
from talk.exceptions import MessagingValidationError, RefusalCode

from ..authentication.context import Info
from ..types import attachments, inputs
from .field import mutation


@strawberry.type
class UploadMutation:
    @mutation(
        description="Begin to upload a file. Send its bytes to `url` next, and then the message, "
        "with the id of the file in `attachments`.",
        rate="upload",
    )
    def start_upload(
        self, info: Info, input: inputs.StartUploadInput
    ) -> attachments.StartUploadResult:
        if not attachments.are_on():
            raise MessagingValidationError(RefusalCode.UPLOADS_OFF)
        upload = models.Attachment.objects.start(
            info.context.viewer, input.filename, input.size, input.content_type
        )
        return attachments.started(upload)
