from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ...exceptions import Refused
from ...privacy import erase
from ..users import user_named


class Command(BaseCommand):
    help = (
        "Erase all that Talk keeps of one person. Their messages keep their numbers and lose their "
        "words. The account itself is deactivated and stays; delete it afterwards."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--why", required=True, help="for the acts of moderators")
        parser.add_argument(
            "--keep-words", action="store_true", help="what they said stays, said by nobody"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        user = user_named(options["username"])
        try:
            erase(user, options["why"], keep_words=options["keep_words"])
        except Refused as refused:
            raise CommandError(str(refused.message)) from None
