"""Foreign text made harmless, and secrets taken out."""

from __future__ import annotations

import json
import re

from hypothesis import given, settings
from hypothesis import strategies as st

from solver.base.text_safety import cleaned, json_text, redacted


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(), max_size=60))
def test_cleaned_text_holds_nothing_that_a_terminal_obeys(text: str) -> None:
    assert all(char == "\n" or (ord(char) >= 32 and not 0x7F <= ord(char) < 0xA0) for char in cleaned(text))


def test_an_escape_sequence_becomes_visible() -> None:
    assert cleaned("a\x1b]0;title\x07b\x9b2J") == "a␛]0;title␇b\ufffd2J"
    assert cleaned("left\u202eright\u2066x\r\n\ud800") == "leftrightx\n\ufffd"


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(), max_size=60), st.booleans())
def test_json_text_steers_nothing_and_keeps_every_value(text: str, is_ascii: bool) -> None:
    written = json_text({"text": text}, is_ascii=is_ascii)
    assert not re.search("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]", written)
    assert json.loads(written) == {"text": re.sub("[\ud800-\udfff]", "\ufffd", text)}
    assert not is_ascii or written.isascii()


def test_a_secret_of_the_environment_becomes_its_name() -> None:
    environ = {"OPENAI_API_KEY": "sk-canary-1", "HOME": "/home/me-at-work", "SHORT_TOKEN": "1"}
    text = "Bearer sk-canary-1 at /home/me-at-work, 1 time"
    assert redacted(text, environ) == "Bearer [OPENAI_API_KEY] at /home/me-at-work, 1 time"
