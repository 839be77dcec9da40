"""Who is shown GraphiQL, and what browsers are told to let neither it nor an answer do."""

import json
import re

import pytest
from graphql import parse, validate
from strawberry import relay

from schema import Mutation, Query, Schema, Subscription
from schema.transport.graphiql import _FOLDER as FOLDER
from schema.transport.graphiql import PACKAGE
from talk.models import Conversation, Message

from .asking import gid, ok

pytestmark = pytest.mark.django_db

BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture
def page(client, settings):
    """The answer to a browser, where GraphiQL is shown."""
    settings.TALK = {**settings.TALK, "GRAPHIQL": True}
    return lambda: client.get("/graphql", headers=BROWSER)


def policy_of(response):
    """The sources of each kind that a page may load."""
    directives = response["Content-Security-Policy"].split("; ")
    return {name: sources for name, *sources in (each.split(" ") for each in directives)}


def test_production_shows_no_page_unless_it_is_told_to(client, settings):
    assert not settings.DEBUG
    assert "GRAPHIQL" not in settings.TALK

    response = client.get("/graphql", headers=BROWSER)

    assert response.status_code == 405
    assert response["Content-Type"].startswith("application/json")


def test_development_shows_it(client, settings):
    settings.DEBUG = True

    assert client.get("/graphql", headers=BROWSER).status_code == 200


def test_it_is_shown_where_it_is_wanted(page):
    response = page()

    assert response.status_code == 200
    assert response["Content-Type"] == "text/html; charset=utf-8"
    assert "Accept" in response["Vary"].split(", ")
    assert "graphiql.min.js" in response.text


def test_without_its_scripts_it_says_how_to_get_them(page, settings):
    settings.INSTALLED_APPS = [app for app in settings.INSTALLED_APPS if app != PACKAGE]

    response = page()

    assert response.status_code == 200
    assert f"add <code>{PACKAGE}</code> to <code>INSTALLED_APPS</code>" in response.text
    assert "<script" not in response.text


@pytest.mark.parametrize(
    ("said", "leads_to"),
    [
        ("admin:login", "/admin/login/?next=/graphql"),
        (
            "https://sign-in.example/?for=talk",
            "https://sign-in.example/?for=talk&amp;next=/graphql",
        ),
        ("/accounts/login/", "/admin/login/?next=/graphql"),
        ("no-such-name", "/admin/login/?next=/graphql"),
    ],
)
def test_who_is_not_signed_in_is_led_to_where_one_does(page, settings, said, leads_to):
    settings.LOGIN_URL = said

    assert f'You are not signed in: <a href="{leads_to}">sign in</a>' in page().text


def test_its_examples_fit_a_schema_whose_types_have_a_prefix(page, client, settings, alice, bob):
    message = Message.send_to_users("Hello", bob, [alice])
    client.force_login(alice)
    assert "... on SendMessagePayload" in page().text
    settings.TALK = {**settings.TALK, "TYPE_PREFIX": "Talk"}

    assert "... on TalkSendMessagePayload" in page().text
    assert relay.to_base64("TalkConversation", message.conversation_id).rstrip("=") in page().text


def tabs_of(response):
    """The operations of the tabs by their names, each with its document and its variables."""
    (configuration,) = re.findall(
        r'<script id="configuration" type="application/json">(.+?)</script>', response.text
    )
    found = {}
    for tab in json.loads(configuration)["tabs"]:
        operation = re.search(r"^(query|mutation|subscription) (\w+)", tab["query"], re.MULTILINE)
        found[operation[2]] = tab["query"], json.loads(tab["variables"])
    return found


def test_each_tab_works_at_once(page, client, gql, alice, bob):
    group = Conversation.objects.start_group(alice, [bob], "Lunch")
    mine = group.participation_of(alice).send("Soup?")
    theirs = group.participation_of(bob).send("Pasta!")
    client.force_login(alice)

    tabs = tabs_of(page())

    assert list(tabs) == ["Inbox", "Thread", "Send", "Edit", "React", "Subscribe"]
    answers = {
        name: ok(gql(alice)(document, **variables))
        for name, (document, variables) in tabs.items()
        if name != "Subscribe"
    }
    assert answers["Send"]["sendMessage"]["sent"]["number"] == 3
    assert answers["Edit"]["editMessage"]["edited"]["number"] == mine.number
    assert answers["React"]["react"]["reacted"]["number"] == theirs.number
    assert tabs["Subscribe"][1] == {"id": gid(group), "after": group.revision - 2}


@pytest.mark.parametrize("document", sorted(FOLDER.glob("*.graphql")), ids=lambda path: path.stem)
def test_each_tab_begins_with_an_explanation_that_fits_a_phone(document):
    lines = document.read_text(encoding="utf-8").splitlines()
    explanation = [line for line in lines if line.startswith("#")]

    assert lines[: len(explanation)] == explanation != []
    assert max(map(len, explanation)) <= 40


def test_its_scripts_and_styles_are_put_into_it(page):
    text = page().text

    for part in FOLDER.glob("*.[cj]s*"):
        assert part.read_text(encoding="utf-8").strip() in text, part.name
    assert "{%" not in text


def test_who_wrote_nothing_there_has_nothing_to_edit(page, client, alice, bob):
    Message.send_to_users("Hello", bob, [alice])
    client.force_login(alice)

    assert list(tabs_of(page())) == ["Inbox", "Thread", "Send", "React", "Subscribe"]


def test_what_was_taken_back_is_neither_edited_nor_reacted_to(page, client, alice, bob):
    own = Conversation.objects.start_group(alice, [bob], "Lunch").participation_of(alice)
    own.retract(own.send("Oops"))
    client.force_login(alice)

    assert list(tabs_of(page())) == ["Inbox", "Thread", "Send", "Subscribe"]


def test_what_can_not_be_edited_any_more_is_not_offered(page, client, settings, alice, bob):
    Message.send_to_users("Hello", alice, [bob])
    client.force_login(alice)
    assert "Edit" in tabs_of(page()), "for this test to mean anything"

    settings.TALK = {**settings.TALK, "EDIT_SECONDS": 0}

    assert list(tabs_of(page())) == ["Inbox", "Thread", "Send", "React", "Subscribe"]


def test_who_is_suspended_neither_edits_nor_reacts(page, client, alice, bob):
    own = Conversation.objects.start_group(alice, [bob], "Lunch").participation_of(alice)
    own.send("Soup?")
    own.suspend()
    client.force_login(alice)

    assert list(tabs_of(page())) == ["Inbox", "Thread", "Send", "Subscribe"]


@pytest.mark.parametrize(("reactions", "tried"), [(["party"], "party"), ([], None)])
def test_the_reaction_that_is_tried_is_one_of_the_projects(
    page, client, settings, alice, bob, reactions, tried
):
    Message.send_to_users("Hello", bob, [alice])
    client.force_login(alice)
    settings.TALK = {**settings.TALK, "GRAPHIQL": True, "REACTIONS": reactions}

    _document, variables = tabs_of(page()).get("React", (None, {}))

    assert variables.get("emoji") == tried


def test_each_tab_fits_a_schema_whose_types_have_a_prefix(page, client, settings, alice, bob):
    Message.send_to_users("Hello", alice, [bob])
    client.force_login(alice)
    settings.TALK = {**settings.TALK, "GRAPHIQL": True, "TYPE_PREFIX": "Talk"}
    schema = Schema(query=Query, mutation=Mutation, subscription=Subscription)

    for document, _variables in tabs_of(page()).values():
        assert validate(schema._schema, parse(document)) == []


def test_a_project_without_such_a_place_promises_none(page, settings):
    settings.LOGIN_URL = "no-such-name"
    settings.ROOT_URLCONF = "schema.urls"

    assert "You are not signed in</span>" in page().text


def test_who_is_signed_in_is_named(page, client, django_user_model):
    client.force_login(django_user_model.objects.create_user("mira"))

    assert "You are <b>mira</b></span>" in page().text


def test_only_its_own_scripts_run_on_it_and_it_asks_nobody_else(page):
    policy = policy_of(page())

    nonce = policy["script-src"].pop()
    assert nonce.startswith("'nonce-")
    assert policy == {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'", "'unsafe-inline'"],
        "font-src": ["'self'", "data:"],
        "img-src": ["'self'", "data:"],
        "connect-src": ["'self'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }


def test_each_page_has_a_nonce_of_its_own_that_its_scripts_know(page):
    first, second = page(), page()
    nonces = {policy_of(each)["script-src"][1][7:-1] for each in (first, second)}

    assert len(nonces) == 2
    for each in (first, second):
        inline = set(re.findall(r'<script nonce="([^"]+)"', each.text))
        assert inline == {policy_of(each)["script-src"][1][7:-1]}
        assert not re.search(r"<script>|\son\w+=", each.text)


@pytest.mark.parametrize("kind", ["page", "answer", "refusal"])
def test_nothing_is_framed_or_taken_for_what_it_is_not(client, page, kind):
    response = {
        "page": page,
        "answer": lambda: client.post(
            "/graphql", {"query": "{ __typename }"}, content_type="application/json"
        ),
        "refusal": lambda: client.put("/graphql"),
    }[kind]()

    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"


def test_a_project_shows_its_own_bar(page, settings):
    templates = {"bar.html": "<b>The project's bar for {{ request.path }}</b>"}
    loaders = [("django.template.loaders.locmem.Loader", templates)]
    engine = "django.template.backends.django.DjangoTemplates"
    options = {
        "loaders": loaders,
        "context_processors": ["django.template.context_processors.request"],
    }
    settings.TEMPLATES = [{"BACKEND": engine, "OPTIONS": options}]
    settings.TALK = {**settings.TALK, "GRAPHIQL_BAR": "bar.html"}

    assert "<b>The project's bar for /graphql</b>" in page().content.decode()
