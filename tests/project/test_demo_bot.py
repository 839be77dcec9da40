"""People of the demo who are in no window answer those who are in one, by themselves."""

from types import SimpleNamespace

import pytest
from django.contrib.auth import get_user_model

from backend.demo import bot as demo_bot
from backend.demo import lines, world
from backend.demo.bot import Bot
from talk.models import Conversation, Message

pytestmark = pytest.mark.django_db(transaction=True)
SOON = 60.0


class Stage:
    """The demo's world, with its bot, and a clock that goes on when a test waits."""

    def __init__(self):
        self.now = 0.0
        world.make()
        self.people = {each.username: each for each in world.people()}
        self.in_windows = {self.people["mira"].pk}
        self.bot = Bot(lambda: self.in_windows)
        self.choir = Conversation.objects.get(title="Harbour Choir")

    def enter(self, *names):
        self.in_windows |= {self.people[name].pk for name in names}

    def says(self, name, body, conversation=None, **more):
        return (conversation or self.choir).participation_of(self.people[name]).send(body, **more)

    def waits(self, seconds=SOON):
        self.now += seconds
        self.bot.perform(self.now)

    def after(self, message):
        later = message.conversation.messages.filter(number__gt=message.number)
        return list(later.select_related("sender").order_by("number"))


@pytest.fixture
def stage(monkeypatch):
    stage = Stage()
    monkeypatch.setattr(demo_bot, "time", SimpleNamespace(monotonic=lambda: stage.now))
    stage.bot.listen()
    yield stage
    stage.bot.stop()


@pytest.fixture
def typing(monkeypatch):
    shown = []
    monkeypatch.setattr(demo_bot, "show_typing", lambda *given: shown.append(given))
    return shown


def test_somebody_else_reacts_types_and_answers_within_ten_seconds(stage, typing):
    said = stage.says("mira", "Who has the key?")

    stage.waits(10)

    (answer,) = stage.after(said)
    assert answer.sender_id not in stage.in_windows
    assert answer.reply_to == said.number
    assert typing == [(stage.choir.pk, answer.sender_id, True)]
    (reaction,) = said.reactions.all()
    assert reaction.user_id not in {said.sender_id, answer.sender_id}
    read = stage.choir.participation_of(answer.sender)
    assert read.last_read_number >= said.number


def test_nothing_comes_at_once(stage, typing):
    said = stage.says("mira", "Hello?")

    stage.waits(1)

    assert not stage.after(said)
    assert not said.reactions.exists()
    assert typing == []


def test_bots_do_not_answer_bots(stage):
    said = stage.says("mira", "Hello everybody")

    for _ in range(5):
        stage.waits()

    assert len(stage.after(said)) == 1


def test_who_says_much_gets_one_answer(stage):
    stage.says("mira", "One")
    stage.says("mira", "Two")
    last = stage.says("mira", "Three")

    stage.waits()

    (answer,) = stage.after(last)
    assert answer.reply_to == last.number


def test_the_other_one_of_two_answers(stage):
    mira, lena = stage.people["mira"], stage.people["lena"]
    said = Message.send_to_users("Is the church open?", mira, [lena])

    stage.waits()

    (answer,) = stage.after(said)
    assert (answer.sender, answer.reply_to) == (lena, None)
    assert said.reactions.get().user == lena


def test_nobody_answers_for_people_who_are_in_windows(stage):
    mira, lena = stage.people["mira"], stage.people["lena"]
    stage.enter("lena")
    alone = Message.send_to_users("Just us?", mira, [lena])
    said = stage.says("mira", "All of us?")

    stage.waits()
    assert not stage.after(alone)
    assert stage.after(said)[0].sender not in {mira, lena}

    stage.enter(*world.PEOPLE)
    said = stage.says("mira", "Now all of us?")
    stage.waits()
    assert not stage.after(said)
    assert not said.reactions.exists()


def test_who_comes_in_meanwhile_speaks_for_themselves(stage):
    mira, lena = stage.people["mira"], stage.people["lena"]
    said = Message.send_to_users("Are you there?", mira, [lena])
    stage.waits(1.5)
    stage.enter("lena")

    stage.waits()

    assert not stage.after(said)


def test_who_is_mentioned_answers(stage):
    said = stage.says("mira", "@Tomás?", mentions=[stage.people["tomas"]])

    stage.waits()

    (answer,) = stage.after(said)
    assert answer.sender == stage.people["tomas"]


def test_who_left_says_nothing(stage):
    concert = Conversation.objects.get(title="Concert on the 12th")
    stage.enter("lena", "priya", "tomas", "aiko")
    said = stage.says("mira", "Jonas?", concert)

    stage.waits()

    assert not stage.after(said)


def test_what_was_taken_back_is_not_answered(stage):
    said = stage.says("mira", "Oops")
    stage.choir.participation_of(stage.people["mira"]).retract(said)

    stage.waits()

    assert not stage.after(said)


def test_who_looks_into_a_group_is_welcomed_once(stage, typing):
    reader = stage.choir.participation_of(stage.people["mira"])
    last = stage.choir.latest_message
    reader.read()

    stage.waits(10)
    (welcome,) = stage.after(last)
    assert "Mira" in welcome.body
    assert len(typing) == 1
    stage.choir.participation_of(stage.people["mira"]).read()
    stage.waits()

    assert stage.after(last) == [welcome]


def test_somebody_who_is_none_of_the_six_is_welcomed_and_answered_by_name(stage):
    admin = get_user_model().objects.create_user("admin")
    mira = stage.choir.participation_of(stage.people["mira"])
    mira.invite([admin])
    admins = stage.choir.participation_of(admin)
    admins.read()
    stage.waits()
    said = admins.send("Hello")

    stage.waits()

    last, (answer,) = stage.choir.messages.get(number=said.number - 1), stage.after(said)
    assert "admin" in last.body
    assert "admin" in answer.body


def test_nobody_is_welcomed_where_two_talk(stage):
    message = Message.send_to_users("Psst", stage.people["aiko"], [stage.people["mira"]])
    stage.waits()
    last = message.conversation.latest_message

    message.conversation.participation_of(stage.people["mira"]).read()
    stage.waits()

    assert not stage.after(last)


def test_an_error_of_the_bot_is_logged_and_no_more(stage, monkeypatch, caplog):
    with monkeypatch.context() as patched:
        patched.setattr(lines, "answer", lambda *given: 1 / 0)
        said = stage.says("mira", "Anybody?")
        stage.waits()

    assert not stage.after(said)
    assert "The bot of the demo failed" in caplog.text
    again = stage.says("mira", "Anybody now?")
    stage.waits()
    assert len(stage.after(again)) == 1


def test_a_bot_that_is_stopped_hears_nothing(stage):
    stage.bot.stop()
    said = stage.says("mira", "Anybody?")

    stage.waits()

    assert not stage.after(said)


@pytest.mark.parametrize("username", world.PEOPLE)
@pytest.mark.parametrize("to", ["Thanks!", "Why?", "Fine.", "Hello", "Cake!"])
def test_everybody_has_something_to_say(username, to):
    said = {lines.answer(username, to, "Mira", turn) for turn in range(4)}

    assert len(said) == 2
    assert all(each and "{" not in each for each in said)
