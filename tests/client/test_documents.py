"""The documents of the client fit the schema and its limits, and its types fit the documents."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from graphql import specified_rules

import schema as talk
from schema.documents.document import Document
from schema.execution import Schema
from talk.conf import Conf

from . import generated
from .documents import Answer, documents, input_type, printed_schema
from .packages import CLIENT, copy_client
from .test_types import compile_types

#: The largest pages that a document can ask for.
SIZES = {"first": 100, "last": 100}

HEAD = """
import type * as talk from "./client/types.js";
import type { Verbs } from "./client/verbs.js";

/** The schema has null for those of other people. The client asks for the viewer's own alone. */
type Own =
  | "unreadCount" | "unreadMentionCount" | "firstVisibleNumber"
  | "notifications" | "muted" | "draftVersion" | "readPrivately" | "scheduledMessages";
/** The client takes any code for why a message was not sent: later servers have others. */
type Code<Key, T> = Key extends "refusal" ? string | null : Plain<T>;
type Plain<T> = T extends object
  ? { [Key in keyof T]: Key extends Own ? Plain<NonNullable<T[Key]>> : Code<Key, T[Key]> }
  : T;
type Same<A, B> =
  (<T>() => T extends Plain<A> ? 1 : 2) extends (<T>() => T extends Plain<B> ? 1 : 2)
    ? true
    : false;
type Sure<T> = NonNullable<T>;
/** Everything that may be given has a name of the schema; what has to be given has to be. */
type Fits<Given, Asked> =
  Exclude<keyof Given, keyof Asked> extends never ? (Given extends Asked ? true : false) : false;
type Answered<T> = T extends (input: infer Input) => Promise<infer Payload> ? Payload : never;
type Given<T> = T extends (input: infer Input) => Promise<infer Payload> ? Input : never;
"""

#: What the client calls what a document is answered, by expressions of TypeScript.
SHAPES = {
    'Answers["viewer"]["viewer"]': "talk.Viewer",
    'Answers["viewer"]["limits"]': "talk.Limits",
    'Answers["inbox"]["inbox"]["edges"][number]["node"]': "talk.InboxRow",
    'Answers["inboxStart"]["inbox"]["edges"][number]["node"]': "talk.InboxRow",
    'Answers["inboxStart"]["pinned"]["edges"][number]["node"]': "talk.InboxRow",
    'Answers["inboxStart"]["invitations"]["edges"][number]["node"]': "talk.InboxRow",
    'Answers["conversations"]["inbox"]["edges"][number]["node"]': "talk.InboxRow",
    'Answers["inboxChanges"]["inboxChanges"]["participation"]': "talk.InboxRow",
    'Omit<Sure<Answers["conversation"]["conversation"]>, "messages">': "talk.Conversation",
    'Sure<Answers["conversationHead"]["conversation"]>': "talk.Conversation",
    'Sure<Answers["conversation"]["conversation"]>["messages"]["edges"][number]["node"]': (
        "talk.Message"
    ),
    'Sure<Answers["messages"]["conversation"]>["messages"]["edges"][number]["node"]': (
        "talk.Message"
    ),
    'Sure<Answers["conversationChanges"]["conversationChanges"]["messageEdge"]>["node"]': (
        "talk.Message"
    ),
    'Sure<Answers["conversationChanges"]["conversationChanges"]["participation"]>': "talk.Member",
    'Answers["conversationChanges"]["conversationChanges"]["actor"]': "talk.Named | null",
    'Sure<Answers["message"]["node"]>': "talk.Message",
    'Sure<Answers["participants"]["conversation"]>["participants"]["edges"][number]["node"]': (
        "talk.Member"
    ),
    'Sure<Answers["pins"]["conversation"]>["pins"]["edges"][number]["node"]': "talk.Pin",
    'Sure<Answers["draft"]["conversation"]>["viewerParticipation"]["draft"]': "talk.Draft | null",
    'Sure<Answers["files"]["conversation"]>["messages"]["edges"][number]["node"]': (
        "talk.WithFiles"
    ),
    'Sure<Answers["hiddenMessage"]["node"]>': "talk.Hidden",
    'Sure<Answers["scheduledMessages"]["conversation"]>["viewerParticipation"]': (
        'Answered<Verbs["scheduleMessage"]>["participation"]'
    ),
    'Answers["savedMessages"]["savedMessages"]["edges"][number]["node"]': "talk.Found",
    'Answers["searchMessages"]["searchMessages"]["edges"][number]["node"]': "talk.Found",
    'Answers["people"]["users"]["edges"][number]["node"]': "talk.User",
    'Answers["blockedUsers"]["blockedUsers"]["edges"][number]["node"]': "talk.User",
    'Answers["typing"]["typing"]["users"][number]': "talk.Named",
    'Answers["inboxTyping"]["inboxTyping"]["users"][number]': "talk.Named",
    'Sure<Answers["edits"]["node"]>["edits"]["edges"][number]["node"]': (
        'Awaited<ReturnType<talk.Talk["edits"]>>[number]'
    ),
    'Sure<Answers["replies"]["node"]>["replies"]["edges"][number]["node"]': "talk.Quoted",
    'Sure<Answers["reactors"]["node"]>["reactions"]': (
        'Awaited<ReturnType<talk.Talk["reactors"]>>'
    ),
}


@pytest.fixture(params=["", "Talk"])
def prefix(request: pytest.FixtureRequest, settings: Any) -> str:
    settings.TALK = {**settings.TALK, "TYPE_PREFIX": request.param}
    return str(request.param)


@pytest.mark.django_db
def test_each_document_fits_the_schema_and_its_limits(prefix: str) -> None:
    schema = Schema(
        query=talk.Query, mutation=talk.Mutation, subscription=talk.Subscription
    )._schema
    found = documents(prefix)

    for name, text in (found["documents"] | found["mutations"]).items():
        document = Document(schema, text)
        assert document.errors(tuple(specified_rules)) == [], name
        streams = document.is_subscription(None)
        limit = Conf.MAX_EVENT_COST if streams else Conf.MAX_COST
        is_of_thread = name in {"conversation", "messages"}
        sizes = dict.fromkeys(SIZES, _most_messages()) if is_of_thread else SIZES
        assert document.cost(None, sizes) <= limit, name
        # Longer documents are not cached by the server.
        assert len(text) <= 16_384, name


def _most_messages() -> int:
    """The largest page of messages that the client asks for."""
    module = CLIENT / "stores" / "conversation" / "thread.js"
    (most,) = re.findall(r"const LARGEST_PAGE = (\d+);", module.read_text(encoding="utf-8"))
    return int(most)


def test_there_is_a_document_for_each_mutation_and_no_name_twice() -> None:
    found = documents()
    texts = (found["documents"] | found["mutations"]).values()
    named = [re.match(r"(?:query|mutation|subscription) (\w+)", text) for text in texts]
    names = [match[1] for match in named if match]

    assert set(found["mutations"]) == set(printed_schema().mutation_type.fields)
    assert len(set(names)) == len(texts)


def test_caches_are_told_the_types_that_the_schema_has() -> None:
    for path, text in generated.modules().items():
        assert path.read_text(encoding="utf-8") == text, "python -m tests.client.generated"


def test_the_types_of_the_client_are_those_of_the_documents(packages: Path) -> None:
    copy_client(packages, "client")
    schema, found = printed_schema(), documents()
    answers = "".join(
        f"  {name}: {Answer(schema, text)};\n" for name, text in found["documents"].items()
    )
    program = [HEAD, f"interface Answers {{\n{answers}}}\n"]
    shapes = list(SHAPES.items())
    for name, text in found["mutations"].items():
        payload = f'{Answer(schema, text)}["{name}"]'
        shapes.append((payload, f'Answered<Verbs["{name}"]>'))
        asked = input_type(schema, f"{name[0].upper()}{name[1:]}Input")
        program.append(f'const {name}: Fits<Given<Verbs["{name}"]>, {asked}> = true;\n')
    program += [
        f"const shape{number}: Same<{answered}, {shape}> = true;\n"
        for number, (answered, shape) in enumerate(shapes)
    ]
    (packages / "shapes.ts").write_text("".join(program), encoding="utf-8")
    project = {"extends": "./client/tsconfig.json", "files": ["shapes.ts"]}
    (packages / "tsconfig.json").write_text(json.dumps(project), encoding="utf-8")

    assert compile_types(packages, packages) == ""
