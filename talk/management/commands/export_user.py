import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ...exceptions import Refused
from ...models import Act
from ...privacy import export
from ..users import user_named


class Command(BaseCommand):
    help = "Print all that is kept of one person, one JSON object a line."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--why", required=True, help="for the acts of moderators")

    def handle(self, *args: Any, **options: Any) -> None:
        user = user_named(options["username"])
        try:
            Act.objects.note(Act.Kind.USER_EXPORTED, None, options["why"], user=user.pk)
        except Refused as refused:
            raise CommandError(str(refused.message)) from None
        for each in export(user):
            self.stdout.write(json.dumps(each, ensure_ascii=False))
