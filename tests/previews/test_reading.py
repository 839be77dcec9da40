"""What is read of a page: its title, its description, and the name of its site."""

import time
from importlib import import_module

import pytest

from talk.contrib.previews.reading import ENCODINGS, Page, read_page

HTML = "text/html"


def read(text, content_type=HTML):
    return read_page(text.encode(), content_type)


def test_what_the_page_says_for_previews_comes_first():
    page = read("""<!doctype html><html><head><title>Plain</title>
        <META NAME=description CONTENT='For searches'>
        <meta content="Open &amp; wide > all" property="og:title"/>
        <meta property="og:description" content="For previews">
        <meta property='og:site_name' content=Example></head><body>""")
    assert page == Page("Open & wide > all", "For previews", "Example")


def test_the_title_and_the_description_do_without():
    page = read('<title lang="en">A &lt;b&gt;</title><meta name="description" content="It is">')
    assert page == Page("A <b>", "It is")


def test_of_two_the_first_counts_that_is_not_empty():
    page = read("<title> </title><title>One</title><title>Two</title><meta property=og:title>")
    assert page == Page("One")


@pytest.mark.parametrize(
    "hidden",
    [
        *("<!-- {} -->", "<script>'{}'</script>", "<style>{}</STYLE>", "<svg>{}</svg>"),
        *("</head>{}", "<body>{}", "<noscript>{}</noscript>", "<script>{}", "<!--{}"),
        *("<titles>Hidden</titles>", "&lt;title>Hidden"),
    ],
)
def test_what_is_not_of_the_head_is_not_read(hidden):
    assert read(hidden.format("<title>Hidden</title>")) is None


def test_without_a_title_there_is_nothing():
    assert read('<meta property="og:description" content="Only this">') is None
    assert read("") is None
    assert read_page(bytes(range(256)), HTML) is None


def test_a_page_that_is_cut_off_has_what_came():
    assert read("<title>The begi") == Page("The begi")
    assert read('<title>All</title><meta property="og:title" content="The') == Page("All")


@pytest.mark.parametrize(
    ("encoding", "content_type", "head"),
    [
        ("utf-8", HTML, ""),
        ("cp1251", "text/html; charset=windows-1251", ""),
        ("koi8-r", 'text/html;Charset="KOI8-R"', "<meta charset=utf-8>"),
        ("utf-8", HTML, '<meta charset="UTF-8">'),
        ("cp1251", HTML, '<meta http-equiv=Content-Type content="text/html; charset=cp1251">'),
        ("utf-16", HTML, ""),
        ("utf-8-sig", "text/html; charset=koi8-r", ""),
        ("utf-8", "text/html; charset=unknown", ""),
    ],
)
def test_its_encoding_is_that_of_its_mark_or_its_header_or_its_head(encoding, content_type, head):
    assert read_page(f"{head}<title>Привет</title>".encode(encoding), content_type) == Page(
        "Привет"
    )


@pytest.mark.parametrize("name", ["punycode", "idna", "zip", "rot13", "utf-7", "x" * 41, "../a"])
def test_encodings_that_no_page_has_are_not_used(name):
    assert read_page(b"<title>A-b</title>", f"text/html; charset={name}") == Page("A-b")


def test_all_encodings_are_there():
    for name in ENCODINGS:
        import_module(f"encodings.{name}")
        assert b"A\0".decode(name, "replace")


@pytest.mark.parametrize(
    "part",
    [
        *("<", "<div>", "<meta ", '<meta a="', "<meta a'\"=", "<title>", "<title>&", "<!--"),
        *("<script></script", "<meta            a", "<meta a=a\"'>", f"&{'a' * 40};"),
        *(f"<meta content='{'&#x41;' * 600}'>", f"<meta {'a=b ' * 1000}>"),
    ],
)
def test_no_page_takes_long(part):
    body = part.encode() * (524_288 // len(part))
    begun = time.process_time()
    read_page(b"<title>" + body, HTML)
    read_page(body + b'">', HTML)
    assert time.process_time() - begun < 1.5
