import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from ...privacy import export
from ..users import user_named


class Command(BaseCommand):
    help = "Print all that is kept of one person, one JSON object a line."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        for each in export(user_named(options["username"])):
            self.stdout.write(json.dumps(each, ensure_ascii=False))
