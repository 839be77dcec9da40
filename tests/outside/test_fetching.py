"""What `fetch` sends, receives and follows."""

import pickle
import ssl

import pytest

from talk.outside import OutsideError, Reason, connecting, fetch

from .internet import answering, redirecting

SHOP = "shop.example.com"


def refused(url, **options):
    """Why a fetch fails."""
    with pytest.raises(OutsideError) as error:
        fetch(url, **({"most_bytes": 1_000, "timeout": 5, "plain": True} | options))
    return error.value.reason


def get(url, **options):
    return fetch(url, **({"most_bytes": 1_000, "timeout": 5, "plain": True} | options))


def test_a_page_comes_with_its_status_headers_and_body(internet):
    internet.serve(SHOP, answering(b"sold out", "Content-Type: text/plain", status="404 No"))

    page = get(f"http://{SHOP}/a?b#c")

    assert (page.status, page.body, page.whole) == (404, b"sold out", True)
    assert page.headers["content-type"] == "text/plain"
    assert page.url == f"http://{SHOP}/a?b"


def test_a_request_says_nothing_but_what_it_wants(internet, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("all_proxy", "http://127.0.0.1:1")
    internet.serve(SHOP, answering())

    get(f"http://{SHOP}/a")

    assert internet.requests == [
        b"GET /a HTTP/1.1\r\nHost: shop.example.com\r\nAccept: */*\r\nUser-Agent: Talk\r\n"
        b"Accept-Encoding: identity\r\nConnection: close\r\n\r\n"
    ]
    assert internet.reached == [("93.184.216.34", 80)]
    # With the dot, the domains of this network are not tried.
    assert internet.asked == ["shop.example.com."]


def test_a_body_is_posted(internet):
    internet.serve(SHOP, answering(status="204 No Content"))

    answer = get(f"http://{SHOP}/", body=b"x" * 300_000, headers={"user-agent": "Hook", "A": "b"})

    assert (answer.status, answer.body, answer.whole) == (204, b"", True)
    head, _, body = internet.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST / HTTP/1.1\r\n")
    assert b"\r\nUser-Agent: Hook\r\nA: b\r\n" in head
    assert b"\r\nContent-Length: 300000" in head
    assert body == b"x" * 300_000


@pytest.mark.parametrize("name", ["Host", "cookie", "Content-Length", "transfer-encoding"])
def test_callers_do_not_frame_requests(internet, name):
    with pytest.raises(ValueError, match=name.lower()):
        get(f"http://{SHOP}/", headers={name: "1"})

    assert internet.asked == []


@pytest.mark.parametrize("headers", [{"A": "b\r\nHost: c"}, {"A\r\nB": "c"}, {"A:": "b"}])
def test_headers_hold_no_other_headers(internet, headers):
    internet.serve(SHOP, answering())

    with pytest.raises(ValueError, match="Invalid header"):
        get(f"http://{SHOP}/", headers=headers)

    assert b"c" not in b"".join(internet.requests)


def test_http_and_other_ports_are_for_callers_that_allow_them(internet):
    port = internet.serve(SHOP, answering(b"here"))

    assert refused(f"http://{SHOP}/", plain=False) == Reason.SCHEME
    for other in (0, 22, 25, 6379, 8080, port, 65_536):
        assert refused(f"http://{SHOP}:{other}/") == Reason.PORT
    assert internet.asked == []
    assert get(f"http://{SHOP}:8080/", ports=[8080]).body == b"here"
    assert b"\r\nHost: shop.example.com:8080\r\n" in internet.requests[0]


def test_a_name_with_any_private_address_is_refused(internet):
    internet.serve(SHOP, answering())
    for address in ("10.0.0.1", "::1", "::ffff:10.0.0.1", "fe80::1%eth0", "64:ff9b::a00:1"):
        internet.names[SHOP] = [["93.184.216.34", address]]
        assert refused(f"http://{SHOP}/") == Reason.PRIVATE

    assert internet.reached == []


def test_a_name_is_looked_up_once_and_reached_where_it_was_then(internet):
    internet.serve(SHOP, answering(b"public"))
    internet.names[SHOP] = [["93.184.216.34"], ["127.0.0.1"]]

    assert get(f"http://{SHOP}/").body == b"public"
    assert internet.asked == ["shop.example.com."]
    assert internet.reached == [("93.184.216.34", 80)]
    # The name leads elsewhere now, which is seen at the next time.
    assert refused(f"http://{SHOP}/") == Reason.PRIVATE


def test_each_hop_is_looked_up_and_checked_anew(internet):
    internet.serve(SHOP, redirecting(f"http://{SHOP}/again"))
    internet.names[SHOP] = [["93.184.216.34"], ["127.0.0.1"]]

    assert refused(f"http://{SHOP}/", redirects=3) == Reason.PRIVATE
    assert len(internet.reached) == 1


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("http://127.0.0.1/", Reason.PRIVATE),
        ("http://0x7f.1/", Reason.PRIVATE),
        ("//[::ffff:169.254.169.254]/latest", Reason.PRIVATE),
        ("http://localhost/", Reason.PRIVATE),
        ("http://inside.example.com/", Reason.PRIVATE),
        ("http://shop.example.com:6379/", Reason.PORT),
        ("file:///etc/passwd", Reason.SCHEME),
        ("gopher://shop.example.com/", Reason.SCHEME),
        ("http://user:word@shop.example.com/", Reason.MALFORMED),
        ("http://[", Reason.MALFORMED),
        ("/", Reason.TOO_MANY_REDIRECTS),
    ],
)
def test_redirects_lead_to_nothing_that_could_not_be_named(internet, location, reason):
    internet.serve(SHOP, redirecting(location))
    internet.names["inside.example.com"] = [["10.0.0.1"]]

    assert refused(f"http://{SHOP}/", redirects=3) == reason
    assert set(internet.reached) == {("93.184.216.34", 80)}
    assert len(internet.reached) == (4 if reason == Reason.TOO_MANY_REDIRECTS else 1)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed_as_far_as_the_caller_wants(internet, status):
    internet.serve(SHOP, redirecting("http://www.example.com/b", f"{status} There"))
    internet.serve("www.example.com", answering(b"arrived"))

    assert get(f"http://{SHOP}/").status == status
    page = get(f"http://{SHOP}/", redirects=1)
    assert (page.body, page.url) == (b"arrived", "http://www.example.com/b")


def test_a_post_is_never_redirected(internet):
    internet.serve(SHOP, redirecting("/elsewhere", "307 There"))

    assert get(f"http://{SHOP}/", body=b"x").status == 307
    with pytest.raises(ValueError, match="POST"):
        get(f"http://{SHOP}/", body=b"x", redirects=1)


def test_headers_and_cookies_stay_with_the_host_that_was_named(internet):
    internet.serve(SHOP, redirecting("http://www.example.com/"))
    internet.serve("www.example.com", answering(b"", "Set-Cookie: a=b"))

    get(f"http://{SHOP}/", headers={"Authorization": "vapid"}, redirects=1)
    get("http://www.example.com/")

    assert [b"Authorization: vapid" in each for each in internet.requests] == [True, False, False]
    assert not any(b"cookie" in each.lower() for each in internet.requests)
    assert not any(b"referer" in each.lower() for each in internet.requests)


def test_hosts_that_the_operator_names_may_be_private(internet):
    internet.serve("bot", answering(b"from inside"), address="10.0.0.7")
    internet.names["shop.example.com"] = [["10.0.0.7"]]

    assert get("http://bot/", internal={"bot"}).body == b"from inside"
    assert get("http://10.0.0.7/", internal={"10.0.0.7"}).body == b"from inside"
    # No dot: a short name is one of the domains of this network.
    assert internet.asked == ["bot"]
    assert refused("http://bot/") == Reason.PRIVATE
    assert refused(f"http://{SHOP}/", internal={"bot"}) == Reason.PRIVATE
    assert refused("http://10.0.0.8/", internal={"10.0.0.7"}) == Reason.PRIVATE


def test_a_name_that_does_not_exist_is_told_from_a_look_up_that_failed(internet, monkeypatch):
    assert refused(f"http://{SHOP}/") == Reason.UNKNOWN_HOST

    def fail(name):
        raise connecting.socket.gaierror(connecting.socket.EAI_AGAIN, "try again")

    internet.look_up = fail
    assert refused(f"http://{SHOP}/") == Reason.UNREACHABLE
    internet.look_up = lambda name: []
    assert refused(f"http://{SHOP}/") == Reason.UNKNOWN_HOST


def test_tls_is_spoken_with_the_name_and_not_with_its_address(internet, authority, tmp_path):
    names = []
    context = authority.context(tmp_path, SHOP)
    context.sni_callback = lambda sock, name, context: names.append(name)
    internet.serve(SHOP, answering(b"safe"), tls=context)

    page = get(f"https://{SHOP}./", plain=False)

    assert (page.body, page.url, names) == (b"safe", f"https://{SHOP}/", [SHOP])
    assert internet.reached == [("93.184.216.34", 443)]


def test_an_address_has_a_certificate_of_its_own(internet, authority, tmp_path):
    address = "93.184.216.34"
    internet.serve("x.example.com", answering(b"safe"), tls=authority.context(tmp_path, address))

    assert get(f"https://{address}/").body == b"safe"
    assert refused("https://x.example.com/") == Reason.CERTIFICATE


def test_certificates_that_are_wrong_expired_or_unknown_are_refused(
    internet, authority, tmp_path, monkeypatch
):
    internet.serve(SHOP, answering(), tls=authority.context(tmp_path, "other.example.com"))
    internet.serve(
        "old.example.com", answering(), tls=authority.context(tmp_path, "old.example.com", days=-1)
    )
    internet.serve("a.example.com", answering(), tls=authority.context(tmp_path, "a.example.com"))

    assert refused(f"https://{SHOP}/") == Reason.CERTIFICATE
    assert refused("https://old.example.com/") == Reason.CERTIFICATE
    assert get("https://a.example.com/").status == 200
    monkeypatch.delenv("SSL_CERT_FILE")
    connecting._tls.cache_clear()
    assert refused("https://a.example.com/") == Reason.CERTIFICATE
    assert len(internet.requests) == 1, "Nothing is sent before the certificate is verified."


def test_old_tls_and_no_tls_are_refused(internet, authority, tmp_path):
    old = authority.context(tmp_path, SHOP)
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        old.maximum_version = ssl.TLSVersion.TLSv1_1
    internet.serve(SHOP, answering(), tls=old)
    internet.serve("no.example.com", lambda connection, request: None)

    assert refused(f"https://{SHOP}/") == Reason.UNREACHABLE
    assert refused("https://no.example.com/", timeout=1) in {Reason.UNREACHABLE, Reason.TIMED_OUT}


def test_no_redirect_leads_from_https_to_http(internet, authority, tmp_path):
    tls = authority.context(tmp_path, SHOP)
    internet.serve(SHOP, redirecting("http://www.example.com/"), tls=tls)
    internet.serve("www.example.com", redirecting(f"https://{SHOP}/"))

    assert refused(f"https://{SHOP}/", redirects=2) == Reason.SCHEME
    assert refused("http://www.example.com/", redirects=2) == Reason.SCHEME
    assert [port for _, port in internet.reached] == [443, 80, 443]


def test_errors_can_be_retried_or_not_and_survive_pickling():
    retryable = {each for each in Reason if OutsideError(each).retryable}

    assert retryable == {Reason.UNREACHABLE, Reason.TIMED_OUT, Reason.BROKEN}
    for each in Reason:
        assert pickle.loads(pickle.dumps(OutsideError(each))).reason == each  # noqa: S301
