import socket
from typing import Any

from daphne.endpoints import build_endpoint_description_strings
from daphne.server import Server
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from backend.demo import world

WELCOME = """
  GraphiQL   http://{host}:{port}/graphql
             Click on a person to be them; another browser can be somebody else.
             {people}
  Admin      http://{host}:{port}/admin/ (after a click on {staff})
  Token      for a front end elsewhere: DEBUG=1 python manage.py token {staff}
  Stop       Ctrl-C. What was said stays in {database}.
"""


class Command(BaseCommand):
    help = "Serves GraphiQL and live updates, with people to be, on SQLite and in memory."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen at")
        parser.add_argument("--port", type=int, default=8000, help="port to listen at")

    def handle(self, *, host: str, port: int, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("The demo lets anybody in: it only runs with DEBUG=1 and DEMO=1.")
        _must_be_free(host, port)
        call_command("migrate", verbosity=0)
        world.make()
        self.stdout.write(
            WELCOME.format(
                host=host,
                port=port,
                people=", ".join(user.get_full_name() for user in world.people()),
                staff=world.STAFF,
                database=settings.DATABASE["NAME"],
            )
        )
        # Imported when the rest is ready: it sets up Django's handlers.
        from backend.asgi import application

        endpoints = build_endpoint_description_strings(host=host, port=port)
        Server(application, endpoints=endpoints, server_name="daphne").run()


def _must_be_free(host: str, port: int) -> None:
    with socket.socket() as candidate:
        candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            candidate.bind((host, port))
        except OSError as error:
            raise CommandError(
                f"Port {port} can't be used ({error.strerror}). Try --port {port + 1}."
            ) from None
