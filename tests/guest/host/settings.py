"""A product with users of its own kind, and none of `backend`, sessions, admin or channel layer."""

import os

SECRET_KEY = "only-for-tests"
# The names that it answers to: of the client of Django that asks it.
ALLOWED_HOSTS = ["testserver"]
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "tests.guest.host",
    "talk",
]
AUTH_USER_MODEL = "host.Person"
DATABASES = {
    "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ.get("HOST_DATABASE")}
}
ROOT_URLCONF = "tests.guest.host.urls"
USE_TZ = True
