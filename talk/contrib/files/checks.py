"""System checks of files: their storage, their URLs and the options about them."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import FileSystemStorage, InvalidStorageError
from django.urls import NoReverseMatch, reverse
from django.utils.module_loading import import_string

from talk.conf import conf

from . import pictures
from .direct import direct
from .storage import ALIAS, storage


@register(Tags.files)
def check_storage(**kwargs: Any) -> list[CheckMessage]:
    try:
        found = storage()
    except (InvalidStorageError, ImproperlyConfigured, TypeError) as error:
        return [
            Error(
                f'talk.contrib.files needs STORAGES["{ALIAS}"]: {error}',
                hint="Name a storage that serves nothing to anybody, such as a FileSystemStorage "
                "in a folder of its own.",
                id="talk_files.E001",
            )
        ]
    if isinstance(found, FileSystemStorage) and settings.MEDIA_ROOT and _is_public(found):
        return [
            checks.Warning(
                f'STORAGES["{ALIAS}"] is in MEDIA_ROOT, which most projects serve to everybody.',
                hint="Choose a folder elsewhere.",
                id="talk_files.W001",
            )
        ]
    return []


@register(Tags.urls)
def check_urls(**kwargs: Any) -> list[CheckMessage]:
    try:
        reverse("talk_files:download", args=["token"])
    except NoReverseMatch:
        return [
            Error(
                "Files have no URLs.",
                hint='Add path("", include("talk.contrib.files.urls")) to the project\'s URLs.',
                id="talk_files.E002",
            )
        ]
    return []


@register(Tags.files)
def check_internal_url(**kwargs: Any) -> list[CheckMessage]:
    given = conf.FILES_INTERNAL_URL
    if given is None or (isinstance(given, str) and given.startswith("/") and given.endswith("/")):
        return []
    return [
        Error(
            f'TALK["FILES_INTERNAL_URL"] can\'t be {given!r}.',
            hint="Write a path that begins and ends with a slash, such as /talk-files-internal/.",
            id="talk_files.E003",
        )
    ]


@register(Tags.files)
def check_direct(**kwargs: Any) -> list[CheckMessage]:
    if conf.FILES_DIRECT is None:
        return []
    if conf.FILES_INTERNAL_URL is not None:
        return [
            Error(
                'Files are sent by TALK["FILES_DIRECT"] or by TALK["FILES_INTERNAL_URL"].',
                hint="Leave one of them out: a proxy that reads a folder, or a bucket.",
                id="talk_files.E006",
            )
        ]
    try:
        direct()
    except (AttributeError, ImportError, ImproperlyConfigured, TypeError) as error:
        return [
            Error(
                f'TALK["FILES_DIRECT"] can\'t be {conf.FILES_DIRECT!r}: {error}',
                hint="Write talk.contrib.files.s3.S3, install Talk with the extra `s3`, and let "
                f'STORAGES["{ALIAS}"] be a storages.backends.s3.S3Storage.',
                id="talk_files.E005",
            )
        ]
    return []


@register(Tags.files)
def check_pictures(**kwargs: Any) -> list[CheckMessage]:
    if pictures.can_read("image/jpeg"):
        return []
    return [
        checks.Warning(
            "Pictures keep what their cameras put in, such as the place. They get no thumbnails.",
            hint="Install Talk with the extra `files`, which is Pillow.",
            id="talk_files.W002",
        )
    ]


@register(Tags.files)
def check_scanner(**kwargs: Any) -> list[CheckMessage]:
    if conf.SCANNER is None or _is_function(conf.SCANNER):
        return []
    return [
        Error(
            f'TALK["SCANNER"] is {conf.SCANNER!r}, which is not the path of a function.',
            hint="Write talk.contrib.files.clamd.scan, or the path of a function of yours.",
            id="talk_files.E004",
        )
    ]


def _is_function(path: Any) -> bool:
    try:
        return callable(import_string(path))
    except (AttributeError, ImportError):
        return False


def _is_public(storage: FileSystemStorage) -> bool:
    return Path(storage.location).is_relative_to(Path(settings.MEDIA_ROOT).absolute())
