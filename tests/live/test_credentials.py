"""Signing in on a socket, and being shown out of it."""

import asyncio
import gc
import weakref
from contextlib import aclosing
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import OperationalError
from django.http import HttpRequest
from django.test import Client
from django.utils import timezone

from schema.authentication import AuthenticationFailed, Identity
from schema.authentication.context import Context
from schema.errors import Unavailable
from schema.transport import credentials as guard
from schema.transport import handshake
from schema.transport.frames import Frames
from schema.transport.messages import WebSocketAdapter
from schema.transport.open_connections import open_connections
from talk import wakeups
from talk.models import AccessToken

from ..plain import answer_in
from .sockets import code_of, in_thread, live, running, signed_in, socket

pytestmark = pytest.mark.django_db(transaction=True)

ELSEWHERE = "https://app.example"
#: A key in the payload of `connection_init` that means nothing.
PADDING = "padding of a payload"
COUNT = "subscription { count(to: 1000, pause: 60) }"


@pytest.fixture
def browser(alice):
    """Alice's browser, in which she is signed in."""
    client = Client()
    client.force_login(alice)
    return client


def cookies_of(client):
    value = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
    return [(b"cookie", value.encode()), (b"host", b"testserver")]


async def who(socket):
    (answer, _complete) = await socket.ask("{ me }")
    return answer["payload"]["data"]["me"]


async def assert_shown_out(socket):
    """It's told so on each stream, and closed; nothing goes on."""
    last_word = await socket.hear()
    assert (last_word["type"], code_of(last_word)) == ("error", "UNAUTHENTICATED")
    assert await socket.hear() == 4403
    await asyncio.sleep(0.05)
    assert not running


@live
async def test_the_session_of_a_browser_signs_in(browser):
    async with socket(headers=cookies_of(browser)) as alices:
        await alices.init()

        assert await who(alices) == "alice"


@pytest.mark.parametrize(
    ("origin", "trusted", "speaks"),
    [
        ("http://testserver", [], True),
        (ELSEWHERE, [ELSEWHERE], True),
        # It may connect, with a token. A session would be anybody's who opens the page.
        (ELSEWHERE, [], False),
    ],
)
def test_a_session_speaks_for_our_pages_alone(browser, settings, origin, trusted, speaks):
    settings.TALK = {**settings.TALK, "ALLOWED_ORIGINS": (ELSEWHERE,)}
    settings.CSRF_TRUSTED_ORIGINS = trusted

    @live
    async def scenario():
        headers = [*cookies_of(browser), (b"origin", origin.encode())]
        async with socket(headers=headers) as connected:
            await connected.init()
            (answer, *_complete) = await connected.ask("{ me }")
            assert (answer["type"] == "next") is speaks
            assert speaks or code_of(answer) == "UNAUTHENTICATED"

    scenario()


def test_tls_is_tls_whatever_a_proxy_calls_it(browser, settings):
    """Traefik says `wss` of a handshake."""
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

    def speaks(said):
        headers = [*cookies_of(browser), (b"origin", b"https://testserver")]
        scope = {"path": "/graphql", "headers": [*headers, (b"x-forwarded-proto", said)]}
        context = Context(handshake.django_request(scope))
        handshake.authenticate_first(context, scope)
        return context.identity is not None

    assert [speaks(said) for said in (b"https", b"wss")] == [True, True]
    assert [speaks(said) for said in (b"http", b"ws")] == [False, False]


@live
async def test_a_socket_leaves_the_session_as_it_is_while_the_secret_key_is_changed(
    browser, settings
):
    """What Django would sign anew gets another key, of which no handshake can tell the browser."""
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another" * 10

    async with socket(headers=cookies_of(browser)) as alices:
        await alices.init()

        assert await who(alices) == "alice"
    asked = {"query": "{ viewer { username } }"}
    answer = await in_thread(browser.post)("/graphql", asked, content_type="application/json")
    assert answer_in(answer) == {"data": {"viewer": {"username": "alice"}}}


@live
async def test_a_session_of_an_old_password_signs_nobody_in(alice, browser):
    alice.set_password("another")
    await in_thread(alice.save)()

    async with socket(headers=cookies_of(browser)) as alices:
        await alices.init()

        (answer,) = await alices.ask("{ me }")
        assert code_of(answer) == "UNAUTHENTICATED"


@pytest.mark.parametrize("key", ["authorization", "Authorization", "AUTHORIZATION"])
@pytest.mark.parametrize("in_headers", [False, True])
def test_a_token_signs_in(alice, key, in_headers):
    _token, secret = AccessToken.objects.issue(alice, "phone")
    payload = {key: f"Bearer {secret}"}

    @live
    async def scenario():
        async with socket() as alices:
            await alices.init({"headers": payload} if in_headers else payload)
            assert await who(alices) == "alice"

    scenario()


@pytest.mark.parametrize("in_headers", [False, True])
def test_of_what_a_socket_begins_with_only_the_credentials_are_kept(alice, in_headers):
    _token, secret = AccessToken.objects.issue(alice, "phone")
    bearer = f"Bearer {secret}"

    @live
    async def scenario():
        async with socket() as alices:
            headers = {"Authorization": bearer, PADDING: [1]}
            given = {"headers": headers} if in_headers else {"authorization": bearer, PADDING: [1]}
            await alices.init(given)
            (protocol,) = open_connections()._users
            assert protocol.context.connection_params == {"authorization": bearer}
            await protocol.view.authenticate(protocol.context)
            del given, headers
            gc.collect()
            assert not [each for each in gc.get_objects() if _has_padding(each)]

    scenario()


def _has_padding(found):
    return type(found) is dict and PADDING in found


@live
async def test_the_text_of_a_message_is_not_kept_until_the_next():
    class Text(str):
        __slots__ = ("__weakref__",)

    consumer = SimpleNamespace(received=Frames(), closed=False)
    text = Text('{"type": "ping"}')
    kept = weakref.ref(text)
    consumer.received.put(text)
    del text
    async with aclosing(WebSocketAdapter(None, None, consumer).iter_json()) as messages:
        assert await anext(messages) == {"type": "ping"}
        assert kept() is None


NOT_UNDERSTOOD = [
    {"token": "talk_x"},
    {"authToken": "x", "authorization": None},
    {"headers": {"x-api-key": "x"}},
    {"headers": {"authorization": "Basic YTpi"}},
    {"headers": {"authorization": ["Bearer x"]}},
    {"headers": "Bearer x"},
]


@pytest.mark.parametrize("payload", NOT_UNDERSTOOD, ids=str)
def test_credentials_that_are_not_understood_are_refused(payload):
    @live
    async def scenario():
        async with socket() as strangers:
            assert await strangers.init(payload) == 4403

    scenario()


@live
async def test_what_else_a_client_says_of_itself_is_no_matter_with_a_session(browser):
    async with socket(headers=cookies_of(browser)) as alices:
        assert await alices.init({"client": "web"}) == {"type": "connection_ack"}
        assert await who(alices) == "alice"


@pytest.mark.parametrize("payload", [None, {}, {"authorization": None}, {"authorization": ""}])
def test_without_credentials_the_socket_is_a_strangers(payload):
    @live
    async def scenario():
        async with socket() as strangers:
            assert await strangers.init(payload) == {"type": "connection_ack"}
            (answer,) = await strangers.ask("{ me }")
            assert code_of(answer) == "UNAUTHENTICATED"

    scenario()


@pytest.mark.parametrize(
    "authorization", ["Bearer talk_wrong", "Bearer \ud800", "nonsense", "Basic YTpi", {}, ["x"], 1]
)
def test_bad_credentials_are_turned_away_whatever_the_session_says(browser, authorization):
    if not authorization:
        authorization = {"Bearer": "x"}

    @live
    async def scenario():
        async with socket(headers=cookies_of(browser)) as alices:
            assert await alices.init({"authorization": authorization}) == 4403

    scenario()


@live
async def test_a_database_that_is_away_is_no_fault_of_the_credentials(monkeypatch):
    def away(*args):
        raise OperationalError("away")

    monkeypatch.setattr(handshake, "authenticate", away)
    async with socket() as strangers:
        assert await strangers.init() == 4503


@live
async def test_a_key_that_is_being_fetched_is_no_fault_of_the_credentials(monkeypatch, caplog):
    def unknown(*args):
        raise Unavailable("The key is not known yet.")

    monkeypatch.setattr(handshake, "authenticate", unknown)
    async with socket() as strangers:
        assert await strangers.init() == 4503
    assert not caplog.records, "strangers can't fill the log"


@live
async def test_a_key_server_that_is_away_ends_no_socket(alice, monkeypatch, caplog):
    looked = []

    def unknown(*args):
        looked.append(args)
        raise Unavailable("The key is not known yet.")

    async with signed_in(alice) as alices:
        await alices.subscribe(COUNT)
        await alices.hear()
        monkeypatch.setattr(handshake, "authenticate", unknown)
        monkeypatch.setattr(guard, "RECHECK_SOON_SECONDS", 0.01)
        await asyncio.sleep(2 * guard.REST_SECONDS)
        await in_thread(wakeups.wake_user)(alice.pk)
        await asyncio.sleep(3 * guard.REST_SECONDS)

        assert len(looked) > 1
        assert running, "it goes on"
    assert not caplog.records, "nor does each socket write a line a second"


@live
async def test_a_revoked_token_ends_its_sockets_and_no_other(alice):
    async with signed_in(alice) as one, signed_in(alice) as other:
        await one.subscribe(COUNT)
        await one.hear()
        await asyncio.sleep(2 * guard.REST_SECONDS)

        token = await in_thread(AccessToken.objects.earliest)("pk")
        await in_thread(token.revoke)()

        await assert_shown_out(one)
        assert await who(other) == "alice"


@live
async def test_logging_out_ends_the_sockets_of_the_session(alice, browser):
    async with socket(headers=cookies_of(browser)) as alices:
        await alices.init()
        await alices.subscribe(COUNT)
        await alices.hear()
        await asyncio.sleep(2 * guard.REST_SECONDS)

        await in_thread(browser.logout)()
        await wake(alice.pk)

        await assert_shown_out(alices)


@live
async def test_a_deactivated_person_is_shown_out(alice):
    async with signed_in(alice) as alices:
        await alices.subscribe(COUNT)
        await alices.hear()
        await asyncio.sleep(2 * guard.REST_SECONDS)

        alice.is_active = False
        await in_thread(alice.save)()
        await wake(alice.pk)

        await assert_shown_out(alices)


@live
async def test_a_deleted_person_is_shown_out(alice):
    async with signed_in(alice) as alices:
        await alices.subscribe(COUNT)
        await alices.hear()
        await asyncio.sleep(2 * guard.REST_SECONDS)

        key = alice.pk
        await in_thread(alice.delete)()
        await wake(key)

        await assert_shown_out(alices)


async def wake(user_pk):
    """What `talk.receivers` does."""
    await in_thread(wakeups.wake_user)(user_pk)


def test_a_lost_wake_up_costs_no_more_than_a_minute(alice, monkeypatch):
    monkeypatch.setattr(guard, "RECHECK_SECONDS", 0.2)

    @live
    async def scenario():
        async with signed_in(alice) as alices:
            await alices.subscribe(COUNT)
            await alices.hear()

            await in_thread(AccessToken.objects.update)(revoked_at=timezone.now())

            await assert_shown_out(alices)

    scenario()


def test_a_token_that_expires_ends_its_sockets(alice):
    soon = timezone.now() + timedelta(seconds=1)
    _token, secret = AccessToken.objects.issue(alice, "phone", expires_at=soon)

    @live
    async def scenario():
        async with socket() as alices:
            await alices.init({"authorization": f"Bearer {secret}"})
            await alices.subscribe(COUNT)
            await alices.hear()
            await assert_shown_out(alices)
            assert timezone.now() >= soon

    scenario()


def test_a_check_that_cannot_be_made_ends_nothing(alice, monkeypatch):
    monkeypatch.setattr(guard, "RECHECK_SECONDS", 0.05)

    @live
    async def scenario():
        async with signed_in(alice) as alices:
            monkeypatch.setattr(handshake, "authenticate", lambda request: 1 / 0)
            await asyncio.sleep(1)
            assert await who(alices) == "alice"

    scenario()


def test_credentials_that_become_another_persons_end_the_socket(alice, bob):
    @live
    async def scenario():
        async with signed_in(alice) as alices:
            await alices.subscribe(COUNT)
            await alices.hear()
            await asyncio.sleep(2 * guard.REST_SECONDS)

            await in_thread(AccessToken.objects.update)(user=bob)
            await wake(alice.pk)

            await assert_shown_out(alices)

    scenario()


def test_the_handshake_is_a_request_like_any_other(alice, browser):
    scope = {
        "type": "websocket",
        "path": "/graphql",
        "query_string": b"",
        "scheme": "wss",
        "headers": [*cookies_of(browser), (b"x-custom", b"1")],
    }

    request = handshake.django_request(scope)

    assert (request.method, request.scheme, request.get_host()) == ("GET", "https", "testserver")
    assert request.headers["x-custom"] == "1"
    assert request.user == alice
    with pytest.raises(AuthenticationFailed):
        handshake.django_request(scope, {"authorization": 7})


@live
async def test_credentials_that_expire_while_they_cannot_be_checked_are_invalid(alice):
    async def check():
        raise Unavailable("the database is away")

    expired = timezone.now() - timedelta(seconds=1)
    context = Context(HttpRequest(), Identity(alice, expires_at=expired))

    await asyncio.wait_for(guard.wait_until_invalid(context, check), 5)
