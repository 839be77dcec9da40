"""Asks Talk in a schema that has a `User` and a `Message` of the host's own."""

from django.contrib.auth import get_user_model
from django.core.management import BaseCommand, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from strawberry import relay

from tests.guest.host.models import Picture

from .stay import client_of

SEND = """
mutation ($input: TalkSendMessageInput!) { sendMessage(input: $input) {
  __typename
  ... on TalkSendMessagePayload { sent { __typename id sender { __typename id badge } }
    conversation { id } }
  ... on TalkRefusal { code path }
} }
"""
NODE = """
query ($id: ID!) { node(id: $id) { __typename id
  ... on TalkUser { email badge } ... on User { email } ... on TalkMessage { body } } }
"""
INBOX = """
{ me { __typename id email } message { __typename headline }
  inbox { edges { cursor node { user { id badge } conversation { messages(last: 5) { edges { node {
    __typename sender { __typename email badge } } } } } } } pageInfo { endCursor } } }
"""
PICTURES = """
{ inbox { edges { node { conversation {
    messages(last: 5) { edges { node { sender { avatarUrl } } } }
    participants(first: 5) { edges { node { user { avatarUrl } } } } } } } } }
"""


class Command(BaseCommand):
    requires_system_checks = ()
    requires_migrations_checks = False

    def handle(self, **options):
        call_command("migrate", verbosity=0)
        call_command("check", fail_level="ERROR")
        alice, bob = (
            get_user_model().objects.create(email=f"{name}@example.com")
            for name in ("alice", "bob")
        )
        ask = client_of(alice)
        alices, bobs = (relay.to_base64("TalkUser", person.pk) for person in (alice, bob))
        host_alices = relay.to_base64("User", alice.pk)

        sent = ask(SEND, input={"to": [bobs], "body": "Hello"})["sendMessage"]
        assert sent["__typename"] == "TalkSendMessagePayload"
        sender = {"__typename": "TalkUser", "id": alices, "badge": "badge of alice@example.com"}
        assert sent["sent"]["sender"] == sender, sent
        refused = ask(SEND, input={"to": [host_alices], "body": "Hello"})["sendMessage"]
        assert refused == {"__typename": "TalkRefusal", "code": "INVALID_ID", "path": ["to"]}

        found = ask(INBOX)
        assert found["me"] == {
            "__typename": "User",
            "id": host_alices,
            "email": "alice@example.com",
        }
        assert found["message"] == {"__typename": "Message", "headline": "Hospitality"}
        (entry,) = found["inbox"]["edges"]
        (said,) = entry["node"]["conversation"]["messages"]["edges"]
        assert said["node"]["__typename"] == "TalkMessage"
        assert said["node"]["sender"]["badge"] == "badge of alice@example.com"
        after = "query ($after: String) { inbox(after: $after) { edges { cursor } } }"
        rest = ask(after, after=found["inbox"]["pageInfo"]["endCursor"])
        assert rest == {"inbox": {"edges": []}}

        for id_, typename in ((bobs, "TalkUser"), (sent["sent"]["id"], "TalkMessage")):
            node = ask(NODE, id=id_)["node"]
            assert (node["__typename"], node["id"]) == (typename, id_), node
        self.show_pictures(ask, alice, bob)
        self.stdout.write("They merged.")

    def show_pictures(self, ask, alice, bob):
        for person in (alice, bob):
            Picture.objects.create(person=person, url=f"https://host.example/{person.email}")
        with CaptureQueriesContext(connection) as queries:
            (entry,) = ask(PICTURES)["inbox"]["edges"]
        shown = entry["node"]["conversation"]
        (said,) = shown["messages"]["edges"]
        assert said["node"]["sender"] == {"avatarUrl": "https://host.example/alice@example.com"}
        assert {each["node"]["user"]["avatarUrl"] for each in shown["participants"]["edges"]} == {
            "https://host.example/alice@example.com",
            "https://host.example/bob@example.com",
        }
        asked = [each for each in queries if "host_picture" in each["sql"]]
        # One for the participants, whom the page of messages does not show.
        assert len(asked) <= 2, asked
