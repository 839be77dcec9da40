"""People are found by their names, however these are written, and at a price."""

import unicodedata
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from strawberry import relay

from schema.types import user
from talk.models import Conversation, NameWord
from talk.privacy import erase

from .asking import code, group, nodes, ok

pytestmark = pytest.mark.django_db

USERS = "query ($search: String!) { users(search: $search) { edges { node { username } } } }"


def found(ask, search):
    return [node["username"] for node in nodes(ok(ask(USERS, search=search))["users"])]


def named(person, first, last=""):
    person.first_name, person.last_name = first, last
    person.save()


@pytest.mark.parametrize(
    ("first", "last", "search"),
    [
        ("Ben", "De Ruyter", "Ben De Ruyter"),
        ("Ben", "De Ruyter", "ruyter, BEN"),
        ("Ben", "De Ruyter", "de b ruy"),
        ("Ben", "De Ruyter", "bob ruyter"),
        ("Ärger", "", "ärger"),
        ("ärger", "", "ÄRG"),
        (unicodedata.normalize("NFD", "Zoë"), "", unicodedata.normalize("NFC", "ZOË")),
        (unicodedata.normalize("NFC", "Zoë"), "", unicodedata.normalize("NFD", "zoë")),
        ("Weiß", "", "WEISS"),
        ("ΣΊΣΥΦΟΣ", "", "σίσυφος"),
        ("\uff22\uff25\uff2e", "", "ben"),
        ("O'Neill", "", "neill"),
        ("Zero\u200bwidth", "", "zerowidth"),
        ("山田太郎", "", "太郎"),
        ("สมชาย", "", "ชาย"),
        ("🦄", "", "🦄"),
        ("100%", "", "100"),
    ],
)
def test_a_name_is_found_by_its_words_in_any_spelling_and_order(
    gql, alice, bob, first, last, search
):
    named(bob, first, last)

    assert found(gql(alice), search) == ["bob"]


@pytest.mark.parametrize("search", ["uyter", "ben x", "%", "_", "z%b", "\\", "bobb"])
def test_what_begins_no_word_of_a_name_finds_nobody(gql, alice, bob, search):
    named(bob, "Ben", "De Ruyter")

    assert found(gql(alice), search) == []


def test_people_are_found_by_the_name_that_they_have_now(gql, alice, bob):
    ask = gql(alice)
    named(bob, "Robert")
    assert (found(ask, "robert"), found(ask, "bob")) == (["bob"], ["bob"])

    named(bob, "Rob")
    assert (found(ask, "robert"), found(ask, "rob")) == ([], ["bob"])


def test_somebody_who_was_deactivated_leaves_no_words(bob):
    assert NameWord.objects.filter(user=bob).exists()

    bob.is_active = False
    bob.save(update_fields=["is_active"])

    assert not NameWord.objects.filter(user=bob).exists()


def test_what_no_signal_told_of_is_found_after_a_refresh(gql, alice, bob, django_user_model):
    django_user_model.objects.filter(pk=bob.pk).update(first_name="Robert")
    django_user_model.objects.bulk_create([django_user_model(username="newcomer")])

    call_command("refresh_names", verbosity=0)

    assert found(gql(alice), "robert") == ["bob"]
    assert found(gql(alice), "new") == ["newcomer"]


def test_the_migration_writes_the_words_of_those_who_are_there(gql, alice, bob):
    named(bob, "Ben", "De Ruyter")
    before = set(NameWord.objects.values_list("user", "word"))
    NameWord.objects.all().delete()

    editor = SimpleNamespace(connection=connection)
    import_module("talk.migrations.0010_name_words").write_words(apps, editor)

    assert set(NameWord.objects.values_list("user", "word")) == before


def test_saving_a_person_looks_at_their_names_once(bob, django_assert_num_queries):
    # The person is written; in a savepoint, the names and the words are read.
    with django_assert_num_queries(1 + 4):
        bob.save()


def test_a_person_who_is_loaded_with_their_words_is_loaded(alice, tmp_path):
    dump = tmp_path / "dump.json"
    call_command("dumpdata", "auth.user", "talk.nameword", output=str(dump), verbosity=0)
    before = set(NameWord.objects.values_list("user", "word"))

    call_command("loaddata", str(dump), verbosity=0)

    assert set(NameWord.objects.values_list("user", "word")) == before


@pytest.mark.postgresql
def test_a_search_uses_the_index(alice):
    # With as many words as many people have, which the planner knows of.
    NameWord.objects.bulk_create(NameWord(user=alice, word=f"{n:x}") for n in range(10_000))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE talk_nameword")

    plan = NameWord.objects.filter(word__startswith="jo").explain()

    assert "talk_word" in plan
    assert "~>=~ 'jo'" in plan


def test_twenty_searches_in_one_request_are_too_many(gql, alice):
    fields = " ".join(f'f{n}: users(search: "a{n}", first: 1) {{ totalCount }}' for n in range(20))

    assert code(gql(alice)(f"{{ {fields} }}")) == "LIMIT_EXCEEDED"


def test_each_search_of_a_request_counts(gql, alice, bob, at_most):
    at_most(search="3/hour")
    ask = gql(alice)
    three = 'a: users(search: "b") { edges { cursor } } b: users(search: "b") { edges { cursor } }'
    ok(ask(f"{{ {three} }}"))
    ok(ask('{ users(search: "b") { edges { cursor } } }'))

    refused = ask('{ users(search: "b") { edges { cursor } } }')

    assert code(refused) == "RATE_LIMITED"
    assert refused["errors"][0]["extensions"]["retryAfter"] > 3000


def test_each_person_whom_the_inbox_is_looked_through_for_counts(gql, alice, bob, carol, at_most):
    at_most(search="3/hour")
    ask = gql(alice)
    query = "query ($with: [ID!]) { inbox(filter: {with: $with}) { edges { cursor } } }"
    both = [relay.to_base64("User", each.pk) for each in (bob, carol)]
    ok(ask(query, **{"with": both}))

    assert code(ask(query, **{"with": both})) == "RATE_LIMITED"
    ok(ask(query, **{"with": both[:1]}))


def test_each_word_of_a_search_counts(gql, alice, bob, at_most):
    at_most(search="5/hour")
    named(bob, "Ben", "De Ruyter")
    ask = gql(alice)
    assert found(ask, "ben de ruyter") == ["bob"]
    assert found(ask, "") == ["bob"]

    assert code(ask(USERS, search="de ruyter")) == "RATE_LIMITED"
    assert found(ask, "ruyter") == ["bob"]


def test_no_more_than_some_words_are_looked_for(gql, alice, bob):
    named(bob, "Ben", "De Ruyter")

    assert found(gql(alice), "ben de ruyter bob nobody") == ["bob"]
    assert found(gql(alice), "nobody ben de ruyter bob") == []


def test_counting_stops(gql, alice, bob, carol, dave, monkeypatch):
    ask = gql(alice)
    assert ok(ask('{ users(search: "") { totalCount } }'))["users"] == {"totalCount": 3}

    monkeypatch.setattr(user, "MOST_COUNTED", 2)

    assert ok(ask('{ users(search: "") { totalCount } }'))["users"] == {"totalCount": 2}


@pytest.mark.parametrize(
    ("title", "search"),
    [
        ("Ärger im Büro", "büro ÄRGER"),
        (unicodedata.normalize("NFD", "Café"), unicodedata.normalize("NFC", "CAFÉ")),
        ("STRASSE", "straße"),
        ("Zero\u200bwidth", "zerowidth"),
        ("山田さんと", "さん"),
    ],
)
def test_titles_are_found_in_any_spelling(gql, alice, bob, title, search):
    ask = gql(alice)
    document = "query ($filter: InboxFilter) { inbox(filter: $filter) { totalCount } }"
    conversation = group(alice, bob, title=title)
    renamed = group(alice, bob, title="Before")
    renamed.participation_of(alice).rename(title)

    def count(text, ask=ask, **more):
        filtered = {"titleContains": text, **more}
        return ok(ask(document, filter=filtered))["inbox"]["totalCount"]

    assert (count(search), count("before")) == (2, 0)

    renamed.participation_of(bob).leave()
    renamed.participation_of(alice).rename("After")
    left = {"ask": gql(bob), "status": "LEFT"}
    assert [count(text, **left) for text in (search, "before", "after")] == [1, 0, 0]
    renamed.participation_of(alice).rename(title)

    Conversation.objects.update(folded_title="")
    migration = import_module("talk.migrations.0019_newcomers_and_folded_titles")
    migration.fold_titles(apps, SimpleNamespace(connection=connection))
    assert count(search) == 2
    erase(alice, "She asked.")
    conversation.refresh_from_db()
    assert (conversation.title, conversation.folded_title) == ("", "")


def test_titles_that_an_earlier_version_gave_are_found_after_a_refresh(alice, bob):
    """Its processes run on after `migrate`, and fold no titles."""
    renamed, erased = group(alice, bob, title="Before"), group(alice, bob, title="Secret")
    Conversation.objects.filter(pk=renamed.pk).update(title="Ärger")
    Conversation.objects.filter(pk=erased.pk).update(title="")

    call_command("refresh_names", verbosity=0)

    assert set(Conversation.objects.values_list("folded_title", flat=True)) == {"ärger", ""}


def test_a_refresh_writes_no_title_whose_words_are_right(alice, bob):
    group(alice, bob, title="Ärger")

    with CaptureQueriesContext(connection) as queries:
        call_command("refresh_names", verbosity=0)

    written = [each["sql"] for each in queries if each["sql"].startswith("UPDATE")]
    assert not [sql for sql in written if "folded_title" in sql]


def test_people_are_found_by_a_field_of_another_table(gql, alice, bob, settings):
    settings.TALK = {**settings.TALK, "USER_SEARCH_FIELDS": ("groups__name",)}
    for name in ("Gardeners", "Cooks"):
        bob.groups.create(name=name)

    call_command("refresh_names", verbosity=0)

    assert found(gql(alice), "garden") == found(gql(alice), "cook") == ["bob"]
    assert found(gql(alice), "bob") == []


def test_searching_the_inbox_counts_as_searching(gql, alice, at_most):
    at_most(search="1/hour")
    ask, document = gql(alice), '{ inbox(filter: {titleContains: "x"}) { totalCount } }'
    ok(ask(document))

    assert code(ask(document)) == "RATE_LIMITED"
    assert ok(ask("{ inbox { totalCount } }"))


def test_staff_search_by_names_and_titles_in_any_spelling(admin_client, alice, bob):
    named(bob, "Jürgen")
    group(alice, bob, title="Großes")

    for search in ("jürgen", "JU\u0308RGEN", "grosses", "bob"):
        page = admin_client.get("/admin/talk/conversation/", {"q": search})
        assert page.context["cl"].result_count == 1, search
