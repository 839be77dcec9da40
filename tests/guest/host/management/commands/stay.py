"""What a guest does in a host's house. Run in a process of its own, with the host's settings."""

import sys
from contextlib import nullcontext
from io import StringIO

from django.contrib.auth import get_user_model
from django.core.management import BaseCommand, call_command
from django.test import Client, override_settings
from strawberry import relay

from talk.models import AccessToken, Conversation, Participation
from talk.privacy import export

SEND = """
mutation ($input: SendMessageInput!) { sendMessage(input: $input) {
  ... on SendMessagePayload { sent { number sender { id name username } } conversation { id } }
  ... on Refusal { code path }
} }
"""


def client_of(person):
    """What asks as `person`, by a bearer token."""
    _token, secret = AccessToken.objects.issue(person, "test")

    def ask(query, url="/graphql", **variables):
        answer = Client(headers={"authorization": f"Bearer {secret}"}).post(
            url, {"query": query, "variables": variables}, content_type="application/json"
        )
        assert "errors" not in answer.json(), answer.content
        return answer.json()["data"]

    return ask


class Command(BaseCommand):
    # Not before it migrates.
    requires_system_checks = ()
    requires_migrations_checks = False

    def handle(self, **options):
        call_command("migrate", verbosity=0)
        call_command("makemigrations", "talk", check=True, dry_run=True, verbosity=0)
        call_command("check", fail_level="ERROR")
        alice, bob, carol = (
            get_user_model().objects.create(email=f"{name}@example.com")
            for name in ("alice", "bob", "carol")
        )
        ids = {person: relay.to_base64("User", person.pk) for person in (alice, bob, carol)}
        ask = client_of(alice)

        assert ask("{ motto viewer { id name username } }") == {
            "motto": "Hospitality",
            "viewer": {
                "id": ids[alice],
                # An address is for nobody else to see.
                "name": "Unnamed",
                "username": None,
            },
        }
        sent = ask(SEND, input={"to": [ids[bob]], "body": "Hello"})["sendMessage"]
        assert sent["sent"]["sender"]["id"] == ids[alice], sent
        again = client_of(bob)(SEND, input={"to": [ids[alice]], "body": "Hello yourself"})
        assert again["sendMessage"]["conversation"] == sent["conversation"]
        group = ask(SEND, input={"to": [ids[bob], ids[carol]], "body": "All"})["sendMessage"]
        assert "conversation" in group, group
        refused = ask(SEND, input={"to": [relay.to_base64("User", 1)], "body": "Who?"})
        assert refused == {"sendMessage": {"code": "INVALID_ID", "path": ["to"]}}

        inbox = """{ inbox(first: 1) { edges { cursor node { user { id } conversation { id kind
          participants { edges { node { user { name } } } } } } } pageInfo { endCursor } }
          motto unreadTotal }"""
        for url in ("/graphql", "/inheriting"):
            answer = ask(inbox, url)
            (entry,) = answer["inbox"]["edges"]
            assert entry["node"]["conversation"]["id"] == group["conversation"]["id"]
            assert (answer["motto"], answer["unreadTotal"]) == ("Hospitality", 1)
        rest = ask(
            "query ($after: String) { inbox(after: $after) { edges { node { unreadCount } } } }",
            after=answer["inbox"]["pageInfo"]["endCursor"],
        )
        assert rest["inbox"]["edges"] == [{"node": {"unreadCount": 1}}]

        found = "query ($text: String!, $after: String) { users(search: $text, first: 1, "
        found += "after: $after) { edges { node { id name } } pageInfo { endCursor } } }"
        assert ask(found, text="bob")["users"]["edges"] == []
        shown = override_settings(TALK={"SHOWS_USERNAMES": True})
        for text, settings in (("", nullcontext()), ("@EXAMPLE", shown)):
            with settings:
                call_command("refresh_names", stdout=StringIO())
                first = ask(found, text=text)["users"]
                second = ask(found, text=text, after=first["pageInfo"]["endCursor"])["users"]
                seen = {page["edges"][0]["node"]["id"] for page in (first, second)}
                assert seen == {ids[bob], ids[carol]}
        with shown:
            node = "query ($id: ID!) { node(id: $id) { id ... on User { name } } }"
            assert ask(node, id=ids[bob])["node"] == {"id": ids[bob], "name": "bob@example.com"}

        conversation = Conversation.objects.get(kind="group")
        conversation.participation_of(bob).leave()
        assert Participation.objects.inbox_for(bob).count() == 1
        account = next(export(bob))
        assert (account["email"], account["full_name"]) == ("bob@example.com", None), account
        assert "backend" not in sys.modules
        assert "django.contrib.admin" not in sys.modules
        self.stdout.write("The stay was pleasant.")
