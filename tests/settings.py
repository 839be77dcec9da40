"""The project's settings, quicker, on whatever database and layer the environment names."""

import os
import tempfile
from pathlib import Path

os.environ.setdefault("DEBUG", "1")
os.environ.setdefault("SECRET_KEY", "only-for-tests")
# Not in memory: threads that share an in-memory database don't wait for one another's locks.
os.environ.setdefault(
    "DATABASE_URL", f"sqlite:///{Path(tempfile.gettempdir()) / 'talk-tests.sqlite3'}"
)

from backend.settings import *  # noqa: F403
from backend.settings import DATABASE, TALK

DEBUG = False
DEMO = False
ALLOWED_HOSTS = ["*"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# One name for both: a server that a test starts is to use the test's database.
DATABASE["TEST"] = {
    "NAME": os.environ.get(
        "TEST_DATABASE", f"{DATABASE['NAME']}-test".replace(".sqlite3-test", "-test.sqlite3")
    )
}
TALK["PUBLIC_INTROSPECTION"] = True
