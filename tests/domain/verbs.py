"""The verbs of the rulebook carried out by `talk`, for people and conversations by name."""

import uuid
from datetime import timedelta

from django.utils import timezone

from talk import moderation
from talk.exceptions import MessagingValidationError, RefusalCode
from talk.models import (
    Attachment,
    Block,
    Conversation,
    LinkPreview,
    Message,
    Participation,
    ScheduledMessage,
)

from .acting import participation_of, picture
from .words import LINK


class Verbs:
    def __init__(self, people):
        self.people = people
        self.moderator = None
        self.conversations: list[int] = []
        #: The keys of all files that there were, by their names.
        self.files: dict[str, int] = {}

    def conversation(self, at) -> Conversation:
        return Conversation.objects.get(pk=self.conversations[at])

    def users(self, names):
        return [self.people[name] for name in names]

    def place(self, name, at) -> Participation:
        return participation_of(self.people[name], self.conversation(at))

    def others(self, actor, at, name, **rank) -> tuple[Participation, Participation]:
        """The places of who acts and of whom they act on; both know each other's conversation."""
        by = self.place(actor, at)
        return by, by.other(self.people[name], **rank)

    def between(self, one, other):
        return Conversation.objects.between(self.people[one], self.people[other])

    def start_group(self, creator, others, title=""):
        return Conversation.objects.start_group(
            self.people[creator], self.users(others), title=title
        )

    def send_to_users(self, sender, others, body, client_id: uuid.UUID | None = None) -> Message:
        return Message.send_to_users(
            body, self.people[sender], self.users(others), client_id=client_id
        )

    def send(
        self,
        sender,
        at,
        body,
        invited=(),
        client_id: uuid.UUID | None = None,
        mentions=None,
        files=(),
        **refers,
    ) -> Message:
        refers["attachments"] = [self.files[each] for each in files]
        if mentions is not None:
            refers["mentions"] = self.users(mentions)
        invited = self.users(invited)
        return self.place(sender, at).send(body, client_id=client_id, invite=invited, **refers)

    def message(self, at, number) -> Message:
        """The message with a number, or one that is not there, as if it had been deleted."""
        conversation = self.conversation(at)
        found = conversation.messages.filter(number=number).first()
        return found or Message(pk=0, conversation=conversation, number=number)

    def upload(self, name, filename):
        self.files[filename] = picture(self.people[name], "checking", filename=filename).pk

    def check(self, filename, state):
        for file in Attachment.objects.filter(pk=self.files[filename]):
            file.checked(state)

    def edit(self, name, at, number, body, mentions=None, kept=None):
        given = {} if mentions is None else {"mentions": self.users(mentions)}
        if kept is not None:
            given["attachments"] = [self.files[each] for each in kept]
        self.change(name, at, number, "edit", body, **given)

    def keep_preview(self, at, number):
        LinkPreview.objects.keep(self.message(at, number), LINK, "A page")

    def retract(self, name, at, number):
        self.change(name, at, number, "retract")

    def take_away(self, name, at, number):
        self.change(name, at, number, "remove_message")

    def react(self, name, at, number, emoji):
        self.change(name, at, number, "react", emoji)

    def unreact(self, name, at, number, emoji):
        self.change(name, at, number, "unreact", emoji)

    def pin_message(self, name, at, number):
        self.change(name, at, number, "pin_message")

    def unpin_message(self, name, at, number):
        self.change(name, at, number, "unpin_message")

    def save_message(self, name, at, number):
        self.change(name, at, number, "save_message")

    def unsave_message(self, name, at, number):
        self.change(name, at, number, "unsave_message")

    def change(self, name, at, number, verb, *args, **given):
        """Use a verb on a message. It answers the message as it is stored afterwards."""
        place = self.place(name, at)
        answer = getattr(place, verb)(self.message(at, number), *args, **given)
        assert values(answer) == values(self.message(at, number))

    def clear(self, name, at):
        self.place(name, at).clear()

    def save_draft(self, name, at, body, reply_to, base):
        self.place(name, at).save_draft(body, reply_to, base=base)

    def schedule(self, name, at, body, reply_to, mentions, mention_all):
        people = None if mentions is None else self.users(mentions)
        when = timezone.now() + timedelta(hours=1)
        place = self.place(name, at)
        place.schedule(body, when, uuid.uuid4(), reply_to, people, mention_all)

    def cancel_scheduled(self, name, at, which):
        place = self.place(name, at)
        rows = ScheduledMessage.objects.filter(participation=place).order_by("pk")
        ids = list(rows.values_list("client_id", flat=True)[which : which + 1])
        place.cancel_scheduled(*(ids or [uuid.uuid4()]))

    def send_due(self):
        """The time of all that is scheduled has come."""
        ScheduledMessage.objects.exclude(due_at=None).update(due_at=timezone.now())
        ScheduledMessage.objects.send_due()

    def set_notifications(self, name, at, level, muted):
        place = self.place(name, at)
        far = {"for ever": timedelta(days=9_999), "until the past": timedelta(0)}
        place.set_notifications(level, timezone.now() + far[muted] if muted else None)

    def archive(self, name, at):
        self.place(name, at).archive()

    def unarchive(self, name, at):
        self.place(name, at).unarchive()

    def pin(self, name, at):
        self.place(name, at).pin()

    def unpin(self, name, at):
        self.place(name, at).unpin()

    def announce(self, at, body) -> Message:
        return self.conversation(at).announce(body)

    def invite(self, actor, at, invited):
        return self.place(actor, at).invite(self.users(invited))

    def leave(self, name, at):
        self.place(name, at).leave()

    def remove(self, actor, at, name):
        by, other = self.others(actor, at, name, as_admin=True)
        other.remove(by=by)

    def reinstate(self, actor, at, name):
        if actor is None:
            place = Participation.objects.of_other(self.people[name], self.conversation(at))
            return place.reinstate()
        by, other = self.others(actor, at, name)
        return other.reinstate(by=by)

    def change_role(self, actor, at, name, role):
        by, other = self.others(actor, at, name, as_admin=True)
        other.change_role(role, by=by)

    def remove_message(self, at, number):
        message = self.message(at, number)
        if not message.pk:
            raise MessagingValidationError(RefusalCode.NOT_FOUND)
        moderation.remove_message(message, self.moderator, "rude")

    def suspend(self, name, at, suspended=True):
        act = moderation.suspend if suspended else moderation.restore
        act(self.place(name, at), self.moderator, "rude")

    def block(self, blocker, blocked):
        Block.objects.block(self.people[blocker], self.people[blocked])

    def unblock(self, blocker, blocked):
        Block.objects.unblock(self.people[blocker], self.people[blocked])

    def rename(self, actor, at, title):
        self.place(actor, at).rename(title)

    def describe(self, actor, at, given):
        self.place(actor, at).describe(**given)

    def give_avatar(self, actor, at, filename):
        self.place(actor, at).describe(avatar_file=self.files[filename])

    def describe_for_the_project(self, at, given):
        self.conversation(at).describe(**given)

    def remove_description(self, at, name):
        moderation.remove_description(self.conversation(at), name, self.moderator, "rude")

    def for_key(self, key, creator, others):
        return Conversation.objects.for_key(key, self.people[creator], self.users(others))

    def read(self, name, at, number, privately=False):
        self.place(name, at).read(number, privately=privately)

    def mark_unread(self, name, at, number=None):
        self.place(name, at).mark_unread(number)


def values(message):
    return {field.attname: getattr(message, field.attname) for field in message._meta.fields}
