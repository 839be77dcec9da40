from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from ...exceptions import Refused
from ...privacy import erase, kept_of
from ..printing import PrintingCommand
from ..users import user_named


class Command(PrintingCommand):
    help = (
        "Erase the data that Talk has of one person. Their messages keep their numbers and lose "
        "their words. The account is deactivated and stays; delete it afterwards."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--why", required=True, help="the reason, for the acts of moderators")
        parser.add_argument(
            "--keep-words",
            action="store_true",
            help="keep the words of their messages, and erase only their name",
        )
        parser.add_argument(
            "--no-input",
            "--noinput",
            action="store_false",
            dest="interactive",
            help="don't ask for confirmation",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        user = user_named(options["username"])
        found = ", ".join(f"{name} {count}" for name, count in kept_of(user).items())
        if options["interactive"]:
            self._ask(user, found)
        try:
            erase(user, options["why"], keep_words=options["keep_words"])
        except Refused as refused:
            raise CommandError(str(refused.message)) from None
        if found:
            words = "Their words stay." if options["keep_words"] else "Their words are gone."
            self.stdout.write(f"{user} is erased. There were: {found}. {words}")
        else:
            self.stdout.write(f"There was nothing left of {user} to erase.")

    def _ask(self, user: Any, found: str) -> None:
        self.stdout.write(f"{user} will be erased. There are: {found or 'nothing'}.")
        try:
            answer = input("This can't be undone. Type yes to go on: ")
        except EOFError:
            raise CommandError("Nobody can confirm: use --no-input.") from None
        if answer != "yes":
            raise CommandError("Nothing was erased.")
