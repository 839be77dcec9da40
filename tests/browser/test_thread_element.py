"""`<talk-thread>` in a browser, with a client that has no server."""

from typing import Any

import pytest

from .page import browser, needs_chromium
from .served import Opened, address, page, until

__all__ = ["address", "browser", "page"]

pytestmark = needs_chromium


def calls(page: Any, name: str) -> list[Any]:
    """What the element asked the client for."""
    found = page.evaluate("(name) => fake.calls.filter((call) => call[0] === name)", name)
    return [call[1:] for call in found]


def bodies(page: Any) -> list[str]:
    return list(page.evaluate("all('.body').map((body) => body.textContent)"))


def focused(page: Any) -> Any:
    return page.evaluate("root.activeElement?.dataset.key ?? root.activeElement?.className ?? null")


def labels(page: Any) -> list[str]:
    page.wait_for_selector(".menu button")
    return list(page.evaluate("all('.menu button').map((button) => button.textContent)"))


# Reading


def test_pages_are_loaded_before_their_rows_are_on_the_screen(page: Any) -> None:
    page.evaluate("begin(500, { page: 20 })")
    until(page, "fake.from <= 460")
    assert page.evaluate("!!rowOf(500)")

    # When: upwards to the beginning. What is read never jumps when a page comes.
    worst = page.evaluate("""async () => {
      const scroller = find(".scroller");
      let worst = 0;
      while (fake.from > 0 || scroller.scrollTop > 0) {
        const { key } = all("article").find((row) => row.getBoundingClientRect().top > 100).dataset;
        const number = key.split("-")[1];
        const before = topOf(number);
        const by = Math.min(300, scroller.scrollTop);
        scroller.scrollTop -= by;
        await frame();
        if (topOf(number) !== null) worst = Math.max(worst, Math.abs(topOf(number) - before - by));
      }
      return worst;
    }""")

    assert worst <= 1
    assert page.evaluate("!!rowOf(1)")
    assert page.evaluate("all('article').length") < 100


def test_a_page_that_fails_is_asked_for_again_by_a_button(page: Any) -> None:
    page.evaluate("""
      begin(500, { page: 20, delay: 50 });
      fake.answers.loadEarlier = new TalkError("NETWORK", "");
    """)
    page.wait_for_selector(".pager button")
    assert "no connection" in page.inner_text(".pager")
    failed = len(calls(page, "loadEarlier"))
    page.wait_for_timeout(300)
    assert len(calls(page, "loadEarlier")) == failed

    page.evaluate("delete fake.answers.loadEarlier")
    page.click(".pager button")
    until(page, "fake.from < 480 && find('.pager').hidden")


def test_new_messages_are_followed_at_the_end_alone(page: Any) -> None:
    page.evaluate("begin(200)")
    page.evaluate("fake.arrive({ body: 'First' }); frame()")
    assert page.evaluate("topOf(201) < innerHeight - 60")
    assert page.evaluate("find('.newest').hidden")

    page.evaluate("find('.scroller').scrollTop -= 1200; frame()")
    read = page.evaluate("all('article').find((row) => row.getBoundingClientRect().top > 50)")
    before = page.evaluate("topOf(190)")
    page.evaluate("fake.arrive({ body: 'Second' }); fake.arrive({ body: 'Third' }); frame()")
    assert read is not None
    assert page.evaluate("topOf(190)") == pytest.approx(before, abs=1)
    assert page.inner_text(".newest") == "2 new messages"

    page.click(".newest")
    page.evaluate("frame()")
    assert page.evaluate("find('.newest').hidden")
    assert bodies(page)[-1] == "Third"


def test_only_what_was_on_the_screen_is_read(page: Any) -> None:
    page.evaluate("begin(40, { firstUnreadNumber: 11 })")
    page.evaluate("frame()")
    assert page.inner_text(".new") == "New"
    shown = calls(page, "shown")[-1][0]
    assert 11 <= shown < 40

    visible = "all('article').filter((row) => row.getBoundingClientRect().bottom <= edge())"
    page.evaluate("window.edge = () => find('.scroller').getBoundingClientRect().bottom + 1")
    last = page.evaluate(f"{visible}.at(-1).dataset.key")
    assert last == f"message-{shown}"
    page.evaluate("find('.scroller').scrollTop += 100_000; frame()")
    assert calls(page, "shown")[-1] == [40]

    # A hidden page shows nothing.
    page.evaluate("see('hidden')")
    page.evaluate("fake.arrive(); frame()")
    assert calls(page, "shown")[-1] == [40]
    page.evaluate("see('visible')")
    assert calls(page, "shown")[-1] == [41]


def test_new_messages_are_read_out_and_pages_of_old_ones_are_not(page: Any) -> None:
    page.evaluate("begin(200, { page: 20 })")
    until(page, "fake.from < 180")
    assert page.get_attribute(".log", "role") == "log"
    assert page.inner_text(".spoken") == ""

    page.evaluate("fake.arrive({ body: 'Are you there?' })")
    until(page, "find('.spoken').innerText === 'Lena Brandt: Are you there?'")
    page.evaluate("fake.arrive({ kind: 'LEFT', body: '', subject: PEOPLE[2] })")
    until(page, "find('.spoken').innerText === 'Tomás Herrera left'")
    file = "{ id: 'f', filename: 'Score.pdf', contentType: '', size: 9, state: 'READY' }"
    page.evaluate(f"fake.arrive({{ body: '', attachments: [{file}] }})")
    until(page, "find('.spoken').innerText === 'Lena Brandt: Score.pdf'")
    page.evaluate("fake.arrive({ body: 'It is me', sender: PEOPLE[0] }); frame()")
    assert page.inner_text(".spoken") == "Lena Brandt: Score.pdf"


def test_states_of_the_conversation_are_sentences(page: Any) -> None:
    page.evaluate("begin([])")
    assert page.inner_text(".status") == "No messages yet. Write the first one."
    page.evaluate("fake.show({ state: 'loading' })")
    assert page.inner_text(".status") == "Loading …"
    page.evaluate("fake.show({ state: 'missing' })")
    assert page.inner_text(".status").startswith("This conversation is not there")
    page.evaluate("fake.show({ state: 'failed', error: new TalkError('NETWORK', '') })")
    page.click(".status button")
    assert calls(page, "jumpToNewest") == [[]]


def test_rows_are_grouped_by_sender_and_day(page: Any) -> None:
    page.evaluate("""
      const [mira, lena, tomas] = PEOPLE;
      const at = (time) => `2026-11-27T${time}:00`;
      begin([
        messageOf(1, { sender: lena, sentAt: "2026-11-26T10:00:00" }),
        messageOf(2, { sender: lena, sentAt: at("10:00") }),
        messageOf(3, { sender: lena, sentAt: at("10:04") }),
        messageOf(4, { sender: lena, sentAt: at("10:10") }),
        messageOf(5, { sender: tomas, sentAt: at("10:11") }),
        messageOf(6, { sender: tomas, sentAt: at("10:11"), kind: "LEFT", subject: tomas }),
        messageOf(7, { sender: mira, sentAt: at("10:12") }),
        messageOf(8, { sender: null, announced: true, sentAt: at("10:12") }),
      ], { firstUnreadNumber: 3 })
    """)
    page.evaluate("frame()")

    kinds = page.evaluate("""all('article').map((row) => [
      row.querySelector('.day') ? 'day' : '', row.querySelector('.new') ? 'new' : '',
      row.querySelector('.stack > .name')?.textContent ?? '', row.className.split(' ')[0],
    ].join('/'))""")

    assert kinds == [
        "day//Lena Brandt/other",
        "day//Lena Brandt/other",
        "/new/Lena Brandt/other",
        "//Lena Brandt/other",
        "//Tomás Herrera/other",
        "///other",
        "///own",
        "//Announcement/other",
    ]
    assert page.inner_text(".system") == "Tomás Herrera left"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ("removal: 'RETRACTED'", "Lena Brandt took this message back"),
        ("removal: 'RETRACTED', sender: PEOPLE[0]", "You took this message back"),
        ("removal: 'REMOVED'", "This message was removed"),
        ("removal: 'MODERATED'", "This message was removed"),
        ("removal: 'ERASED', sender: null", "This message was removed"),
        ("removal: 'EXPIRED'", "This message has expired"),
        ("removal: 'CHANGED_SINCE'", "This message was changed after you left"),
    ],
)
def test_a_text_that_is_gone_has_a_placeholder(page: Any, changes: str, sentence: str) -> None:
    gone = f"{{ body: '', sender: PEOPLE[1], {changes} }}"
    page.evaluate(
        f"begin([messageOf(1, {gone}), messageOf(2, {{ replyTo: messageOf(1, {gone}) }})])"
    )

    assert bodies(page)[0] == sentence
    assert page.inner_text(".quote .words") == sentence
    assert page.get_attribute("article", "aria-label").endswith(sentence)


def test_the_text_of_a_blocked_person_is_shown_on_demand(page: Any) -> None:
    page.evaluate("""
      begin([messageOf(1, { body: "", hidden: true, sender: PEOPLE[1] })]);
      fake.answers.hiddenMessage = { body: "What was hidden", attachments: [] };
    """)
    assert bodies(page) == ["Hidden message"]

    page.click("text=Show it")
    page.wait_for_selector("text=What was hidden")
    assert calls(page, "hiddenMessage") == [["message-1"]]


# Texts

LINKS = [
    ("See http://a.example/x.", ["http://a.example/x"]),
    ("(https://a.example/x_(y)) and", ["https://a.example/x_(y)"]),
    ("[https://a.example/?q=[1]]!", ["https://a.example/?q=[1]"]),
    ("<https://a.example/>", ["https://a.example/"]),
    ("«https://a.example/path»…", ["https://a.example/path"]),
    ("HTTPS://A.EXAMPLE/", ["HTTPS://A.EXAMPLE/"]),
    ("https://пример.example/путь?я=ё", ["https://пример.example/путь?я=ё"]),
    ("write to mailto:mira@a.example, please", ["mailto:mira@a.example"]),
    ("two: https://a.example/1,https://a.example/2", ["https://a.example/1,https://a.example/2"]),
    ("https://a.example/1\nhttps://a.example/2", ["https://a.example/1", "https://a.example/2"]),
    ("javascript:alert(1)", []),
    ("java\nscript:alert(1) JAVASCRIPT:alert(1)", []),
    ("data:text/html,<script>alert(1)</script>", []),
    ("file:///etc/passwd vbscript:x blob:https", []),
    ("xhttps://a.example/", []),
    ("https:// http://. mailto: mailto:nobody", []),
    ("https://bank.example@evil.example/", []),
    ("https://user:word@evil.example/", []),
    ("https://:bank.example@evil.example/", []),
    ("https://a.example/\u202egnp.exe", ["https://a.example/"]),
    ("https://a.example/\u2066x", ["https://a.example/"]),
    ('https://a.example/"onmouseover="alert(1)', ["https://a.example/"]),
    ("<img src=x onerror=alert(1)>", []),
]


def test_links_are_found_and_open_safely(page: Any) -> None:
    texts = [text for text, _ in LINKS]
    page.evaluate("(texts) => begin(texts.map((body, at) => messageOf(at + 1, { body })))", texts)
    page.set_viewport_size({"width": 800, "height": 2400})
    page.evaluate("frame()")

    # What was written is shown, sign by sign.
    assert bodies(page) == texts
    links = page.evaluate(
        "all('.body').map((body) => [...body.querySelectorAll('a')].map((a) => a.textContent))"
    )
    for (text, wanted), found in zip(LINKS, links, strict=True):
        assert found == wanted, text
    assert page.evaluate("all('.body a').every((a) => /^(https?|mailto):/.test(a.href))")
    assert page.evaluate("all('.body a').every((a) => a.target === '_blank')")
    assert page.evaluate("new Set(all('.body a').map((a) => a.rel)).size") == 1
    assert page.get_attribute(".body a", "rel") == "noopener noreferrer nofollow"
    assert page.evaluate("all('.body :is(img, script)').length") == 0


def test_a_card_says_what_the_linked_page_is(page: Any) -> None:
    page.evaluate("""
      const title = "<b>Soup</b> & more";
      const about = { title, description: "It is hot.", siteName: "Your bank" };
      const of = (url, more) => ({ body: url, linkPreview: { url, ...about, ...more } });
      begin([
        messageOf(1, of("https://b\u0430nk.example/soup?a=1")),
        messageOf(2, of("https://shop.example", { description: "", siteName: "" })),
        messageOf(3, of("https://bank.example@evil.example/")),
        messageOf(4, of("javascript:alert(1)")),
        messageOf(5, { ...of("https://shop.example"), body: "", removal: "RETRACTED" }),
      ]);
    """)
    until(page, "all('.card strong').length === 2")

    texts = page.evaluate("all('.card').map((card) => [...card.children].map((n) => n.innerText))")
    title = "<b>Soup</b> & more"
    assert [[text.replace("\n", " ") for text in card] for card in texts] == [
        ["xn--bnk-6cd.example Your bank", title, "It is hot."],
        ["shop.example", title],
    ]
    assert page.get_attribute(".card", "href") == "https://xn--bnk-6cd.example/soup?a=1"
    assert page.get_attribute(".card", "target") == "_blank"
    assert page.get_attribute(".card", "rel") == "noopener noreferrer nofollow"
    assert page.evaluate("[1, 2, 3, 4, 5].map((at) => !!rowOf(at).querySelector('.card'))") == [
        *[True, True],
        *[False, False, False],
    ]


def test_a_text_is_painted_in_its_bubble_alone(page: Any) -> None:
    page.evaluate("begin([messageOf(1, { body: 'l'.repeat(9), sender: PEOPLE[1] })]); frame()")
    above = {"x": 60, "y": 100, "width": 600, "height": 300}
    beside = {**above, "x": 700, "width": 90}
    nothing = [page.screenshot(clip=area) for area in (above, beside)]

    # As fonts do that put all marks above each other.
    page.evaluate("find('.body').style.font = '900px/0 sans-serif'; frame()")
    assert page.screenshot(clip=above) == nothing[0]
    marks = "'a' + '\\u0301\\u0333\\u0489'.repeat(3_300)"
    page.evaluate(f"begin([messageOf(1, {{ body: {marks}, sender: PEOPLE[1] }})]); frame()")
    assert page.screenshot(clip=beside) == nothing[1]


def test_names_are_highlighted_whatever_signs_they_have(page: Any) -> None:
    page.evaluate("""
      const names = ["Ann", "Ann Lee", "C++ (Bo)", "$&", "李明", ""];
      const people = names.map((name) => ({ id: name, name }));
      people.push({ id: PEOPLE[0].id, name: "Mira Okafor" });
      const body = "@Ann Lee, ann, Anna, C++ (Bo)! @$& 李明 and @Mira Okafor https://a.example/Ann";
      begin([messageOf(1, { body, mentions: people })])
    """)

    marked = page.evaluate("all('.mention').map((name) => name.textContent)")
    assert marked == ["@Ann Lee", "ann", "C++ (Bo)", "@$&", "李明", "@Mira Okafor"]
    assert page.inner_text(".mention.me") == "@Mira Okafor"
    assert page.evaluate("all('a .mention').length") == 0


def test_texts_of_any_kind_fit(page: Any) -> None:
    page.set_viewport_size({"width": 390, "height": 1600})
    page.evaluate("""
      begin([
        messageOf(1, { body: "w".repeat(10_000) }),
        messageOf(2, { body: "word ".repeat(2000) }),
        messageOf(3, { body: "مرحبا بالجميع" }),
        messageOf(4, { body: "🎉👍🏽" }),
        messageOf(5, { body: "Nice 🎉" }),
        messageOf(6, { body: "a\\n\\n\\nb" }),
        messageOf(7, { body: "x".repeat(300), sender: { ...PEOPLE[1], name: "N".repeat(200) } }),
      ])
    """)
    page.evaluate("frame()")

    for number in range(1, 8):
        page.evaluate("find('.scroller').scrollTop = 0; rest(0)")
        page.evaluate(f"rowOf({number})?.scrollIntoView()")
        wide = page.evaluate("find('.scroller').scrollWidth > find('.scroller').clientWidth")
        assert not wide, number
    page.evaluate("find('.scroller').scrollTop = 1e6; frame()")
    direction = "getComputedStyle(rowOf({}).querySelector('.body')).direction"
    assert page.evaluate(direction.format(3)) == "rtl"
    assert page.evaluate(direction.format(5)) == "ltr"
    assert page.evaluate(
        "all('.bubble.big').map((one) => one.querySelector('.body').textContent)"
    ) == ["🎉👍🏽"]


# Answers, reactions, menus


def test_a_click_on_a_quote_jumps_there_even_if_it_is_not_loaded(page: Any) -> None:
    page.evaluate("""
      const all = Array.from({ length: 2000 }, (_, at) => messageOf(at + 1));
      all[1999] = messageOf(2000, { replyTo: all[99] });
      all[1998] = messageOf(1999, { replyTo: all[1990] });
      begin(all)
    """)
    page.click("article[data-key='message-1999'] .quote")
    page.wait_for_selector("article.flash[data-key='message-1991']")
    assert calls(page, "jumpTo") == []

    page.click("article[data-key='message-2000'] .quote")
    page.wait_for_selector("article.flash[data-key='message-100']")
    assert calls(page, "jumpTo")[-1] == [{"number": 100}]
    assert focused(page) == "message-100"
    assert 0 < page.evaluate("topOf(100)") < 600
    until(page, "!find('.flash')")

    # From there, later pages come, and the button leads back to the end.
    until(page, "fake.to > 125")
    page.click(".newest")
    page.wait_for_selector("article[data-key='message-2000']")


def test_a_reaction_is_a_toggle_that_names_people(page: Any) -> None:
    page.evaluate("""
      begin([messageOf(1, { sender: PEOPLE[1], reactions: [
        { emoji: "👍", count: 2, viewerReacted: true },
        { emoji: "🎉", count: 1, viewerReacted: false },
      ] })]);
      fake.answers.reactors = [
        { emoji: "👍", count: 23, users: [PEOPLE[0], PEOPLE[1]] },
        { emoji: "🎉", count: 1, users: [PEOPLE[2]] },
      ];
    """)
    thumb = page.locator(".reaction").nth(0)
    assert thumb.get_attribute("aria-pressed") == "true"

    thumb.hover()
    page.wait_for_selector(".reaction[data-names*=Mira]")
    assert thumb.get_attribute("data-names") == "Mira Okafor, Lena Brandt, and 21 other people"
    thumb.click()
    until(page, "fake.calls.some(([name]) => name === 'unreact')")
    page.locator(".reaction").nth(1).click()
    until(page, "fake.calls.some(([name]) => name === 'react')")
    assert calls(page, "unreact") == [[1, "👍"]]
    assert calls(page, "react") == [[1, "🎉"]]

    # The button keeps the focus when its row changes.
    page.evaluate(
        """fake.change(1, { reactions: [{ emoji: "🎉", count: 2, viewerReacted: true }] })"""
    )
    assert page.evaluate("root.activeElement.dataset.part") == "reaction 🎉"
    page.evaluate("fake.change(1, { reactions: [] })")
    assert focused(page) == "message-1"


def test_the_menu_has_what_the_viewer_can_do(page: Any) -> None:
    page.evaluate("""begin([
      messageOf(1, { sender: PEOPLE[1] }),
      messageOf(2, { sender: PEOPLE[0], viewerCan: ["REPLY", "REACT", "EDIT", "RETRACT"] }),
      messageOf(3, { viewerCan: ["REMOVE"] }),
    ])""")

    page.focus("article[data-key='message-1']")
    page.keyboard.press("Enter")
    here = "Mark as unread from here"
    assert labels(page) == ["Reply", "React", "Copy text", here, "Report"]
    page.keyboard.press("Escape")
    until(page, "!find('.menu')")
    page.keyboard.press("ArrowDown")
    assert focused(page) == "message-2"
    page.keyboard.press("Shift+F10")
    assert labels(page) == ["Reply", "React", "Copy text", "Edit", "Take back"]
    page.keyboard.press("Escape")
    until(page, "!find('.menu')")
    page.hover("article[data-key='message-3']")
    page.click("article[data-key='message-3'] .more")
    assert labels(page) == ["Copy text", here, "Remove"]


def test_what_can_not_be_undone_is_asked_first(page: Any) -> None:
    page.evaluate("begin([messageOf(1, { sender: PEOPLE[0] })])")
    menu = "article[data-key='message-1'] .more"

    for entry, call, given in (
        ("Take back", "retract", "message-1"),
        ("Remove", "removeMessage", {"message": "message-1"}),
    ):
        page.hover("article")
        page.click(menu)
        page.click(f".menu >> text={entry}")
        page.click("dialog >> text=Cancel")
        assert calls(page, call) == []
        page.click(menu)
        page.click(f".menu >> text={entry}")
        page.click(f"dialog .primary >> text={entry}")
        until(page, "!find('dialog')")
        assert calls(page, call) == [[given]]


def test_a_report_has_a_reason(page: Any) -> None:
    page.evaluate("begin([messageOf(1, { sender: PEOPLE[1] })])")
    page.hover("article")
    page.click(".more")
    page.click(".menu >> text=Report")
    page.fill("dialog textarea", "It is spam")
    page.click("dialog .primary")
    until(page, "!find('dialog')")
    assert calls(page, "reportMessage") == [[{"message": "message-1", "why": "It is spam"}]]


def test_an_emoji_is_chosen_by_keyboard(page: Any) -> None:
    page.evaluate("begin([messageOf(1, { sender: PEOPLE[1] })])")
    page.evaluate("limit({ reactionEmoji: ['👍', '👎', '🚢'] })")
    page.hover("article")
    page.click(".pick")
    assert labels(page) == ["👍", "👎", "🚢"]

    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    assert calls(page, "react") == [[1, "🚢"]]


def test_earlier_texts_are_shown(page: Any) -> None:
    page.evaluate("""
      begin([messageOf(1, { body: "Now so", editedAt: "2026-11-27T10:00:00Z" })]);
      fake.answers.edits = [{ body: "Before that", until: "2026-11-27T10:00:00Z" }];
    """)
    page.click("text=edited")
    page.wait_for_selector("dialog >> text=Before that")
    page.keyboard.press("Escape")
    until(page, "!find('dialog')")


# The keyboard


def test_keys_move_between_messages(page: Any) -> None:
    page.evaluate("begin(300, { page: 300 })")
    page.focus(".box")
    page.keyboard.press("Shift+Tab")
    page.evaluate("find('.scroller').scrollTop = 1e6; frame()")
    page.focus("article[data-key='message-300']")

    page.keyboard.press("ArrowUp")
    assert focused(page) == "message-299"
    page.keyboard.press("PageUp")
    above = int(focused(page).split("-")[1])
    assert 285 < above < 298
    for _ in range(5):
        page.keyboard.press("PageUp")
    assert int(focused(page).split("-")[1]) < above - 15
    page.keyboard.press("Home")
    until(page, "root.activeElement.dataset.key === 'message-1'")
    page.keyboard.press("PageDown")
    assert 3 < int(focused(page).split("-")[1]) < 20
    page.keyboard.press("End")
    until(page, "root.activeElement.dataset.key === 'message-300'")
    page.keyboard.press("Escape")
    assert focused(page) == "box"

    # One stop for the key Tab, wherever the list is.
    assert page.evaluate("all('article[tabindex=\"0\"]').length") == 1
    shown = "root.activeElement.getBoundingClientRect().top"
    page.evaluate("find('.scroller').scrollTop = 3000; frame()")
    page.keyboard.press("Shift+Tab")
    assert 0 <= page.evaluate(shown) < 700


# Writing


def test_a_message_is_sent_by_enter(page: Any) -> None:
    page.evaluate("begin(20)")
    page.click(".box")
    assert page.is_disabled(".send")
    page.keyboard.type("First line")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("second line  ")
    assert page.evaluate("find('.box').clientHeight") > 50
    page.keyboard.press("Enter")

    until(page, "fake.unsent.length === 1")
    options = {"replyTo": None, "mentions": None, "mentionAll": False, "files": []}
    options["endsDraft"] = True
    assert calls(page, "send") == [["First line\nsecond line", options]]
    assert page.input_value(".box") == ""
    assert bodies(page)[-1] == "First line\nsecond line"
    # The message itself says that nobody is typing any more.
    assert [False] not in calls(page, "setTyping")

    # The row stays the same when the server has the message.
    page.evaluate("window.row = all('article').at(-1); fake.outcome(null); frame()")
    assert page.evaluate("row === all('article').at(-1) && !row.classList.contains('unsent')")


def test_the_end_stays_on_the_screen_while_the_box_grows(page: Any) -> None:
    below = "find('.scroller').scrollHeight - find('.scroller').clientHeight"
    page.evaluate("begin(200)")
    page.click(".box")
    for _ in range(4):
        page.keyboard.type("A line")
        page.keyboard.press("Shift+Enter")
        page.evaluate("frame()")
        assert page.evaluate(f"{below} - find('.scroller').scrollTop") == pytest.approx(0, abs=1)

    # Whoever reads something else goes on with it.
    page.evaluate("find('.scroller').scrollTop -= 1200; frame()")
    before = page.evaluate("topOf(190)")
    page.fill(".box", "")
    page.evaluate("frame()")
    assert page.evaluate("topOf(190)") == pytest.approx(before, abs=1)


def test_a_word_that_is_composed_is_not_sent(page: Any) -> None:
    page.evaluate("begin(20)")
    page.fill(".box", "にほん")
    page.evaluate("""find(".box").dispatchEvent(
      new KeyboardEvent("keydown", { key: "Enter", isComposing: true, cancelable: true }))""")
    assert calls(page, "send") == []
    page.press(".box", "Enter")
    until(page, "fake.unsent.length === 1")


def test_enter_breaks_the_line_on_a_touch_screen(browser: Any, address: str) -> None:
    phone = {"viewport": {"width": 390, "height": 700}, "has_touch": True, "is_mobile": True}
    with Opened(browser, address, "begin", **phone) as page:
        page.evaluate("begin(20)")
        page.tap(".box")
        page.keyboard.type("One")
        page.keyboard.press("Enter")
        page.keyboard.type("two")
        assert page.input_value(".box") == "One\ntwo"
        page.tap(".send")
        until(page, "fake.unsent.length === 1")

        # The menu is there without a mouse.
        page.tap("article:last-child .more")
        assert "Discard" in labels(page)


def test_what_was_refused_is_sent_again_edited_or_discarded(page: Any) -> None:
    page.evaluate("begin(20)")
    page.fill(".box", "Hello")
    page.press(".box", "Enter")
    until(page, "fake.unsent.length === 1")
    page.evaluate("fake.outcome('refused', 'You are too fast.')")
    key = page.evaluate("fake.unsent[0].clientId")
    assert page.inner_text(".state .refusal") == "You are too fast."

    page.click("text=Send again")
    page.click(".state >> text=Discard")
    until(page, "fake.calls.some(([name]) => name === 'retract')")
    assert calls(page, "retry") == [[key]]
    assert calls(page, "retract") == [[key]]
    page.click(".state >> text=Edit")
    assert page.input_value(".box") == "Hello"
    page.fill(".box", "Hello again")
    page.press(".box", "Enter")
    until(page, "fake.calls.some(([name]) => name === 'edit')")
    assert calls(page, "edit") == [[key, "Hello again", None]]


def test_what_could_not_be_kept_comes_back(page: Any) -> None:
    page.evaluate("begin(20); fake.answers.send = new Error('no room')")
    page.fill(".box", "Do not lose me")
    page.press(".box", "Enter")
    page.wait_for_selector("[role=alert]")
    assert page.input_value(".box") == "Do not lose me"


def test_one_message_is_answered(page: Any) -> None:
    page.evaluate("begin([messageOf(1, { body: 'Who?', sender: PEOPLE[1] }), messageOf(2)])")
    page.hover("article")
    page.click("article .more")
    page.click(".menu >> text=Reply")
    assert focused(page) == "box"
    assert "Who?" in page.inner_text(".banner")

    page.keyboard.press("Escape")
    assert page.is_hidden(".banner")
    page.click("article .more")
    page.click(".menu >> text=Reply")
    page.keyboard.type("Me")
    page.keyboard.press("Enter")
    until(page, "fake.unsent.length === 1")
    assert calls(page, "send")[0][1]["replyTo"] == 1
    assert page.is_hidden(".banner")
    assert page.inner_text("article:last-child .quote .words") == "Who?"


def test_the_last_message_is_edited_by_an_arrow(page: Any) -> None:
    page.evaluate("""begin([
      messageOf(1, { body: "Mine", sender: PEOPLE[0] }),
      messageOf(2, { sender: PEOPLE[0], viewerCan: ["REPLY"] }),
      messageOf(3, { sender: PEOPLE[1] }),
    ])""")
    page.fill(".box", "A draft")
    page.press(".box", "ArrowUp")
    assert page.input_value(".box") == "A draft"
    page.fill(".box", "")
    page.press(".box", "ArrowUp")
    assert page.input_value(".box") == "Mine"

    page.fill(".box", "Mine too")
    page.keyboard.press("Escape")
    assert page.input_value(".box") == ""
    assert calls(page, "edit") == []
    page.press(".box", "ArrowUp")
    page.fill(".box", "Mine, edited")
    page.press(".box", "Enter")
    until(page, "fake.calls.some(([name]) => name === 'edit')")
    assert calls(page, "edit") == [["message-1", "Mine, edited", None]]

    # What the server refuses is not lost.
    page.evaluate("rest(100)")
    page.evaluate("fake.answers.edit = new TalkError('NETWORK', '')")
    page.press(".box", "ArrowUp")
    page.fill(".box", "A long text")
    page.press(".box", "Enter")
    page.wait_for_selector("[role=alert]")
    assert page.input_value(".box") == "A long text"
    assert page.is_visible(".banner")


def test_names_are_completed(page: Any) -> None:
    page.evaluate("begin(20)")
    page.click(".box")
    page.keyboard.type("Hi @le")
    page.wait_for_selector(".names [role=option]")
    box = page.locator(".box")
    assert box.get_attribute("aria-activedescendant") == page.get_attribute(".names li", "id")
    page.keyboard.press("Enter")
    assert page.input_value(".box") == "Hi @Lena Brandt "
    assert page.is_hidden(".names")
    assert calls(page, "send") == []

    page.keyboard.type("and @")
    until(page, "all('.names li').length === 5")
    names = page.evaluate("all('.names li').map((one) => one.lastChild.textContent)")
    assert names == ["Lena Brandt", "Tomás Herrera", "Aiko Tanaka", "Šárka Nováková", "everybody"]
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    assert page.input_value(".box") == "Hi @Lena Brandt and @Tomás Herrera "
    page.keyboard.type("@zz")
    page.wait_for_timeout(300)
    assert page.is_hidden(".names")
    page.keyboard.press("Enter")
    until(page, "fake.unsent.length === 1")
    mentions = calls(page, "send")[0][1]["mentions"]
    assert [one["name"] for one in mentions] == ["Lena Brandt", "Tomás Herrera"]

    # Only whose name is still in the text.
    page.keyboard.type("@le")
    page.wait_for_selector(".names [role=option]")
    page.click(".names li")
    page.fill(".box", "Nobody")
    page.keyboard.press("Enter")
    until(page, "fake.unsent.length === 2")
    assert calls(page, "send")[1][1]["mentions"] is None


def test_an_edit_keeps_the_mentions_whose_names_stay(page: Any) -> None:
    page.evaluate("""begin([messageOf(1, {
      body: "@Lena Brandt and @Aiko Tanaka",
      mentions: [PEOPLE[1], PEOPLE[3], PEOPLE[2]],
      sender: PEOPLE[0],
    })])""")
    page.press(".box", "ArrowUp")
    page.fill(".box", "@Lena Brandt alone")
    page.press(".box", "Enter")
    until(page, "fake.calls.some(([name]) => name === 'edit')")
    # Tomás was mentioned without his name, as the author of what is answered.
    kept = [one["name"] for one in calls(page, "edit")[0][2]]
    assert kept == ["Lena Brandt", "Tomás Herrera"]


def test_the_length_is_counted_as_the_server_counts(page: Any) -> None:
    page.evaluate("begin(20)")
    page.evaluate("limit({ bodyLength: 20 })")
    page.fill(".box", "🎉" * 19)
    assert page.inner_text(".left") == "1"
    assert page.is_enabled(".send")
    page.fill(".box", "🎉" * 21)
    assert page.inner_text(".left") == "-1"
    assert page.is_disabled(".send")
    page.press(".box", "Enter")
    assert calls(page, "send") == []


def test_a_draft_is_kept_for_each_conversation(page: Any) -> None:
    page.evaluate("begin(20)")
    page.fill(".box", "To be continued")
    page.evaluate("begin(20, { conversation: { id: 'another' } })")
    assert page.input_value(".box") == ""
    page.evaluate("begin(20)")
    assert page.input_value(".box") == "To be continued"

    # An edit does not touch it.
    page.evaluate("fake.arrive({ sender: PEOPLE[0], body: 'Mine', viewerCan: ['EDIT'] })")
    page.hover("article:last-child")
    page.click("article:last-child .more")
    page.click(".menu >> text=Edit")
    page.fill(".box", "Edited")
    page.keyboard.press("Escape")
    assert page.input_value(".box") == "To be continued"
    page.press(".box", "Enter")
    until(page, "fake.unsent.length === 1")
    page.evaluate("begin(20)")
    assert page.input_value(".box") == ""


@pytest.mark.parametrize(
    ("conversation", "sentence"),
    [
        ("viewerParticipation: { status: 'LEFT' }", "You are no longer in this conversation."),
        ("viewerParticipation: { status: 'REMOVED' }", "You were removed from this conversation."),
        (
            "viewerParticipation: { status: 'ACTIVE', suspendedAt: '2026-11-27T10:00:00Z' }",
            "You are suspended in this group. You can read, and not write.",
        ),
        ("kind: 'PRIVATE'", "You can\u2019t write to this person now."),
        ("kind: 'GROUP'", "You can\u2019t write here now."),
    ],
)
def test_who_can_not_write_is_told_why(page: Any, conversation: str, sentence: str) -> None:
    page.evaluate(f"begin(20, {{ conversation: {{ viewerCan: [], {conversation} }} }})")
    until(page, "find('.foot').innerText")
    assert page.inner_text(".foot") == sentence
    assert not page.query_selector(".box")


def test_an_invitation_is_answered(page: Any) -> None:
    page.evaluate("""begin(20, { conversation: { viewerCan: ["ANSWER_INVITATION"],
      viewerParticipation: { status: "INVITED", invitedBy: PEOPLE[1] } } })""")
    until(page, "find('.foot').innerText")
    assert "Lena Brandt invites you" in page.inner_text(".foot")
    page.click("text=Accept")
    until(page, "fake.calls.some(([name]) => name === 'acceptInvitation')")


def test_who_is_typing_is_told(page: Any) -> None:
    page.evaluate("begin(20)")
    height = page.evaluate("find('.scroller').clientHeight")
    page.evaluate("fake.typing.set([PEOPLE[1]])")
    assert page.inner_text(".typing") == "Lena Brandt is typing …"
    page.evaluate("fake.typing.set([PEOPLE[1], PEOPLE[2]])")
    assert page.inner_text(".typing") == "Lena Brandt and Tomás Herrera are typing …"
    # Nothing moves by it.
    assert page.evaluate("find('.scroller').clientHeight") == height
    page.type(".box", "a")
    assert calls(page, "setTyping") == [[True]]
    page.press(".box", "Backspace")
    assert calls(page, "setTyping")[-1] == [False]


# What is left behind


def test_a_thread_that_leaves_the_page_follows_nothing(page: Any) -> None:
    page.evaluate("begin(100)")
    count = """(() => {
      let count = 0;
      const store = fake.talk.conversation();
      const subscribe = store.subscribe;
      store.subscribe = (listener) => {
        count++;
        const end = subscribe(listener);
        return () => {
          count--;
          end();
        };
      };
      window.followers = () => count;
    })()"""
    page.evaluate(count)

    for _ in range(20):
        page.evaluate("element.remove()")
        assert page.evaluate("followers()") == 0
        page.evaluate("document.body.append(element); frame()")
        # The thread, its view, and the bar of what is pinned.
        until(page, "followers() === 3")
    assert page.evaluate("all('.log').length") == 1
