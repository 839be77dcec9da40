"""Nothing is left in any table of words that are gone, nor of a person who is erased.

These tests walk over all models. So they fail for a new table that nobody thought of.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import models
from django.test.utils import isolate_apps
from django.utils import timezone

from talk import moderation
from talk.models import (
    AccessToken,
    Act,
    Block,
    Edit,
    Event,
    LinkPreview,
    Message,
    Participation,
    Reaction,
    Report,
)
from talk.privacy import erase, export
from talk.purging import purge

from .acting import group, participation_of, say, upload

pytestmark = pytest.mark.django_db

Models = Iterable[type[models.Model]]

#: What a message says, and what it said before. No other text of a test has these words in it.
WORDS, EARLIER = "kumquat", "rambutan"
#: The name of its file, and that of an upload that its author never sent.
FILE, UNSENT = "lychee", "langsat"
#: The link in it, and the title of that page.
LINK, TITLE = "https://example.com/", "salak"
#: What the conversation says about itself.
DESCRIBED = "durian"

#: Why rows that belong to a message stay when its words go.
STAYS = {
    "talk.Conversation.latest_message": "It says which message is the latest one, and no words.",
    "talk.Event.message": "Events say that something happened to a message, and have no words.",
    "talk.Report.message": "A report stays. Its copy of the words goes, as is tested below.",
    "talk.Act": "It says that a moderator acted on a message, and not what the message said.",
    "talk.Message": "This is the message itself. Its words go, as is tested below.",
}


#: Where the export of a person has the rows that refer to them: the type of its lines.
EXPORTED = {
    "talk.AccessToken.user": "token",
    "talk.Attachment.owner": "file",
    "talk.Block.blocker": "block",
    "talk.Conversation.avatar_by": "participation",
    "talk.Conversation.data_by": "participation",
    "talk.Conversation.description_by": "participation",
    "talk.Event.actor": "event",
    "talk.Mention.user": "mention",
    "talk.Message.sender": "message",
    "talk.NameWord.user": "account",
    "talk.Participation.user": "participation",
    "talk.Pin.by": "pin",
    "talk.Reaction.user": "reaction",
    "talk.Report.reporter": "report",
    "talk.SavedMessage.user": "saved_message",
}
#: Why the export of a person does not have the rows that refer to them.
NOT_EXPORTED = {
    "talk.Block.blocked": "A block is the business of the person who blocked them.",
    "talk.Message.subject": "It says what another member did, or repeats their own participation.",
    "talk.Participation.invited_by": "The participation is that of the person whom they invited.",
    "talk.Report.person": "A report is the business of the person who reported them.",
    "talk.ScheduledMention.user": "It is in what another person wrote and has not sent.",
}


def of_talk() -> list[type[models.Model]]:
    """The models of Talk and of its contributed apps."""
    return [model for model in apps.get_models() if model.__module__.startswith("talk.")]


def relations(found: Models, to: Any) -> Iterator[tuple[Any, str]]:
    """Each column that refers to the model `to`: its model and its name."""
    for model in found:
        for field in model._meta.concrete_fields:
            if field.is_relation and issubclass(to, field.related_model):
                yield model, field.name


def belonging(found: Models, message: Message) -> Iterator[tuple[str, Any]]:
    """Each way to belong to a message: what it is called, and the rows that do so."""
    at = {"conversation": message.conversation_id, "number": message.number}
    for model in found:
        name, rows = model._meta.label, model._base_manager.all()
        for _model, field in relations([model], Message):
            yield f"{name}.{field}", rows.filter(**{field: message.pk})
        columns = {field.name for field in model._meta.concrete_fields}
        # A row with a key of the message as well was found by that.
        if at.keys() <= columns and not list(relations([model], Message)):
            yield name, rows.filter(**at)


def must_be_emptied(found: Models, message: Message, forget: Callable[[], object]) -> None:
    """Every row that belongs to `message` goes by `forget()`, or STAYS says why not."""
    emptied = {name: rows for name, rows in belonging(found, message) if name not in STAYS}
    for name, rows in emptied.items():
        assert rows.exists(), (
            f"Write a row of {name} in the fixture `message`. Then delete it in `forget_words`, "
            "or say in STAYS why it stays."
        )

    forget()

    left = [name for name, rows in emptied.items() if rows.all().exists()]
    assert not left, f"{left} outlive the words of the message"


def must_be_erased(found: Models, user: Any, forget: Callable[[], object]) -> None:
    """Every row that refers to `user` is exported, and refers to nobody after `forget()`."""
    theirs = {
        f"{model._meta.label}.{field}": model._base_manager.filter(**{field: user.pk})
        for model, field in relations(found, get_user_model())
    }
    lines = Counter(line["type"] for line in export(user))
    for name, rows in theirs.items():
        assert rows.exists(), f"Write a row in which {name} is the person."
        assert (name in EXPORTED) != (name in NOT_EXPORTED), (
            f"Export {name} and name it in EXPORTED, or say in NOT_EXPORTED why not."
        )
        if name in EXPORTED:
            expected = 1 if EXPORTED[name] == "account" else rows.count()
            assert lines[EXPORTED[name]] >= expected, f"The export leaves out {name}."

    forget()

    left = [name for name, rows in theirs.items() if rows.all().exists()]
    assert not left, f"{left} refer to a person who was erased"


def columns_with(word: str) -> set[str]:
    """The columns of all tables, also of those that are not Talk's, in which a text has `word`."""
    texts = (models.CharField, models.TextField, models.JSONField)
    return {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, texts)
        for text in model._base_manager.values_list(field.name, flat=True)
        if word in str(text)
    }


def throw_away(name: str, like: type[models.Model], **fields: models.Field) -> type[models.Model]:
    """A model with these columns of the table of another one."""
    meta = {"app_label": "talk", "db_table": like._meta.db_table, "managed": False}
    given = {"__module__": __name__, "Meta": type("Meta", (), meta), **fields}
    return type(name, (models.Model,), given)


@pytest.fixture
def message(alice, bob, carol):
    """Bob's, with a row of everything that can belong to a message."""
    ours = group(alice, bob, carol, title="Ours")
    say(carol, ours, "First")
    message = participation_of(bob, ours).send(
        EARLIER, mentions=[carol], mention_all=True, attachments=[upload(bob, f"{FILE}.png")]
    )
    participation_of(bob, ours).edit(message, f"{WORDS} {LINK}")
    assert LinkPreview.objects.keep(message, LINK, TITLE)
    participation_of(alice, ours).react(message, "👍")
    participation_of(alice, ours).pin_message(message)
    participation_of(carol, ours).save_message(message)
    Report.objects.report_message(participation_of(carol, ours), message, "It is rude.")
    say(alice, ours, "Last")
    return message


def forgotten(message: Message, why: Message.Removal) -> None:
    with message.conversation.changing(None):
        Message.objects.filter(pk=message.pk).forget_words(why)


STORED = [why for why in Message.Removal if why != Message.Removal.CHANGED_SINCE]


class TestWords:
    @pytest.mark.parametrize("why", STORED)
    def test_with_the_words_goes_every_row_that_belongs_to_the_message(self, message, why):
        must_be_emptied(of_talk(), message, lambda: forgotten(message, why))

        message.refresh_from_db()
        assert (message.body, message.fingerprint, message.removed_as) == ("", "", why)
        assert not message.mentions_all
        assert message.attachment_count == 0

    @pytest.mark.parametrize("why", STORED)
    def test_no_table_has_a_copy_of_them_but_an_open_report_for_moderators(self, message, why):
        assert columns_with(WORDS) == {"talk.Message.body", "talk.Report.words"}
        assert columns_with(EARLIER) == {"talk.Edit.body"}
        assert columns_with(FILE) == {"talk.Attachment.filename", "talk.Report.words"}
        assert columns_with(TITLE) == {"talk.LinkPreview.title"}

        forgotten(message, why)

        kept = why not in {Message.Removal.ERASED, Message.Removal.EXPIRED}
        assert columns_with(WORDS) == ({"talk.Report.words"} if kept else set())
        assert columns_with(FILE) == columns_with(WORDS)
        assert columns_with(EARLIER) == columns_with(TITLE) == set()

    def test_what_belongs_to_other_messages_stays(self, message, alice):
        another = say(alice, message.conversation, "Before")
        participation_of(alice, message.conversation).edit(another, "Another")
        participation_of(alice, message.conversation).react(another, "👍")
        before = [list(model.objects.filter(message=another)) for model in (Edit, Reaction)]
        assert all(before)

        forgotten(message, Message.Removal.MODERATED)

        assert [list(model.objects.filter(message=another)) for model in (Edit, Reaction)] == before
        assert Message.objects.get(pk=another.pk).body == "Another"

    def test_of_several_whose_words_go_at_once_each_has_the_revision_of_its_own_event(
        self, message, bob
    ):
        say(bob, message.conversation, "Another")

        erase(bob, "He asked for it.")

        told = Event.objects.filter(kind=Event.Kind.MESSAGE_REMOVED).order_by("revision")
        assert len(told) == 2
        assert [each.message.revision for each in told] == [each.revision for each in told]

    @isolate_apps("talk")
    def test_a_table_that_is_forgotten_is_told(self, message):
        # Nothing deletes the rows of reports.
        to_message = models.ForeignKey(Message, models.DO_NOTHING, to_field="id")
        forgotten_one = throw_away("Forgotten", Report, message=to_message)
        numbers = {name: models.BigIntegerField() for name in ("conversation", "number")}
        unwritten = throw_away("Unwritten", Act, **numbers)

        with pytest.raises(AssertionError, match=r"talk\.Unwritten in the fixture"):
            must_be_emptied([*of_talk(), unwritten], message, lambda: None)
        with pytest.raises(AssertionError, match=r"talk\.Forgotten\.message.* outlive the words"):
            must_be_emptied(
                [*of_talk(), forgotten_one],
                message,
                lambda: forgotten(message, Message.Removal.ERASED),
            )

    def test_every_reason_to_stay_is_about_a_table_that_there_is(self, message):
        assert STAYS.keys() <= {name for name, _rows in belonging(of_talk(), message)}
        assert all(reason.endswith(".") for reason in STAYS.values())


class TestPeople:
    @pytest.fixture
    def somebody(self, message, alice, bob, carol):
        """Bob, to whom each kind of row refers."""
        ours = message.conversation
        AccessToken.objects.issue(bob, "phone")
        Block.objects.block(bob, carol)
        Block.objects.block(carol, bob)
        Report.objects.report_user(bob, carol, "She is rude.")
        mentioning = participation_of(alice, ours).send("Bob!", mentions=[bob])
        participation_of(bob, ours).react(mentioning, "👍")
        owner = participation_of(alice, ours)
        participation_of(bob, ours).change_role(Participation.Role.ADMIN, by=owner)
        participation_of(bob, ours).pin_message(mentioning)
        participation_of(bob, ours).save_message(mentioning)
        participation_of(bob, ours).describe(
            description=f"All about {DESCRIBED}",
            avatar=f"https://example.com/{DESCRIBED}.png",
            data={"about": DESCRIBED},
        )
        upload(bob, UNSENT)
        later = timezone.now() + timedelta(days=1)
        owner.schedule("Bob, later!", later, uuid4(), mentions=[bob])
        participation_of(bob, ours).leave()
        participation_of(bob, ours).reinstate(by=participation_of(alice, ours))
        ours.participations.filter(user=alice).update(invited_by=bob)
        return bob

    @pytest.mark.parametrize("keep_words", [False, True])
    def test_all_that_refers_to_a_person_is_exported_and_then_erased(self, somebody, keep_words):
        must_be_erased(
            of_talk(),
            somebody,
            lambda: erase(somebody, "He asked for it.", keep_words=keep_words),
        )

    def test_all_that_they_wrote_is_exported_and_then_erased(self, somebody):
        exported = repr(list(export(somebody)))
        for word in (WORDS, EARLIER, DESCRIBED, FILE, UNSENT, TITLE):
            assert word in exported
        shown = {f"talk.Conversation.{name}" for name in ("description", "avatar", "data")}
        assert columns_with(DESCRIBED) == shown

        erase(somebody, "He asked for it.")

        for word in (WORDS, EARLIER, DESCRIBED, FILE, UNSENT, TITLE):
            assert columns_with(word) == set()

    @isolate_apps("talk")
    def test_a_table_that_is_forgotten_is_told(self, somebody):
        to_person = models.ForeignKey(get_user_model(), models.DO_NOTHING, to_field="id")
        forgotten_one = throw_away("Forgotten", Report, person=to_person)

        with pytest.raises(AssertionError, match=r"Export talk\.Forgotten\.person"):
            must_be_erased([*of_talk(), forgotten_one], somebody, lambda: None)
        with pytest.raises(AssertionError, match=r"talk\.Report\.person.* refer to a person"):
            must_be_erased(of_talk(), somebody, lambda: None)

    def test_every_reason_is_about_a_column_that_there_is(self):
        named = {
            f"{model._meta.label}.{field}"
            for model, field in relations(of_talk(), get_user_model())
        }
        assert EXPORTED.keys() | NOT_EXPORTED.keys() == named


class TestEveryDoor:
    """Words go by several verbs, and by each of them all copies go."""

    def by_a_moderator(self, message):
        moderation.remove_message(message, None, "It is rude.")

    def by_their_author(self, message):
        participation_of(message.sender, message.conversation).retract(message)

    def by_an_owner(self, message):
        owner = message.conversation.participations.get(role="owner")
        owner.remove_message(message)

    def by_erasing(self, message):
        erase(message.sender, "He asked for it.")

    def by_retention(self, message):
        Message.objects.update(sent_at=timezone.now() - timedelta(days=2))
        purge()

    @pytest.mark.parametrize(
        "door", ["by_their_author", "by_an_owner", "by_a_moderator", "by_erasing", "by_retention"]
    )
    def test_words_go_by_it_with_all_that_belongs_to_them(self, message, settings, door):
        settings.TALK = {**settings.TALK, "RETENTION": {"group": 1}}

        must_be_emptied(of_talk(), message, lambda: getattr(self, door)(message))

        assert columns_with(WORDS) <= {"talk.Report.words"}
        assert columns_with(FILE) == columns_with(WORDS)
        assert columns_with(EARLIER) == set()
