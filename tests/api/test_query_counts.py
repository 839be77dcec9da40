"""What an answer costs does not grow with what it is about."""

import itertools
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from talk.models import AccessToken, Message, NameWord, Reaction

from ..bench import operations
from ..trips import trips_of
from .asking import gid, group, leave, ok, private, say_many

pytestmark = [pytest.mark.thorough, pytest.mark.django_db]

WHO = "user { id username name }"
SAID = "id number body sender { id name } subject { id name } clientId conversation { id title }"
REACTIONS = "reactions { emoji count viewerReacted users(first: 2) { id name } }"
TALK = """
  id kind title lastNumber revision participantCount
  latestMessage { %(said)s } viewerParticipation { id role unreadCount %(who)s }
  upgradedFrom { id title lastNumber participantCount latestMessage { %(said)s }
    viewerParticipation { unreadCount draftVersion } }
  upgradedTo { id title lastNumber revision participantCount latestMessage { %(said)s }
    viewerParticipation { unreadCount draftVersion }
    messages(first: 2) { edges { node { %(said)s } } }
    participants(first: 2) { edges { node { %(who)s } } } }
  participants { edges { node { id role %(who)s conversation { id title } } } }
  gone: participants(status: LEFT) { edges { node { id %(who)s } } }
  some: participants(first: 1) { edges { node { id %(who)s } } pageInfo { hasNextPage } }
  messages { edges { node { %(said)s } } pageInfo { hasNextPage } }
  oldest: messages(first: 2) { edges { node { %(said)s } } }
  middle: messages(around: {number: 2}) { edges { node { %(said)s } } }
  unread: messages(around: {firstUnread: true}) { edges { node { %(said)s } } }
  then: messages(around: {time: "2026-01-01T00:00:00Z"}) { edges { node { %(said)s } } }
""".replace("%(said)s", SAID).replace("%(who)s", WHO)

QUERIES = {
    "viewer": "{ viewer { id username name } }",
    "unreadTotal": "{ unreadTotal }",
    "unreadTotal, muted": "{ unreadTotal(muted: true) }",
    "inbox": """{ inbox { totalCount changesCursor pageInfo { hasNextPage }
        edges { cursor node { id role status unreadCount firstUnreadNumber user { id name }
          conversation { id title latestMessage { body sender { name } } } } } } }""",
    "inbox with everything": (
        f"{{ inbox {{ edges {{ node {{ unreadCount conversation {{ {TALK} }} }} }} }} }}"
    ),
    "inbox with drafts": "{ inbox { edges { node { draftVersion draft { body replyTo } } } } }",
    "inbox with what is scheduled": """{ inbox { edges { node {
        scheduledMessages(first: 3) { clientId body at replyTo mentions { name } } } } } }""",
    "inbox twice": f"""{{ one: inbox {{ edges {{ node {{ conversation {{ {TALK} }} }} }} }}
        other: inbox(last: 30) {{ edges {{ node {{ conversation {{ {TALK} }} }} }} }} }}""",
    "inbox, filtered": """{ inbox(filter: {unread: true, kind: PRIVATE, titleContains: ""}) {
        edges { node { unreadCount conversation { title } } } } }""",
    "archive": f"""{{ inbox(filter: {{archived: true}}) {{ totalCount
        edges {{ node {{ unreadCount conversation {{ {TALK} }} }} }} }} }}""",
    "pinned": """{ inbox(filter: {pinned: true, archived: null}) { totalCount edges { node {
        notifications muted mutedUntil archivedAt pinnedAt conversation { title } } } } }""",
    "what one left": f"""{{ inbox(filter: {{status: LEFT, titleContains: ""}}) {{ totalCount
        edges {{ node {{ unreadCount invitedBy {{ name }} conversation {{ {TALK} }} }} }} }} }}""",
    "inbox with people": """{ inbox(first: 20) { edges { node { unreadCount conversation { title
        latestMessage { body sender { name } }
        participants(first: 5) { edges { node { user { name } } } } } } } } }""",
    "thread": """query ($id: ID!) { conversation(id: $id) {
        messages(last: 50) { edges { node { body sender { name } } } } } }""",
    "thread with replies": """query ($id: ID!) { conversation(id: $id) {
        messages(last: 50) { edges { node { body root sender { name } replyCount
          replyTo { body sender { name } replyTo { body } }
          replies(first: 2) { edges { node { body sender { name } } } } } } } } }""",
    "thread with reactions": f"""query ($id: ID!) {{ conversation(id: $id) {{
        messages(last: 50) {{ edges {{ node {{ body {REACTIONS} }} }} }} }} }}""",
    "inbox with reactions": f"""{{ inbox {{ edges {{ node {{ conversation {{
        latestMessage {{ body {REACTIONS} }} }} }} }} }} }}""",
    "reactions where one left": f"""{{ inbox(filter: {{status: LEFT}}) {{ edges {{ node {{
        conversation {{ messages(first: 9) {{
            edges {{ node {{ {REACTIONS} }} }} }} }} }} }} }} }}""",
    "conversation": f"query ($id: ID!) {{ conversation(id: $id) {{ {TALK} }} }}",
    "node": f"query ($id: ID!) {{ node(id: $id) {{ ... on Conversation {{ {TALK} }} }} }}",
    "users": '{ users(search: "some") { totalCount edges { cursor node { id username name } } } }',
    "accessTokens": "{ accessTokens { id name prefix } }",
}


@pytest.mark.parametrize(
    ("document", "taken"),
    [
        ("{ viewer { id } }", 1),
        # Whom the viewer blocked is one more, and so are the people of the conversations.
        ("{ inbox { edges { node { conversation { latestMessage { body } } } } } }", 3),
        (QUERIES["inbox with people"], 4),
        (QUERIES["thread"], 4),
    ],
)
def test_frequent_requests_take_few_queries(alice, bob, document, taken):
    """The first of them finds out whose token it is."""
    said = group(alice, bob)
    say_many(bob, said, 3)
    token = f"Bearer {AccessToken.objects.issue(alice, 'phone')[1]}"

    def ask():
        body = {"query": document, "variables": {"id": gid(said)}}
        client = Client(headers={"authorization": token})
        return client.post("/graphql", body, content_type="application/json").json()

    ask()
    with CaptureQueriesContext(connection) as captured:
        assert "errors" not in ask()
    assert len(captured) == taken


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("document", "most"),
    [
        (operations.TINY, 1),
        (operations.INBOX, 3),
        (operations.THREAD, 3),
        (operations.SEND, 6),
        (operations.EDIT, 6),
        (operations.MARK_READ, 5),
    ],
)
def test_frequent_requests_take_few_round_trips(alice, bob, document, most):
    said = group(alice, bob)
    say_many(bob, said, 3)
    own = said.participation_of(alice).send("Soup")
    texts = itertools.count()
    token = f"Bearer {AccessToken.objects.issue(alice, 'phone')[1]}"
    client = Client(headers={"authorization": token})

    def ask():
        given = {"conversationId": gid(said)}
        if document == operations.SEND:
            given["body"] = "Soup?"
        if document == operations.EDIT:
            given = {"message": gid(own), "body": f"Soup {next(texts)}"}
        body = {"query": document, "variables": {"id": gid(said), "first": 20, "input": given}}
        return client.post("/graphql", body, content_type="application/json").json()

    # After some times, PostgreSQL knows the statements by name.
    for _ in range(8):
        ask()
    with trips_of(connection) as sent:
        assert "errors" not in ask()
    assert len(sent) <= most, sent


@pytest.fixture
def crowd(django_user_model):
    """`crowd(3)` are three more people."""

    def crowd(count):
        start = django_user_model.objects.count()
        people = django_user_model.objects.bulk_create(
            django_user_model(username=f"somebody {start + n}") for n in range(count)
        )
        NameWord.objects.refresh_for([each.pk for each in people])
        return people

    return crowd


@pytest.fixture
def queries(gql, alice):
    """How many queries an answer took."""
    ask = gql(alice)

    def queries(document, **variables):
        with CaptureQueriesContext(
            connection,
        ) as captured:
            ok(ask(document, **variables))
        return len(captured)

    return queries


@pytest.fixture
def grow(alice, bob, carol, crowd):
    """Make Alice's inbox and one group in it, then call it again to make all of it bigger."""
    talk = group(alice, bob, carol, title="Talk")
    carol_there = talk.participation_of(carol)
    first, *_others = say_many(bob, talk, 3)
    old = carol_there.send("Yes", reply_to=first.number)
    say_many(bob, talk, 50)
    upgraded = private(alice, bob, "between us")
    upgraded.participation_of(alice).invite([carol])

    def grow(conversations, messages, people):
        for person in crowd(conversations):
            one = private(person, alice, "hi")
            other = one.participation_of(alice).invite([bob])
            say_many(person, other, 3)
            pinned, archived = (group(alice, person, says=["hi"]) for _each in range(2))
            pinned.participation_of(alice).pin()
            archived.participation_of(alice).archive()
            one.participation_of(alice).save_draft("Hello", base=0)
            tomorrow = timezone.now() + timedelta(days=1)
            one.participation_of(alice).schedule("Hello", tomorrow, uuid4(), mentions=[person])
        newcomers = crowd(people)
        place = talk.participation_of(alice)
        place.invite(newcomers)
        for person in newcomers[: people // 2]:
            leave(person, talk)
        for person in newcomers[:12]:
            upgrade = upgraded.participation_of(alice).invite([person])
            say_many(bob, upgrade, 3)
            if person.pk % 2:
                leave(alice, upgrade)
        for said in say_many(bob, talk, messages):
            answer = carol_there.send("Yes", reply_to=said.number)
            carol_there.send("No", reply_to=answer.number)
        # The last page has a message with which a branch begins, and a reply to an old reply.
        (said,) = say_many(bob, talk, 1)
        carol_there.send("Yes", reply_to=said.number)
        carol_there.send("Yes", reply_to=old.number)
        for number in range(people):
            AccessToken.objects.issue(alice, f"token {number}")
        texts = Message.objects.filter(kind="text").exclude(reactions__isnull=False)
        Reaction.objects.bulk_create(
            Reaction(message=said, user=user, emoji=emoji)
            for said in texts
            for emoji in "👍❤"[: 1 + said.pk % 2]
            for user in (alice, bob, *newcomers)
        )
        return talk, upgraded

    return grow


def test_a_query_makes_as_many_queries_for_much_as_for_little(queries, grow, settings):
    settings.TALK = {**settings.TALK, "MAX_COST": 10**9}
    talk, upgraded = grow(conversations=2, messages=3, people=3)

    def costs():
        return {
            name: [queries(query, id=gid(row)) for row in (talk, upgraded)]
            if "$id" in query
            else queries(query)
            for name, query in QUERIES.items()
        }

    few = costs()
    grow(conversations=9, messages=60, people=38)

    assert costs() == few


def test_what_the_inbox_costs(queries, grow):
    grow(conversations=2, messages=3, people=3)

    # Session, user, page, whom the viewer blocked.
    assert queries(QUERIES["inbox"].replace("totalCount", "")) == 4
