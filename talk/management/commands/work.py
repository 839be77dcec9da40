import signal
from typing import Any

from django.core.management.base import CommandError, CommandParser

from ...worker import Worker
from ..printing import PrintingCommand


class Command(PrintingCommand):
    help = "Run the followers of the log, and the timed jobs, until SIGTERM or Ctrl-C."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="do what is due, and end")

    def handle(self, *args: Any, once: bool, **options: Any) -> None:
        worker = Worker()
        # This thread never waits for the lock that `stop` takes.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: worker.stop())
        if not once:
            worker.start()
            worker.join()
        elif not worker.run_once():
            raise CommandError("Something could not be done. The log tells what.")
