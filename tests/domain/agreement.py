"""Compares the rows that `talk` has stored with the state of the rulebook."""

from collections import Counter, defaultdict

from talk.models import (
    Attachment,
    Conversation,
    Draft,
    Edit,
    Event,
    LinkPreview,
    Mention,
    Message,
    Participation,
    Pin,
    Reaction,
    SavedMessage,
    ScheduledMention,
    ScheduledMessage,
)
from talk.models.conversation.keys import members_key
from talk.models.participation.history import counts_since, pages_then
from talk.models.participation.receipts import receipts_in
from talk.models.searching import Search
from talk.sought import Sought


def assert_agree(talk, rules) -> None:
    rows = Rows(talk)
    assert len(rows.conversations) == len(rules.rooms)
    pairs = Counter(frozenset(room.places) for room in rules.rooms if room.private)
    assert set(pairs.values()) <= {1}, "one private conversation per pair"
    for at in range(len(rules.rooms)):
        _assert_room(rows, talk, rules, at)
    _assert_scheduled(rows, talk, rules)
    _assert_files(rows, talk, rules)
    for name, user in talk.people.items():
        _assert_inbox(talk, rules, name, user)
        _assert_found(talk, rules, name, user)


class Rows:
    """Everything there is, in a handful of queries."""

    def __init__(self, talk):
        self.conversations = {row.pk: row for row in Conversation.objects.all()}
        self.name = {user.pk: name for name, user in talk.people.items()} | {None: None}
        self.messages = _by("conversation_id", Message.objects.order_by("number"))
        self.edits = _by("message_id", Edit.objects.order_by("until"))
        self.mentions = _by("message_id", Mention.objects.all())
        self.reactions = _by("message_id", Reaction.objects.order_by("pk"))
        self.files = _by("message_id", Attachment.objects.order_by("position"))
        self.previews = _by("message_id", LinkPreview.objects.all())
        self.pins = _by("message_id", Pin.objects.all())
        self.saved = _by("message_id", SavedMessage.objects.all())
        self.events = _by(
            "conversation_id",
            Event.objects.select_related("message", "participation").order_by("revision"),
        )
        self.places = _by("conversation_id", Participation.objects.with_unread_count())
        self.drafts = Draft.objects.in_bulk(field_name="participation_id")


def _assert_scheduled(rows, talk, rules) -> None:
    found = ScheduledMessage.objects.select_related("participation").order_by("pk")
    mentions = ScheduledMention.objects.users_of(found)
    stored = [
        (
            rows.name[row.participation.user_id],
            talk.conversations.index(row.participation.conversation_id),
            row.body,
            row.seen_from(row.participation).reply_to,
            {user.username for user in mentions[row.pk]} if row.names_mentions else None,
            row.mentions_all,
            row.refusal,
        )
        for row in found
    ]
    assert stored == [
        (
            each.name,
            each.at,
            each.body,
            rules.reply_of(each),
            None if each.mentions is None else set(each.mentions),
            each.mention_all,
            each.refusal,
        )
        for each in rules.later
    ]


def _by(key, rows):
    sorted_out = defaultdict(list)
    for row in rows:
        sorted_out[getattr(row, key)].append(row)
    return sorted_out


def _assert_room(rows, talk, rules, at) -> None:
    room = rules.rooms[at]
    conversation = rows.conversations[talk.conversations[at]]
    messages, events = rows.messages[conversation.pk], rows.events[conversation.pk]
    name = rows.name

    assert conversation.is_private == room.private
    assert (conversation.title, conversation.key) == (room.title, room.key)
    assert {each: getattr(conversation, each) for each in room.described} == room.described
    authors = {each: getattr(conversation, f"{each}_by_id") for each in room.described}
    assert {each: name[key] for each, key in authors.items()} == room.described_by
    linked = None if room.upgraded_from is None else talk.conversations[room.upgraded_from]
    assert conversation.upgraded_from_id == linked

    assert [message.number for message in messages] == list(range(1, len(room.said) + 1))
    assert conversation.last_number == len(messages)
    assert conversation.latest_message_id == (messages[-1].pk if messages else None)
    for message, said in zip(messages, room.said, strict=True):
        _assert_message(rows, message, said)

    assert [event.revision for event in events] == list(range(1, len(room.log) + 1))
    assert conversation.revision == len(events)
    log = [
        (
            event.kind,
            name[event.actor_id],
            event.participation and name[event.participation.user_id],
            event.message and event.message.number,
        )
        for event in events
    ]
    assert log == room.log

    _assert_places(rows, conversation, rules, at)
    _assert_receipts(rows, conversation, rules, at)


def _assert_receipts(rows, conversation, rules, at) -> None:
    receipts = receipts_in([conversation.pk]).get(conversation.pk)
    for place in rows.places[conversation.pk]:
        if not place.is_active:
            continue
        told = receipts and receipts.told(lambda users, own=place.user_id: own in users)
        told = (
            told
            if told is None
            else {rows.name[each.user]: (each.joined_at_number, each.number) for each in told}
        )
        assert told == rules.receipts(rows.name[place.user_id], at)


def _assert_message(rows, message, said) -> None:
    name = rows.name
    assert (message.kind, message.body) == (said.kind, said.body)
    assert (name[message.sender_id], name[message.subject_id]) == (said.sender, said.subject)
    assert message.revision == said.revision
    assert (message.removed_as, message.edited_at is not None) == (
        said.removed_as,
        said.edited is not None,
    )
    assert [edit.body for edit in rows.edits[message.pk]] == said.earlier
    assert (message.reply_to, message.root) == (said.reply_to, said.root)
    mentions = rows.mentions[message.pk]
    there = {name[each.user_id]: each.by_reply for each in mentions if not each.taken_out}
    assert there == said.mentions
    assert {name[each.user_id] for each in mentions if each.taken_out} == said.taken_out
    assert {each.number for each in mentions} <= {message.number}
    assert message.mentions_all == said.mentions_all
    reactions = [(each.emoji, name[each.user_id]) for each in rows.reactions[message.pk]]
    assert reactions == [(emoji, whose) for emoji, whose, _when in said.reactions]
    files = rows.files[message.pk]
    assert [each.filename for each in files] == said.files
    assert message.attachment_count == len(said.files)
    assert len(rows.previews[message.pk]) == said.has_preview
    pins = [(each.conversation_id, name[each.by_id]) for each in rows.pins[message.pk]]
    assert pins == ([(message.conversation_id, said.pinned[0])] if said.pinned else [])
    assert {name[each.user_id] for each in rows.saved[message.pk]} == said.saved_by


def _assert_files(rows, talk, rules) -> None:
    there = {
        each.filename: (rows.name[each.owner_id], each.state)
        for files in rows.files.values()
        for each in files
        if each.is_there
    }
    assert there == {name: (each.owner, each.state) for name, each in rules.files.items()}
    unsent = {each.filename for each in rows.files[None] if each.is_there}
    assert unsent == {name for name, each in rules.files.items() if each.of is None}
    pictures = {
        each.filename: talk.conversations.index(each.avatar_of_id)
        for each in rows.files[None]
        if each.avatar_of_id
    }
    assert pictures == {
        name: each.avatar_of for name, each in rules.files.items() if each.avatar_of is not None
    }


def _assert_places(rows, conversation, rules, at) -> None:
    room = rules.rooms[at]
    places = rows.places[conversation.pk]
    assert sorted(rows.name[place.user_id] for place in places) == sorted(room.places)
    active = [place for place in places if place.is_active]
    assert conversation.members_key == members_key(place.user_id for place in active)
    if active and not room.private:
        assert any(place.role == "owner" for place in active), "a group has an owner"
    for place in places:
        name = rows.name[place.user_id]
        unread = rules.unread(name, at)
        assert place.first_unread_number == (unread[0] if unread else None)
        assert place.unread_count == len(unread)
        if place.is_active:
            mentions = rules.unread_mentions(name, at)
            assert place.unread_mention_count == len(mentions)
        place.conversation = conversation
        place.know_draft(rows.drafts.get(place.pk))
        _assert_place(place, name, conversation, room)
        _assert_pins(place, name, conversation, room)


def _assert_place(place, name, conversation, room) -> None:
    ruled = room.places[name]
    assert (place.role, place.status) == (ruled.role, ruled.status)
    assert (place.left_at_number, place.left_at_title) == (ruled.left_at, ruled.left_title)
    assert (place.joined_at_number, place.history_from) == (ruled.before, ruled.history_from)
    assert (place.last_read_number, place.read_privately) == (ruled.read, ruled.privately)
    assert (place.unread_again_from, place.marked_unread_at is not None) == (
        ruled.again,
        ruled.marked,
    )
    assert (place.notify, place.muted_until is not None, place.is_muted) == (
        ruled.level,
        ruled.muted,
        ruled.is_muted,
    )
    assert (place.archived_at is not None, place.pinned_at is not None) == (
        ruled.archived,
        ruled.pinned,
    )
    kept = place.draft and (place.draft.body, place.draft.reply_to)
    assert (kept or ("", None), place.draft_version) == (ruled.draft_as_seen, ruled.version)
    assert place.sees_description == room.shows_description_to(name)
    last = len(room.said) if ruled.here else ruled.left_at
    assert place.last_visible_number == last
    if not ruled.here:
        visible = Message.objects.visible_to(place).order_by("number")
        assert list(visible.values_list("number", flat=True)) == list(room.seen_by(name))
        kinds = [kind for kind, *_, number in room.log if number == last]
        assert kinds == [f"participant_{ruled.status}"]
        assert room.log[place.last_visible_revision - 1][-1] == last
        with_them = pages_then([place], "active", len(room.places) + 1)
        assert {each.user.username for each in with_them} == ruled.left_with
        more = counts_since([place]).get(conversation.pk, 0)
        assert len(room.active) - more == len(ruled.left_with)


def _assert_pins(place, name, conversation, room) -> None:
    """Whoever left sees the pins from before that."""
    end = None if room.places[name].here else room.places[name].left_when
    pinned = {number: each.pinned for number, each in enumerate(room.said, 1) if each.pinned}
    seen = {
        when: number
        for number, (_by, when) in pinned.items()
        if number in room.seen_by(name) and (end is None or when <= end)
    }
    if pinned:
        found = Pin.objects.pages_in([conversation.pk], len(pinned) + 1, user=place.user_id)
        numbers = [Message.objects.get(pk=each.message_id).number for each in found]
        assert numbers == [seen[when] for when in sorted(seen, reverse=True)]


def _assert_found(talk, rules, name, user) -> None:
    found = Search(user, Sought.of("hel")).newest(1_000)
    keys = [message.pk for message in found]
    assert keys == sorted(keys, reverse=True)
    places = [(talk.conversations.index(each.conversation_id), each.number) for each in found]
    assert len(places) == len(found)
    assert set(places) == rules.found(name, "hel")


def _assert_inbox(talk, rules, name, user) -> None:
    mine = [at for at, room in enumerate(rules.rooms) if name in room.active]
    mine.sort(key=lambda at: rules.rooms[at].places[name].activity, reverse=True)
    for archived in (False, True):
        inbox = Participation.objects.inbox_for(user, archived=archived)
        there = [at for at in mine if rules.rooms[at].places[name].archived == archived]
        listed = list(inbox.values_list("conversation", flat=True))
        assert listed == [talk.conversations[at] for at in there]
    for muted in (False, True):
        total = Participation.objects.unread_total(user, muted=muted)
        assert total == min(rules.total(name, muted), 100)
    saved = {
        (talk.conversations[at], number)
        for at, room in enumerate(rules.rooms)
        for number, said in enumerate(room.said, 1)
        if name in said.saved_by and number in room.seen_by(name)
    }
    found = [row.message for row in SavedMessage.objects.newest_question(user, 1_000).ask()]
    assert sorted((each.conversation_id, each.number) for each in found) == sorted(saved)
