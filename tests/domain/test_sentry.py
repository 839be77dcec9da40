"""What Sentry is sent says where something failed, and holds no word of anybody."""

import json
import runpy
import subprocess
import sys
from types import SimpleNamespace

import pytest

from talk.log_context import LogContext
from talk.sentry import before_send

from ..project.markdown import ROOT, example

SECRET = "words-that-nobody-else-may-read"
FRAME = {
    "abs_path": "/talk/schema/view.py",
    "context_line": "    raise error",
    "filename": "schema/view.py",
    "function": "_answer",
    "in_app": True,
    "lineno": 7,
    "module": "schema.view",
    "post_context": [""],
    "pre_context": ["try:"],
}
STACK = {"frames": [{**FRAME, "vars": {"body": SECRET, "self": {"deep": [SECRET]}}}]}
#: Shaped as the SDK makes it for Django with Strawberry, with all that it can collect.
EVENT = {
    "event_id": "7502d80f00cf4c3f8e2afa2e088881ec",
    "level": "error",
    "platform": "python",
    "timestamp": "2026-11-29T09:00:00Z",
    "transaction": "/graphql",
    "modules": {"django": "6.1"},
    "message": SECRET,
    "extra": {"sys.argv": [SECRET]},
    "_meta": {"request": {"data": SECRET}},
    "a later version": {"knows": SECRET},
    "logentry": {"message": "Said %s", "params": [SECRET], "formatted": f"Said {SECRET}"},
    "request": {
        "method": "POST",
        "url": f"https://talk.example/graphql?query={SECRET}",
        "data": {"query": SECRET, "variables": {"body": SECRET}},
        "headers": {"Authorization": SECRET},
        "cookies": {"sessionid": SECRET},
        "query_string": SECRET,
        "env": {"REMOTE_ADDR": SECRET},
        "api_target": "graphql",
    },
    "user": {"id": "7", "email": SECRET, "username": SECRET, "ip_address": SECRET},
    "tags": {"of_the_project": "yes"},
    "contexts": {
        "runtime": {"name": "CPython", "version": "3.13", "build": "3.13.1"},
        "trace": {"trace_id": "t", "span_id": "s", "data": {"http.query": SECRET}},
        "response": {"data": {"viewer": SECRET}},
    },
    "breadcrumbs": {
        "values": [
            {
                "category": "query",
                "level": "info",
                "message": f"SELECT '{SECRET}'",
                "data": {"db.params": [SECRET]},
                "timestamp": "2026-11-29T09:00:00Z",
                "type": "default",
            }
        ]
    },
    "exception": {
        "values": [
            {
                "type": "ValueError",
                "module": None,
                "value": SECRET,
                "mechanism": {"type": "django", "handled": False, "data": {"body": SECRET}},
                "stacktrace": STACK,
            },
            {"type": "ConnectionRefusedError", "value": "10.0.0.5:5432", "stacktrace": STACK},
            {"type": "OperationalError", "module": "django.db.utils", "value": "gone"},
        ]
    },
    "threads": {"values": [{"id": 1, "name": "graphql_0", "stacktrace": STACK, "held": SECRET}]},
    "stacktrace": STACK,
    "spans": [{"op": "db", "span_id": "s", "description": SECRET, "data": {"db.params": SECRET}}],
}


def test_no_word_is_left():
    attachments = [SECRET]
    told = before_send(EVENT, {"attachments": attachments})

    assert json.dumps(EVENT).count(SECRET) > 30
    assert SECRET not in json.dumps(told)
    assert not attachments


def test_what_helps_to_find_the_fault_is_left():
    told = before_send(EVENT)

    assert told["event_id"] == EVENT["event_id"]
    assert told["logentry"] == {"message": "Said %s"}
    assert told["request"] == {"method": "POST", "url": "https://talk.example/graphql"}
    assert told["user"] == {"id": "7"}
    assert told["tags"] == {"of_the_project": "yes"}
    assert told["contexts"]["trace"] == {"trace_id": "t", "span_id": "s"}
    assert told["stacktrace"] == told["threads"]["values"][0]["stacktrace"] == {"frames": [FRAME]}
    fault, refused, gone = told["exception"]["values"]
    assert fault == {
        "type": "ValueError",
        "module": None,
        "mechanism": {"type": "django", "handled": False},
        "stacktrace": {"frames": [FRAME]},
    }
    assert (refused["value"], gone["value"]) == ("10.0.0.5:5432", "gone")


@pytest.mark.parametrize("path", ["/talk/files/", "/prefix/talk/files/upload/"])
def test_the_url_of_a_file_is_no_permission_any_more(path):
    url = f"https://talk.example{path}"

    told = before_send(
        {"request": {"url": f"{url}7..1:{SECRET}?q"}, "transaction": f"{path}7..1:{SECRET}"}
    )

    assert told == {"request": {"url": url}, "transaction": path}


def test_the_id_of_the_request_is_a_tag():
    with LogContext("an-id"):
        assert before_send({"event_id": "1"})["tags"] == {"request_id": "an-id"}
        told = before_send({"tags": [["of_the_project", "yes"]]})
    assert told["tags"] == {"of_the_project": "yes", "request_id": "an-id"}
    assert before_send({"event_id": "1"}) == {"event_id": "1"}


def test_parts_that_are_empty_or_shaped_otherwise_do_no_harm():
    for part in (None, {}, [], {"values": None}, {"values": []}):
        event = {name: part for name in EVENT if name not in {"tags", "spans", "request"}}
        assert SECRET not in json.dumps(before_send(event))
    assert before_send({"exception": [{"type": "KeyError", "value": SECRET}]})["exception"] == {
        "values": [{"type": "KeyError"}]
    }


def test_the_recipe_of_the_page_on_operating_passes_it(monkeypatch, tmp_path):
    given = {}
    monkeypatch.setitem(sys.modules, "sentry_sdk", SimpleNamespace(init=given.update))
    recipe = tmp_path / "recipe.py"
    code = example(ROOT / "docs" / "operating.md", "python", "sentry_sdk.init")
    recipe.write_text(code, "utf-8")
    runpy.run_path(str(recipe))

    assert given["before_send"] is given["before_send_transaction"] is before_send


def test_settings_can_import_it_before_django_is_set_up():
    subprocess.run([sys.executable, "-c", "from talk.sentry import before_send"], check=True)
