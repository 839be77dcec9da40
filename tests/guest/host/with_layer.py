"""The same product with a channel layer, on the database that `HOST_DATABASE_URL` names."""

import os

import environ

from talk.conf import Conf

from .settings import *  # noqa: F403

DATABASES = {"default": environ.Env.db_url_config(os.environ["HOST_DATABASE_URL"])}
CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
TALK = {
    "RATE_LIMITS": dict.fromkeys(Conf.RATE_LIMITS),
    "TYPE_PREFIX": os.environ.get("HOST_PREFIX", ""),
}
