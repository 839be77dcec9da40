"""A network between a client and a server, which can be cut."""

import socket
import socketserver
import threading
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit


class Network(socketserver.ThreadingTCPServer):
    """Passes all bytes on to the server at `server_url`, and back."""

    allow_reuse_address = daemon_threads = True

    def __init__(self, server_url: str) -> None:
        super().__init__(("127.0.0.1", 0), socketserver.BaseRequestHandler)
        self.point_to(server_url)
        self.open: list[socket.socket] = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def point_to(self, server_url: str) -> None:
        """Pass new connections on to this server."""
        address = urlsplit(server_url)
        self.there = (address.hostname, address.port)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def server_close(self) -> None:
        # Otherwise the thread would go on asking a socket that is closed, without a pause.
        self.shutdown()
        self.cut()
        super().server_close()

    def finish_request(self, here: Any, client_address: Any) -> None:
        with socket.create_connection(self.there) as there:
            self.open += [here, there]
            back = threading.Thread(target=_pass_on, args=(there, here))
            back.start()
            _pass_on(here, there)
            back.join()

    def cut(self) -> None:
        while self.open:
            with suppress(OSError):
                self.open.pop().shutdown(socket.SHUT_RDWR)


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65_536):
            target.sendall(data)
        target.shutdown(socket.SHUT_RDWR)
