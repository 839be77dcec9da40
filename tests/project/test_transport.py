"""What production tells browsers of TLS."""

import httpx
import pytest

from .processes import running, succeed

SERVER = ("-m", "daphne", "-p", "{port}", "backend.asgi:application")
TLS = {"X-Forwarded-Proto": "https", "Host": "talk.example"}
ASKED = {"query": "{ __typename }"}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """One with the settings of production, but for its database."""
    folder = tmp_path_factory.mktemp("production")
    environment = {"SECRET_KEY": "x" * 60, "ALLOWED_HOSTS": "talk.example"}
    environment |= {"DATABASE_URL": f"sqlite:///{folder / 'talk.sqlite3'}"}
    succeed("manage.py", "migrate", "--verbosity", "0", **environment)
    with running(folder, *SERVER, **environment) as found:
        yield found


@pytest.mark.parametrize("method", ["POST", "GET"])
def test_browsers_are_to_use_tls_for_a_year(server, method):
    response = httpx.request(method, f"{server.url}/graphql", json=ASKED, headers=TLS)

    assert response.status_code == {"POST": 200, "GET": 405}[method]
    assert response.headers["Strict-Transport-Security"] == (
        "max-age=31536000; includeSubDomains; preload"
    )
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["X-Frame-Options"] == "DENY"


def test_what_comes_without_is_sent_there(server):
    response = httpx.get(f"{server.url}/graphql", headers={"Host": "talk.example"})

    assert response.status_code == 301
    assert response.headers["Location"] == "https://talk.example/graphql"


def test_no_browser_is_shown_graphiql(server):
    response = httpx.get(f"{server.url}/graphql", headers=TLS | {"Accept": "text/html"})

    assert response.status_code == 405
    assert "data" not in response.json()


def test_the_admin_is_found_without_the_slash_at_the_end(server):
    response = httpx.get(f"{server.url}/admin", headers=TLS)

    assert response.status_code == 302
    assert response.headers["Location"] == "/admin/"
