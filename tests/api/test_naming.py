"""How people are named and pictured, and what nobody learns from it."""

import base64

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from graphql import GraphQLNonNull

from schema import schema
from talk import naming

from .asking import gid, group, nodes, ok, say_many

pytestmark = pytest.mark.django_db

USERS = """query ($search: String!, $after: String) {
  users(search: $search, first: 1, after: $after) {
    edges { cursor node { id username name avatar } } pageInfo { hasNextPage endCursor } } }"""
VIEWER = "{ viewer { username name avatar } }"


@pytest.fixture
def talk(settings):
    """`talk(NAME=...)` sets options."""

    def talk(**options):
        settings.TALK = {**settings.TALK, **options}
        call_command("refresh_names", verbosity=0)

    return talk


@pytest.fixture
def by_email(monkeypatch, settings):
    """People sign in by their addresses."""
    naming.shows_usernames.cache_clear()
    monkeypatch.setattr(get_user_model(), "USERNAME_FIELD", "email")
    yield
    naming.shows_usernames.cache_clear()


def formal(user):
    return f"Person {user.last_name}".strip()


def picture(user):
    return f"https://pictures.example/{user.pk}.png" if user.first_name else None


def nothing(user):
    return None


@pytest.mark.usefixtures("by_email")
def test_addresses_are_shown_to_nobody_and_nobody_is_found_by_one(gql, alice, bob, carol, talk):
    bob.first_name = carol.first_name = ""
    bob.save()
    carol.save()
    talk()
    ask = gql(alice)

    first = ok(ask(USERS, search=""))["users"]
    second = ok(ask(USERS, search="", after=first["pageInfo"]["endCursor"]))["users"]

    people = nodes(first) + nodes(second)
    assert [each["id"] for each in people] == [gid(bob), gid(carol)]
    assert {(each["username"], each["name"]) for each in people} == {(None, "Unnamed")}
    assert "bob" not in base64.b64decode(first["pageInfo"]["endCursor"]).decode()
    assert nodes(ok(ask(USERS, search="bob"))["users"]) == []
    assert ok(ask(VIEWER))["viewer"] == {"username": None, "name": "Alice", "avatar": None}


@pytest.mark.usefixtures("by_email")
def test_an_address_that_the_model_has_for_a_full_name_is_not_shown(gql, alice, monkeypatch):
    monkeypatch.setattr(get_user_model(), "get_full_name", lambda self: self.email.upper())

    assert ok(gql(alice)(VIEWER))["viewer"]["name"] == "Unnamed"


@pytest.mark.usefixtures("by_email")
def test_a_project_may_show_addresses(gql, alice, bob, talk):
    talk(SHOWS_USERNAMES=True)

    (found,) = nodes(ok(gql(alice)(USERS, search="bob@example.com"))["users"])

    assert found["username"] == "bob@example.com"


def test_a_project_may_hide_user_names(gql, alice, bob, talk):
    bob.first_name = ""
    bob.save()
    talk(SHOWS_USERNAMES=False)

    assert nodes(ok(gql(alice)(USERS, search="bob"))["users"]) == []
    (found,) = nodes(ok(gql(alice)(USERS, search=""))["users"])
    assert (found["username"], found["name"]) == (None, "Unnamed")


def test_a_project_says_how_people_are_named_and_pictured(gql, alice, talk):
    talk(NAME=f"{__name__}.formal", AVATAR=f"{__name__}.picture")
    expected = {"username": "alice", "name": "Person"}
    url = f"https://pictures.example/{alice.pk}.png"
    assert ok(gql(alice)(VIEWER))["viewer"] == {**expected, "avatar": url}

    talk(NAME=f"{__name__}.nothing", AVATAR=f"{__name__}.nothing")
    assert ok(gql(alice)(VIEWER))["viewer"] == {**expected, "name": "Unnamed", "avatar": None}


def test_names_and_pictures_take_no_query_for_each_person(gql, alice, bob, carol, dave, talk):
    talk(NAME=f"{__name__}.formal", AVATAR=f"{__name__}.picture")
    conversation = group(alice, bob, carol, dave)
    for person in (bob, carol, dave):
        say_many(person, conversation, 2)
    ask = gql(alice)

    def taken(who):
        document = f"""query ($id: ID!) {{ conversation(id: $id) {{
          messages {{ edges {{ node {{ sender {{ {who} }} }} }} }}
          participants {{ edges {{ node {{ user {{ {who} }} }} }} }} }} }}"""
        with CaptureQueriesContext(connection) as captured:
            ok(ask(document, id=gid(conversation)))
        return len(captured)

    assert taken("id name avatar") == taken("id")


@pytest.mark.parametrize("login", [None, ""])
def test_somebody_without_a_login_has_no_name_rather_than_a_wrong_one(login):
    nobody = get_user_model()(username=login)

    assert naming.username_of(nobody) is None
    assert naming.name_of(nobody) == "Unnamed"


def test_people_without_logins_come_in_pages(gql, alice, bob, carol, dave, monkeypatch):
    login = get_user_model()._meta.get_field("username")
    monkeypatch.setattr(login, "null", True)
    ask, after, seen = gql(alice), None, []
    while after or not seen:
        page = ok(ask(USERS, search="", after=after))["users"]
        seen += [each["id"] for each in nodes(page)]
        after = page["pageInfo"]["hasNextPage"] and page["pageInfo"]["endCursor"]

    assert seen == [gid(bob), gid(carol), gid(dave)]


def test_front_ends_know_that_a_user_name_may_be_missing():
    fields = schema._schema.type_map["User"].fields

    assert not isinstance(fields["username"].type, GraphQLNonNull)
    assert isinstance(fields["name"].type, GraphQLNonNull)
