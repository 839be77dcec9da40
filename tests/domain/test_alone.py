"""Talk without its GraphQL API: it can be imported, checked, migrated and used."""

from ..project.processes import run

PROGRAM = """
import sys


class Away:
    def find_spec(self, name, path=None, target=None):
        if name in {"schema", "backend", "graphql", "strawberry", "strawberry_django"}:
            raise ModuleNotFoundError(f"Talk imports {name}", name=name)


sys.meta_path.insert(0, Away())

import django
from django.conf import settings
from django.core.management import call_command

settings.configure(
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "talk"],
    DATABASES={"default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": ":memory:",
        "OPTIONS": {"transaction_mode": "IMMEDIATE"},
    }},
    CHANNEL_LAYERS={"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}},
    SECRET_KEY="x" * 50,
    USE_TZ=True,
)
django.setup()
call_command("check", databases=["default"], fail_level="WARNING")
call_command("migrate", verbosity=0)

from django.contrib.auth.models import User
from talk.models import Message

alice, bob = (User.objects.create_user(name) for name in ("alice", "bob"))
print(Message.send_to_users("Hello", alice, [bob]).number)
"""


def test_talk_needs_neither_its_api_nor_graphql():
    ran = run("-c", PROGRAM)

    assert (ran.stdout.splitlines()[-1:], ran.returncode) == (["1"], 0), ran.stderr
