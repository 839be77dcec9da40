"""The same product with a page that has the chat, and with unusual settings for forgery checks."""

import os
from pathlib import Path

import django

from .with_layer import *  # noqa: F403
from .with_layer import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "django.contrib.sessions", "django.contrib.staticfiles"]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
PROCESSORS = ["django.template.context_processors.request"]
ROOT_URLCONF = "tests.guest.host.page_urls"
STATIC_URL = "assets/"
STATICFILES_DIRS = [("talk", Path(__file__).parents[3] / "schema" / "client")]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": PROCESSORS},
    }
]
CSRF_COOKIE_NAME = "forgery"
CSRF_COOKIE_HTTPONLY = True
CSRF_USE_SESSIONS = os.environ.get("HOST_CSRF") == "session"
FORCE_SCRIPT_NAME = os.environ.get("HOST_SCRIPT_NAME")

if django.VERSION >= (6, 0):
    from django.utils.csp import CSP

    MIDDLEWARE += ["django.middleware.csp.ContentSecurityPolicyMiddleware"]
    PROCESSORS += ["django.template.context_processors.csp"]
    SECURE_CSP = {"default-src": [CSP.NONE], "script-src": [CSP.NONCE], "connect-src": [CSP.SELF]}
