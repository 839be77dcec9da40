"""Daphne reads long bodies when the application takes them, and not all before."""

import asyncio
import tempfile

import pytest

from backend.daphne_requests import PIECE_SIZE, _Body, _Message, _Piece, _Queue


def messages_of(file, buffer_size=8192):
    """The messages that Daphne puts into the queue of an application, as its code does."""
    body, queue, found = _Body(file), asyncio.Queue(), []
    while True:
        chunk = body.read(buffer_size)
        more_body = not (len(chunk) < buffer_size)
        _Queue(queue).put_nowait({"type": "http.request", "body": chunk, "more_body": more_body})
        found.append(queue.get_nowait())
        if not more_body:
            return found


@pytest.mark.parametrize(
    "size", [0, 1, 8191, 8192, PIECE_SIZE - 1, PIECE_SIZE, 2 * PIECE_SIZE + 8192, 300_000]
)
def test_a_body_is_whole_and_read_when_it_is_taken(size):
    content = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.seek(0)

        messages = messages_of(file)

        assert all(type(each) is _Message for each in messages)
        assert all(type(dict.get(each, "body")) is _Piece for each in messages)
        assert b"".join(each["body"] for each in messages) == content
        assert b"".join(each.get("body", b"") for each in messages) == content
        assert [each["more_body"] for each in messages] == [True] * (len(messages) - 1) + [False]
        assert messages[0].get("nothing") is None


def test_a_body_of_a_client_that_is_gone_is_not_read():
    with tempfile.TemporaryFile() as file:
        file.write(b"soup")
        file.seek(0)
        messages = messages_of(file)

    with pytest.raises(ConnectionResetError):
        messages[0]["body"]


def test_other_messages_pass():
    queue = asyncio.Queue()
    _Queue(queue).put_nowait({"type": "http.disconnect"})

    assert queue.get_nowait() == {"type": "http.disconnect"}
