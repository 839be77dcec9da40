"""System checks of Talk's options and services."""

import re
import sys
from pathlib import Path

import pytest
from django.conf import settings as configured
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractUser
from django.core.checks import Tags, run_checks
from django.db import connection

from talk import checks
from talk.checks.services import check_sqlite
from talk.conf import Conf, Configured, conf


@pytest.fixture
def said(settings):
    """The ids of what `manage.py check` says of Talk with these settings."""

    def said(deploy=False, **values):
        for name, value in values.items():
            setattr(settings, name, value)
        found = run_checks(tags=[Tags.compatibility], include_deployment_checks=deploy)
        return [each.id for each in found if each.id.startswith("talk.")]

    return said


def test_a_sound_configuration_is_not_talked_about(said):
    assert said() == []
    assert said(TALK={"MAX_PARTICIPANTS": 5, "RECONCILE_SECONDS": 0.5}) == []


def test_an_option_that_there_is_not(said):
    assert said(TALK={"MAX_PARTICIPANT": 5}) == ["talk.E001"]
    assert said(TALK={"__class__": 5}) == ["talk.E001"]


def test_an_option_that_was_removed_stops_no_start(said):
    assert said(TALK={"MAX_ALIASES": 5, "MAX_DIRECTIVES": 5}) == ["talk.W007", "talk.W007"]


class Replica:
    """A router that reads from another database than it writes to."""

    def db_for_read(self, model, **hints):
        return "replica"


class Elsewhere:
    """A router that has users in a database of their own."""

    def db_for_read(self, model, **hints):
        return "people" if model is get_user_model() else None

    db_for_write = db_for_read


@pytest.mark.parametrize("router", [Replica, Elsewhere])
def test_a_router_to_other_databases(said, router):
    assert said(DATABASE_ROUTERS=[router()]) == ["talk.E016"]


def test_the_nearest_option_is_named(said, settings):
    settings.TALK = {"MAX_PARTICIPANT": 5}
    (found,) = [each for each in run_checks(tags=[Tags.compatibility]) if each.id == "talk.E001"]

    assert found.hint.startswith("Did you mean MAX_PARTICIPANTS?")


def test_json_web_tokens_that_might_be_for_anybody(said):
    assert said(TALK={"JWT": {"SECRET": "s" * 32}}) == ["talk.E003", "talk.E003"]
    assert said(TALK={"JWT": {"SECRET": "s" * 32, "AUDIENCE": "talk"}}) == ["talk.E003"]
    assert said(TALK={"JWT": {"SECRET": "s" * 32, "AUDIENCE": "talk", "ISSUER": "us"}}) == []


def test_json_web_tokens_that_can_not_be_verified(said):
    sound = {"SECRET": "s" * 32, "AUDIENCE": "talk", "ISSUER": "us"}
    by_jwt = {"AUTHENTICATORS": ["schema.jwt.JWTAuthenticator"]}
    assert said(TALK={**by_jwt, "JWT": sound}) == []
    assert said(TALK=by_jwt) == ["talk.E009"]
    assert said(TALK={"JWT": {**sound, "LEEWAI": 3}}) == ["talk.E010"]
    assert said(TALK={"JWT": {**sound, "SECRET": "short"}}) == ["talk.E010"]
    assert said(TALK={"JWT": {**sound, "SECRET": ""}}) == ["talk.E010"]


def test_names_and_pictures_that_nobody_makes(said):
    assert said(TALK={"NAME": "talk.text.clean_name", "AVATAR": "talk.text.clean_name"}) == []
    assert said(TALK={"NAME": "talk.text.nothing", "AVATAR": "nowhere"}) == ["talk.E019"] * 2
    assert said(TALK={"NAME": "talk.text.NAME_LENGTH", "AVATAR": 7}) == ["talk.E019"] * 2


def test_people_for_whom_there_is_no_name(said, monkeypatch):
    hidden = {"SHOWS_USERNAMES": False}
    assert "talk.W006" not in said(TALK=hidden, deploy=True)

    monkeypatch.delattr(AbstractUser, "get_full_name")

    assert "talk.W006" in said(TALK=hidden, deploy=True)
    assert "talk.W006" not in said(TALK={**hidden, "NAME": "talk.text.clean_name"}, deploy=True)


def test_people_whom_nobody_finds(said, monkeypatch):
    hidden = {"SHOWS_USERNAMES": False}
    assert said(TALK=hidden) == []

    options = get_user_model()._meta
    fields = [each for each in options.get_fields() if each.name not in {"first_name", "last_name"}]
    monkeypatch.setattr(options, "get_fields", lambda: fields)

    assert said(TALK={}) == []
    assert said(TALK=hidden) == ["talk.W009"]
    assert said(TALK={**hidden, "USER_SEARCH_FIELDS": ("email",)}) == []
    assert said(TALK={**hidden, "USER_SEARCH_FIELDS": ()}) == []


def test_users_whom_json_web_tokens_can_not_name(said):
    sound = {"SECRET": "s" * 32, "AUDIENCE": "talk", "ISSUER": "us"}
    assert said(TALK={"JWT": {**sound, "USER_FIELD": "mail"}}) == ["talk.E018"]
    shared = {"JWT": {**sound, "USER_FIELD": "email"}}
    assert said(TALK=shared) == []
    assert "talk.W005" in said(TALK=shared, deploy=True)


@pytest.mark.parametrize(
    "paths",
    [
        ["schema.nowhere.Authenticator"],
        ["nothing"],
        ["talk.conf.Conf"],
        ["schema.authentication.authenticate"],
        ["talk.models.token.AccessTokenQuerySet"],
        "schema.authentication.TokenAuthenticator",
    ],
)
def test_authenticators_that_are_none(said, paths):
    assert said(TALK={"AUTHENTICATORS": paths}) == ["talk.E008"]


def test_limits_of_passwords_that_come_too_late(said):
    limits, model = "schema.passwords.PasswordLimits", "django.contrib.auth.backends.ModelBackend"
    assert said(AUTHENTICATION_BACKENDS=[limits, model]) == []
    assert said(AUTHENTICATION_BACKENDS=[model]) == [], "others may count them"
    assert said(AUTHENTICATION_BACKENDS=[model, limits]) == ["talk.E017"]


@pytest.mark.parametrize("fields", [["nickname"], ["email", "email__x__y"], "email", [5]])
def test_users_that_can_not_be_looked_for(said, fields):
    assert said(TALK={"USER_SEARCH_FIELDS": ("email", "groups__name")}) == []
    assert said(TALK={"USER_SEARCH_FIELDS": fields}) == ["talk.E011"]


@pytest.mark.parametrize(
    "origins", ["https://app.example", ["*"], ["app.example"], ["https://app.example/page"]]
)
def test_origins_that_are_none(said, origins):
    assert said(TALK={"ALLOWED_ORIGINS": origins}) == ["talk.E012"]
    assert said(TALK={"ALLOWED_ORIGINS": ["https://app.example", "http://[::1]:5173"]}) == []


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("MAX_UPLOAD_SIZE", 2**31 - 1, []),
        ("MAX_UPLOAD_SIZE", 2**31, ["talk.E027"]),
        ("MAX_UPLOAD_SIZE", 0.5, ["talk.E027"]),
        ("MAX_UPLOAD_SIZE", 0, ["talk.E002"]),
        ("UPLOAD_QUOTA", 2**40, []),
        ("UPLOAD_QUOTA", 0, ["talk.E028"]),
        ("UPLOAD_QUOTA", "1 GB", ["talk.E028"]),
        ("UPLOAD_TYPES", ("image/*", "application/vnd.ms-excel"), []),
        ("UPLOAD_TYPES", (), []),
        ("UPLOAD_TYPES", "image/*", ["talk.E029"]),
        ("UPLOAD_TYPES", ("image",), ["talk.E029"]),
        ("UPLOAD_TYPES", ("Image/PNG",), ["talk.E029"]),
        ("UPLOAD_TYPES", 1, ["talk.E029"]),
    ],
)
def test_limits_of_files(said, name, value, told):
    assert said(TALK={name: value}) == told


@pytest.mark.parametrize(
    "listed",
    [
        "👍",
        False,
        5,
        [5],
        [""],
        ["\u200b"],
        ["x" * 33],
        ["a\0"],
        ["\ud800"],
        ["❤", "❤\ufe0f"],
        ["é", "e\u0301"],
    ],
)
def test_reactions_that_nobody_can_use(said, listed):
    assert said(TALK={"REACTIONS": ("👍", "❤\ufe0f", "party_parrot", "x" * 32)}) == []
    assert said(TALK={"REACTIONS": ()}) == [], "then nobody reacts"
    assert said(TALK={"REACTIONS": listed}) == ["talk.E024"]


def test_words_kept_for_no_time_or_in_no_kind_of_conversation(said, settings):
    assert said(TALK={"RETENTION": {"group": 3, "private": None}}) == []
    assert said(TALK={"RETENTION": {"group": 0}}) == ["talk.E005"]
    assert said(TALK={"RETENTION": {"groups": 3}}) == ["talk.E005"]

    (found,) = [each for each in run_checks(tags=[Tags.compatibility]) if each.id == "talk.E005"]
    assert found.msg == 'TALK["RETENTION"]: "groups" is not a kind of conversation.'


@pytest.mark.parametrize("name", ["EDIT_SECONDS", "RETRACT_SECONDS"])
def test_times_to_change_messages_that_are_none(said, name):
    for seconds in (None, 0, 0.5, 86_400):
        assert said(TALK={name: seconds}) == []
    for seconds in (-1, "60", True, float("inf"), float("nan")):
        assert said(TALK={name: seconds}) == ["talk.E021"]


def test_a_history_for_nobody_that_there_is(said):
    for history in ("members", "moderators", "none"):
        assert said(TALK={"EDIT_HISTORY": history}) == []
    for history in (None, "Members", "everybody", ["members"]):
        assert said(TALK={"EDIT_HISTORY": history}) == ["talk.E022"]


@pytest.mark.parametrize("name", ["RECEIPTS_UP_TO", "THREADS"])
def test_fewer_than_none(said, name):
    assert said(TALK={name: 0}) == []
    for number in (-1, "8", None, 1.5):
        assert said(TALK={name: number}) == ["talk.E013"]


def test_times_of_no_zone(said):
    assert said(USE_TZ=False) == ["talk.E015"]


def test_documents_that_can_not_be_read(said, tmp_path):
    path = tmp_path / "manifest.json"
    assert said(TALK={"TRUSTED_DOCUMENTS": str(path)}) == ["talk.E014"]
    path.write_text("[")
    assert said(TALK={"TRUSTED_DOCUMENTS": path}) == ["talk.E014"]
    path.write_text("{}")
    assert said(TALK={"TRUSTED_DOCUMENTS": path}) == []


@pytest.mark.parametrize("storage", ["nowhere://", "memcached://localhost:1", "", None])
def test_a_storage_of_rates_that_can_not_be_used(said, storage):
    assert said(TALK={"RATE_STORAGE": "redis://localhost:1/0"}) == []
    assert said(TALK={"RATE_STORAGE": storage}) == ["talk.E007"]


@pytest.mark.parametrize("prefix", ["", "with spaces", "x" * 41, "ü", 5])
def test_a_prefix_that_names_of_groups_can_not_have(said, prefix):
    assert said(TALK={"REDIS_PREFIX": "shop-2.staging_eu"}) == []
    assert said(TALK={"REDIS_PREFIX": prefix}) == ["talk.E020"]


def test_a_storage_whose_package_is_missing(said, monkeypatch):
    for name in ("redis", "valkey"):
        monkeypatch.setitem(sys.modules, name, None)

    assert said(TALK={"RATE_STORAGE": "redis://localhost:1/0"}) == ["talk.E007"]


def test_longer_requests_than_django_takes(said):
    assert said(TALK={"MAX_REQUEST_SIZE": 2_000}, DATA_UPLOAD_MAX_MEMORY_SIZE=1_000) == [
        "talk.W004"
    ]
    assert said(TALK={"MAX_REQUEST_SIZE": 2_000}, DATA_UPLOAD_MAX_MEMORY_SIZE=2_000) == []
    assert said(TALK={"MAX_REQUEST_SIZE": 9_999_999}, DATA_UPLOAD_MAX_MEMORY_SIZE=None) == []


@pytest.mark.parametrize(
    "name", ["MAX_PARTICIPANTS", "MAX_BODY_LENGTH", "MAX_COST", "RECONCILE_SECONDS"]
)
@pytest.mark.parametrize("value", [0, -1, "64", None])
def test_an_option_that_must_be_more_than_nothing(said, name, value):
    assert said(TALK={name: value}) == ["talk.E002"]


def test_a_limit_of_nothing_and_one_that_is_no_rate(said):
    assert said(TALK={"RATE_LIMITS": {"send": "5/second; 9/minute", "start": None}}) == []
    assert said(TALK={"RATE_LIMITS": {"sned": "5/second"}}) == ["talk.E006"]
    assert said(TALK={"RATE_LIMITS": {"send": "5 a second"}}) == ["talk.E006"]
    assert said(TALK={"RATE_LIMITS": {"send": "5/second; 9/moment"}}) == ["talk.E006"]
    assert said(TALK={"RATE_LIMITS": {"send": 5}}) == ["talk.E006"]


@pytest.mark.parametrize("path", ["talk.nowhere.Policy", "talk.conf.Conf", "talk.locks.hold"])
def test_a_policy_that_is_none(said, path):
    assert said(TALK={"POLICY": path}) == ["talk.E004"]


def test_no_channel_layer(said):
    assert said(CHANNEL_LAYERS={}) == ["talk.W001"]


@pytest.mark.parametrize(
    ("backend", "deploy", "expected"),
    [
        ("channels.layers.InMemoryChannelLayer", True, ["talk.W002"]),
        ("channels.layers.InMemoryChannelLayer", False, []),
        ("channels_redis.pubsub.RedisPubSubChannelLayer", True, []),
    ],
)
def test_a_layer_that_rings_in_one_process_only(said, backend, deploy, expected):
    layers = {"default": {"BACKEND": backend}}

    assert said(CHANNEL_LAYERS=layers, deploy=deploy) == expected


def test_a_sqlite_that_does_not_lock(monkeypatch):
    assert check_sqlite(databases=["default"]) == []
    assert check_sqlite(databases=None) == []

    monkeypatch.setitem(connection.settings_dict, "OPTIONS", {"transaction_mode": "DEFERRED"})
    monkeypatch.setattr(connection, "vendor", "sqlite")

    (warning,) = check_sqlite(databases=["default"])
    assert warning.id == "talk.W003"


def test_options_are_those_of_the_setting_whenever_it_is_set(settings):
    settings.TALK = {}
    assert conf.MAX_PARTICIPANTS == Conf.MAX_PARTICIPANTS == 1_000

    settings.TALK = {"MAX_PARTICIPANTS": 5}
    assert conf.MAX_PARTICIPANTS == 5


def test_a_project_that_sets_none_has_the_defaults(settings):
    del settings.TALK

    assert not hasattr(configured, "TALK")
    assert Configured().MAX_PARTICIPANTS == 1_000


def test_a_project_without_urls_is_checked_too(said, settings):
    del settings.ROOT_URLCONF

    assert said(TALK={"MAX_PARTICIPANT": 5}) == ["talk.E001"]


def test_metrics_need_a_package(said, monkeypatch):
    monkeypatch.setattr("schema.checks.CAN_BE_SHOWN", False)

    assert said() == []
    assert said(TALK={"METRICS_TOKEN": "a-token"}) == ["talk.E025"]
    assert said(TALK={"METRICS_ADDRESSES": ("10.0.0.0/8",)}) == ["talk.E025"]


def test_addresses_that_may_read_metrics(said):
    assert said(TALK={"METRICS_ADDRESSES": ("10.0.0.0/8", "2001:db8::7", "127.0.0.1")}) == []
    for address in ("10.0.0.0/33", "10.0.0.1/8", "prometheus.example.com", ""):
        assert said(TALK={"METRICS_ADDRESSES": ("::1", address)}) == ["talk.E026"]


def test_a_message_has_no_more_files_than_a_page_of_messages_pays_for(said):
    assert said(TALK={"MAX_ATTACHMENTS": 10}) == []
    assert said(TALK={"MAX_ATTACHMENTS": 11}) == ["talk.E031"]
    assert said(TALK={"MAX_ATTACHMENTS": 1.5}) == ["talk.E031"]


def test_each_id_is_of_one_module_alone():
    found = {
        path.name: set(re.findall(r'id="(talk\.[EW]\d+)"', path.read_text(encoding="utf-8")))
        for path in Path(checks.__file__).parent.glob("*.py")
    }
    ids = [each for of_module in found.values() for each in of_module]

    assert len(ids) > 20, "for this test to mean anything"
    assert [each for each in sorted(set(ids)) if ids.count(each) > 1] == []
