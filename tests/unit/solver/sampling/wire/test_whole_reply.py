"""Replies in one piece, in every shape that servers were seen to give them."""

from __future__ import annotations

import json

import pytest

from solver.sampling.completion import Malformed, Reported
from solver.sampling.wire.whole_reply import PageInstead, read

STREAM = b'data: {"choices": [{"index": 0, "delta": {"content": "B"}}]}\n\ndata: [DONE]\n\n'


def body_of(*choices: object, **more: object) -> bytes:
    return json.dumps({"choices": list(choices), **more}).encode()


@pytest.mark.parametrize(
    "reply",
    [
        body_of({"index": 0, "message": {"content": "B"}}),
        b"\xef\xbb\xbf" + body_of({"index": 0, "message": {"content": "B"}}),
        b"\n\n  \n" + body_of({"message": {"content": {"type": "text", "text": "B"}}}),
        body_of({"message": {"content": [{"type": "output_text", "text": "B"}]}}),
        body_of({"index": None, "message": {"content": "B"}}),
        body_of({"index": "0", "message": {"content": "B"}}),
        body_of({"index": 1, "message": {"content": "B"}}),
        body_of({"index": 0, "message": "B"}),
        STREAM,
        b": ping\n\n" + STREAM,
        b"event: message\n" + STREAM,
        b"\xef\xbb\xbf" + STREAM,
        b'data: {"choices": [{"text": "B"}]}\n\ndata: [DONE]\n\n',
    ],
)
def test_a_completion_is_read_whatever_its_shape(reply: bytes) -> None:
    assert read(reply, 1).choices[0].text == "B"


def test_choices_that_are_counted_from_one_are_all_read() -> None:
    choices = [{"index": place + 1, "message": {"content": text}} for place, text in enumerate("AB")]
    assert [choice.text for choice in read(body_of(*choices), 2).choices.values()] == ["A", "B"]


@pytest.mark.parametrize(
    "reply",
    [
        {"error_code": 17, "error_msg": "limit reached"},
        {"code": 10013, "message": "not wanted"},
        {"detail": "Invalid API key"},
        {"object": "error", "message": "no", "code": 40303},
        {"choices": None, "error": {"message": "no"}},
        {"choices": [{"index": 0, "error": {"message": "died"}, "message": {"content": ""}, "finish_reason": "error"}]},
        [{"error": {"message": "no"}}],
    ],
)
def test_an_error_in_a_good_reply_is_one_in_whatever_form(reply: object) -> None:
    with pytest.raises(Reported):
        read(json.dumps(reply).encode(), 1)


def test_an_error_in_the_middle_of_a_stream_ends_it_whatever_its_form() -> None:
    for piece in (
        {"object": "error", "message": "no"},
        {"error": "no", "choices": [{"delta": {}}]},
        {"error_msg": "n"},
    ):
        with pytest.raises(Reported):
            read(b"data: " + json.dumps(piece).encode() + b"\n\n" + STREAM, 1)


def test_a_page_for_browsers_is_told_by_its_title() -> None:
    with pytest.raises(PageInstead, match="a page for browsers \\(Log in\\)"):
        read(b"<!doctype html><html><head><title>Log in</title></head></html>", 1)


@pytest.mark.parametrize("reply", [b"", b"OK", b'"text"', b"{", b"data: {\n\n"])
def test_what_is_no_reply_is_none(reply: bytes) -> None:
    with pytest.raises(Malformed):
        read(reply, 1)


@pytest.mark.parametrize("end", ["length", "MAX_TOKENS", "max_tokens", "model_length"])
def test_a_cut_chain_is_one_by_every_makers_word(end: str) -> None:
    assert read(body_of({"message": {"content": "A"}, "finish_reason": end}), 1).choices[0].finish_reason == "length"


@pytest.mark.parametrize("field", ["reasoning", "reasoning_content", "thinking"])
def test_a_thought_that_comes_twice_is_written_once(field: str) -> None:
    message = {"content": "<think>\nhm\n</think>\n\nB", field: "hm"}
    assert read(body_of({"message": message}), 1).choices[0].text == "<think>\nhm\n</think>\n\nB"
