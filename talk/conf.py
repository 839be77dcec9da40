"""Every option of Talk on one screen; a project overrides them in its setting `TALK`."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, cast

from django.conf import settings
from django.core.signals import setting_changed
from django.dispatch import receiver


class Conf:
    """Typed defaults."""

    #: Most people in one conversation, the sender included.
    MAX_PARTICIPANTS: int = 1_000
    #: Longest body of a message, in characters.
    MAX_BODY_LENGTH: int = 10_000
    #: The class that says who may reach whom; see `talk.policy.Policy`.
    POLICY: str = "talk.policy.Policy"
    #: Whether who is taken into a group is asked first.
    INVITATIONS_ASK: bool = False
    #: Days for which what was said is shown, by kind of conversation: `private`, `group`.
    RETENTION: Mapping[str, float | None] = {}
    #: User fields that `users(search:)` looks into; None means the name fields the model has.
    USER_SEARCH_FIELDS: tuple[str, ...] | None = None
    #: Whether people see each other's user names; None means unless these are e-mail addresses.
    SHOWS_USERNAMES: bool | None = None
    #: A function that names a user; None means the full name, or the user name if it is shown.
    NAME: str | None = None
    #: A function that returns the URL of a user's picture, or None.
    AVATAR: str | None = None

    #: Classes that find out who is calling, tried in this order; None means access tokens, and then
    #: Django's session.
    AUTHENTICATORS: tuple[str, ...] | None = None
    #: Most access tokens of one user that work at a time.
    MAX_ACCESS_TOKENS: int = 50
    #: JSON Web Tokens of a host product.
    JWT: Mapping[str, Any] = {}
    #: Origins, other than its own, whose pages may open a WebSocket: `https://app.example`.
    ALLOWED_ORIGINS: tuple[str, ...] = ()

    #: What the names of Talk's GraphQL types begin with, in a schema that has others so called.
    TYPE_PREFIX: str = ""
    #: A manifest of the documents that alone are executed; None means that any is.
    TRUSTED_DOCUMENTS: str | None = None
    #: Most tokens of a GraphQL document.
    MAX_TOKENS: int = 1_000
    #: Deepest nesting of fields.
    MAX_DEPTH: int = 12
    #: Most fields, each as often as its fragment is spread.
    MAX_FIELDS: int = 500
    #: Most fields that have one name in one selection, and so are merged into one.
    MAX_REPEATS: int = 100
    #: Most that an operation may cost.
    MAX_COST: int = 5_000
    #: Most that each result of a subscription may cost.
    MAX_EVENT_COST: int = 200

    #: Longest answer, and longest result of a subscription, in bytes.
    MAX_ANSWER_SIZE: int = 4_194_304
    #: Longest body of a request over HTTP, in bytes.
    MAX_REQUEST_SIZE: int = 262_144
    #: Longest frame to the server over a socket, in bytes.
    MAX_FRAME_SIZE: int = 65_536
    #: Most operations that run on one socket.
    MAX_OPERATIONS: int = 100
    #: Most sockets and event streams of one user at one process.
    MAX_USER_SOCKETS: int = 50
    #: Most subscriptions that run for one user at one process, over sockets and event streams.
    MAX_USER_STREAMS: int = 200
    #: Most sockets from one public address at one process.
    MAX_ADDRESS_SOCKETS: int = 1_000

    #: How often a user may do what, and what may come from an address. What
    #: is not named here keeps its default; None means no limit.
    RATE_LIMITS: Mapping[str, str | None] = MappingProxyType(
        {
            "send": "5/second; 100/minute",
            "start": "10/minute; 100/hour",
            "invite": "10/minute; 100/hour",
            "report": "10/minute; 50/day",
            "write": "50/10 seconds",
            "read": "100/10 seconds",
            "search": "50/10 seconds",
            "subscribe": "200/minute",
            "follow": "100/10 seconds",
            "failure": "30/minute",
            "stranger": "1000/minute",
        }
    )
    #: Where that is counted: `redis://…` for many processes.
    RATE_STORAGE: str = "memory://"
    #: The beginning of the names of groups and keys, which keeps installations on one Redis apart;
    #: None means a digest of the name of the default database.
    REDIS_PREFIX: str | None = None

    #: Whether the schema may be read without signing in; None means as `DEBUG` says.
    PUBLIC_INTROSPECTION: bool | None = None
    #: Whether `/graphql` shows GraphiQL to a browser; None means as `DEBUG` says.
    GRAPHIQL: bool | None = None
    #: A template for the bar above GraphiQL; None means that it says who is signed in.
    GRAPHIQL_BAR: str | None = None

    #: Seconds after which live streams look into the database even if no doorbell rang.
    RECONCILE_SECONDS: float = 5.0
    #: Groups that the doorbells of all conversations are spread over.
    SHARDS: int = 64
    #: Most statements that each connection to PostgreSQL keeps prepared: 0, or at least 10. None
    #: behind a proxy that hands out connections for single transactions.
    PREPARED_STATEMENTS: int = 0
    #: Seconds after which PostgreSQL's work for one operation is cancelled; None means never.
    OPERATION_TIMEOUT: float | None = 5.0
    #: Whether selections are compiled into plans. False makes lists about six times slower, and
    #: changes no answer: it shows whether a fault lies in the plans, and what they are worth.
    PLANS: bool = True
    #: Threads that answer queries and mutations over HTTP; 0 leaves these to Django's handler.
    THREADS: int = 8


class Configured:
    """The defaults, or what `settings.TALK` has instead, kept from the first look-up on."""

    def __getattr__(self, name: str) -> Any:
        found = getattr(settings, "TALK", {}).get(name, getattr(Conf, name))
        self.__dict__[name] = found
        return found


conf = cast("Conf", Configured())


@receiver(setting_changed)
def _forget(*, setting: str, **kwargs: Any) -> None:
    if setting == "TALK":
        conf.__dict__.clear()
