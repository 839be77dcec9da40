from typing import Any

from django.core.management.base import BaseCommand

from ...retention import purge


class Command(BaseCommand):
    help = "Forget the words of messages that are kept for no longer; see the option RETENTION."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"The words of {purge()} messages were forgotten.")
