"""How pages are fetched: whatever hosts and people do, the worker goes on soon."""

import gzip
import time

import pytest

from talk.contrib.previews import fetching
from talk.contrib.previews.fetching import Pages, fetch_page
from talk.contrib.previews.reading import Page

from ..outside.internet import answering, redirecting

HTML = "Content-Type: text/html; charset=utf-8"
BODY = b"<title>Soup</title>"
SHOP, URL = "shop.example.com", "http://shop.example.com/a"


@pytest.fixture
def asked(monkeypatch):
    """The URLs that were fetched. What the page says is its URL; with "away" in it, nothing."""
    urls = []

    def fetch(url):
        urls.append(url)
        return None if "away" in url else Page(url)

    monkeypatch.setattr(fetching, "fetch_page", fetch)
    return urls


@pytest.fixture
def clock(monkeypatch):
    class Clock:
        now = 1_000.0

        def monotonic(self):
            return self.now

    monkeypatch.setattr(fetching, "time", Clock())
    return fetching.time


class TestPage:
    def test_it_is_fetched_over_http(self, internet):
        internet.serve(SHOP, answering(BODY, HTML))
        assert fetch_page(URL) == Page("Soup")
        (request,) = internet.requests
        assert request.startswith(b"GET /a HTTP/1.1")
        assert b"User-Agent: Talk\r\n" in request
        assert b"Cookie" not in request
        assert b"Referer" not in request

    def test_redirects_are_followed(self, internet):
        internet.serve("short.example.com", redirecting(URL))
        internet.serve(SHOP, answering(BODY, HTML))
        assert fetch_page("http://short.example.com/") == Page("Soup")

    @pytest.mark.parametrize(
        "answer",
        [
            answering(BODY, HTML, status="404 Not Found"),
            answering(BODY, "Content-Type: application/pdf"),
            answering(BODY),
            answering(gzip.compress(bytes(10_000_000)), HTML, "Content-Encoding: gzip"),
            answering(b"\x89PNG" + bytes(1_000), HTML),
            answering(BODY, HTML, length=500),
            redirecting("http://127.0.0.1/"),
            redirecting("http://169.254.169.254/latest/meta-data"),
            redirecting(URL),
        ],
    )
    def test_what_is_no_page_has_no_preview(self, internet, answer):
        internet.serve(SHOP, answer)
        assert fetch_page(URL) is None

    @pytest.mark.parametrize(
        "url",
        [
            *("http://127.0.0.1:80/", "http://2130706433/", "http://localhost/"),
            *("http://nobody.example", "http://shop.example.com:8080/"),
            "http://inside.example.com/",
        ],
    )
    def test_inner_and_unknown_hosts_are_not_asked(self, internet, url):
        internet.names["inside.example.com"] = [["10.0.0.1"]]
        assert fetch_page(url) is None
        assert internet.reached == []

    def test_of_a_long_page_the_beginning_is_read(self, internet):
        internet.serve(SHOP, answering(BODY + b"x" * (fetching.MOST_BYTES + 100_000), HTML))
        assert fetch_page(URL) == Page("Soup")

    def test_a_slow_host_is_left(self, internet, monkeypatch):
        monkeypatch.setattr(fetching, "MOST_SECONDS", 0.1)
        internet.serve(SHOP, lambda connection, request: time.sleep(0.5))
        assert fetch_page(URL) is None

    def test_a_fault_of_ours_holds_nothing_up(self, monkeypatch, caplog):
        def fail(*args, **options):
            raise ValueError

        monkeypatch.setattr(fetching, "fetch", fail)
        assert fetch_page("http://secret.example/") is None
        assert "could not be read" in caplog.text
        assert "secret" not in caplog.text


class TestPages:
    def test_each_is_fetched_once_in_some_minutes(self, asked, clock):
        pages = Pages()
        for _ in range(1_000):
            assert pages.get(f"{URL}#{_}", 1) == Page(URL)
        assert asked == [URL]

        clock.now += fetching.REMEMBER_SECONDS
        pages.get(URL, 1)
        assert asked == [URL, URL]

    def test_one_that_could_not_be_had_is_tried_again_sooner(self, asked, clock):
        pages = Pages()
        assert pages.get("http://away.example/", 1) is None
        assert pages.get("http://away.example/", 2) is None
        clock.now += fetching.REMEMBER_FAILURE_SECONDS
        pages.get("http://away.example/", 3)
        assert len(asked) == 2

    @pytest.mark.parametrize(
        ("most", "pages"),
        [
            (fetching.MOST_OF_HOST, [(f"{URL}/{at}", at) for at in range(50)]),
            (fetching.MOST_FOR_SENDER, [(f"http://h{at}.example/", 1) for at in range(50)]),
            (fetching.MOST_PAGES, [(f"http://h{at}.example/", at) for at in range(400)]),
        ],
    )
    def test_they_are_few_in_a_minute(self, asked, clock, most, pages):
        found = Pages()
        for url, sender in pages:
            found.get(url, sender)
        assert len(asked) == most < len(pages)

        clock.now += 60
        assert found.get("http://next.example/", 1)

    def test_slow_hosts_take_the_time_of_the_one_who_names_them(self, asked, clock, monkeypatch):
        def slowly(url):
            clock.now += 5
            asked.append(url)

        monkeypatch.setattr(fetching, "fetch_page", slowly)
        pages = Pages()
        for at in range(50):
            pages.get(f"http://slow{at}.example/", 1)
        assert len(asked) == 3
        pages.get("http://other.example/", 2)
        assert len(asked) == 4

    def test_no_more_are_remembered_than_a_number(self, asked, clock, monkeypatch):
        monkeypatch.setattr(fetching, "REMEMBERED", 3)
        pages = Pages()
        for at in range(10):
            pages.get(f"http://h{at}.example/", at)
        assert len(pages._remembered) == 3
        for at in (9, 8, 7):
            pages.get(f"http://h{at}.example/", 1)
        assert len(asked) == 10
