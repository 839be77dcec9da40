"""Random sequences of verbs by five people: all rules hold after every step."""

import uuid
from copy import deepcopy
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from talk.exceptions import RefusalCode, Refused
from talk.models import Message

from .agreement import assert_agree
from .rulebook import FEW, MOST, No, Rulebook
from .snapshots import Snapshot, catch_up, derived, stored, taken
from .verbs import Verbs
from .words import LINK

CAST = ["alice", "bob", "carol", "dave", "erin"]
names = st.sampled_from(CAST)
others = st.lists(names, max_size=4)
bodies = st.sampled_from(["Hello", "Really?", f"Yes {LINK}", f"No {LINK}", ""])
titles = st.sampled_from(["Lunch", "Dinner"])
keys = st.sampled_from(["order 1", "order 2"])
descriptions = st.fixed_dictionaries(
    {},
    optional={
        "description": st.sampled_from(["", "We sing.", "We dance."]),
        "avatar": st.sampled_from(["", "https://example.com/a.png"]),
        "data": st.sampled_from([{}, {"a": 1}, {"a": [{"b": None}]}]),
    },
)
emojis = st.sampled_from(["👍", "👎", "🎉"])
levels = st.sampled_from(["everything", "mentions", "nothing"])
MUTED = ["", "for ever", "until the past"]
#: One of the conversations that there are, counted from the newest.
where = st.integers(0, 5)
#: One of the messages that there are, counted from the newest; a few are not there.
numbers = st.integers(-1, 5)
#: How many versions ago a device has seen a draft.
ages = st.sampled_from([0, 0, 0, 1])

PROFILE = settings(
    max_examples=8,
    stateful_step_count=40,
    deadline=None,
    derandomize=True,
    database=None,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
)


class People(RuleBasedStateMachine):
    people: dict
    #: Django's settings.
    options: Any

    def __init__(self):
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.rules = Rulebook()
        self.options.TALK = {
            "MAX_PARTICIPANTS": MOST,
            "RECEIPTS_UP_TO": FEW,
            "EDIT_SECONDS": None,
        }
        self.talk = Verbs(self.people)
        #: Requests with a client id that were answered: the call, its id, and the message.
        self.answered = []
        #: What somebody saw of a conversation, at several moments.
        self.seen = {}
        #: Up to which revision of each the log was found to be true.
        self.checked = {}

    def teardown(self):
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    @initialize()
    def a_private_conversation_and_a_group(self):
        self.both("between", "alice", "bob")
        self.both("start_group", "alice", ["bob", "carol"])

    # What they do.

    @rule(sender=names, to=others, body=bodies)
    def send_to_users(self, sender, to, body):
        self.once("send_to_users", sender, to, body)

    @rule(sender=names, at=where, body=bodies)
    def send(self, sender, at, body):
        self.once("send", sender, self.at(at), body)

    @rule(
        sender=names,
        at=where,
        body=bodies,
        before_the_end=st.none() | numbers,
        mentions=st.none() | others,
        mention_all=st.booleans(),
    )
    def send_and_refer(self, sender, at, body, before_the_end, mentions, mention_all):
        at = self.at(at)
        refers = {"mentions": mentions, "mention_all": mention_all}
        if before_the_end is not None:
            refers["reply_to"] = self.number(at, before_the_end)
        self.once("send", sender, at, body, **refers)

    @rule(sender=names, at=where, body=bodies, invited=others, age=ages)
    def send_a_draft_and_invite(self, sender, at, body, invited, age):
        at = self.at(at)
        self.once("send", sender, at, body, invited, draft=self.version(sender, at, age))

    @rule(name=names, at=where, body=bodies, before_the_end=st.none() | numbers, age=ages)
    def save_draft(self, name, at, body, before_the_end, age):
        at = self.at(at)
        reply_to = None if before_the_end is None else self.number(at, before_the_end)
        self.both("save_draft", name, at, body, reply_to, self.version(name, at, age))

    @rule(at=where, body=bodies, mention_all=st.booleans(), data=st.data())
    def schedule(self, at, body, mention_all, data):
        at = self.at(at)
        name, text = self.somebody_and_a_text(at, data)
        people = st.lists(st.sampled_from(sorted(self.rules.rooms[at].places)), max_size=2)
        reply_to, mentions = data.draw(st.sampled_from([None, text])), data.draw(st.none() | people)
        self.both("schedule", name, at, body, reply_to, mentions, mention_all)

    @rule(name=names, at=where, which=st.integers(0, 1))
    def cancel_scheduled(self, name, at, which):
        self.both("cancel_scheduled", name, self.at(at), which)

    @rule()
    def send_due(self):
        self.both("send_due")

    @rule(name=names, at=where, number=numbers, body=bodies, mentions=st.none() | others)
    def edit(self, name, at, number, body, mentions):
        at = self.at(at)
        self.both("edit", name, at, self.number(at, number), body, mentions)
        self.both("keep_preview", at, self.number(at, number))

    @rule(name=names)
    def upload(self, name):
        self.both("upload", name, f"file {len(self.talk.files)}")

    @rule(at=where, body=bodies, data=st.data())
    def send_files(self, at, body, data):
        at, known = self.at(at), list(self.talk.files)[-4:]
        name = data.draw(st.sampled_from(sorted(self.rules.rooms[at].places)))
        self.both("upload", name, own := f"file {len(self.talk.files)}")
        others = data.draw(st.lists(st.sampled_from([own, *known]), max_size=2))
        self.once("send", name, at, body, files=[own, *others])

    @rule(at=where, body=bodies, data=st.data())
    def edit_files(self, at, body, data):
        at = self.at(at)
        said = self.rules.rooms[at].said
        filed = [number for number, each in enumerate(said, 1) if each.files]
        if not filed:
            return
        number = data.draw(st.sampled_from(filed))
        files = [*said[number - 1].files, *list(self.talk.files)[:1]]
        kept = data.draw(st.lists(st.sampled_from(files), max_size=2))
        self.both("edit", said[number - 1].sender, at, number, body, kept=kept)

    @precondition(lambda self: self.talk.files)
    @rule(data=st.data(), state=st.sampled_from(["ready", "ready", "refused"]))
    def check(self, data, state):
        self.both("check", data.draw(st.sampled_from(sorted(self.talk.files))), state)

    @rule(allowed=st.booleans())
    def set_whether_texts_may_be_edited(self, allowed):
        self.options.TALK = {**self.options.TALK, "EDIT_SECONDS": None if allowed else 0}
        self.rules.may_edit = allowed

    @rule(name=names, at=where, number=numbers)
    def retract(self, name, at, number):
        at = self.at(at)
        self.both("retract", name, at, self.number(at, number))

    @rule(name=names, at=where, number=numbers)
    def take_away(self, name, at, number):
        at = self.at(at)
        self.both("take_away", name, at, self.number(at, number))

    @rule(name=names, at=where, number=numbers, emoji=emojis)
    def react(self, name, at, number, emoji):
        at = self.at(at)
        self.both("react", name, at, self.number(at, number), emoji)

    @rule(name=names, at=where, number=numbers, emoji=emojis)
    def unreact(self, name, at, number, emoji):
        at = self.at(at)
        self.both("unreact", name, at, self.number(at, number), emoji)

    @rule(at=where, data=st.data())
    def pin_message(self, at, data):
        self.keep("pin_message", at, data)

    @rule(at=where, data=st.data())
    def unpin_message(self, at, data):
        self.keep("unpin_message", at, data)

    @rule(at=where, data=st.data())
    def save_message(self, at, data):
        self.keep("save_message", at, data)

    @rule(at=where, data=st.data())
    def unsave_message(self, at, data):
        self.keep("unsave_message", at, data)

    @rule(name=names, at=where)
    def clear(self, name, at):
        self.both("clear", name, self.at(at))

    @rule(name=names, at=where, level=levels, muted=st.sampled_from(MUTED))
    def set_notifications(self, name, at, level, muted):
        self.both("set_notifications", name, self.at(at), level, muted)

    @rule(name=names, at=where, verb=st.sampled_from(["archive", "unarchive", "pin", "unpin"]))
    def arrange(self, name, at, verb):
        self.both(verb, name, self.at(at))

    @rule(one=names, other=names)
    def start_private(self, one, other):
        if one == other:
            return
        self.both("between", one, other)

    @rule(creator=names, to=others, title=titles)
    def start_group(self, creator, to, title):
        self.both("start_group", creator, to, title)

    @rule(actor=names, at=where, invited=others)
    def invite(self, actor, at, invited):
        self.both("invite", actor, self.at(at), invited)

    @rule(name=names, at=where)
    def leave(self, name, at):
        self.both("leave", name, self.at(at))

    @rule(actor=names, at=where, name=names)
    def remove(self, actor, at, name):
        self.both("remove", actor, self.at(at), name)

    @rule(actor=st.none() | names, at=where, name=names)
    def reinstate(self, actor, at, name):
        self.both("reinstate", actor, self.at(at), name)

    @rule(actor=names, at=where, name=names, role=st.sampled_from(["owner", "admin", "member"]))
    def change_role(self, actor, at, name, role):
        self.both("change_role", actor, self.at(at), name, role)

    @rule(at=where, number=numbers)
    def remove_message(self, at, number):
        at = self.at(at)
        self.both("remove_message", at, self.number(at, number))

    @rule(name=names, at=where, suspended=st.booleans())
    def suspend(self, name, at, suspended):
        self.both("suspend", name, self.at(at), suspended)

    @rule(blocker=names, blocked=names)
    def block(self, blocker, blocked):
        self.both("block", blocker, blocked)

    @rule(blocker=names, blocked=names)
    def unblock(self, blocker, blocked):
        self.both("unblock", blocker, blocked)

    @rule(actor=names, at=where, title=titles)
    def rename(self, actor, at, title):
        self.both("rename", actor, self.at(at), title)

    @rule(actor=names, at=where, given=descriptions)
    def describe(self, actor, at, given):
        self.both("describe", actor, self.at(at), given)

    @rule(at=where, data=st.data(), state=st.sampled_from(["ready", "ready", "checking"]))
    def give_avatar(self, at, data, state):
        at, known = self.at(at), list(self.talk.files)[-4:]
        name = data.draw(st.sampled_from(sorted(self.rules.rooms[at].places)))
        self.both("upload", name, own := f"file {len(self.talk.files)}")
        self.both("check", own, state)
        self.both("give_avatar", name, at, data.draw(st.sampled_from([own, own, *known])))

    @rule(at=where, given=descriptions)
    def describe_for_the_project(self, at, given):
        self.both("describe_for_the_project", self.at(at), given)

    @rule(at=where, name=st.sampled_from(["description", "avatar", "data"]))
    def remove_description(self, at, name):
        self.both("remove_description", self.at(at), name)

    @rule(key=keys, creator=names, others=others)
    def for_key(self, key, creator, others):
        self.both("for_key", key, creator, others)

    @rule(name=names, at=where, number=numbers, privately=st.booleans())
    def read(self, name, at, number, privately):
        at = self.at(at)
        self.both("read", name, at, self.number(at, number), privately)

    @rule(at=where, body=bodies)
    def announce(self, at, body):
        self.both("announce", self.at(at), body)

    @rule(name=names, at=where, number=st.none() | numbers)
    def mark_unread(self, name, at, number):
        at = self.at(at)
        number = None if number is None else self.number(at, number)
        self.both("mark_unread", name, at, number)

    @precondition(lambda self: self.answered)
    @rule(data=st.data(), another_body=st.booleans())
    def retry(self, data, another_body):
        call, args, given, message = data.draw(st.sampled_from(self.answered))
        if another_body:
            args = [*args[:2], "Something else", *args[3:]]
        answer = outcome(getattr(self.talk, call), *args, **given)
        # What a message said before its words went can't be found out by trying.
        if another_body and not Message.objects.get(pk=message).removed_as:
            assert answer == RefusalCode.CLIENT_ID_REUSED
        else:
            assert answer.pk == message

    @rule(at=where)
    def look(self, at):
        at = self.at(at)
        # The oldest and the newest are enough.
        self.seen[at] = [*self.seen.get(at, [])[:1], taken(self.talk.conversations[at])]

    # What holds.

    @invariant()
    def talk_and_the_rules_agree(self):
        assert_agree(self.talk, self.rules)

    @invariant()
    def the_log_makes_any_earlier_sight_fresh(self):
        for at, (pk, room) in enumerate(
            zip(self.talk.conversations, self.rules.rooms, strict=True)
        ):
            if self.checked.get(at) == len(room.log):
                continue
            fresh = taken(pk)
            assert derived(fresh, pk) == stored(pk)
            for sight in [Snapshot(), *self.seen.get(at, [])]:
                assert catch_up(deepcopy(sight), pk) == fresh
            self.checked[at] = len(room.log)

    # How they do it.

    def at(self, at):
        return max(len(self.rules.rooms) - 1 - at, 0)

    def number(self, at, before_the_end):
        return len(self.rules.rooms[at].said) - before_the_end

    def keep(self, verb, at, data):
        """Somebody of a conversation acts on a text of it, if there is one.

        With any people and any messages, nearly all would be refused.
        """
        at = self.at(at)
        name, text = self.somebody_and_a_text(at, data)
        self.both(verb, name, at, text)

    def somebody_and_a_text(self, at, data):
        room = self.rules.rooms[at]
        texts = [number for number, said in enumerate(room.said, 1) if said.is_text] or [0]
        name = data.draw(st.sampled_from(sorted(room.places)))
        return name, data.draw(st.sampled_from(texts))

    def version(self, name, at, age):
        place = self.rules.rooms[at].places.get(name)
        return place.version - age if place else 0

    def once(self, verb, *args, **refers):
        """A request with a client id, as a front end would send it."""
        client_id = uuid.uuid4()
        message = self.both(verb, *args, client_id=client_id, **refers)
        if message is not None:
            self.answered.append((verb, args, refers | {"client_id": client_id}, message.pk))
            at = self.talk.conversations.index(message.conversation_id)
            self.both("keep_preview", at, message.number)

    def both(self, verb, *args, client_id=None, **given):
        """By the rules and by `talk`: the same answer, or the same refusal."""
        trial = deepcopy(self.rules)
        expected = outcome(getattr(trial, verb), *args, **given)
        identity = {} if client_id is None else {"client_id": client_id}
        answer = outcome(getattr(self.talk, verb), *args, **given, **identity)
        if isinstance(expected, RefusalCode):
            assert answer == expected
            return None
        assert not isinstance(answer, RefusalCode), answer
        self.rules = trial
        if expected is None:
            assert answer is None
            return None
        conversation = answer.conversation if isinstance(answer, Message) else answer
        if expected == len(self.talk.conversations):
            self.talk.conversations.append(conversation.pk)
        assert conversation.pk == self.talk.conversations[expected]
        return answer


def outcome(call, *args, **identity):
    """What `call` answers, or the code of its refusal."""
    try:
        return call(*args, **identity)
    except No as no:
        return no.args[0]
    except Refused as refused:
        return refused.code


@pytest.mark.thorough
@pytest.mark.timeout(300)
def test_the_rules_hold_whatever_people_do(alice, bob, carol, dave, erin, settings):
    People.options = settings
    People.people = dict(zip(CAST, [alice, bob, carol, dave, erin], strict=True))

    run_state_machine_as_test(People, settings=PROFILE)
