"""The server's settings without a pool: each request opens a connection to the database."""

from backend.settings import *  # noqa: F403
from backend.settings import DATABASES as DATABASES

DATABASES["default"]["OPTIONS"].pop("pool", None)
