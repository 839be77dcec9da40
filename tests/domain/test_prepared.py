"""Prepared questions are answered as the querysets that they are made of."""

import sys
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, timedelta
from threading import Barrier

import pytest
from django.db import DatabaseError, OperationalError, connection, connections
from django.db.models import (
    CASCADE,
    BigIntegerField,
    DateTimeField,
    Exists,
    ExpressionWrapper,
    F,
    Func,
    Model,
    OneToOneField,
    OuterRef,
    QuerySet,
)
from django.db.models.base import ModelState
from django.db.models.signals import post_init
from django.db.models.sql import InsertQuery, Query, UpdateQuery
from django.db.models.sql.compiler import SQLCompiler, SQLInsertCompiler
from django.test.utils import isolate_apps
from django.utils import timezone

from talk.models import Conversation, Event, Message, Participation
from talk.prepared import among, ask, changing, columns_of, deleting, inserting, prepared
from talk.prepared.django_internals import NAMES, SelectedModel
from talk.prepared.instances import is_plain

from .acting import group, participation_of, private, say

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def prepares_queries(settings):
    """Also where a whole run of the tests is done without."""
    settings.TALK = {**settings.TALK, "PREPARED_QUERIES": True}


@prepared
def _said(conversation, since=None, *, most=None):
    said = Message.objects.filter(conversation=conversation).select_related("sender", "subject")
    if since is not None:
        said = said.filter(sent_at__gte=since)
    return said.annotate(twice=F("number") * 2).order_by("number")


@prepared
def _among(numbers):
    return Message.objects.filter(among("number", numbers)).order_by("number")


def state(row):
    """All that an instance holds, and those that it refers to."""
    held = {name: value for name, value in row.__dict__.items() if name != "_state"}
    known = {name: other and state(other) for name, other in row._state.fields_cache.items()}
    return type(row), held, known, row._state.adding, row._state.db


@pytest.fixture
def said(alice, bob, carol):
    there = group(alice, bob)
    say(alice, there, "1")
    participation_of(alice, there).send("2", client_id=uuid.uuid4(), invite=[carol])
    say(bob, there, "3")
    return there


class TestReading:
    def test_rows_are_what_django_makes_of_them(self, said):
        usual = Message.objects.filter(conversation=said).select_related("sender", "subject")
        usual = usual.annotate(twice=F("number") * 2).order_by("number")

        answered = _said(conversation=said).ask()

        assert len(answered) >= 3
        assert list(map(state, answered)) == list(map(state, usual))
        assert {state(each)[2]["subject"] is None for each in answered} == {True, False}

    def test_a_model_that_looks_at_what_it_is_set_is_made_by_django(self, said, monkeypatch):
        noted = []

        @prepared
        def again(conversation):
            return Message.objects.filter(conversation=conversation)

        def note(self, name, value):
            noted.append(name)
            super(Message, self).__setattr__(name, value)

        monkeypatch.setattr(Message, "__setattr__", note, raising=False)

        again(conversation=said).ask()

        assert "body" in noted

    def test_a_model_that_is_listened_to_is_made_by_django(self, said):
        made = []

        @prepared
        def again(conversation):
            return Message.objects.filter(conversation=conversation)

        def listen(instance, **kwargs):
            made.append(instance)

        post_init.connect(listen, sender=Message)
        try:
            answered = again(conversation=said).ask()
        finally:
            post_init.disconnect(listen, sender=Message)

        assert answered == made

    def test_one_row_of_the_database_is_one_object(self, said, alice):
        senders = [each.sender for each in _said(conversation=said).ask() if each.sender == alice]

        assert len(senders) > 1, "there are two for this test to mean anything"
        assert len({id(each) for each in senders}) == 1

    def test_values_are_read_as_values(self, said):
        @prepared
        def numbers(conversation):
            said = Message.objects.filter(conversation=conversation).order_by("number")
            return said.values_list("number", flat=True)

        assert numbers(conversation=said).ask() == [1, 2, 3, 4]

    @pytest.mark.parametrize("wanted", [[], [1], [3, 1], [1, 2, 4], [4, 4, 9, 2, 1]])
    def test_a_list_stands_for_a_set(self, said, wanted):
        found = _among(numbers=wanted).ask()

        assert [each.number for each in found] == sorted({*wanted} & {1, 2, 3, 4})

    def test_times_and_keys_are_given_as_the_database_takes_them(self, said):
        later = timezone.now() + timedelta(hours=1)

        assert _said(conversation=said, since=later).ask() == []
        assert len(_said(conversation=said.pk, since=said.started_at).ask()) == 4

    @pytest.mark.postgresql
    def test_a_question_with_a_constant_time_is_not_prepared(self, said, unprepared):
        @prepared
        def recent(conversation):
            return Message.objects.filter(conversation=conversation, sent_at__lt=timezone.now())

        assert len(recent(conversation=said).ask()) == 4
        assert unprepared() == ["recent"]

    def test_a_question_with_a_prefetch_is_not_prepared(self, said, unprepared):
        @prepared
        def with_events(conversation):
            found = Conversation.objects.filter(pk=conversation)
            return found.prefetch_related("events")

        (found,) = with_events(conversation=said.pk).ask()
        assert found._prefetched_objects_cache["events"]
        assert unprepared() == ["with_events"]

    def test_it_is_written_once_for_each_shape(self, said, django_assert_num_queries):
        written = []

        @prepared
        def first(most, conversation):
            written.append(most)
            return Message.objects.filter(conversation=conversation).order_by("number")[:most]

        for most in (1, 2, 1, 2):
            assert len(first(most, conversation=said).ask()) == most

        assert written == [1, 2]

    @pytest.mark.postgresql
    @pytest.mark.thorough
    @pytest.mark.django_db(transaction=True)
    def test_many_who_are_the_first_to_ask_ask_the_same(self, alice, said):
        switch = sys.getswitchinterval()
        sys.setswitchinterval(1e-5)
        try:
            for _turn in range(20):
                wide = prepared(_wide)
                barrier = Barrier(8)

                def ask_wide(wide=wide, barrier=barrier):
                    barrier.wait()
                    try:
                        return [wide(user=alice).form.statement().sql for _again in range(2)]
                    finally:
                        connection.close()

                with ThreadPoolExecutor(8) as threads:
                    asking = [threads.submit(ask_wide) for _each in range(8)]
                texts = {text for each in asking for text in each.result()}
                assert len(texts) == 1
        finally:
            sys.setswitchinterval(switch)


def _wide(user):
    places = Participation.objects.filter(user=user).with_conversation()
    return places.with_unread_count().select_related("invited_by").order_by("pk")


@pytest.fixture
def in_zone(monkeypatch):
    """`in_zone("Asia/Kolkata")`: from here on the database tells times of that zone."""
    here = connections["default"]

    def take(zone):
        monkeypatch.setitem(here.settings_dict, "TIME_ZONE", zone)
        for name in ("timezone", "timezone_name"):
            here.__dict__.pop(name, None)
        here.ensure_timezone()

    yield take
    take(None)


def test_times_are_in_the_zone_that_the_connection_has(said, in_zone):
    """Also if a project has the database tell them in its own."""
    usual = Message.objects.filter(conversation=said).order_by("number")
    for zone, offset in (("Asia/Kolkata", "+05:30"), (None, "+00:00")):
        in_zone(zone)
        told = [str(each.sent_at) for each in _said(conversation=said).ask()]

        assert told == [str(each.sent_at) for each in usual.all()]
        assert told[0].endswith(offset)


class Tomorrow(DateTimeField):
    """A time that a project reads in its own way."""

    def from_db_value(self, value, expression, connection):
        return value and value + timedelta(days=1)


def test_times_are_read_as_their_fields_say(said, alice):
    tomorrow = ExpressionWrapper(F("sent_at"), output_field=Tomorrow())
    usual = Message.objects.filter(conversation=said).order_by("number").select_related("sender")
    asked = {
        "times": lambda: usual.values_list("sent_at", "sender__last_login"),
        "instances": lambda: usual.annotate(tomorrow=tomorrow),
        "values": lambda: usual.annotate(tomorrow=tomorrow).values("tomorrow", "sent_at"),
    }
    for name, queryset in asked.items():

        @prepared
        def again(conversation, queryset=queryset):
            return queryset().filter(conversation=conversation)

        for _time in range(2):
            answered, expected = again(conversation=said).ask(), list(queryset())
            if name == "instances":
                answered, expected = (list(map(state, each)) for each in (answered, expected))
            assert answered == expected
        assert len(expected) == 4


class Tables(DateTimeField):
    """What is no time, but holds some, as an array of PostgreSQL does."""

    def get_internal_type(self):
        return "ArrayField"


@pytest.mark.postgresql
def test_what_holds_times_is_read_as_it_was(said):
    """psycopg reads what is in arrays and ranges as it reads times."""

    @prepared
    def asked(conversation):
        sent_at = Func(F("sent_at"), template="ARRAY[%(expressions)s]", output_field=Tables())
        found = Message.objects.filter(conversation=conversation).annotate(sent=sent_at)
        return found.values_list("sent", "sent_at")

    for sent, at in asked(conversation=said).ask():
        assert sent == [at]
        assert at.tzinfo is UTC


def test_an_error_of_the_database_stays_what_it_is():
    @prepared
    def undefined(key):
        return Message.objects.filter(pk=key).extra(where=["no_such_function(1) = 1"])

    with pytest.raises(DatabaseError, match="no_such_function"):
        undefined(key=1).ask()


def test_an_error_while_rows_are_read_is_no_reason_to_give_up(said):
    """A receiver of a project may read the database for each row."""

    @prepared
    def again(conversation):
        return Message.objects.filter(conversation=conversation)

    def fail(**kwargs):
        raise OperationalError("The server is gone.")

    post_init.connect(fail, sender=Message)
    try:
        with pytest.raises(OperationalError):
            again(conversation=said).ask()
    finally:
        post_init.disconnect(fail, sender=Message)

    assert again(conversation=said).form.statement() is not None


def test_a_percent_sign_in_the_sql_is_no_placeholder(said):
    @prepared
    def odd(conversation):
        found = Message.objects.filter(conversation=conversation).order_by("number")
        return found.annotate(rest=F("number") % 2).values_list("number", "rest")

    assert odd(conversation=said).ask() == [(1, 1), (2, 0), (3, 1), (4, 0)]


class Doubled(BigIntegerField):
    """A number that a project compares in its own way: the double stands in the database."""

    def get_db_prep_save(self, value, connection):
        return value * 2

    def get_db_prep_value(self, value, connection, prepared=False):
        return value * 2


@pytest.mark.parametrize("prepares", [True, False])
def test_a_field_of_a_project_prepares_values_and_lists_and_keys(said, settings, prepares):
    settings.TALK = {**settings.TALK, "PREPARED_QUERIES": prepares}
    doubled = {
        name: ExpressionWrapper(F(name) * 2, output_field=Doubled())
        for name in ("number", "conversation")
    }

    @prepared
    def found(conversation, numbers):
        numbered = Message.objects.annotate(double=doubled["number"], there=doubled["conversation"])
        these = numbered.filter(among("double", numbers), there=conversation)
        return these.order_by("number").values_list("number", flat=True)

    assert found(conversation=said, numbers=[1, 3]).ask() == [1, 3]
    assert found(conversation=said.pk, numbers=[4]).ask() == [4]
    assert found(conversation=said.pk + 1, numbers=[4]).ask() == []


@isolate_apps("talk")
def test_rows_in_a_one_to_one_relation_are_made_by_django():
    class Summary(Model):
        message = OneToOneField(Message, CASCADE, related_name="+")

        class Meta:
            app_label = "talk"

        def __str__(self):
            return "a summary"

    compiler = Summary.objects.select_related("message").query.get_compiler("default")
    compiler.as_sql()

    assert not is_plain(SelectedModel(compiler, compiler.klass_info))


class TestTogether:
    def test_each_question_sees_what_the_ones_before_did(
        self, said, alice, django_assert_num_queries
    ):
        @prepared
        def retitle(key, title):
            return changing(Conversation.objects.filter(pk=key), title=title)

        @prepared
        def note(**columns):
            return inserting(Event(**columns))

        @prepared
        def titles(key):
            noted = Event.objects.filter(conversation=OuterRef("pk"), revision=99)
            found = Conversation.objects.filter(Exists(noted), pk=key)
            return found.values_list("title", flat=True)

        event = Event(
            conversation=said, revision=99, kind=Event.Kind.CONVERSATION_RENAMED, actor=alice
        )
        with django_assert_num_queries(3):
            changed, ((key,),), (title,) = ask(
                retitle(key=said.pk, title="100 % 'new'; --"),
                note(**columns_of(event)),
                titles(key=said.pk),
            )

        assert changed == []
        assert Event.objects.get(pk=key).revision == 99
        assert title == "100 % 'new'; --"

    def test_a_deletion_goes_with_other_questions(self, said, django_assert_num_queries):
        first, *others = Event.objects.filter(conversation=said).order_by("revision")

        with django_assert_num_queries(2):
            deleted, left = ask(_strike(key=first.pk), _left(conversation=said.pk))

        assert deleted == []
        assert left == [each.pk for each in others]

    def test_other_values_take_the_same_places(self, alice, bob, carol):
        for other in (bob, carol):
            place = Participation.objects.find(alice, private(alice, other).pk)
            assert place is not None
            assert place.conversation == private(alice, other)
            assert Participation.objects.find(other, private(alice, other).pk) != place

    def test_nothing_is_taken_for_a_place(self, said):
        """Words that look like SQL, or like a place for a value, are words."""
        for words in ("%s", "%(name)s", "'; DROP TABLE talk_message; --", "100%", "\\'"):
            assert say(said.participations.first().user, said, words).body == words
            assert Message.objects.get(body=words).conversation == said


@prepared
def _retitle(key, title):
    return changing(Conversation.objects.filter(pk=key), title=title)


@prepared
def _note(**columns):
    return inserting(Event(**columns))


@prepared
def _left(conversation):
    there = Event.objects.filter(conversation=conversation)
    return there.order_by("revision").values_list("pk", flat=True)


@prepared
def _strike(key):
    return deleting(Event.objects.filter(pk=key))


def raising(*args, **kwargs):
    raise AttributeError("This name of Django's has moved.")


@pytest.fixture
def anew():
    """The same questions, whose SQL was not made yet."""

    def of(question):
        return prepared(question.__wrapped__)

    return of


class TestUnprepared:
    """What Django changes may make a question slow. It is answered all the same."""

    @pytest.mark.parametrize(
        "name",
        [
            "statements.assign_fields",
            "statements.compiled",
            "statements.Reader.__init__",
            "statements.Reader.read",
            "rows.maker",
            "rows.is_plain",
            "instances._Part.make",
            "django_internals.SelectedModel.__init__",
        ],
    )
    def test_the_queryset_answers(self, said, name, anew, monkeypatch, unprepared):
        usual = Message.objects.filter(conversation=said).select_related("sender", "subject")
        usual = usual.annotate(twice=F("number") * 2).order_by("number")
        monkeypatch.setattr(f"talk.prepared.{name}", raising)
        question = anew(_said)

        for _time in range(3):
            answered = question(conversation=said).ask()
            assert list(map(state, answered)) == list(map(state, usual.all()))
        assert unprepared() == ["_said"], "the log says it once"

    @pytest.mark.parametrize("name", ["statements.assign_fields", "statements.compiled"])
    def test_what_is_written_is_written(self, said, alice, name, anew, monkeypatch, unprepared):
        monkeypatch.setattr(f"talk.prepared.{name}", raising)
        event = Event(
            conversation=said, revision=99, kind=Event.Kind.CONVERSATION_RENAMED, actor=alice
        )
        retitle, note, strike = anew(_retitle), anew(_note), anew(_strike)

        for title in ("one", "two"):
            assert retitle(key=said.pk, title=title).ask() == []
            assert Conversation.objects.get(pk=said.pk).title == title
        ((key,),) = note(**columns_of(event)).ask()

        assert Event.objects.filter(pk=key).values("revision", "kind", "actor", "at").get() == {
            "revision": 99,
            "kind": Event.Kind.CONVERSATION_RENAMED,
            "actor": alice.pk,
            "at": event.at,
        }
        assert strike(key=key).ask() == []
        assert not Event.objects.filter(pk=key).exists()
        assert Event.objects.filter(conversation=said).exists(), "no other row is deleted"
        assert unprepared() == ["_retitle", "_note", "_strike"]

    def test_rows_are_compared_by_their_keys(self, said, settings):
        """With any field, also a key."""

        @prepared
        def titles(conversation, conversations):
            found = Conversation.objects.filter(pk=conversation)
            return found.filter(among("pk", conversations)).values_list("pk", flat=True)

        for prepares in (True, False):
            settings.TALK = {**settings.TALK, "PREPARED_QUERIES": prepares}
            assert titles(conversation=said, conversations=[said]).ask() == [said.pk]

    def test_one_of_several_does_not_change_their_order(self, said, alice, anew, unprepared):
        @prepared
        def titles(key):
            found = Conversation.objects.filter(pk=key).prefetch_related("events")
            return found.values_list("title", flat=True)

        answers = ask(
            titles(key=said.pk),
            _retitle(key=said.pk, title="one"),
            titles(key=said.pk),
            _retitle(key=said.pk, title="two"),
        )

        assert answers == [[""], [], ["one"], []]
        assert Conversation.objects.get(pk=said.pk).title == "two"
        assert unprepared() == ["titles"]

    def test_an_error_of_the_database_is_not_mistaken_for_one(self, said, anew, monkeypatch):
        def away(*args, **kwargs):
            raise OperationalError("The server is gone.")

        question = anew(_said)
        with monkeypatch.context() as patched:
            patched.setattr("talk.prepared.statements.compiled", away)
            with pytest.raises(OperationalError):
                question(conversation=said).ask()

        question(conversation=said).ask()
        assert question(conversation=said).form.statement() is not None

    def test_a_project_can_do_without(self, said, alice, settings, monkeypatch):
        usual = [state(each) for each in _said(conversation=said).ask()]
        settings.TALK = {**settings.TALK, "PREPARED_QUERIES": False}
        monkeypatch.setattr("talk.prepared.statements.Statement.execute", raising)

        assert [state(each) for each in _said(conversation=said).ask()] == usual
        assert [each.number for each in _among(numbers=[3, 1]).ask()] == [1, 3]
        place = participation_of(alice, said)
        message = place.send("as ever", client_id=uuid.uuid4())
        place.read()
        assert message.pk == said.messages.get(body="as ever").pk
        assert place.last_read_number == message.number


@pytest.mark.parametrize("owner", NAMES, ids=lambda owner: owner.__name__)
def test_django_has_the_names_that_are_used(owner):
    """One that moved fails here. Until it is mended, questions that need it are not prepared."""
    query = Message.objects.all().query
    made = {
        SQLCompiler: lambda: query.get_compiler(using="default"),
        SQLInsertCompiler: lambda: InsertQuery(Message).get_compiler(using="default"),
        Query: lambda: query,
        UpdateQuery: lambda: query.chain(UpdateQuery),
        QuerySet: Message.objects.all,
        ModelState: lambda: Message()._state,
    }.get(owner, lambda: owner)()
    if isinstance(made, SQLCompiler) and not isinstance(made, SQLInsertCompiler):
        made.as_sql()

    assert [name for name in NAMES[owner] if not hasattr(made, name)] == []


def test_django_tells_of_selected_models_what_is_used():
    compiler = Message.objects.select_related("sender").query.get_compiler(using="default")
    compiler.as_sql()

    (related,) = compiler.klass_info["related_klass_infos"]
    assert {"model", "select_fields"} <= compiler.klass_info.keys()
    assert {"model", "select_fields", "field", "reverse"} <= related.keys()
