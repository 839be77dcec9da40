"""A project as `django-admin startproject` makes it, and what a page says to add to it.

Talk is installed there from its wheel.
"""

import re
from pathlib import Path
from typing import Any

from .processes import running, succeed
from .wheel import installed


class Host:
    def __init__(self, folder: Path) -> None:
        self.folder = folder / "product"
        self.folder.mkdir(parents=True)
        succeed("-m", "django", "startproject", "host", self.folder)

    def append(self, name: str, code: str) -> None:
        """Put `code` at the end of a file, which need not be there yet."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(f"\n{code}")

    def follow(self, blocks: list[str]) -> None:
        """Put each block into the file that its first line names: `# host/schema.py`."""
        for block in blocks:
            if named := re.match(r"# (\S+\.py)\n", block):
                self.append(named[1], block)

    def manage(self, *words: Any) -> str:
        return succeed(self.folder / "manage.py", *words, cwd=self.folder, PYTHONPATH=installed())

    def shell(self, code: str) -> str:
        """What `code` prints, in the project's shell without anything imported."""
        script = self.folder / "script.py"
        script.write_text(f"import django\ndjango.setup()\n{code}", encoding="utf-8")
        return succeed(
            script,
            cwd=self.folder,
            DJANGO_SETTINGS_MODULE="host.settings",
            PYTHONPATH=installed(),
        )

    def serve(self) -> Any:
        """Its development server."""
        command = (self.folder / "manage.py", "runserver", "--noreload", "{port}")
        return running(
            self.folder, *command, cwd=self.folder, path="/graphql", PYTHONPATH=installed()
        )
