"""The GraphQL operations that are measured, each sent by many people in turn."""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from strawberry import relay

from .lively import EMOJI

if TYPE_CHECKING:
    from .crowd import Crowd

TINY = "{ viewer { id username } }"
INBOX = """query Inbox($first: Int) { inbox(first: $first) { edges { node {
    unreadCount
    conversation { id kind title
        latestMessage { id number body sentAt sender { id username } }
        participants(first: 5) { edges { node { user { id username } } } } }
} } } }"""
THREAD = """query Thread($id: ID!, $before: String) { conversation(id: $id) {
    messages(last: 50, before: $before) { edges { node {
        id number kind body sentAt sender { id username } } } }
} }"""
#: A page of messages with all that a front end shows of them.
FULL_THREAD = """query FullThread($id: ID!) { conversation(id: $id) { viewerCan
    messages(last: 50) { edges { node {
        id number revision kind body sentAt editedAt removal hidden viewerCan
        sender { id username }
        replyTo { id number body removal hidden sender { id username } } replyCount
        mentions { id username } mentionsAll mentionsViewer
        reactions { emoji count viewerReacted users(first: 3) { id username } }
        edits(first: 1) { edges { node { body until } } } } } }
} }"""
PEOPLE = """query People($id: ID!) { conversation(id: $id) {
    participants(first: 5) { edges { node { role user { id username } } } }
} }"""
SEND = """mutation Send($input: SendMessageInput!) { sendMessage(input: $input) {
    ... on SendMessagePayload { sent { id number sentAt } } ... on Refusal { message }
} }"""
MARK_READ = """mutation Read($input: MarkReadInput!) { markRead(input: $input) {
    ... on MarkReadPayload { participation { id lastReadNumber unreadCount } }
    ... on Refusal { message }
} }"""
INVITE = """mutation Invite($input: InviteParticipantsInput!) { inviteParticipants(input: $input) {
    ... on InviteParticipantsPayload { conversation { id title } } ... on Refusal { message }
} }"""
EDIT = """mutation Edit($input: EditMessageInput!) { editMessage(input: $input) {
    ... on EditMessagePayload { edited { id revision body } } ... on Refusal { message }
} }"""
REACT = """mutation React($input: ReactInput!) { react(input: $input) {
    ... on ReactPayload { reacted { id revision reactions { emoji count viewerReacted } } }
    ... on Refusal { message }
} }"""
UNREAD = "{ unreadTotal }"
SEARCH = """query Search($words: String!) { searchMessages(query: $words, first: 20) {
    edges { node { id number body sentAt sender { id username } conversation { id title } } }
} }"""
#: Words of `Vocabulary`, of which one is in 200 messages and the other one in half a million.
RARE, COMMON = "flasooru", "you"

BODY = "Shall we meet at the harbour at eight, or is that too early for you?"


@dataclass(frozen=True)
class Operation:
    """A document, the people who send it, and the variables of the n-th request."""

    name: str
    document: str
    people: list[int]
    variables: Callable[[int], dict[str, Any]] = lambda _turn: {}
    #: Whether the servers that Talk is compared with answer it, too.
    compared: bool = True


def operations(crowd: "Crowd") -> list[Operation]:
    return [
        Operation("tiny", TINY, crowd.viewers),
        Operation("inbox", INBOX, crowd.viewers, lambda _turn: {"first": 20}),
        _in_turn("thread", THREAD, crowd.threads, lambda here: {"id": here}),
        _in_turn("send", SEND, crowd.fours, _to_send),
        _in_turn("mark_read", MARK_READ, crowd.fours, _to_read),
        invite("invite", crowd.fifties, crowd.people),
        full_thread("thread_full", crowd.threads),
        edit("edit", crowd.fresh),
        react("react", crowd.fresh),
        search("search_rare", [*crowd.searchers.values()], RARE),
        search("search_common", [*crowd.searchers.values()], COMMON),
    ]


def thread(name: str, place: tuple[int, int], before: int | None = None) -> Operation:
    """Read the 50 messages before a number of one conversation."""
    cursor = None if before is None else relay.to_base64("number", before)
    return _in_turn(name, THREAD, [place], lambda here: {"id": here, "before": cursor})


def people(name: str, place: tuple[int, int]) -> Operation:
    """Read the first few people of one conversation."""
    return _in_turn(name, PEOPLE, [place], lambda here: {"id": here})


def send(name: str, place: tuple[int, int]) -> Operation:
    return _in_turn(name, SEND, [place], _to_send)


def invite(name: str, places: list[tuple[int, int]], people: int) -> Operation:
    """Invite one newcomer each time, in descending order of their keys."""
    newcomers: dict[str, Iterator[int]] = {}

    def to_invite(group: str) -> dict[str, Any]:
        person = next(newcomers.setdefault(group, iter(range(people, 0, -1))))
        return {
            "input": {"conversationId": group, "participants": [relay.to_base64("User", person)]}
        }

    return _in_turn(name, INVITE, places, to_invite)


def edit(name: str, messages: list[tuple[int, int]]) -> Operation:
    """Edit messages in turn. Each is edited by its sender, and becomes another text each time."""
    ids = [relay.to_base64("Message", message) for message, _sender in messages]

    def to_edit(turn: int) -> dict[str, Any]:
        return {"input": {"message": ids[turn % len(ids)], "body": f"{BODY} {uuid.uuid4()}"}}

    return Operation(name, EDIT, [sender for _message, sender in messages], to_edit, compared=False)


def react(name: str, messages: list[tuple[int, int]]) -> Operation:
    """React to messages in turn, with another emoji each time. Each sender reacts to their own."""
    ids = [relay.to_base64("Message", message) for message, _sender in messages]
    # A request goes on where the one before ended: the same reaction again changes nothing.
    emoji = {each: iter(EMOJI) for each in ids}

    def to_react(turn: int) -> dict[str, Any]:
        message = ids[turn % len(ids)]
        return {"input": {"message": message, "emoji": next(emoji[message])}}

    people = [sender for _message, sender in messages]
    return Operation(name, REACT, people, to_react, compared=False)


def full_thread(name: str, places: list[tuple[int, int]]) -> Operation:
    """Read a page of messages with their replies, mentions, reactions and edits."""
    operation = _in_turn(name, FULL_THREAD, places, lambda here: {"id": here})
    return replace(operation, compared=False)


def inbox(name: str, person: int) -> Operation:
    return Operation(name, INBOX, [person], lambda _turn: {"first": 20})


def unread(name: str, person: int) -> Operation:
    return Operation(name, UNREAD, [person])


def search(name: str, people: list[int], words: str) -> Operation:
    """Search all conversations of these people, who ask in turn."""
    return Operation(name, SEARCH, people, lambda _turn: {"words": words}, compared=False)


def _in_turn(
    name: str,
    document: str,
    places: list[tuple[int, int]],
    variables: Callable[[str], dict[str, Any]],
) -> Operation:
    ids = [relay.to_base64("Conversation", conversation) for conversation, _person in places]
    return Operation(
        name,
        document,
        [person for _conversation, person in places],
        lambda turn: variables(ids[turn % len(ids)]),
    )


def _to_send(conversation: str) -> dict[str, Any]:
    identity = str(uuid.uuid4())
    return {"input": {"conversationId": conversation, "body": BODY, "clientId": identity}}


def _to_read(conversation: str) -> dict[str, Any]:
    return {"input": {"conversationId": conversation}}
