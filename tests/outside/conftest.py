from collections.abc import Iterator

import pytest

from talk.outside import connecting

from .internet import Authority, Internet


@pytest.fixture
def internet(monkeypatch: pytest.MonkeyPatch) -> Iterator[Internet]:
    net = Internet()
    monkeypatch.setattr(connecting.socket, "getaddrinfo", net.getaddrinfo)
    monkeypatch.setattr(connecting, "_connect", net.connect)
    yield net
    net.close()


@pytest.fixture
def authority(tmp_path, monkeypatch) -> Iterator[Authority]:
    """Whose certificates are trusted."""
    made = Authority()
    (tmp_path / "authority.pem").write_bytes(made.pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    connecting._tls.cache_clear()
    yield made
    connecting._tls.cache_clear()
