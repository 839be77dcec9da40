"""Who gets a file, in which parts, and with which headers."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.db import OperationalError
from django.utils import timezone

from talk.contrib.files import serving
from talk.contrib.files.addresses import upload_ticket
from talk.models import Attachment, Conversation, Message
from talk.moderation import remove_message
from talk.privacy import erase

from ..domain.acting import participation_of
from .conftest import PNG, body_of, now

pytestmark = pytest.mark.django_db
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
HTML = b"<!doctype html><script>alert(1)</script>"


def test_who_has_the_url_gets_the_file(sent, get):
    response = get(sent(PNG, 'Häuser "1".png'))

    assert (response.status_code, body_of(response)) == (200, PNG)
    assert response["Content-Length"] == str(len(PNG))
    assert response["Content-Type"] == "image/png"
    assert response["Content-Disposition"].startswith("inline; filename*=utf-8''H%C3%A4user")


class TestHeaders:
    @pytest.fixture(params=[PNG, SVG, HTML, b"GIF89a" + HTML, b"\0\x01"])
    def response(self, request, sent, get):
        return get(sent(request.param, "picture.svg"))

    def test_nothing_that_a_file_holds_is_run(self, response):
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert response["Cross-Origin-Resource-Policy"] in {"same-origin", "cross-origin"}
        assert response["Cache-Control"] == "private, max-age=3600"

    def test_only_harmless_types_are_shown_on_a_page(self, sent, get):
        for body, expected in [
            (PNG, ("image/png", "inline")),
            (b"GIF89a" + HTML, ("image/gif", "inline")),
            (SVG, ("text/plain", "attachment")),
            (HTML, ("text/plain", "attachment")),
            (b"%PDF-1.7", ("application/pdf", "attachment")),
            (b"\0\x01", ("application/octet-stream", "attachment")),
        ]:
            response = get(sent(body, "picture.png"))
            disposition = response["Content-Disposition"].partition(";")[0]
            assert (response["Content-Type"], disposition) == expected

    def test_other_origins_may_show_files_if_there_are_any(self, sent, get, settings):
        attachment = sent()
        settings.TALK = {**settings.TALK, "ALLOWED_ORIGINS": ("https://app.example",)}
        assert get(attachment)["Cross-Origin-Resource-Policy"] == "cross-origin"
        settings.TALK = {**settings.TALK, "ALLOWED_ORIGINS": ()}
        assert get(attachment)["Cross-Origin-Resource-Policy"] == "same-origin"

    def test_no_name_becomes_another_header(self, sent, get):
        attachment = sent()
        for filename, expected in [
            ('a"b\\c.txt', r'attachment; filename="a\"b\\c.txt"'),
            ("a\r\nSet-Cookie: b=c", 'attachment; filename="aSet-Cookie: b=c"'),
            ("суп.txt", "attachment; filename*=utf-8''%D1%81%D1%83%D0%BF.txt"),
            ("\u202egpj.exe", 'attachment; filename="gpj.exe"'),
            ("\x01\n", "attachment"),
        ]:
            Attachment.objects.filter(pk=attachment.pk).update(filename=filename)
            assert get(attachment)["Content-Disposition"] == expected


class TestParts:
    @pytest.fixture
    def file(self, sent):
        return sent(b"0123456789")

    @pytest.mark.parametrize(
        ("asked", "body", "part"),
        [
            ("bytes=2-4", b"234", "bytes 2-4/10"),
            ("bytes=7-", b"789", "bytes 7-9/10"),
            ("bytes=-2", b"89", "bytes 8-9/10"),
            ("bytes=5-500", b"56789", "bytes 5-9/10"),
        ],
    )
    def test_a_part(self, file, get, asked, body, part):
        response = get(file, range=asked)

        assert (response.status_code, body_of(response)) == (206, body)
        assert response["Content-Range"] == part
        assert response["Content-Length"] == str(len(body))
        assert response["X-Content-Type-Options"] == "nosniff"

    def test_beyond_the_end(self, file, get):
        response = get(file, range="bytes=10-")

        assert (response.status_code, response["Content-Range"]) == (416, "bytes */10")

    @pytest.mark.parametrize("asked", ["bytes=0-1,3-4", "bytes=4-2", "bytes=x-y", "lines=1-2"])
    def test_several_and_nonsense_are_the_whole(self, file, get, asked):
        response = get(file, range=asked)

        assert (response.status_code, body_of(response)) == (200, b"0123456789")

    def test_a_part_of_another_version_is_the_whole(self, file, get):
        etag = get(file)["ETag"]

        assert get(file, range="bytes=0-1", if_range=etag).status_code == 206
        assert get(file, range="bytes=0-1", if_range='"another"').status_code == 200

    def test_the_head_alone(self, file, get):
        response = get(file, method="head")
        assert (response.status_code, body_of(response)) == (200, b"")
        assert response["Content-Length"] == "10"

        response = get(file, method="head", range="bytes=0-1")
        assert (response.status_code, response["Content-Length"]) == (206, "2")

    def test_what_a_browser_has_is_not_sent_again(self, file, get, monkeypatch):
        etag = get(file)["ETag"]
        monkeypatch.setattr(serving, "_send", None)

        response = get(file, if_none_match=etag)
        assert (response.status_code, body_of(response)) == (304, b"")
        assert response["ETag"] == etag
        assert get(file, if_none_match="*", range="bytes=0-1").status_code == 304

    def test_other_methods(self, file, get):
        response = get(file, method="post")

        assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")


class TestSmallerPictures:
    def test_they_are_where_the_row_says_so(self, sent, get, stored):
        picture = sent(PNG)
        stored.save(f"{picture.key}-thumbnail", ContentFile(b"small"))
        assert get(picture, "thumbnail").status_code == 404

        Attachment.objects.update(has_thumbnails=True)
        response = get(picture, "thumbnail")
        assert (response["Content-Type"], body_of(response)) == ("image/webp", b"small")
        assert response["Content-Disposition"] == "inline"
        assert response["ETag"] != get(picture)["ETag"]


class TestAccess:
    """404 at once, the same as for a file that never was."""

    @pytest.fixture
    def refuses(self, get):
        never = get("/talk/files/17..1:signed")

        def check(attachment):
            for headers in ({}, {"if_none_match": "*"}, {"range": "bytes=0-1"}):
                response = get(attachment, **headers)
                assert (response.status_code, response.content) == (404, never.content)
                assert response["Cache-Control"] == "no-store"

        return check

    def test_before_it_is_sent(self, begin, put, refuses):
        upload = begin(4)
        refuses(upload)
        put(upload, b"soup")
        refuses(upload)

    @pytest.mark.parametrize("state", ["uploading", "checking", "refused"])
    def test_while_it_is_not_ready(self, sent, refuses, state):
        file = sent()
        Attachment.objects.update(state=state)

        refuses(file)

    def test_after_its_message_was_taken_back(self, sent, alice, harbour, refuses):
        file = sent()
        participation_of(alice, harbour).retract(file.message)

        refuses(file)

    def test_after_an_edit_left_it_out(self, sent, alice, harbour, refuses):
        file = sent()
        participation_of(alice, harbour).edit(file.message, "No soup", attachments=[])

        refuses(file)

    def test_after_a_moderator_removed_its_message(self, sent, refuses):
        file = sent()
        remove_message(file.message, None, "Spam")

        refuses(file)

    def test_after_a_process_of_an_earlier_version_removed_its_message(self, sent, refuses):
        attachment = sent()
        Message.objects.filter(attachments=attachment).update(body="", removed_as="retracted")
        refuses(attachment)

    def test_when_its_message_expired(self, sent, refuses, settings):
        file = sent()
        long_ago = timezone.now() - timedelta(days=3)
        Message.objects.filter(pk=file.message_id).update(sent_at=long_ago)
        settings.TALK = {**settings.TALK, "RETENTION": {"group": 2}}

        refuses(file)

    def test_after_its_owner_was_erased(self, sent, alice, refuses):
        file = sent()
        erase(alice, "They asked for it")

        refuses(file)

    def test_after_the_conversation_is_gone(self, sent, harbour, refuses):
        file = sent()
        Conversation.objects.filter(pk=harbour.pk).delete()

        refuses(file)

    def test_tokens(self, sent, get, monkeypatch):
        file = sent()
        upload = upload_ticket(file).url.replace("/upload/", "/")
        assert get(upload).status_code == 404
        monkeypatch.setattr(serving, "download_from", lambda token: None)
        assert get(file).status_code == 404


class TestFaults:
    def test_no_url_is_in_the_log(self, sent, get, stored, caplog):
        file = sent()
        assert get(file, range="bytes=99-").status_code == 416
        assert get(file, method="post").status_code == 405
        stored.delete(file.key)
        assert get(file).status_code == 404

        assert caplog.text == ""

    def test_bytes_that_are_gone(self, sent, get, stored):
        file = sent()
        stored.delete(file.key)

        assert get(file).status_code == 404

    def test_a_storage_that_is_away(self, sent, get, stored, monkeypatch):
        file = sent()

        def away(*args):
            raise ConnectionRefusedError

        monkeypatch.setattr(type(stored), "_open", away)
        response = get(file)

        assert (response.status_code, response.json()["code"]) == (503, "STORAGE_UNAVAILABLE")
        assert response["Retry-After"] == "5"

    def test_a_database_that_is_away(self, sent, get, monkeypatch):
        file = sent()

        def away(*args):
            raise OperationalError("the connection is lost")

        monkeypatch.setattr(serving, "_named_by", away)
        assert get(file).json()["code"] == "UNAVAILABLE"


def test_a_proxy_sends_the_file_where_there_is_one(sent, get, settings, monkeypatch):
    file = sent(PNG)
    settings.TALK = {**settings.TALK, "FILES_INTERNAL_URL": "/internal/"}
    monkeypatch.setattr(serving, "_send", None)

    response = get(file, range="bytes=0-1")

    assert (response.status_code, body_of(response)) == (200, b"")
    assert response["X-Accel-Redirect"] == f"/internal/{file.key}"
    assert response["Content-Type"] == "image/png"
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert get(now(file), if_none_match=response["ETag"]).status_code == 304


def test_a_download_asks_the_database_once(sent, get, django_assert_num_queries):
    file = sent(PNG)

    with django_assert_num_queries(1):
        get(file)


def test_the_picture_of_a_group_ends_when_it_is_replaced(alice, harbour, begin, put, get, settings):
    settings.TALK = {**settings.TALK, "RETENTION": {"group": 1}}
    urls = []
    for name in ("clinic.png", "me.png"):
        file = begin(len(PNG), name)
        assert put(file, PNG).status_code == 201
        if not urls:
            assert get(file).status_code == 404
        participation_of(alice, harbour).describe(avatar_file=file)
        urls.append(file)

    assert get(urls[0]).status_code == 404
    response = get(urls[1])
    assert (response.status_code, body_of(response)) == (200, PNG)
    assert response["Content-Disposition"] == "inline"
    # As a process of an earlier version does.
    Conversation.objects.filter(pk=harbour.pk).update(avatar="https://example.com/a.png")
    assert get(urls[1]).status_code == 404
