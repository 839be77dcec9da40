"""The storage of files: `STORAGES["talk"]` of the project."""

import uuid

from django.core.files.storage import Storage, storages
from django.db import connections, router

from talk.models import Attachment

from .addresses import VARIANTS, Variant

ALIAS = "talk"
#: The end of the keys of pictures that were written anew.
_CLEANED = "-picture"
#: The beginning of the keys of bytes that clients put into the storage themselves.
INCOMING = "incoming/"


def storage() -> Storage:
    """The storage. It has no default: projects often serve their own files to everybody."""
    return storages[ALIAS]


def new_key() -> str:
    """A name in the storage. It is random, so nobody else chooses or guesses it."""
    name = uuid.uuid4().hex
    # A folder with a million files is slow in some file systems.
    return f"{name[:2]}/{name}"


def name_of(key: str, variant: Variant = "") -> str:
    """The name of a version of the file with this key."""
    return f"{key}-{variant}" if variant else key


def is_incoming(key: str) -> bool:
    """Whether a client was given a URL by which it writes there, and may write there again."""
    return key.startswith(INCOMING)


def kept(key: str) -> str:
    """The key of the same file where no client ever writes."""
    return key.removeprefix(INCOMING)


def cleaned(key: str) -> str:
    """The key of a picture that was written anew, without what its camera had put in."""
    return f"{kept(key).removesuffix(_CLEANED)}{_CLEANED}"


def uploaded_names(key: str) -> list[str]:
    """The names under which the file with this key may have been uploaded."""
    name = kept(key).removesuffix(_CLEANED)
    return [name, f"{INCOMING}{name}"]


def picture_names(key: str) -> list[str]:
    """The names of the picture with this key when it is checked, and of its smaller versions."""
    return [name_of(cleaned(key), variant) for variant in VARIANTS]


def all_names(key: str) -> list[str]:
    """All names under which there may be bytes of the file with this key."""
    return [*uploaded_names(key), *picture_names(key)]


def delete_all(key: str) -> None:
    """Delete all versions of the file with this key. It need not exist."""
    for name in all_names(key):
        storage().delete(name)


def release_connection() -> None:
    """Give back the database connection of this thread while it works on bytes."""
    connection = connections[router.db_for_write(Attachment)]
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()
