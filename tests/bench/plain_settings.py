"""The settings of the plain way: as `startproject` writes them, on the same database as Talk's."""

from backend.settings import *  # noqa: F403
from backend.settings import DATABASES as DATABASES

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "tests.bench.plain_http.BearerMiddleware",
]
ROOT_URLCONF = "tests.bench.plain_http"
