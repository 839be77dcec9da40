"""How URLs of strangers are read."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from talk.outside import OutsideError, Reason
from talk.outside.urls import Target, follow, read_url


@pytest.mark.parametrize(
    ("url", "read"),
    [
        ("https://example.com", "https://example.com/"),
        ("HTTPS://EXAMPLE.com.:443/A?b=c#d", "https://example.com/A?b=c"),
        ("http://example.com:80", "http://example.com/"),
        ("http://example.com:", "http://example.com/"),
        ("http://example.com:443/", "http://example.com:443/"),
        ("https://example.com?q=1", "https://example.com/?q=1"),
        ("https://bücher.example.com/", "https://xn--bcher-kva.example.com/"),
        ("https://example。com/ä?ö", "https://example.com/%C3%A4?%C3%B6"),
        ("https://example.com/%2e%2E/a%20b", "https://example.com/%2e%2E/a%20b"),
        ("https://example.com//other.example.com/", "https://example.com//other.example.com/"),
        ("https://1.1.1.1/", "https://1.1.1.1/"),
        ("https://[2606:4700::0:1111]:8443/", "https://[2606:4700::1111]:8443/"),
        ("https://example.com/a@b:c", "https://example.com/a@b:c"),
    ],
)
def test_urls_are_read_in_one_way(url, read):
    assert str(read_url(url)) == read


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://",
        "https:///path",
        "https:example.com",
        "//example.com/",
        "https://user@example.com/",
        "https://user:word@example.com/",
        "https://@example.com/",
        "https://example.com@localhost/",
        "https://example.com%40localhost/",
        "https://example.com\\@localhost/",
        "https:\\\\example.com/",
        "https://exa mple.com/",
        "https://exam\tple.com/",
        "https://example.com/\r\nHost: localhost",
        "https://example.com/\u2028",
        "https://example.com/\ud800",
        "https://example.com/\x00",
        " https://example.com/",
        "https://example.com:x/",
        "https://example.com:-1/",
        "https://example.com:+443/",
        "https://example.com:443:443/",
        "https://example.com:4\uff143/",
        "https://example.com:999999/",
        "https://exam%70le.com/",
        "https://a..com/",
        "https://.com/",
        "https://example.com../",
        f"https://{'a' * 64}.com/",
        f"https://{'a.' * 127}com/",
        f"https://example.com/{'a' * 2_048}",
        "https://straße.example.com/",
        "https://a\u200db.example.com/",
        "https://a\u2100b.example.com/",
        "https://a!b.example.com/",
        "https://[::1/",
        "https://[1.2.3.4]/",
        "https://[::1]x/",
        "https://a[::1]/",
    ],
)
def test_what_could_be_read_in_two_ways_is_refused(url):
    with pytest.raises(OutsideError) as refused:
        read_url(url)

    assert refused.value.reason in {Reason.MALFORMED, Reason.SCHEME}


@pytest.mark.parametrize(
    "scheme", ["file", "ftp", "gopher", "data", "javascript", "ws", "dict", ""]
)
def test_other_schemes_are_refused(scheme):
    with pytest.raises(OutsideError) as refused:
        read_url(f"{scheme}://example.com/")

    assert refused.value.reason == Reason.SCHEME


@given(
    st.one_of(
        st.text(),
        st.builds(
            "{}://{}:{}/{}?{}".format,
            st.sampled_from(["http", "https"]),
            st.text(min_size=1),
            st.integers(0, 70_000),
            st.text(),
            st.text(),
        ),
    )
)
@example("https://example.com/?a#b")
@example("http://[::ffff:1.2.3.4]:0/")
def test_any_text_is_a_target_in_plain_ascii_or_refused(url):
    try:
        target = read_url(url)
    except OutsideError:
        return

    assert str(target).isascii()
    assert str(target).isprintable()
    assert " " not in str(target)
    assert len(str(target)) > 2_048 or read_url(str(target)) == target


@pytest.mark.parametrize(
    ("location", "leads_to"),
    [
        ("/b", "https://example.com/b"),
        ("b?c", "https://example.com/a/b?c"),
        ("//other.example.com/x", "https://other.example.com/x"),
        ("http://other.example.com", "http://other.example.com/"),
        ("", "https://example.com/a/"),
        # The bytes of UTF-8, as Python reads headers.
        ("/\u00c3\u00a0", "https://example.com/%C3%A0"),
    ],
)
def test_redirects_are_relative_to_where_they_come_from(location, leads_to):
    assert str(follow(Target("https", "example.com", 443, "/a/"), location)) == leads_to


@given(st.text(st.characters(max_codepoint=255)))
def test_any_redirect_is_a_target_or_refused(location):
    try:
        follow(Target("https", "example.com", 443, "/a/"), location)
    except OutsideError:
        return
