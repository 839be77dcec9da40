"""The same product, whose own schema has a `User` and a `Message` besides those of Talk."""

from .settings import *  # noqa: F403

ROOT_URLCONF = "tests.guest.host.merged_urls"
TALK = {"TYPE_PREFIX": "Talk"}
