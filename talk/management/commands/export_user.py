from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from ...exceptions import Refused
from ...privacy import export_to_file
from ..printing import PrintingCommand, encoding_of
from ..users import user_named


class Command(PrintingCommand):
    help = "Print all data that Talk has of one person, one JSON object per line."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--why", required=True, help="the reason, for the acts of moderators")

    def handle(self, *args: Any, **options: Any) -> None:
        user = user_named(options["username"])
        # For terminals without UTF-8, JSON has its own escapes.
        escape = encoding_of(self.stdout) != "utf-8"
        try:
            lines = export_to_file(user, None, options["why"], escape=escape)
        except Refused as refused:
            raise CommandError(str(refused.message)) from None
        with lines:
            for line in lines:
                self.stdout.write(line.decode())
