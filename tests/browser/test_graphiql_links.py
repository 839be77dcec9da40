"""A link to GraphiQL opens an operation in a tab. It runs nothing."""

import json
from typing import Any
from urllib.parse import quote

import pytest

from .page import Page, browser, demo, needs_chromium

__all__ = ["browser", "demo"]

pytestmark = needs_chromium

SEARCH = "query Search($search: String!) {\n  users(search: $search) { edges { node { name } } }\n}"
HEADERS = '{"authorization": "Bearer x"}'
VARIABLES = {"search": 'jon & <img src=x onerror="document.title=1">'}


def fragment(query: str, variables: Any = None) -> str:
    text = variables if isinstance(variables, str) else json.dumps(variables)
    return f"#query={quote(query)}" + (f"&variables={quote(text)}" if variables else "")


def notice(page: Page) -> str:
    return str(page.page.inner_text("#talk-link"))


@pytest.fixture
def miras(demo: str, browser: Any) -> Any:
    """The browser of Mira, who is signed in."""
    shared = browser.new_context()
    first = Page(shared, demo)
    first.become("mira")
    first.page.wait_for_timeout(1_000)
    first.page.close()
    return shared


def variables_of(page: Page) -> Any:
    program = "(element) => element.CodeMirror.getValue()"
    return page.page.eval_on_selector(".graphiql-editor-tool .CodeMirror", program)


def test_a_link_opens_a_tab_and_runs_nothing(demo: str, miras: Any) -> None:
    page = Page(miras, demo, fragment(SEARCH, VARIABLES))
    page.page.wait_for_selector(".graphiql-tab-active >> text=Search")
    page.page.wait_for_timeout(1_500)

    assert page.tabs()[-1] == "Search"
    assert json.loads(variables_of(page)) == VARIABLES
    assert page.shown() is None, "nothing was run"
    assert page.page.url == f"{demo}graphql"
    assert notice(page) == "A link opened this tab. Read it before you press ▶."
    page.page.click(".graphiql-execute-button")
    page.sees("edges")
    assert page.result() == {"users": {"edges": []}}
    assert page.problems == []


def test_the_same_link_opens_one_tab(demo: str, miras: Any) -> None:
    page = Page(miras, demo, fragment(SEARCH))
    page.page.wait_for_selector(".graphiql-tab-active >> text=Search")
    tabs = page.tabs()
    page.open("Inbox")

    page.page.evaluate("(link) => { location.hash = link; }", fragment(SEARCH))
    page.page.wait_for_selector(".graphiql-tab-active >> text=Search")

    assert page.tabs() == tabs
    page.reload()
    assert page.tabs() == tabs
    assert page.page.is_hidden("#talk-link")
    assert page.problems == []


def test_another_site_can_not_fill_the_page_with_tabs(demo: str, miras: Any) -> None:
    page = Page(miras, demo)
    for number in range(12):
        page.page.goto("about:blank")
        page.page.goto(f"{demo}graphql{fragment(f'query Number{number} {{ __typename }}')}")
        page.page.wait_for_selector(f".graphiql-tab-active >> text=Number{number}")

    own, linked = page.tabs()[:6], page.tabs()[6:]
    assert own == ["Inbox", "Thread", "Send", "Edit", "React", "Subscribe"]
    assert linked == [f"Number{number}" for number in range(2, 12)]


def test_a_link_waits_until_somebody_is_signed_in(demo: str, browser: Any) -> None:
    page = Page(browser, demo, fragment(SEARCH))
    page.page.wait_for_selector(".graphiql-execute-button")
    assert "Search" not in page.tabs()
    assert notice(page) == "Sign in to open the operation of the link."

    page.become("lena")

    page.page.wait_for_selector(".graphiql-tab-active >> text=Search")
    assert page.problems == []


@pytest.mark.parametrize(
    ("link", "said"),
    [
        (fragment(SEARCH, "{"), "The variables of the link are not a JSON object."),
        (fragment(SEARCH, "[1]"), "The variables of the link are not a JSON object."),
        (fragment(SEARCH, "null"), "The variables of the link are not a JSON object."),
        (fragment("#" * 32_768), "The link was too long to be opened."),
    ],
    ids=["no JSON", "a list", "null", "too long"],
)
def test_a_link_that_is_wrong_says_so(demo: str, miras: Any, link: str, said: str) -> None:
    page = Page(miras, demo, link)
    page.page.wait_for_selector(".graphiql-execute-button")

    assert notice(page) == said
    assert len(page.tabs()) == 6
    assert page.page.url == f"{demo}graphql"
    assert page.problems == []


def test_words_of_a_link_are_text(demo: str, miras: Any) -> None:
    wicked = "query A { x }</script><script>document.title = 'taken'</script>"
    page = Page(miras, demo, fragment(wicked, {"<b>": "</script><img src=x onerror=alert(1)>"}))
    page.page.wait_for_selector(".graphiql-tab-active >> text=A")
    page.page.wait_for_timeout(1_000)

    assert "</script>" in page.document()
    assert page.page.title() == "Talk · GraphiQL"
    assert page.page.query_selector("img") is None
    assert page.problems == []


def test_a_link_brings_no_headers(demo: str, miras: Any) -> None:
    page = Page(miras, demo, f"{fragment(SEARCH)}&headers={quote(HEADERS)}")
    page.page.wait_for_selector(".graphiql-tab-active >> text=Search")
    state = page.page.evaluate(
        "() => Object.entries(localStorage).find(([key]) => key.endsWith(':graphiql:tabState'))[1]"
    )

    assert {tab["headers"] for tab in json.loads(state)["tabs"]} <= {None, ""}
    assert page.problems == []
