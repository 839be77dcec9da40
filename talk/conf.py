"""All options of Talk, with their defaults. A project sets them in its setting `TALK`."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, cast

from django.conf import settings
from django.core.signals import setting_changed
from django.dispatch import receiver


class Conf:
    """The options, their types and their defaults."""

    #: Most people in one conversation, including the sender.
    MAX_PARTICIPANTS: int = 1_000
    #: Most characters in a message.
    MAX_BODY_LENGTH: int = 10_000
    #: The class that decides who may reach whom; see `talk.policy.Policy`.
    POLICY: str = "talk.policy.Policy"
    #: Whether people have to accept before they take part in a group.
    INVITATIONS_ASK: bool = False
    #: Days for which messages are shown, by kind of conversation: `private`, `group`. None
    #: means for ever, and so does a kind that is not here.
    RETENTION: Mapping[str, float | None] = {}
    #: Seconds in which people may edit what they sent. None means always, and 0 never.
    EDIT_SECONDS: float | None = 86_400
    #: Who sees what an edited message said before: `members`, `moderators` or `none`. For `none`
    #: it is not kept.
    EDIT_HISTORY: str = "members"
    #: Seconds in which people may take back what they sent. None means always, and 0 never.
    RETRACT_SECONDS: float | None = None
    #: Most people of a conversation in which people are told how far others have read. 0 means that
    #: nobody is ever told.
    RECEIPTS_UP_TO: int = 100
    #: The reactions that are allowed, such as `("👍", "party_parrot")`. None means every emoji.
    REACTIONS: tuple[str, ...] | None = None
    #: Most bytes of a file that people send.
    MAX_UPLOAD_SIZE: int = 26_214_400
    #: Most files of one message.
    MAX_ATTACHMENTS: int = 10
    #: Types of the files that people may send, such as `("image/*", "application/pdf")`. None means
    #: all.
    UPLOAD_TYPES: tuple[str, ...] | None = None
    #: Most bytes of all files of one person. None means no limit.
    UPLOAD_QUOTA: int | None = None
    #: A path of the proxy from which it serves files by `X-Accel-Redirect`. None means that this
    #: server sends the bytes itself.
    FILES_INTERNAL_URL: str | None = None
    #: The path of a class by which clients upload to the storage and download from it themselves,
    #: such as `talk.contrib.files.s3.S3`. None means that all bytes pass through this server.
    FILES_DIRECT: str | None = None
    #: The path of a function that gets each file, open for reading bytes, before anybody can
    #: download it. It returns why the file is refused, or None. If it raises, it is asked again
    #: later. None means that files are not scanned.
    SCANNER: str | None = None
    #: Where `talk.contrib.files.clamd.scan` finds ClamAV: `host:port`, or `unix:` and a path.
    CLAMD: str = "127.0.0.1:3310"
    #: Whether the worker fetches the pages to which messages link, to show what they are.
    LINK_PREVIEWS: bool = False
    #: Fields of the user model that `users(search:)` searches; None means those with names.
    USER_SEARCH_FIELDS: tuple[str, ...] | None = None
    #: Whether people see each other's user names; None means yes unless they are e-mail addresses.
    SHOWS_USERNAMES: bool | None = None
    #: The path of a function that returns the name of a user. None means the full name or, without
    #: one, the user name if people see these.
    NAME: str | None = None
    #: The path of a function that returns the URL of a user's picture, or None.
    AVATAR: str | None = None

    #: The classes that authenticate a request, tried in this order. None means access tokens, then
    #: sessions.
    AUTHENTICATORS: tuple[str, ...] | None = None
    #: Most active access tokens of one user.
    MAX_ACCESS_TOKENS: int = 50
    #: How to verify JSON Web Tokens that another service issues.
    JWT: Mapping[str, Any] = {}
    #: Other origins whose pages may open a WebSocket, such as `https://app.example`.
    ALLOWED_ORIGINS: tuple[str, ...] = ()

    #: The prefix of the names of Talk's GraphQL types, for schemas with other types of these names.
    TYPE_PREFIX: str = ""
    #: The path of a manifest of trusted documents. Others are refused then. None allows all.
    TRUSTED_DOCUMENTS: str | None = None
    #: Most lexical tokens of a GraphQL document.
    MAX_TOKENS: int = 1_000
    #: Deepest nesting of fields.
    MAX_DEPTH: int = 12
    #: Most fields of an operation. A fragment counts each time that it is spread.
    MAX_FIELDS: int = 500
    #: Most fields with the same name in one selection, which are merged into one.
    MAX_REPEATS: int = 100
    #: Highest cost of an operation.
    MAX_COST: int = 5_000
    #: Highest cost of each result of a subscription.
    MAX_EVENT_COST: int = 200

    #: Most bytes of a response, and of each result of a subscription.
    MAX_ANSWER_SIZE: int = 4_194_304
    #: Most bytes of the body of an HTTP request.
    MAX_REQUEST_SIZE: int = 262_144
    #: Most bytes of a WebSocket frame from a client.
    MAX_FRAME_SIZE: int = 65_536
    #: Most operations that run on one WebSocket.
    MAX_OPERATIONS: int = 100
    #: Most WebSockets and event streams of one user, in each process.
    MAX_USER_SOCKETS: int = 50
    #: Most running subscriptions of one user, in each process.
    MAX_USER_STREAMS: int = 200
    #: Most WebSockets from one public IP address, in each process.
    MAX_ADDRESS_SOCKETS: int = 1_000

    #: Rate limits of users and addresses, by name. Missing names keep their default. None means no
    #: limit.
    RATE_LIMITS: Mapping[str, str | None] = MappingProxyType(
        {
            "send": "5/second; 100/minute",
            "start": "10/minute; 100/hour",
            "invite": "10/minute; 100/hour",
            "report": "10/minute; 50/day",
            "react": "20/10 seconds; 100/minute",
            "upload": "20/minute; 500/day",
            "write": "50/10 seconds",
            "read": "100/10 seconds",
            "search": "50/10 seconds",
            "search_messages": "20/10 seconds",
            "subscribe": "200/minute",
            "follow": "100/10 seconds",
            "failure": "30/minute",
            "stranger": "1000/minute",
        }
    )
    #: Where rates are counted. Several processes need `redis://…`.
    RATE_STORAGE: str = "memory://"
    #: The prefix of all names in Redis, different for each installation that shares it. None means
    #: a digest of the name of the default database.
    REDIS_PREFIX: str | None = None

    #: Whether strangers may introspect the schema; None means the value of `DEBUG`.
    PUBLIC_INTROSPECTION: bool | None = None
    #: Whether `/graphql` shows GraphiQL to a browser; None means the value of `DEBUG`.
    GRAPHIQL: bool | None = None
    #: A template for the bar above GraphiQL. None shows who is signed in.
    GRAPHIQL_BAR: str | None = None

    #: The bearer token with which the page of metrics may be read. None means none.
    METRICS_TOKEN: str | None = None
    #: Addresses and networks from which the page of metrics may be read without a token.
    METRICS_ADDRESSES: tuple[str, ...] = ()

    #: Seconds after which subscriptions are compared with the database even without a wake-up.
    RECONCILE_SECONDS: float = 5.0
    #: Whether the SQL of frequent queries is made once. False has Django make it each time. That
    #: changes no answer. Use it to find out whether they cause a fault, and how much they save.
    PREPARED_QUERIES: bool = True
    #: Seconds after which PostgreSQL cancels the work for one operation; None means never.
    OPERATION_TIMEOUT: float | None = 5.0
    #: Whether selections are compiled into plans. False makes lists about four times slower, and
    #: changes no answer. Use it to find out whether plans cause a fault, and how much they save.
    PLANS: bool = True
    #: Threads that answer queries and mutations over HTTP; 0 leaves these to Django's handler.
    THREADS: int = 8


class Configured:
    """The values of `settings.TALK`, or the defaults. Each is kept after the first look-up."""

    def __getattr__(self, name: str) -> Any:
        found = getattr(settings, "TALK", {}).get(name, getattr(Conf, name))
        self.__dict__[name] = found
        return found


conf = cast("Conf", Configured())


@receiver(setting_changed)
def _forget(*, setting: str, **kwargs: Any) -> None:
    if setting == "TALK":
        conf.__dict__.clear()
