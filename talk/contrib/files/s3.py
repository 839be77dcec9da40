"""Signs URLs of a bucket of S3, or of a store that speaks its protocol, for `FILES_DIRECT`."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import Storage

from .addresses import Ticket
from .sniffing import UNKNOWN


class S3:
    """Signs URLs of the bucket of `storages.backends.s3.S3Storage`, from django-storages."""

    #: Whether the store takes a second upload to the same name for an error (`If-None-Match`). A
    #: subclass says False for a store that does not know the header. Files are safe without it.
    takes_one_upload = True

    def __init__(self, storage: Storage) -> None:
        # Here, since projects without it import this module, too.
        from storages.backends.s3 import S3Storage

        if not isinstance(storage, S3Storage):
            raise ImproperlyConfigured("The storage is no storages.backends.s3.S3Storage.")
        if storage.client_config.signature_version != "s3v4":
            # The older one does not sign how long an upload is.
            raise ImproperlyConfigured('The storage needs "signature_version": "s3v4".')
        self._storage: Any = storage

    def upload(self, name: str, size: int, seconds: int) -> Ticket:
        headers = {"Content-Type": UNKNOWN}
        params: dict[str, Any] = {"ContentLength": size, "ContentType": UNKNOWN}
        if self.takes_one_upload:
            headers["If-None-Match"] = params["IfNoneMatch"] = "*"
        return Ticket(self._signed("PUT", "put_object", name, seconds, params), "PUT", headers)

    def download(
        self, name: str, *, method: str, content_type: str, disposition: str, seconds: int
    ) -> str:
        params = {
            "ResponseCacheControl": "private",
            "ResponseContentDisposition": disposition,
            "ResponseContentType": content_type,
        }
        return self._signed(method, "get_object", name, seconds, params)

    def _signed(
        self, method: str, operation: str, name: str, seconds: int, params: dict[str, Any]
    ) -> str:
        from storages.utils import safe_join

        place = {
            "Bucket": self._storage.bucket_name,
            "Key": safe_join(self._storage.location, name),
        }
        # All threads may use this client.
        client = self._storage.bucket.meta.client
        url: str = client.generate_presigned_url(
            operation, Params=place | params, ExpiresIn=seconds, HttpMethod=method
        )
        return url
