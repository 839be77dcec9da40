"""The README's snippets for a Django project, added to one that was just started."""

import json
import re

import httpx
import pytest
import websockets.sync.client

from ..plain import answer_in
from .host import Host
from .markdown import README, example

PEOPLE = """
from django.contrib.auth.models import User

staff = User.objects.create_user("staff", password="x")
newcomer = User.objects.create_user("newcomer", password="x")
"""

ASK = """
import json
from django.contrib.auth.models import User
from django.test import Client

client = Client(SERVER_NAME="localhost")
client.force_login(User.objects.get(username="newcomer"))
query = "{ inbox { edges { node { unreadCount conversation { latestMessage { body } } } } } }"
answer = client.post("/graphql", {"query": query}, content_type="application/json")
print(json.dumps(answer.json()))

from host.asgi import application
print(type(application).__name__)
"""

SHOW = """
from django.contrib.auth.models import User
from django.template import RequestContext, Template
from django.test import RequestFactory

request = RequestFactory().get("/")
request.user = User(pk=1, username="newcomer")
print(Template(LINES).render(RequestContext(request)))
"""


@pytest.fixture(scope="module")
def host(tmp_path_factory):
    """A project with the README's snippets in it."""
    host = Host(tmp_path_factory.mktemp("embedding"))
    host.append("host/settings.py", example(README, "python", "INSTALLED_APPS"))
    host.append(
        "host/settings.py",
        'DATABASES["default"] |= {"OPTIONS": {"transaction_mode": "IMMEDIATE"}}\n',
    )
    host.append("host/urls.py", example(README, "python", "urlpatterns"))
    host.append("host/asgi.py", example(README, "python", "with_sockets"))
    host.manage("migrate", "--verbosity", "0")
    return host


def test_the_project_passes_its_checks(host):
    host.manage("check", "--database", "default", "--fail-level", "WARNING")
    host.manage("makemigrations", "--check", "--dry-run")


def test_what_the_python_example_says_is_read_over_http(host):
    *lines, last = example(README, "python", "send_to_users").splitlines()

    printed = host.shell(PEOPLE + "\n".join([*lines, f"print({last})"]))
    answer, application = host.shell(ASK).splitlines()

    assert printed == f"[<Message: {1}/{2}>]\n"
    (edge,) = json.loads(answer)["data"]["inbox"]["edges"]
    assert edge["node"] == {
        "unreadCount": 0,
        "conversation": {"latestMessage": {"body": "Thank you!"}},
    }
    assert application == "ProtocolTypeRouter"


def test_its_development_server_speaks_http_and_websocket(host):
    query = {"query": "{ __typename }"}

    with host.serve() as server:
        answer = httpx.post(f"{server.url}/graphql", json=query)
        with websockets.sync.client.connect(
            f"{server.url.replace('http', 'ws')}/graphql", subprotocols=["graphql-transport-ws"]
        ) as socket:
            socket.send('{"type": "connection_init"}')
            acknowledged = json.loads(socket.recv())
            socket.send(json.dumps({"type": "subscribe", "id": "1", "payload": query}))
            result = json.loads(socket.recv())

    assert answer_in(answer) == {"data": {"__typename": "Query"}}
    assert acknowledged == {"type": "connection_ack"}
    assert (result["id"], result["type"]) == ("1", "next")
    assert result["payload"]["data"] == answer.json()["data"]
    assert set(result["payload"]) == {"data", "extensions"}


def test_graphiql_is_there_with_its_package(host):
    host.append("host/settings.py", 'INSTALLED_APPS += ["graphene_django_graphiql_static"]\n')

    with host.serve() as server:
        page = httpx.get(f"{server.url}/graphql", headers={"Accept": "text/html"})
        (script, *_rest) = [
            part.split('"')[0] for part in page.text.split('"') if part.endswith(".js")
        ]
        assert httpx.get(server.url + script).status_code == 200


def test_the_two_lines_of_a_template_show_the_chat(host):
    lines = example(README, "html", "talk_chat")

    page = host.shell(f"LINES = {lines!r}\n{SHOW}")

    assert re.search(r'<talk-chat url="/graphql" csrf-token="\w+"', page)
    with host.serve() as server:
        scripts = re.findall(r'"(/static/talk/[^"]+)"', page + example(README, "html", "module"))
        assert len(scripts) > 10
        for script in scripts:
            answer = httpx.get(server.url + script)
            assert answer.status_code == 200, script
            assert "javascript" in answer.headers["Content-Type"]
