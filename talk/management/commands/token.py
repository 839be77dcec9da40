from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from ...exceptions import Refused
from ...models import AccessToken
from ..printing import PrintingCommand
from ..users import user_named


class Command(PrintingCommand):
    help = "Issue an access token and print its secret, once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--name", default="command line", help="what the token is for")
        parser.add_argument("--days", type=int, help="days until it expires; never, by default")

    def handle(self, *args: Any, **options: Any) -> None:
        username, days = options["username"], options["days"]
        user = user_named(username)
        if not user.is_active:
            raise CommandError(f"{username!r} is deactivated: a token would not work.")
        if days is not None and not 0 < days <= 36_500:
            raise CommandError("--days takes a number from 1 to 36500.")
        expires_at = None if days is None else timezone.now() + timedelta(days=days)
        try:
            token, secret = AccessToken.objects.issue(user, options["name"], expires_at)
        except Refused as refused:
            raise CommandError(str(refused.message)) from None
        self.stdout.write(secret)
        until = f"until {expires_at:%Y-%m-%d %H:%M %Z}" if expires_at else "until revoked"
        self.stderr.write(f"Token {token.prefix}… of {username} is valid {until}. Keep it safe.")
