from typing import Any

from ...retention import purge
from ..printing import PrintingCommand


class Command(PrintingCommand):
    help = "Forget the words of messages that are kept for no longer; see the option RETENTION."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"The words of {purge()} messages were forgotten.")
