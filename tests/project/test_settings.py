"""Production starts completely configured, or not at all."""

import json

import pytest

from backend.demo.identity import WindowAuthenticator
from schema.authentication import SessionAuthenticator, TokenAuthenticator
from schema.jwt import JWTAuthenticator, JWTSettings

from .processes import PRODUCTION, run, succeed

JWT = {
    "JWT_SECRET": "a secret of at least thirty-two bytes",
    "JWT_AUDIENCE": "talk",
    "JWT_ISSUER": "https://product.example",
    "JWT_USER_FIELD": "email",
    "JWT_CREATE_USERS": "1",
}
#: The authenticators of a server that knows JSON Web Tokens.
ALL_KINDS = (TokenAuthenticator, JWTAuthenticator, SessionAuthenticator)


def setting(name, **environment):
    """What a setting is, as JSON has it, in an environment."""
    program = f"import json; from backend import settings; print(json.dumps(settings.{name}))"
    return json.loads(succeed("-c", program, **environment))


@pytest.mark.parametrize("name", ["SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL"])
@pytest.mark.parametrize("value", [None, ""], ids=["absent", "empty"])
def test_production_says_which_variable_it_lacks(name, value):
    environment = {**PRODUCTION, name: value}
    if value is None:
        del environment[name]

    refused = run("manage.py", "check", **environment)

    assert refused.returncode == 1
    assert refused.stderr == (
        f"Set {name}: in production it has no default. (DEBUG=1 is for development.)\n"
    )


NOTHING = "Set SECRET_KEY, ALLOWED_HOSTS, DATABASE_URL: in production they have no default."
COMMANDS = ["token", "check", "migrate", "runserver", "demo", "export_user", "nonsense"]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_says_in_one_sentence_what_to_set(command):
    refused = run("manage.py", command, DEBUG=0)

    assert refused.returncode == 1
    assert refused.stderr == f"{NOTHING} (DEBUG=1 is for development.)\n"
    assert not refused.stdout


def test_with_its_traceback_where_somebody_asks_for_it():
    assert "Traceback" in run("manage.py", "check", "--traceback").stderr


@pytest.mark.parametrize("server", ["daphne", "uvicorn"])
def test_every_server_does_so(server):
    refused = run("-m", server, "backend.asgi:application")

    assert refused.returncode == 1
    assert refused.stderr == f"{NOTHING} (DEBUG=1 is for development.)\n"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("THREADS", "many"),
        ("RECONCILE_SECONDS", "often"),
        ("DATABASE_URL", "nonsense"),
        ("DATABASE_URL", "oracle://talk:secret@host/talk"),
        ("DATABASE_URL", "postgres://talk:secret@host:port/talk"),
    ],
)
def test_a_variable_that_can_not_be_read_is_named(name, value):
    refused = run("manage.py", "check", DEBUG=1, **{name: value})

    assert refused.returncode == 1
    (line,) = refused.stderr.splitlines()
    assert line.startswith(name)
    assert "secret" not in line


def test_a_server_that_can_not_verify_tokens_says_why():
    refused = run("-m", "daphne", "backend.asgi:application", **PRODUCTION, JWT_SECRET="short")

    assert (refused.returncode, len(refused.stderr.splitlines())) == (1, 1)
    assert "AUDIENCE" in refused.stderr


def test_production_passes_djangos_checks_for_deployment():
    succeed("manage.py", "check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)


def test_production_without_a_layer_for_many_processes_is_warned_of():
    environment = {**PRODUCTION, "REDIS_URL": ""}

    warned = run("manage.py", "check", "--deploy", "--fail-level", "WARNING", **environment)

    assert warned.returncode == 1
    assert "talk.W002" in warned.stderr


def test_development_needs_no_variable_but_debug():
    succeed("manage.py", "check", "--fail-level", "WARNING", DEBUG=1)


@pytest.mark.parametrize("option", ["ALLOWED_ORIGINS", "CORS_ALLOWED_ORIGINS"])
def test_in_development_front_ends_are_served_from_this_machine_under_both_its_names(option):
    origins = setting(option, DEBUG=1)

    assert {"http://localhost:5173", "http://127.0.0.1:5173"} <= set(origins)
    assert setting(option, **PRODUCTION) == []


def test_debug_is_off_unless_it_is_said():
    environment = {name: PRODUCTION[name] for name in PRODUCTION if name != "DEBUG"}

    assert setting("DEBUG", **environment) is False


def test_jwt_variables_put_its_authenticator_in_place():
    talk = setting("TALK", **PRODUCTION, **JWT)

    assert talk["AUTHENTICATORS"] == [f"{kind.__module__}.{kind.__name__}" for kind in ALL_KINDS]
    assert JWTSettings.read(talk["JWT"]) == JWTSettings(
        SECRET=JWT["JWT_SECRET"],
        AUDIENCE="talk",
        ISSUER="https://product.example",
        USER_FIELD="email",
        CREATE_USERS=True,
    )
    without = setting("TALK", **PRODUCTION)
    assert without["AUTHENTICATORS"] == [
        each for each in talk["AUTHENTICATORS"] if "jwt" not in each
    ]


in_the_demo_alone = pytest.mark.parametrize(
    ("environment", "there"),
    [
        ({**PRODUCTION, "DEMO": "1"}, False),
        ({"DEBUG": "1"}, False),
        ({"DEBUG": "1", "DEMO": "1"}, True),
    ],
    ids=["production", "development", "demo"],
)


@in_the_demo_alone
@pytest.mark.parametrize("path", ["/demo/become", "/demo/token"])
def test_one_becomes_somebody_with_a_click_in_the_demo_alone(path, environment, there):
    program = f"import django; django.setup(); from django.urls import resolve; resolve({path!r})"

    done = run("-c", program, DJANGO_SETTINGS_MODULE="backend.settings", **environment)

    assert (done.returncode == 0) is there
    assert there or "Resolver404" in done.stderr


@in_the_demo_alone
def test_the_tokens_of_windows_count_in_the_demo_alone(environment, there):
    window = f"{WindowAuthenticator.__module__}.{WindowAuthenticator.__name__}"

    kinds = setting("TALK", **environment, **JWT)["AUTHENTICATORS"]

    assert (window in kinds) is there
    assert {f"{kind.__module__}.{kind.__name__}" for kind in ALL_KINDS} == {*kinds} - {window}


def test_many_processes_share_redis_and_one_has_its_memory():
    layer = "CHANNEL_LAYERS['default']"

    assert setting(layer, **PRODUCTION)["CONFIG"] == {"hosts": ["redis://localhost"]}
    assert setting(layer, DEBUG=1) == {"BACKEND": "channels.layers.InMemoryChannelLayer"}


def test_the_pool_is_as_large_as_the_environment_says():
    size, mode = "DATABASE['OPTIONS']['pool']['max_size']", "DATABASE['OPTIONS']['sslmode']"

    assert setting(size, **PRODUCTION) == 16
    url = "postgres://talk@localhost/talk?sslmode=require"
    given = {**PRODUCTION, "DATABASE_URL": url, "DATABASE_POOL_SIZE": "3"}
    assert (setting(size, **given), setting(mode, **given)) == (3, "require")
