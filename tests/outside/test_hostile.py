"""Servers that want to hold a worker, fill its memory, or be quoted."""

import gzip
import itertools
import logging
import socket
import threading
import time
import traceback

import pytest

from talk.outside import OutsideError, Reason, connecting, fetch

from .internet import answering

SHOP = "shop.example.com"
OK = b"HTTP/1.1 200 OK\r\n"


def get(most_bytes=1_000, timeout=5.0, **options):
    return fetch(f"http://{SHOP}/", most_bytes=most_bytes, timeout=timeout, plain=True, **options)


def refused(**options):
    with pytest.raises(OutsideError) as error:
        get(**options)
    return error.value.reason


def sending(*parts, pause=0.0, end=True):
    """A script that sends these parts, and waits for `pause` seconds before each."""

    def script(connection, request):
        for part in parts[0] if len(parts) == 1 and not isinstance(parts[0], bytes) else parts:
            time.sleep(pause)
            connection.sendall(part)
        while not end and connection.recv(1_000):
            pass

    return script


def chunks(part, *, pause=0.0):
    """A script that sends this chunk for ever."""
    head = OK + b"Transfer-Encoding: chunked\r\n\r\n"
    return sending(itertools.chain([head], itertools.repeat(part)), pause=pause)


FOR_EVER = itertools.repeat
#: Answers that do not end in time, each piece soon after the one before.
SLOW = {
    "nothing": sending(b"", end=False),
    "half a status line": sending(b"HTTP/1.1 2", end=False),
    "a status line of single bytes": sending([b"%c" % each for each in OK * 20], pause=0.02),
    "headers": sending(itertools.chain([OK], FOR_EVER(b"A: b\r\n")), pause=0.02),
    "a body of single bytes": sending(itertools.chain([OK, b"\r\n"], FOR_EVER(b"x")), pause=0.02),
    "chunks": chunks(b"1\r\nx\r\n", pause=0.02),
    "trailers": sending(
        itertools.chain([OK, b"Transfer-Encoding: chunked\r\n\r\n0\r\n"], FOR_EVER(b"A: b\r\n")),
        pause=0.02,
    ),
    "please wait": sending(FOR_EVER(b"HTTP/1.1 100 Continue\r\n\r\n"), pause=0.02),
}


@pytest.mark.parametrize("kind", SLOW)
def test_the_whole_answer_has_to_come_in_time(internet, kind):
    internet.serve(SHOP, SLOW[kind])

    began = time.monotonic()
    assert refused(timeout=0.4) == Reason.TIMED_OUT
    assert 0.3 < time.monotonic() - began < 1.4


def test_redirects_share_the_time(internet):
    def script(connection, request):
        time.sleep(0.15)
        connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n")

    internet.serve(SHOP, script)

    assert refused(timeout=0.4, redirects=50) == Reason.TIMED_OUT


def test_a_reader_that_does_not_read_is_given_up(internet):
    def stop(connection):
        with connection:
            release.wait(5)

    release = threading.Event()

    internet.serve(SHOP, answering())
    internet._answer = lambda connection, script, tls: stop(connection)

    assert refused(timeout=0.4, body=b"x" * 20_000_000) == Reason.TIMED_OUT
    release.set()


def test_a_handshake_that_does_not_end_is_given_up(internet):
    def stop(connection):
        with connection:
            release.wait(5)

    release = threading.Event()
    internet.serve(SHOP, answering())
    internet._answer = lambda connection, script, tls: stop(connection)

    with pytest.raises(OutsideError) as error:
        fetch(f"https://{SHOP}/", most_bytes=1, timeout=0.4)
    assert error.value.reason == Reason.TIMED_OUT
    release.set()


#: Answers that are not HTTP, end early, or are out of all bounds.
BROKEN = {
    "nothing": sending(b""),
    "another protocol": sending(b"SSH-2.0-OpenSSH_9.6\r\n"),
    "HTTP/0.9": sending(b"<p>Hello"),
    "no number": sending(b"HTTP/1.1 OK\r\n\r\n"),
    "a status below 100": sending(b"HTTP/1.1 99 No\r\n\r\n"),
    "a status above 999": sending(b"HTTP/1.1 1000 No\r\n\r\n"),
    "another protocol after this one": sending(b"HTTP/1.1 101 Switch\r\n\r\n"),
    "hints": sending(b"HTTP/1.1 103 Early Hints\r\n\r\n" + OK + b"\r\n"),
    "half a head": sending(OK + b"A:"),
    "a long status line": sending(b"HTTP/1.1 200 " + b"x" * 70_000 + b"\r\n\r\n"),
    "a long header": sending(OK + b"A: " + b"x" * 70_000 + b"\r\n\r\n"),
    "many headers": sending(OK + b"A: b\r\n" * 101 + b"\r\n"),
    "much in headers": sending(itertools.chain([OK], FOR_EVER(b"A: " + b"b" * 1_000 + b"\r\n"))),
    "waits for ever": sending(FOR_EVER(b"HTTP/1.1 100 Continue\r\n\r\n" * 100)),
    "less than promised": answering(b"half", length=8),
    "a chunk cut off": sending(OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nab"),
    "no last chunk": sending(OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n"),
    "no chunk": sending(OK + b"Transfer-Encoding: chunked\r\n\r\nab\r\n"),
    "a negative chunk": sending(OK + b"Transfer-Encoding: chunked\r\n\r\n-5\r\nab\r\n"),
    "a chunk of -1": chunks(b"-1\r\n" + b"x" * 1_000),
    "trailers for ever": sending(
        itertools.chain(
            [OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n"], FOR_EVER(b"A: b\r\n" * 1_000)
        )
    ),
    "extensions for ever": chunks(b"1;" + b"x" * 60_000 + b"\r\nx\r\n"),
    "single bytes": chunks(b"1\r\nx\r\n" * 1_000),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_what_is_no_whole_answer_is_broken(internet, kind):
    internet.serve(SHOP, BROKEN[kind])

    # A body of single bytes is refused for what its framing takes.
    assert refused(most_bytes=100_000 if kind == "single bytes" else 1_000) == Reason.BROKEN


@pytest.mark.parametrize(
    "script",
    [
        answering(b"x" * 1_000_000),
        sending(itertools.chain([OK, b"\r\n"], FOR_EVER(b"x" * 1_000))),
        answering(b"x" * 2_000, length=10**30),
        chunks(b"3e8\r\n" + b"x" * 1_000 + b"\r\n"),
        chunks(b"f" * 30 + b"\r\n" + b"x" * 1_000),
    ],
    ids=["long", "endless", "a long promise", "chunks", "a huge chunk"],
)
def test_a_body_ends_at_what_the_caller_wants(internet, script):
    internet.serve(SHOP, script)

    page = get(most_bytes=1_000)

    assert len(page.body) == 1_000
    assert not page.whole


@pytest.mark.parametrize("size", [0, 1, 999, 1_000, 1_001])
def test_a_body_of_just_the_right_size_is_whole(internet, size):
    internet.serve(SHOP, answering(b"x" * size))

    page = get(most_bytes=1_000)

    assert (len(page.body), page.whole) == (min(size, 1_000), size <= 1_000)


def test_a_caller_may_want_the_status_alone(internet):
    internet.serve(SHOP, answering(b"x" * 100_000, status="410 Gone"))

    assert (get(most_bytes=0).status, get(most_bytes=0).body) == (410, b"")


def test_a_body_that_nobody_wants_is_not_waited_for(internet):
    internet.serve(SHOP, sending(OK + b"Content-Length: 5\r\n\r\n", end=False))

    page = get(most_bytes=0, timeout=2)

    assert (page.status, page.whole) == (200, False)


@pytest.mark.parametrize(
    "header",
    [
        "Content-Encoding: gzip",
        "Content-Encoding: identity, br",
        "Transfer-Encoding: gzip, chunked",
    ],
)
def test_a_bomb_is_not_unpacked(internet, header):
    internet.serve(SHOP, answering(gzip.compress(b"x" * 10_000_000), header))

    page = get(most_bytes=100_000)

    assert (page.status, page.body, page.whole) == (200, b"", False)


def test_of_two_headers_the_first_counts_and_lines_are_joined(internet):
    internet.serve(SHOP, answering(b"", "A: first", "A: second", "B: one\r\n two", "C: \xe0\x85"))

    headers = get().headers

    assert (headers["a"], headers["b"]) == ("first", "one two")
    assert headers["c"].encode("latin-1").decode() == "\xe0\x85"


def test_an_error_quotes_neither_the_url_nor_the_answer(internet, caplog):
    internet.serve(SHOP, sending(b"secret answer\r\n\r\n"))

    with caplog.at_level(logging.DEBUG), pytest.raises(OutsideError) as error:
        fetch(f"http://{SHOP}/secret", most_bytes=1, timeout=5, plain=True)

    shown = "".join(traceback.format_exception(error.value)) + caplog.text
    assert error.value.reason == Reason.BROKEN
    assert "secret answer" not in shown
    assert "/secret" not in str(error.value)


def test_a_look_up_that_does_not_end_is_left_behind(internet):
    release = threading.Event()

    def wait(name):
        release.wait(10)
        return ["93.184.216.34"]

    internet.look_up = wait
    began = time.monotonic()
    assert refused(timeout=0.2) == Reason.TIMED_OUT
    assert time.monotonic() - began < 1
    release.set()


def test_look_ups_that_are_left_behind_do_not_pile_up(internet, monkeypatch):
    release = threading.Event()
    monkeypatch.setattr(connecting, "_lookups", threading.BoundedSemaphore(2))

    def wait(name):
        release.wait(10)
        return internet._look_up(name)

    internet.serve(SHOP, answering(b"again"))
    internet.look_up = wait
    for _ in range(4):
        assert refused(timeout=0.1) == Reason.TIMED_OUT
    assert len(internet.asked) == 2
    release.set()
    assert get().body == b"again"


def test_addresses_are_tried_one_after_the_other(monkeypatch):
    """With the connections of the system, not those of the small internet."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        found = [(socket.AF_INET, 1, 6, "", (each, 0)) for each in ("127.0.0.2", "127.0.0.1")]
        monkeypatch.setattr(connecting.socket, "getaddrinfo", lambda *_, **__: found)

        def answer():
            connection, _ = listener.accept()
            with connection:
                connection.recv(1_000)
                connection.sendall(OK + b"\r\nhere")

        server = threading.Thread(target=answer)
        server.start()
        rules = {"plain": True, "ports": [port], "internal": {"bot"}}
        page = fetch(f"http://bot:{port}/", most_bytes=10, timeout=5, **rules)
        server.join()
    assert page.body == b"here"
    with pytest.raises(OutsideError) as error:
        fetch(f"http://bot:{port}/", most_bytes=10, timeout=5, **rules)
    assert error.value.reason == Reason.UNREACHABLE
