"""The least that an operation can cost: one SQL statement that answers JSON, through psycopg.

There is no framework, no HTTP and no authorisation.
"""

import uuid
from collections.abc import Callable
from typing import Any

import psycopg

from .crowd import Crowd
from .operations import BODY

TINY = "SELECT json_build_object('id', id, 'username', username)::text FROM auth_user WHERE id = %s"

INBOX = """
SELECT json_agg(json_build_object(
    'unreadCount', (SELECT count(*) FROM (SELECT 1 FROM talk_message AS waiting
        WHERE waiting.conversation_id = page.conversation_id
        AND waiting.number >= page.first_unread_number AND waiting.sender_id <> page.user_id
        LIMIT 100) AS unread),
    'id', said_in.id, 'kind', said_in.kind, 'title', said_in.title,
    'latestMessage', json_build_object('id', latest.id, 'number', latest.number,
        'body', latest.body, 'sentAt', latest.sent_at,
        'sender', json_build_object('id', sender.id, 'username', sender.username)),
    'participants', (SELECT json_agg(json_build_object('id', id, 'username', username)) FROM (
        SELECT member.id, member.username FROM talk_participation AS other
        JOIN auth_user AS member ON member.id = other.user_id
        WHERE other.conversation_id = page.conversation_id AND other.status = 'active'
        ORDER BY other.id LIMIT 5) AS five))
    ORDER BY page.last_activity_at DESC, page.id DESC)::text
FROM (SELECT * FROM talk_participation WHERE user_id = %s AND status = 'active'
      ORDER BY last_activity_at DESC, id DESC LIMIT 20) AS page
JOIN talk_conversation AS said_in ON said_in.id = page.conversation_id
LEFT JOIN talk_message AS latest ON latest.id = said_in.latest_message_id
LEFT JOIN auth_user AS sender ON sender.id = latest.sender_id
"""

THREAD = """
SELECT json_agg(json_build_object('id', said.id, 'number', said.number, 'kind', said.kind,
    'body', said.body, 'sentAt', said.sent_at,
    'sender', json_build_object('id', sender.id, 'username', sender.username))
    ORDER BY said.number)::text
FROM talk_conversation AS here
JOIN talk_message AS said
    ON said.conversation_id = here.id AND said.number > here.last_number - 50
LEFT JOIN auth_user AS sender ON sender.id = said.sender_id
WHERE here.id = %s
"""

SEND = """
WITH here AS (
    UPDATE talk_conversation SET last_number = last_number + 1, revision = revision + 1,
        changed_at = now() WHERE id = %(conversation)s RETURNING id, last_number, revision
), said AS (
    INSERT INTO talk_message (conversation_id, number, kind, sender_id, body, removed_as, sent_at,
        client_id, fingerprint)
    SELECT id, last_number, 'text', %(sender)s, %(body)s, '', now(), %(client_id)s, '' FROM here
    RETURNING id, number, sent_at
), noted AS (
    INSERT INTO talk_event (conversation_id, revision, kind, actor_id, message_id, at)
    SELECT here.id, revision, 'message_sent', %(sender)s, said.id, now() FROM here, said
), moved AS (
    UPDATE talk_participation SET last_activity_at = now(), changed_at = now(),
        first_unread_number = CASE WHEN user_id = %(sender)s THEN first_unread_number
            ELSE coalesce(first_unread_number, number) END
    FROM said WHERE conversation_id = %(conversation)s AND status = 'active'
)
SELECT json_build_object('id', id, 'number', number, 'sentAt', sent_at)::text FROM said
"""

MARK_READ = """
UPDATE talk_participation AS place
SET last_read_number = here.last_number, first_unread_number = NULL, changed_at = now()
FROM talk_conversation AS here
WHERE here.id = place.conversation_id AND here.id = %s AND place.user_id = %s
RETURNING json_build_object('id', place.id, 'lastReadNumber', place.last_read_number,
    'unreadCount', 0)::text
"""

INVITE = """
WITH here AS (
    UPDATE talk_conversation SET last_number = last_number + 1, revision = revision + 1,
        changed_at = now() WHERE id = %(conversation)s RETURNING id, title, last_number, revision
), joined AS (
    INSERT INTO talk_participation (conversation_id, user_id, role, status, joined_at,
        left_at_title, joined_at_number, last_read_number, last_activity_at, changed_at)
    SELECT id, %(person)s, 'member', 'active', now(), '', last_number, 0, now(), now() FROM here
    RETURNING id
), said AS (
    INSERT INTO talk_message (conversation_id, number, kind, sender_id, subject_id, body,
        removed_as, sent_at, fingerprint)
    SELECT id, last_number, 'joined', %(sender)s, %(person)s, '', '', now(), '' FROM here
    RETURNING id
), noted AS (
    INSERT INTO talk_event (conversation_id, revision, kind, actor_id, message_id,
        participation_id, at)
    SELECT here.id, revision, 'participant_joined', %(sender)s, said.id, joined.id, now()
    FROM here, said, joined
), moved AS (
    UPDATE talk_participation SET changed_at = now()
    WHERE conversation_id = %(conversation)s AND status = 'active'
)
SELECT json_build_object('id', id, 'title', title)::text FROM here
"""

Ask = Callable[[psycopg.Connection[Any], int], str]


def statements(crowd: Crowd) -> dict[str, Ask]:
    """For each operation, the function that does it the n-th time."""

    def place(places: list[tuple[int, int]], turn: int) -> tuple[int, int]:
        return places[turn % len(places)]

    def viewer(turn: int) -> tuple[int]:
        return (crowd.viewers[turn % len(crowd.viewers)],)

    def sending(turn: int) -> dict[str, Any]:
        conversation, sender = place(crowd.fours, turn)
        named = {"conversation": conversation, "sender": sender}
        return {**named, "body": BODY, "client_id": uuid.uuid4()}

    # The operations invite those with the highest keys.
    newcomers = iter(range(1, crowd.people * len(crowd.fifties)))

    def inviting() -> dict[str, Any]:
        person, at = divmod(next(newcomers), len(crowd.fifties))
        conversation, sender = crowd.fifties[at]
        return {"conversation": conversation, "sender": sender, "person": person + 1}

    return {
        "tiny": lambda to, turn: _one(to, TINY, viewer(turn)),
        "inbox": lambda to, turn: _one(to, INBOX, viewer(turn)),
        "thread": lambda to, turn: _one(to, THREAD, place(crowd.threads, turn)[:1]),
        "send": lambda to, turn: _one(to, SEND, sending(turn)),
        "mark_read": lambda to, turn: _one(to, MARK_READ, place(crowd.fours, turn)),
        "invite": lambda to, _turn: _one(to, INVITE, inviting()),
    }


def _one(to: psycopg.Connection[Any], statement: str, values: Any) -> str:
    ((answer,),) = to.execute(statement, values)  # type: ignore[arg-type]
    assert answer, statement
    return str(answer)
