"""`{% talk_chat %}`: the chat on any page. `tests/guest` has it in a project of somebody else."""

import re
from base64 import b64encode
from html import unescape

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.staticfiles.storage import ManifestStaticFilesStorage
from django.core.checks import Tags, run_checks
from django.core.exceptions import ImproperlyConfigured
from django.template import Context, engines
from django.test import RequestFactory

from talk import front_end
from talk.checks.static_files import check_passes
from talk.models import Message

pytestmark = pytest.mark.django_db


@pytest.fixture
def request_of(alice):
    def request_of(user=alice, **more):
        request = RequestFactory().get("/")
        request.user = user
        vars(request).update(more)
        return request

    return request_of


def rendered(request, tag="{% talk_chat %}", **given):
    template = engines["django"].from_string(f"{{% load talk %}}{tag}")
    return template.render(given, request)


def attributes_of(page):
    (element,) = re.findall("<talk-chat([^>]*)></talk-chat>", page)
    return {name: unescape(value) for name, value in re.findall(r' ([\w-]+)="(.*?)"', element)}


def test_it_says_who_asks_where_and_in_which_language(request_of, settings):
    attributes = attributes_of(rendered(request_of()))

    assert attributes.pop("csrf-token")
    assert attributes == {"url": "/graphql", "lang": settings.LANGUAGE_CODE}


@pytest.mark.parametrize("user", [None, AnonymousUser()], ids=["no users", "nobody"])
def test_nobody_sees_nothing(request_of, user):
    request = request_of(user)

    assert rendered(request).strip() == ""
    assert "CSRF_COOKIE" not in request.META


@pytest.mark.parametrize("prefix", ["", "Talk"])
def test_a_conversation_is_named_by_its_global_id(request_of, settings, alice, bob, prefix):
    settings.TALK = {**settings.TALK, "TYPE_PREFIX": prefix}
    conversation = Message.send_to_users("Soup?", alice, [bob]).conversation
    tag = "{% talk_chat conversation=conversation %}"
    key = b64encode(f"{prefix}Conversation:{conversation.pk}".encode()).decode()

    by_object = attributes_of(rendered(request_of(), tag, conversation=conversation))
    by_id = attributes_of(rendered(request_of(), tag, conversation=key))

    assert by_object["conversation"] == by_id["conversation"] == key
    assert "conversation" not in attributes_of(rendered(request_of(), tag))


def test_what_a_project_says_stays_within_its_attribute(request_of):
    tag = "{% autoescape off %}{% talk_chat theme=theme %}{% endautoescape %}"
    theme = '"><script>alert(1)</script>'

    page = rendered(request_of(), tag, theme=theme)

    assert attributes_of(page)["theme"] == theme
    assert page.count("<script") == 1


def test_a_nonce_of_django_csp_is_used_where_there_is_one(request_of):
    page = rendered(request_of(csp_nonce="from-django-csp"))

    loading = re.findall("<(?:link|script).*?>", page)
    assert len(loading) > 10
    assert all('nonce="from-django-csp"' in each for each in loading)
    assert "nonce" not in rendered(request_of())


def test_all_modules_are_fetched_at_once(request_of):
    preloaded = re.findall('rel="modulepreload" href="(.*?)"', rendered(request_of()))

    assert "/static/talk/store.js" in preloaded
    assert len(preloaded) == len(set(preloaded))
    assert f"/static/{front_end.ENTRY}" not in preloaded


def test_modules_have_the_addresses_that_the_browser_asks_for(request_of, monkeypatch):
    """Where files have hashes in their names, and the imports in them don't."""
    monkeypatch.setattr(front_end, "static", lambda path: f"https://cdn.example/{path}?v=1")

    assert "https://cdn.example/talk/store.js" in front_end.imported_urls()


def test_a_project_is_told_what_is_missing(request_of, settings):
    with pytest.raises(ImproperlyConfigured, match=r"context_processors\.request"):
        engines["django"].engine.from_string("{% load talk %}{% talk_chat %}").render(Context())

    settings.ROOT_URLCONF = ()
    with pytest.raises(ImproperlyConfigured, match='name="graphql"'):
        rendered(request_of())


def test_a_project_without_static_files_is_told(request_of, settings):
    settings.INSTALLED_APPS = [
        each for each in settings.INSTALLED_APPS if each != "django.contrib.staticfiles"
    ]

    with pytest.raises(ImproperlyConfigured, match=r"django\.contrib\.staticfiles"):
        rendered(request_of())


def test_a_project_that_finds_no_files_of_apps_is_told(request_of, settings):
    settings.STATICFILES_FINDERS = []
    front_end.imported_modules.cache_clear()

    with pytest.raises(ImproperlyConfigured, match="STATICFILES_FINDERS"):
        rendered(request_of())


class Rewriting(ManifestStaticFilesStorage):
    """Names files by their content, also in the imports of other files."""

    support_js_module_import_aggregation = True


class Patient(Rewriting):
    max_post_process_passes = front_end.MOST_PASSES


@pytest.mark.parametrize(
    ("storage", "found"),
    [(ManifestStaticFilesStorage, []), (Rewriting, ["talk.W008"]), (Patient, [])],
)
def test_collecting_files_tells_of_a_storage_that_gives_up_too_early(settings, storage, found):
    backend = {"BACKEND": f"{__name__}.{storage.__name__}"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": backend}

    problems = run_checks(tags=[Tags.staticfiles])

    assert [each.id for each in problems if each.id.startswith("talk.")] == found
    settings.INSTALLED_APPS = ["talk"]
    assert check_passes() == []


class Unreachable(Rewriting):
    """Its manifest can't be read, as that of a storage elsewhere while there is no network."""

    def read_manifest(self):
        raise ConnectionError


@pytest.mark.parametrize(
    "storages",
    [
        {"staticfiles": {"BACKEND": f"{__name__}.Unreachable"}},
        {"staticfiles": {"BACKEND": "nowhere.Storage"}},
        {},
    ],
    ids=["unreachable", "unknown", "none"],
)
def test_checks_of_a_project_open_no_storage(settings, storages):
    settings.STORAGES = storages

    ours = [each.id for each in run_checks() if each.id.startswith("talk.")]

    assert ours == ["talk.W008"] * ("Unreachable" in str(storages))
