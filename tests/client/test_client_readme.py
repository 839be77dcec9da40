"""The examples of the client's README do what it says, with the real React and a real server."""

import subprocess
from pathlib import Path

import pytest

from ..project.markdown import ROOT, examples
from . import node
from .packages import CLIENT

README = CLIENT / "README.md"
INBOX = ROOT / "docs" / "client.md"
#: The page of the first example, and the conversation that it shows.
BEFORE = """
import { document, place } from "./adapters/dom.mjs";
import { act, startGroup, tokens, until, url } from "./server.mjs";
const conversationId = await startGroup("mira", ["lena"], "The README");
place('<ul></ul><form><input name="body"></form>');
"""
#: What a person does then, and what has to come of it.
AFTER = r"""
const texts = () => [...list.children].map((each) => each.textContent);
await until(() => texts().includes("See you at eight"));
form.elements.body.value = "Hello";
form.onsubmit({ preventDefault() {} });
await until(() => texts().at(-1) === "Hello" && !talk.outbox.getSnapshot().length);
const { createElement } = await import("react");
const { createRoot } = await import("react-dom/client");
const { appFor } = await import("./thread.js");
const element = place();
const root = createRoot(element);
root.render(createElement(appFor(talk, thread)));
await until(() => element.querySelector("li:last-child")?.textContent === "Hello");
const inReact = [...element.querySelectorAll("li")].map((each) => each.textContent);
console.log("in React:", inReact.slice(-2));
root.unmount();
await act("lena", "sendMessage", { conversationId, body: "Good evening" });
await until(() => /^\d+ unread$/.test(document.title));
stop();
end();
talk.close();
"""
#: The page of the examples of an inbox of one's own, and what has come of them.
INBOX_BEFORE = """
import { document, place } from "./adapters/dom.mjs";
import { createTalk } from "talk-client";
import { act, ask, startGroup, tokens, until, url } from "./server.mjs";
const id = await startGroup("mira", ["lena"], "An inbox of one's own");
await act("lena", "sendMessage", { conversationId: id, body: "Meet me at the lighthouse" });
place('<form><input name="body"></form><input type="file">');
const file = new File(["Moon over the harbour"], "Moon.txt", { type: "text/plain" });
Object.defineProperty(document.querySelector("input[type=file]"), "files", { value: [file] });
const form = document.querySelector("form");
const talk = createTalk({ url, token: tokens.mira });
const thread = talk.conversation(id);
thread.subscribe(() => {});
const archive = talk.inbox({ archived: true });
archive.subscribe(() => {});
"""
INBOX_AFTER = r"""
await until(() => search.getSnapshot().state === "ready");
console.log("found:", search.getSnapshot().rows[0].body);
const has = ({ conversation }) => conversation.id === id;
await until(() => archive.getSnapshot().rows.some(has));
const row = archive.getSnapshot().rows.find(has);
console.log("archived:", row.muted, row.firstUnreadNumber);
await until(() => draft.getSnapshot().state === "ready");
const write = (text) => {
  form.elements.body.value = text;
  form.elements.body.oninput();
};
write("Half a sen");
form.elements.body.onblur();
const asked = `{ conversation(id: "${id}") { viewerParticipation { draft { body } archivedAt } } }`;
const stored = async () => (await ask("mira", asked)).conversation.viewerParticipation;
await until(async () => (await stored()).draft?.body === "Half a sen");
write("Half a sentence");
form.onsubmit({ preventDefault() {} });
await until(async () => (await stored()).draft === null);
console.log("box:", JSON.stringify(form.elements.body.value));
await until(() => thread.getSnapshot().rows.at(-1).message?.body === "Half a sentence");
console.log("back:", (await stored()).archivedAt === null);
const last = () => thread.getSnapshot().rows.at(-1).message?.attachments ?? [];
await sendFile(file);
await until(() => last()[0]?.state === "READY");
console.log("file:", last()[0].filename);
await input.onchange();
await until(() => thread.getSnapshot().rows.at(-1).message?.body === "From last night");
const downloaded = await fetch(talk.addressOf(last()[0].url));
console.log("downloaded:", await downloaded.text());
talk.close();
"""


@pytest.fixture(scope="module")
def program(app: Path, packages: Path) -> Path:
    """The examples in JavaScript, one after the other, and the one for React beside them."""
    code = "\n".join(each.code for each in examples(README, "js"))
    for written, meant in (
        ('"http://127.0.0.1:8000/graphql"', "url"),
        ('"talk_…"', "tokens.mira"),
        ('talk.conversation("…")', "talk.conversation(conversationId)"),
    ):
        assert code.count(written) == 1
        code = code.replace(written, meant)
    program = app / "readme.mjs"
    program.write_text(BEFORE + code + AFTER, encoding="utf-8")
    (react,) = (each.code for each in examples(README, "jsx"))
    imports, rest = react.split("\n\n", 1)
    thread = app / "thread.jsx"
    components = rest.replace("export ", "")
    thread.write_text(
        f"{imports}\nexport function appFor(talk, thread) {{\n{components}\nreturn App;\n}}\n",
        encoding="utf-8",
    )
    compiler = packages / "node_modules" / ".bin" / "tsc"
    options = "--allowJs --jsx react-jsx --module esnext --target es2022 --moduleResolution bundler"
    subprocess.run(
        [compiler, *options.split(), "--skipLibCheck", "--outDir", app, thread], cwd=app, check=True
    )
    return program


def test_the_examples_do_what_they_say(program: Path, server: dict[str, str]) -> None:
    printed = node.execute(program, **server).splitlines()

    assert "INVALID_TITLE [ 'title' ] This title is empty or too long." in printed
    assert "in React: [ 'See you at eight', 'Hello' ]" in printed
    kinds = [line.split()[1] for line in printed if line.split()[0].isdigit()]
    assert "MESSAGE_SENT" in kinds


def test_the_examples_of_an_inbox_of_ones_own(app: Path, server: dict[str, str]) -> None:
    code = "\n".join(each.code for each in examples(INBOX, "js"))
    program = app / "inbox.mjs"
    program.write_text(INBOX_BEFORE + code + INBOX_AFTER, encoding="utf-8")

    printed = node.execute(program, **server).splitlines()

    assert "found: Meet me at the lighthouse" in printed
    assert "archived: true 1" in printed
    assert 'box: ""' in printed
    assert "back: true" in printed
    assert "100 %" in printed
    assert "file: Moon.txt" in printed
    assert "downloaded: Moon over the harbour" in printed


def test_it_names_all_that_the_package_exports() -> None:
    text = README.read_text(encoding="utf-8")

    for name in ("elements", "react", "apollo", "urql"):
        assert f"talk-client/{name}" in text
    assert len(text.splitlines()) < 140
