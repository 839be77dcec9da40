from typing import Any

from ...purging import purge
from ..printing import PrintingCommand


class Command(PrintingCommand):
    help = "Delete the words of messages past their retention period; see the option RETENTION."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"The words of {purge()} messages were deleted.")
