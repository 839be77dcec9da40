"""The storage of files: `STORAGES["talk"]` of the project."""

import uuid

from django.core.files.storage import Storage, storages

from .addresses import VARIANTS, Variant

ALIAS = "talk"


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


def delete_all(key: str) -> None:
    """Delete all versions of the file with this key. It need not exist."""
    for variant in VARIANTS:
        storage().delete(name_of(key, variant))
