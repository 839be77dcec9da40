"""Tokens of files: signed, different up and down, and valid for half a day."""

from types import SimpleNamespace

import pytest
from django.urls import set_script_prefix

from talk.contrib.files import addresses
from talk.contrib.files.addresses import download_from, download_url, upload_from, upload_ticket

FILE = SimpleNamespace(pk=17)


@pytest.fixture
def hour(monkeypatch):
    """`hour(h)`: it is the hour `h` since 1970."""

    def set_hour(value):
        monkeypatch.setattr(addresses.time, "time", lambda: value * 3600.0 + 1800)

    set_hour(1000)
    return set_hour


def token_of(url):
    return url.rpartition("/")[2]


def test_a_token_names_its_file():
    ticket = upload_ticket(FILE)

    assert ticket.method == "PUT"
    assert ticket.url.startswith("/talk/files/upload/")
    assert upload_from(token_of(ticket.url)) == 17
    assert download_url(FILE).startswith("/talk/files/")
    assert download_from(token_of(download_url(FILE))) == (17, "")
    assert download_from(token_of(download_url(FILE, "thumbnail"))) == (17, "thumbnail")


def test_a_token_of_an_upload_is_none_of_a_download():
    assert download_from(token_of(upload_ticket(FILE).url)) is None
    assert upload_from(token_of(download_url(FILE))) is None


def test_what_nobody_signed_is_no_token():
    for token in ("", "17", "17:", "17..1000", token_of(download_url(FILE)).replace("17", "18", 1)):
        assert download_from(token) is None
        assert upload_from(token) is None


def test_a_url_stays_the_same_for_an_hour_and_is_valid_for_twelve(hour):
    url = download_url(FILE)
    assert download_url(FILE) == url

    hour(1001)
    assert download_url(FILE) != url
    hour(1012)
    assert download_from(token_of(url)) == (17, "")
    hour(1013)
    assert download_from(token_of(url)) is None


def test_urls_have_the_prefix_of_the_project_wherever_they_are_made(settings):
    addresses._reversed.cache_clear()
    settings.FORCE_SCRIPT_NAME = "/product"
    try:
        assert download_url(FILE).startswith("/product/talk/files/")
        set_script_prefix("/product/")
        assert download_url(FILE).startswith("/product/talk/files/")
    finally:
        set_script_prefix("/")
        addresses._reversed.cache_clear()
