"""A small internet: names, public addresses, and real servers on this machine behind them."""

import datetime
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

#: Sends an answer on a connection, given the head and body of the request.
Script = Callable[[socket.socket, bytes], None]


class Internet:
    """Names resolve to `names`; connections to public addresses go to servers of this machine."""

    def __init__(self) -> None:
        #: The answers to look-ups of a name, one after the other. The last one is repeated.
        self.names: dict[str, list[list[str]]] = {}
        self.asked: list[str] = []
        #: Where connections went.
        self.reached: list[tuple[str, int]] = []
        #: What servers were sent.
        self.requests: list[bytes] = []
        self._ports: dict[str, int] = {}
        self._listeners: list[socket.socket] = []
        self.look_up = self._look_up

    def serve(
        self, name: str, script: Script, *, address: str = "", tls: ssl.SSLContext | None = None
    ) -> int:
        """A server of this name, at a public address of its own."""
        listener = socket.create_server(("127.0.0.1", 0))
        self._listeners.append(listener)
        port: int = listener.getsockname()[1]
        address = address or f"93.184.216.{34 + len(self._ports)}"
        self._ports[address] = port
        self.names.setdefault(name, [[address]])
        threading.Thread(target=self._run, args=[listener, script, tls], daemon=True).start()
        return port

    def getaddrinfo(self, name: str, port: None, *, type: int) -> list[Any]:
        self.asked.append(name)
        return [(socket.AF_INET, type, 6, "", (each, 0)) for each in self.look_up(name)]

    def connect(self, addresses: list[str], port: int, deadline: Any) -> socket.socket:
        self.reached.append((addresses[0], port))
        sock = socket.socket()
        sock.settimeout(deadline.left())
        sock.connect(("127.0.0.1", self._ports[addresses[0]]))
        return sock

    def close(self) -> None:
        for listener in self._listeners:
            # Wakes the thread that waits for connections.
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()

    def _look_up(self, name: str) -> list[str]:
        answers = self.names.get(name.removesuffix("."))
        if answers is None:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return answers.pop(0) if len(answers) > 1 else answers[0]

    def _run(self, listener: socket.socket, script: Script, tls: ssl.SSLContext | None) -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                threading.Thread(
                    target=self._answer, args=[connection, script, tls], daemon=True
                ).start()

    def _answer(
        self, connection: socket.socket, script: Script, tls: ssl.SSLContext | None
    ) -> None:
        with suppress(OSError), connection:
            connection.settimeout(20)
            if tls:
                connection = tls.wrap_socket(connection, server_side=True)
            with connection:
                request = _read_request(connection)
                self.requests.append(request)
                script(connection, request)


def _read_request(connection: socket.socket) -> bytes:
    request = b""
    while b"\r\n\r\n" not in request:
        request += connection.recv(65_536)
    head, _, body = request.partition(b"\r\n\r\n")
    for line in head.lower().splitlines():
        if line.startswith(b"content-length:"):
            while len(body) < int(line.partition(b":")[2]):
                body += connection.recv(65_536)
    return head + b"\r\n\r\n" + body


def answering(
    body: bytes = b"", *headers: str, status: str = "200 OK", length: int | None = None
) -> Script:
    """A script that sends this, whatever is asked."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}"]
    head = "\r\n".join([*lines, *headers, "", ""]).encode()

    def script(connection: socket.socket, request: bytes) -> None:
        connection.sendall(head + body)

    return script


def redirecting(location: str, status: str = "302 Found") -> Script:
    return answering(b"elsewhere", f"Location: {location}", status=status)


class Authority:
    """Makes certificates."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name.from_rfc4514_string("CN=Authority of tests")
        basic = x509.BasicConstraints(ca=True, path_length=None)
        self._certificate = self._sign(self._name, self._key, basic)

    @property
    def pem(self) -> bytes:
        return self._certificate.public_bytes(serialization.Encoding.PEM)

    def context(self, folder: Any, name: str, *, days: int = 30) -> ssl.SSLContext:
        """What a server of this name, or address, serves TLS with."""
        key = ec.generate_private_key(ec.SECP256R1())
        try:
            general: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(name))
        except ValueError:
            general = x509.DNSName(name)
        certificate = self._sign(
            x509.Name([]), key, x509.SubjectAlternativeName([general]), days=days
        )
        pem = certificate.public_bytes(serialization.Encoding.PEM) + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        path = folder / f"{name}{days}.pem"
        path.write_bytes(pem)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context

    def _sign(
        self, name: x509.Name, key: Any, extension: x509.ExtensionType, *, days: int = 30
    ) -> x509.Certificate:
        now = datetime.datetime.now(datetime.UTC)
        issuer_key = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=60))
            .not_valid_after(now + datetime.timedelta(days=days))
            .add_extension(extension, critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
            .add_extension(issuer_key, False)
            .add_extension(
                x509.KeyUsage(
                    digital_signature=True,
                    key_cert_sign=isinstance(extension, x509.BasicConstraints),
                    crl_sign=False,
                    content_commitment=False,
                    key_encipherment=False,
                    data_encipherment=False,
                    key_agreement=False,
                    encipher_only=False,
                    decipher_only=False,
                ),
                True,
            )
            .sign(self._key, hashes.SHA256())
        )
