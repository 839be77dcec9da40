"""Keys of users that a host may have, and that are not in Python what they are in the database."""

import os
import uuid

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models


class PrefixedAutoField(models.BigAutoField):
    """A number in the database, and `usr_1` everywhere else."""

    # Django's are for the number.
    validators = ()

    def to_python(self, value):
        if value is None:
            return None
        number = str(value).removeprefix("usr_")
        if not number.isdecimal():
            raise ValidationError("This is not a key.")
        return f"usr_{number}"

    def get_prep_value(self, value):
        return None if value is None else int(self.to_python(value).removeprefix("usr_"))

    def from_db_value(self, value, expression, connection):
        return self.to_python(value)


class TextUUIDField(models.UUIDField):
    """A UUID in Python, and its 36 characters in the database, as other products keep it."""

    def get_internal_type(self):
        # Django would cut one that it takes for its own, with others at once, to one character.
        return "TextUUIDField"

    def db_type(self, connection):
        return "char(36)"

    def get_db_prep_value(self, value, connection, prepared=False):
        return None if value is None else str(self.to_python(value))

    def from_db_value(self, value, expression, connection):
        return self.to_python(value)


#: What separates, escapes or quotes elsewhere.
ODD = ": o'br,ien/%s%2C\\{}\" \N{GRINNING FACE}"


def odd_text():
    return f"{uuid.uuid4()}{ODD}"


def new_account():
    return apps.get_model("host", "Account").objects.create().pk


KEYS = {
    "reference": lambda: models.OneToOneField(
        "host.Account", models.CASCADE, primary_key=True, default=new_account
    ),
    "text": lambda: models.CharField(primary_key=True, default=odd_text, max_length=80),
    "uuid": lambda: models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False),
    "prefixed": lambda: PrefixedAutoField(primary_key=True),
    "text-uuid": lambda: TextUUIDField(primary_key=True, default=uuid.uuid4, editable=False),
}


def key():
    """The primary key of `Person`, of the kind that the environment names."""
    return KEYS[os.environ.get("HOST_KEY", "uuid")]()
