import asyncio
import errno
import shlex
import socket
import sys
from pathlib import Path
from typing import Any

from daphne.endpoints import build_endpoint_description_strings
from daphne.server import Server, twisted_loop
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError, CommandParser
from django.db import connection

from backend.demo import world
from backend.demo.bot import Bot
from schema.transport.open_connections import open_connections
from talk.management.printing import PrintingCommand

WELCOME = """
  Chat       http://{host}:{port}/
             Click on a person to be them; another window can be somebody else.
             {people}
  GraphiQL   http://{host}:{port}/graphql
  Admin      http://{host}:{port}/admin/ (after a click on {staff})
  Token      for a front end elsewhere: DEBUG=1 {python} manage.py token {staff}
  Stop       Ctrl-C. What was said stays in {database}.
"""


class Command(PrintingCommand):
    help = "Serves a chat and GraphiQL, with people to be, on SQLite and in memory."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen at")
        parser.add_argument("--port", type=int, default=8000, help="port to listen at")
        parser.add_argument(
            "--quiet",
            action="store_true",
            help="let the people of the demo write nothing by themselves",
        )

    def handle(self, *, host: str, port: int, quiet: bool, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("The demo lets anybody in: it only runs with DEBUG=1 and DEMO=1.")
        if connection.vendor != "sqlite":
            raise CommandError(
                "The demo makes people up, so it only runs on SQLite. Unset DATABASE_URL."
            )
        _must_be_free(host, port)
        call_command("migrate", verbosity=0)
        world.make()
        world.hang_picture(f"http://{_address(host)}:{port}")
        self.stdout.write(
            WELCOME.format(
                host=_address(host),
                port=port,
                people=", ".join(user.get_full_name() for user in world.people()),
                python=_python(),
                staff=world.STAFF,
                database=settings.DATABASE["NAME"],
            )
        )
        # Where this goes to a file or a pipe, it would wait there for the server's end.
        self.stdout.flush()
        # Imported when the rest is ready: it sets up Django's handlers.
        from backend.asgi import application

        endpoints = build_endpoint_description_strings(host=host, port=port)
        server = Server(
            application,
            endpoints=endpoints,
            server_name="",
            websocket_max_message_size=settings.DAPHNE_WEBSOCKET_MAX_MESSAGE_SIZE,
        )
        bot = Bot(_connected_users, twisted_loop)
        if not quiet:
            bot.start()
        try:
            server.run()
        finally:
            bot.stop()


def _connected_users() -> set[Any]:
    """The keys of the people who are in a window. Called from a thread."""

    async def read() -> set[Any]:
        return open_connections().users()

    # Without a time-out: on a busy machine the answer is late, and it is not an error.
    return asyncio.run_coroutine_threadsafe(read(), twisted_loop).result()


def _python() -> str:
    """How a shell here calls the Python that runs this, which has what the commands need."""
    path, here = Path(sys.executable), Path.cwd()
    return shlex.quote(str(path.relative_to(here) if path.is_relative_to(here) else path))


def _address(host: str) -> str:
    """How a browser on this machine calls `host`."""
    if host in {"0.0.0.0", "::"}:  # noqa: S104
        return "localhost"
    return f"[{host}]" if ":" in host else host


def _must_be_free(host: str, port: int) -> None:
    if not 0 < port < 65_536:
        raise CommandError(f"There is no port {port}. Ports go from 1 to 65535.")
    try:
        family, kind, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        candidate = socket.socket(family, kind)
    except OSError as error:
        raise CommandError(f"Can't listen at {host} ({error.strerror}).") from None
    with candidate:
        candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            candidate.bind(address)
        except OSError as error:
            if error.errno == errno.EADDRNOTAVAIL:
                raise CommandError(f"Can't listen at {host} ({error.strerror}).") from None
            # Low ports are for administrators.
            other = port + 1 if 1024 <= port < 65_535 else 8000
            raise CommandError(
                f"Port {port} can't be used ({error.strerror}). Try --port {other}."
            ) from None
