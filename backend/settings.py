"""Django's settings of this server, read from environment variables.

In development (`DEBUG=1`) a missing variable has a default that needs no services. In production a
missing variable stops the start.
"""

from pathlib import Path
from typing import Any

from corsheaders.defaults import default_headers
from django.conf import global_settings
from django.core.exceptions import ImproperlyConfigured

from talk.conf import Conf

from .database import with_options
from .environment import Environment
from .logs import logging_of

BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment()

DEBUG = env.bool("DEBUG", False)
#: Whether everybody may sign in as one of the demo's people with a click.
DEMO = DEBUG and env.bool("DEMO", False)
#: The variables without a default in production.
REQUIRED = ("SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL")


def required(name: str, development: str) -> str:
    """The variable `name`, which has a default in development alone."""
    value = str(env.str(name, ""))
    if value or DEBUG:
        return value or development
    # Name all missing variables at once.
    missing = [each for each in REQUIRED if not env.str(each, "")]
    they_have = "they have" if missing[1:] else "it has"
    raise ImproperlyConfigured(
        f"Set {', '.join(missing)}: in production {they_have} no default. "
        "(DEBUG=1 is for development.)"
    )


SECRET_KEY = required("SECRET_KEY", "development-only")
ALLOWED_HOSTS = required("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
#: Origins of front ends on other servers; in development those of common development servers.
ALLOWED_ORIGINS = env.list(
    "ALLOWED_ORIGINS",
    default=[
        f"http://{host}:{port}"
        for host in ("localhost", "127.0.0.1")
        for port in (3000, 4200, 5173, 8080)
    ]
    if DEBUG
    else [],
)
CORS_ALLOWED_ORIGINS = ALLOWED_ORIGINS
CORS_URLS_REGEX = r"^/(graphql$|talk/files/)"
# A front end takes its time from `Date`: the clocks of devices are often wrong.
CORS_EXPOSE_HEADERS = ["Date", "Retry-After", "X-Request-ID"]
CORS_ALLOW_HEADERS = [
    *default_headers,
    # Apollo Client names the front end in them.
    "apollographql-client-name",
    "apollographql-client-version",
    # Sentry, OpenTelemetry and others trace requests with them.
    "baggage",
    "sentry-trace",
    "traceparent",
    "tracestate",
    "x-request-id",
]

INSTALLED_APPS = [
    "daphne",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "channels",
    "corsheaders",
    "strawberry_django",
    "graphene_django_graphiql_static",
    "talk",
    "talk.contrib.files",
    "talk.contrib.previews",
    "backend",
]
MIDDLEWARE = [
    "corsheaders.middleware.CorsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
# The admin's messages. Django's default keeps them in cookies, and makes a signer for each request.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
ROOT_URLCONF = "backend.urls"
ASGI_APPLICATION = "backend.asgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
if DEMO:
    TEMPLATES[0]["OPTIONS"]["context_processors"].append("backend.demo.views.cast")

DATABASES: dict[str, dict[str, Any]] = {
    "default": with_options(
        env.database(required("DATABASE_URL", f"sqlite:///{BASE_DIR / 'db.sqlite3'}")),
        pool_size=env.int("DATABASE_POOL_SIZE", 16),
        prepare_threshold=env.int("DATABASE_PREPARE_THRESHOLD", 5),
    )
}
DATABASE = DATABASES["default"]
# The bytes of files: a folder that all processes share. In development it is beside the database.
FILES_ROOT = env.str("FILES_ROOT", "") or (
    f"{DATABASE['NAME']}-files" if DEBUG and "sqlite3" in DATABASE["ENGINE"] else BASE_DIR / "files"
)
STORAGES = {
    **global_settings.STORAGES,
    "talk": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": FILES_ROOT},
    },
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# The channel layer: Redis or Valkey for many processes, memory for one.
REDIS_URL = env.str("REDIS_URL", "")
#: Whether the worker runs in the process of the server, and not by `manage.py work`.
WORKER = env.bool("WORKER", DEMO or not REDIS_URL)
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [REDIS_URL]},
    }
    if REDIS_URL
    else {"BACKEND": "channels.layers.InMemoryChannelLayer"}
}

# Talk's own options; see talk/conf.py.
TALK: dict[str, Any] = {
    "ALLOWED_ORIGINS": tuple(ALLOWED_ORIGINS),
    "CLAMD": env.str("CLAMD", Conf.CLAMD),
    "FILES_INTERNAL_URL": env.str("FILES_INTERNAL_URL", "") or None,
    "LINK_PREVIEWS": env.bool("LINK_PREVIEWS", False),
    "METRICS_ADDRESSES": tuple(env.list("METRICS_ADDRESSES", default=[])),
    "METRICS_TOKEN": env.str("METRICS_TOKEN", "") or None,
    "PLANS": env.bool("PLANS", True),
    "PREPARED_QUERIES": env.bool("PREPARED_QUERIES", True),
    "RECONCILE_SECONDS": env.float("RECONCILE_SECONDS", 5.0),
    "SCANNER": env.str("SCANNER", "") or None,
    "THREADS": env.int("THREADS", 8),
    "RATE_STORAGE": REDIS_URL or "memory://",
    "REDIS_PREFIX": env.str("REDIS_PREFIX", "") or None,
    "TRUSTED_DOCUMENTS": env.str("TRUSTED_DOCUMENTS", "") or None,
}
#: The longest message of a WebSocket in both directions, where `runserver` or the demo start
#: Daphne. An answer comes with its operation's id around it.
DAPHNE_WEBSOCKET_MAX_MESSAGE_SIZE = Conf.MAX_ANSWER_SIZE + Conf.MAX_FRAME_SIZE
if not env.bool("RATE_LIMITS", True):
    TALK["RATE_LIMITS"] = dict.fromkeys(Conf.RATE_LIMITS)
JWT = {
    "SECRET": env.str("JWT_SECRET", ""),
    "JWKS_URL": env.str("JWT_JWKS_URL", ""),
    "AUDIENCE": env.str("JWT_AUDIENCE", ""),
    "ISSUER": env.str("JWT_ISSUER", ""),
    "USER_FIELD": env.str("JWT_USER_FIELD", ""),
    "CREATE_USERS": env.bool("JWT_CREATE_USERS", False),
}
AUTHENTICATORS = [
    "schema.authentication.TokenAuthenticator",
    "schema.authentication.SessionAuthenticator",
]
if JWT["SECRET"] or JWT["JWKS_URL"]:
    TALK["JWT"] = {name: value for name, value in JWT.items() if value}
    AUTHENTICATORS.insert(1, "schema.jwt.JWTAuthenticator")
if DEMO:
    TALK["GRAPHIQL_BAR"] = "demo/bar.html"
    AUTHENTICATORS.insert(0, "backend.demo.identity.WindowAuthenticator")
TALK["AUTHENTICATORS"] = tuple(AUTHENTICATORS)

AUTHENTICATION_BACKENDS = [
    "schema.passwords.PasswordLimits",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "admin:login"

TIME_ZONE = "UTC"
USE_TZ = True
STATIC_URL = "static/"
# In the wheel, these files are the app's own static files.
STATICFILES_DIRS = [("talk", BASE_DIR / "schema" / "client")]
STATIC_ROOT = env.str("STATIC_ROOT", str(BASE_DIR / "staticfiles"))

if not DEBUG:
    # TLS ends at the proxy. It sets this header, and removes it from clients' requests.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", True)
    # Health checks and scrapes come from the internal network, without TLS.
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
    SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", 31_536_000)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True

LOGGING = logging_of(env.str("LOG_FORMAT", "text"), env.str("LOG_LEVEL", "INFO"))
