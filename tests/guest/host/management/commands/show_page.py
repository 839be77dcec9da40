"""Opens the host's page with the chat as a browser would, and asks what its attributes say."""

import re
from html import unescape

import django
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import BaseCommand, call_command
from django.test import Client

from talk.models import Message

ASK = "query ($id: ID!) { node(id: $id) { __typename } }"


class Command(BaseCommand):
    requires_system_checks = ()
    requires_migrations_checks = False

    def handle(self, **options):
        call_command("migrate", verbosity=0)
        alice, bob = (
            get_user_model().objects.create(email=f"{name}@example.com")
            for name in ("alice", "bob")
        )
        conversation = Message.send_to_users("Hello", alice, [bob]).conversation
        client = Client(enforce_csrf_checks=True, headers={"accept-language": "de"})

        assert client.get("/page").content == b"<main>\n</main>", "nobody is signed in"
        client.force_login(alice)
        response = client.get("/page")
        page = response.content.decode()

        (element,) = re.findall("<talk-chat([^>]*)></talk-chat>", page)
        attributes = {
            name: unescape(value) for name, value in re.findall(r" ([\w-]+)=\"(.*?)\"", element)
        }
        prefix, script_name = settings.TALK["TYPE_PREFIX"], settings.FORCE_SCRIPT_NAME or ""
        assert attributes["url"] == f"{script_name}/api/chat"
        assert attributes.get("type-prefix", "") == prefix
        assert attributes["theme"] == "dark"
        assert attributes["lang"] == "de"
        (source,) = re.findall(r'<script type="module" src="(.*?)"', page)
        assert source == f"{script_name}/assets/talk/elements/index.js"
        assert f'<link rel="modulepreload" href="{script_name}/assets/talk/store.js"' in page
        assert "<style" not in page
        assert " style=" not in page
        assert page.count("<script") == page.count("</script>") == 1
        self._check_policy(response, page)

        asked = {"query": ASK, "variables": {"id": attributes["conversation"]}}
        refused = client.post("/api/chat", asked, content_type="application/json")
        answered = client.post(
            "/api/chat",
            asked,
            content_type="application/json",
            headers={"X-CSRFToken": attributes["csrf-token"]},
        )
        assert refused.json()["errors"][0]["extensions"]["code"] == "CSRF_FAILED"
        assert answered.json()["data"]["node"]["__typename"] == f"{prefix}Conversation"
        assert Message.objects.filter(conversation=conversation).count() == 1
        self.stdout.write("It was shown.")

    def _check_policy(self, response, page):
        nonces = set(re.findall(r'nonce="(.*?)"', page))
        if django.VERSION < (6, 0):
            assert nonces == set()
            return
        (nonce,) = nonces
        assert f"'nonce-{nonce}'" in response.headers["Content-Security-Policy"]
        scripts = re.findall(r"<(?:script|link)[^>]*>", page)
        assert all(f'nonce="{nonce}"' in each for each in scripts)
