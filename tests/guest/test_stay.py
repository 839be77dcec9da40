"""Talk in somebody else's project."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_talk_is_a_guest_in_a_project_with_its_own_users_and_schema(tmp_path):
    stay = subprocess.run(
        [sys.executable, "-W", "error", "-m", "django", "stay"],
        cwd=ROOT,
        env={
            **{name: value for name, value in os.environ.items() if name in {"PATH", "HOME"}},
            "DJANGO_SETTINGS_MODULE": "tests.guest.host.settings",
            "HOST_DATABASE": str(tmp_path / "host.sqlite3"),
        },
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )

    assert stay.returncode == 0, stay.stderr[-5000:]
    assert stay.stdout.endswith("The stay was pleasant.\n")
