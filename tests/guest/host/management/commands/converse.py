"""People converse, whatever their keys are. Run in a process of its own, with a host's settings."""

import asyncio
from io import StringIO

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import BaseCommand, call_command
from django.test import override_settings
from strawberry import relay

from tests.guest.host.arranged import arrange
from tests.live.sockets import in_thread, signed_in, talk

from .stay import client_of

PREFIX = settings.TALK["TYPE_PREFIX"]
MUTATION = """mutation ($input: {prefix}{0}Input!) {{ {1}(input: $input) {{
    ... on {prefix}{0}Payload {{ {2} }} ... on {prefix}Refusal {{ code path }} }} }}"""
SENT = "sent { number } conversation { id }"
INBOX = """query ($after: String) { inbox(first: 1, after: $after) {
    edges { node { unreadCount conversation { id } } } pageInfo { endCursor } } }"""
THREAD = """query ($id: ID!) { conversation(id: $id) {
    messages(last: 50) { edges { node { kind body sender { id blocked } } } }
    participants { edges { node { status user { id } } } } } }"""
BLOCKED = "{ blockedUsers { edges { node { id blocked } } } }"
CHANGES = """subscription ($id: ID!) { conversationChanges(id: $id) { message { body
    sender { id blocked } } } }"""
PRESENCE = (
    "subscription ($users: [ID!]!) { presence(users: $users, visible: true) { users { id } } }"
)
TYPING = "subscription ($id: ID!) { typing(conversationId: $id) { users { id } } }"


class Cast:
    def __init__(self):
        people = get_user_model().objects
        names = ("alice", "bob", "carol", "dave")
        self.people = {name: people.create(email=f"{name}@example.com") for name in names}
        self.ids = {
            name: relay.to_base64(f"{PREFIX}User", each.pk) for name, each in self.people.items()
        }
        self.names = {gid: name for name, gid in self.ids.items()}
        self._clients = {name: client_of(each) for name, each in self.people.items()}

    def ask(self, name, query, **variables):
        return self._clients[name](query, **variables)

    def act(self, name, mutation, payload="__typename", **given):
        title = mutation[0].upper() + mutation[1:]
        document = MUTATION.format(title, mutation, payload, prefix=PREFIX)
        return self.ask(name, document, input=given)[mutation]

    def inbox(self, name):
        """The conversations, page by page."""
        pages, after = [], None
        while True:
            page = self.ask(name, INBOX, after=after)["inbox"]
            if not page["edges"]:
                return pages
            pages += [edge["node"] for edge in page["edges"]]
            after = page["pageInfo"]["endCursor"]

    def thread(self, name, conversation):
        found = self.ask(name, THREAD, id=conversation)["conversation"]
        said = [each["node"] for each in found["messages"]["edges"]]
        there = [each["node"] for each in found["participants"]["edges"]]
        texts = [one for one in said if one["kind"] == "TEXT"]
        return (
            [(self.names[one["sender"]["id"]], one["body"]) for one in texts],
            {self.names[one["user"]["id"]]: one["status"] for one in there},
        )

    def blocked(self, name):
        found = self.ask(name, BLOCKED)["blockedUsers"]["edges"]
        assert all(each["node"]["blocked"] for each in found)
        return [self.names[each["node"]["id"]] for each in found]


class Command(BaseCommand):
    requires_system_checks = ()
    requires_migrations_checks = False

    def handle(self, **options):
        call_command("migrate", verbosity=0)
        cast = Cast()
        group = start(cast)
        block(cast, group)
        come_and_go(cast, group)
        mention(cast, group)
        arrange(cast, group)
        search(cast)
        asyncio.run(listen(cast, group))
        be_forgotten(cast)
        self.stdout.write("They conversed.")


def start(cast):
    """Two conversations, each found again by whoever writes, and the inboxes that they are in."""
    ids = cast.ids
    for _time in range(7):  # From the sixth on a connection of PostgreSQL calls it by a name.
        first = cast.act("alice", "sendMessage", SENT, to=[ids["bob"]], body="Hello")
        again = cast.act("bob", "sendMessage", SENT, to=[ids["alice"]], body="Hello yourself")
        assert first["conversation"] == again["conversation"], (first, again)
        both = [ids["bob"], ids["carol"]]
        group = cast.act("alice", "sendMessage", SENT, to=both, body="All")["conversation"]["id"]
    private = first["conversation"]["id"]
    assert cast.inbox("bob") == [
        {"unreadCount": 7, "conversation": {"id": group}},
        # Who replied without having read has not read.
        {"unreadCount": 7, "conversation": {"id": private}},
    ]
    assert "code" not in cast.act("bob", "markRead", conversationId=private)
    assert [each["unreadCount"] for each in cast.inbox("bob")] == [7, 0]
    said, people = cast.thread("carol", group)
    assert said == [("alice", "All")] * 7
    assert people == dict.fromkeys(("alice", "bob", "carol"), "ACTIVE")
    assert cast.ask("carol", "query ($id: ID!) { node(id: $id) { id } }", id=ids["bob"])["node"]
    return group


def block(cast, group):
    """Who is blocked reaches nobody in private, and is not heard in groups."""
    ids = cast.ids
    cast.act("bob", "blockUser", user=ids["alice"])
    assert cast.blocked("bob") == ["alice"]
    for _time in range(7):
        refused = cast.act("alice", "sendMessage", SENT, to=[ids["bob"]], body="Hello?")
        assert refused == {"code": "NOT_REACHABLE", "path": ["to"]}, refused
    cast.act("alice", "sendMessage", SENT, conversationId=group, body="Is Bob here?")
    said, _people = cast.thread("bob", group)
    assert said == [("alice", "")] * 8, said
    assert cast.inbox("bob")[0]["unreadCount"] == 0
    cast.act("bob", "unblockUser", user=ids["alice"])
    assert cast.blocked("bob") == []
    assert cast.thread("bob", group)[0][-1] == ("alice", "Is Bob here?")


def come_and_go(cast, group):
    """Who is taken in reads all of it, who left nothing more, until they are brought back."""
    there = {"conversationId": group}
    invited = cast.act("alice", "inviteParticipants", participants=[cast.ids["dave"]], **there)
    assert "code" not in invited, invited
    assert cast.thread("dave", group)[0][0] == ("alice", "All")
    assert "code" not in cast.act("bob", "leaveConversation", **there)
    cast.act("carol", "sendMessage", SENT, body="Bob is gone", **there)
    assert cast.thread("bob", group)[0][-1] == ("alice", "Is Bob here?")
    bob = {"participant": cast.ids["bob"]}
    assert "code" not in cast.act("alice", "reinstateParticipant", **bob, **there)
    assert cast.thread("bob", group)[0][-1] == ("carol", "Bob is gone")
    for verb in ("removeParticipant", "reinstateParticipant"):
        assert "code" not in cast.act("alice", verb, **bob, **there)
    promoted = cast.act("alice", "changeRole", role="OWNER", **bob, **there)
    assert "code" not in promoted, promoted


def mention(cast, group):
    """Who is mentioned is known by their key, and whether a stranger exists is not told."""
    bob, carol = cast.ids["bob"], cast.ids["carol"]
    message = "{0} {{ id mentions {{ id }} }}"
    given = {"conversationId": group, "mentions": [bob], "body": "Bob!"}
    for _time in range(7):
        sent = cast.act("alice", "sendMessage", message.format("sent"), **given)["sent"]
        assert [each["id"] for each in sent["mentions"]] == [bob], sent
    edit = {"message": sent["id"], "body": "Both!", "mentions": [carol, bob]}
    edited = cast.act("alice", "editMessage", message.format("edited"), **edit)["edited"]
    assert [each["id"] for each in edited["mentions"]] == [bob, carol], edited
    document = "{ mentions(first: 1) { edges { node { body mentionsViewer } } } }"
    for name in ("bob", "carol"):
        (edge,) = cast.ask(name, document)["mentions"]["edges"]
        assert edge["node"] == {"body": "Both!", "mentionsViewer": True}, edge
    stranger = get_user_model().objects.create(email="stranger@example.com")
    given["mentions"] = [relay.to_base64(f"{PREFIX}User", stranger.pk)]
    refused = cast.act("alice", "sendMessage", message.format("sent"), **given)
    assert refused == {"code": "NOT_A_MEMBER", "path": ["mentions"]}, refused
    stranger.delete()


def search(cast):
    """People are found by what is written down of their names, page by page."""
    document = """query ($text: String!, $after: String) { users(search: $text, first: 1,
        after: $after) { edges { node { id } } pageInfo { endCursor } } }"""

    def found(text):
        names, after = [], None
        while True:
            page = cast.ask("alice", document, text=text, after=after)["users"]
            if not page["edges"]:
                return names
            names += [cast.names[edge["node"]["id"]] for edge in page["edges"]]
            after = page["pageInfo"]["endCursor"]

    everybody = ["bob", "carol", "dave"]
    assert (sorted(found("")), found("carol")) == (everybody, [])
    with override_settings(TALK={**settings.TALK, "SHOWS_USERNAMES": True}):
        for _time in range(2):
            call_command("refresh_names", stdout=StringIO())
            assert (found("EXAMPLE"), found("carol")) == (everybody, ["carol"])
    call_command("refresh_names", stdout=StringIO())
    assert found("carol") == []


async def listen(cast, group):
    """Changes, signs of typing and of presence come to who they are for."""
    ids = cast.ids
    act = in_thread(cast.act)
    alice, bob = cast.people["alice"], cast.people["bob"]
    async with signed_in(alice, talk) as alices, signed_in(bob, talk) as bobs:
        await alices.subscribe(PRESENCE, variables={"users": [ids["bob"]]})
        await bobs.subscribe(PRESENCE, variables={"users": [ids["alice"]]})
        while (seen := (await bobs.hear())["payload"])["data"]["presence"]["users"] == []:
            pass
        assert seen == {"data": {"presence": {"users": [{"id": ids["alice"]}]}}}, seen
        await bobs.say({"id": "1", "type": "complete"})

        await bobs.subscribe(CHANGES, id="2", variables={"id": group})
        await bobs.subscribe(TYPING, id="3", variables={"id": group})
        assert (await bobs.hear())["payload"] == {"data": {"typing": {"users": []}}}
        await asyncio.sleep(0.5)
        typing = {"conversationId": group, "typing": True}
        await act("alice", "setTyping", **typing)
        heard = await bobs.hear()
        assert heard["payload"] == {"data": {"typing": {"users": [{"id": ids["alice"]}]}}}, heard
        await act("bob", "blockUser", user=ids["alice"])
        said = {"conversationId": group, "body": "Bob?"}
        await act("alice", "sendMessage", SENT, **said)
        messages = [await bobs.hear(), await bobs.hear()]
        changes = [each["payload"]["data"] for each in messages if each["id"] == "2"]
        sender = {"id": ids["alice"], "blocked": True}
        assert {"conversationChanges": {"message": {"body": "", "sender": sender}}} in changes, (
            messages
        )


def be_forgotten(cast):
    email = cast.people["bob"].email
    call_command("export_user", email, why="a test", stdout=StringIO())
    call_command("erase_user", email, why="a test", interactive=False, stdout=StringIO())
    assert not cast.people["bob"].talk_participations.filter(status="active").exists()
