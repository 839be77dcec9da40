"""No log has the URL of a file: whoever reads it could download the file."""

import logging

import pytest
from django.test import Client

from talk.contrib.files import receiving, serving
from talk.contrib.files.addresses import download_url, upload_ticket
from talk.contrib.files.logs import hide_tokens

from .conftest import PNG

pytestmark = pytest.mark.django_db


@pytest.fixture
def paths(begin, sent):
    """Of an upload and a download."""
    return [upload_ticket(begin(4)).url, download_url(sent(PNG, "soup.png"))]


def test_an_unexpected_error_is_logged_without_the_token(paths, monkeypatch, caplog):
    client = Client(raise_request_exception=False)
    for module in (receiving, serving):
        monkeypatch.setattr(module, "_named_by", lambda _token: {}["a fault"])
    codes = [client.put(paths[0], b"soup").status_code, client.get(paths[1]).status_code]

    assert codes == [500, 500]
    shown = [each.getMessage() for each in caplog.records if each.name == "django.request"]
    assert [each.partition("/")[2] for each in shown] == ["talk/files/upload/", "talk/files/"]


def test_access_logs_have_no_token(paths, monkeypatch, caplog):
    server = pytest.importorskip("daphne.server").Server
    logged = []
    monkeypatch.setattr(server, "log_action", lambda _self, *action: logged.append(action))
    hide_tokens()
    for path in paths:
        args = ("127.0.0.1:9", "GET", path, "1.1", 200)
        with caplog.at_level(logging.INFO):
            logging.getLogger("uvicorn.access").info('%s - "%s %s HTTP/%s" %d', *args)
        server.log_action(None, "http", "complete", {"path": path, "status": 200})

    shown = ["/talk/files/upload/", "/talk/files/"]
    assert [each.args[2] for each in caplog.records if each.name == "uvicorn.access"] == shown
    assert [details["path"] for _protocol, _action, details in logged] == shown
