"""Which link of a text is the first: the server agrees with the page.

`links.json` has the cases. The tests of the client read it, too.
"""

import json
import time
from pathlib import Path

import pytest

from talk.links import LINK_LENGTH, first_link

CASES = json.loads((Path(__file__).parent / "links.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("text", "link"), CASES.values(), ids=CASES)
def test_the_first_link_of_a_text(text, link):
    assert first_link(text) == link


def test_of_a_first_link_that_is_too_long_there_is_none():
    long = "https://example.com/" + "a" * LINK_LENGTH
    assert first_link(long[:LINK_LENGTH]) == long[:LINK_LENGTH]
    assert first_link(f"{long} https://example.com/") is None


@pytest.mark.parametrize("part", [")", "https://", "https://a@b ", "https://" + "(" * 30, "://"])
def test_no_text_takes_long(part):
    begun = time.process_time()
    first_link("https://" + part * (100_000 // len(part)))
    assert time.process_time() - begun < 1
