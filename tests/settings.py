"""The project's settings, quicker, on whatever database and layer the environment names."""

import os
import tempfile
from pathlib import Path

# Whatever the shell says: without it, what is missing would stop the start.
os.environ["DEBUG"] = "1"
os.environ.setdefault("SECRET_KEY", "only-for-tests")
# Not in memory: threads that share an in-memory database don't wait for one another's locks.
# One for each process, so that two runs don't meet.
FILE = Path(tempfile.gettempdir()) / f"talk-{os.getpid()}.sqlite3"
os.environ.setdefault("DATABASE_URL", f"sqlite:///{FILE}")
os.environ.setdefault("FILES_ROOT", f"{FILE}-files")

from backend.settings import *  # noqa: F403
from backend.settings import DATABASE, TALK
from talk.conf import Conf

DEBUG = False
DEMO = False
# Nothing happens but what a test does.
WORKER = False
ALLOWED_HOSTS = ["*"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
DATABASE["TEST"] = {"NAME": f"{DATABASE['NAME']}_test"}
TALK["PUBLIC_INTROSPECTION"] = True
# `TALK_PLANS=0` runs the tests without plans, which may be slower and nothing else.
for name in ("PLANS", "PREPARED_QUERIES"):
    if os.environ.get(f"TALK_{name}") == "0":
        TALK[name] = False
# The tests are faster than people. Those of the limits set some.
TALK["RATE_LIMITS"] = dict.fromkeys(Conf.RATE_LIMITS)
