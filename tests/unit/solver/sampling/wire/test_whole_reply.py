"""Replies in one piece, in every shape that servers were seen to give them."""

from __future__ import annotations

import json

import pytest

from solver.sampling.completion import Malformed, Reported
from solver.sampling.streaming import SeveralCompletions
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
        b"[" + body_of({"message": {"content": "B"}}) + b"]",
        body_of({"message": {"content": "B"}, "finish_reason": {"type": "stop", "matched": 7}}),
        json.dumps({"message": {"content": "B"}, "done": True, "done_reason": "stop"}).encode(),
        b'{"message": {"content": "B"}, "done": false}\n{"message": {"content": ""}, "done": true}\n',
        b'{"choices": [{"delta": {"content": "B"}}]}\n[DONE]\n',
        b'data: {"choices": [{"delta": {"content": "B"}}]}\ndata: [DONE]\n\n',
        b'data: {"choices": [{"delta":\ndata: {"content": "B"}}]}\n\ndata: [DONE]\n\n',
        b'data: {"code": 0, "data": {"choices": [{"delta": {"content": "B"}}]}}\n\ndata: "[DONE]"\n\n',
        b"data: " + json.dumps('{"choices": [{"delta": {"content": "B"}}]}').encode() + b"\n\ndata: [DONE]\n\n",
    ],
)
def test_a_completion_is_read_whatever_its_shape(reply: bytes) -> None:
    assert read(reply, 1).choices[0].text == "B"


def test_choices_that_are_counted_from_one_are_all_read() -> None:
    choices = [{"index": place + 1, "message": {"content": text}} for place, text in enumerate("AB")]
    assert [choice.text for choice in read(body_of(*choices), 2).choices.values()] == ["A", "B"]
    ended = [{**choice, "index": place, "finish_reason": "stop"} for place, choice in enumerate(choices)]
    lines = b"\n".join(body_of(choice) for choice in ended)
    assert [choice.text for choice in read(lines, 2).choices.values()] == ["A", "B"]
    words = [{**choice, "index": str(choice["index"])} for choice in choices]
    assert [choice.text for choice in read(body_of(*words), 2).choices.values()] == ["A", "B"]


def test_pieces_that_each_hold_all_before_them_are_no_new_text() -> None:
    text = "甲乙丙丁，答案是：B"
    stream = [{"choices": [{"delta": {"content": text[:end]}}]} for end in (2, 5, 9, len(text), len(text))]
    reply = b"".join(b"data: " + json.dumps(piece).encode() + b"\n\n" for piece in stream) + b"data: [DONE]\n\n"
    assert read(reply, 1).choices[0].text == text


def test_new_text_that_repeats_what_came_is_kept() -> None:
    stream = [{"choices": [{"delta": {"content": piece}}]} for piece in ("哈", "哈哈", "哈", "B")]
    reply = b"".join(b"data: " + json.dumps(piece).encode() + b"\n\n" for piece in stream) + b"data: [DONE]\n\n"
    assert read(reply, 1).choices[0].text == "哈哈哈哈B"


@pytest.mark.parametrize(
    "reply",
    [
        b'{"message": {"content": "B"}, "done": false}\n',
        b'{"message": {"content": "B"}, "done": false}\n{"message": {"content": "."}, "done": false}\n',
        b'{"choices": [{"delta": {"content": "B"}}]}\n{"choices": [{"delta": {"content": "."}}]}\n',
    ],
)
def test_lines_that_break_off_are_no_sample(reply: bytes) -> None:
    try:
        assert not read(reply, 1).choices
    except Malformed as error:
        assert "broke off" in str(error)  # noqa: PT017 (either way it is no sample)


def test_a_part_that_is_marked_as_a_thought_is_one() -> None:
    parts = [{"text": "答案是：A", "thought": True}, {"text": "B"}]
    assert read(body_of({"message": {"content": parts}}), 1).choices[0].text == "<think>\n答案是：A\n</think>\n\nB"


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


@pytest.mark.parametrize(
    "end",
    [
        *("length", "MAX_TOKENS", "max_tokens", "model_length", "MAX_OUTPUT_TOKENS", "max_token", "length_limit"),
        *("model_context_window_exceeded", "context_length_exceeded", "incomplete", {"type": "length", "length": 9}),
    ],
)
def test_a_cut_chain_is_one_by_every_makers_word(end: object) -> None:
    assert read(body_of({"message": {"content": "A"}, "finish_reason": end}), 1).choices[0].finish_reason == "length"


@pytest.mark.parametrize("end", ["stop", "eos_token", "end_turn", "STOP", "COMPLETE", "stop_sequence"])
def test_a_chain_that_ended_by_itself_is_not_cut(end: str) -> None:
    assert read(body_of({"message": {"content": "A"}, "finish_reason": end}), 1).choices[0].finish_reason == end


@pytest.mark.parametrize("field", ["reasoning", "reasoning_content", "thinking"])
def test_a_thought_that_comes_twice_is_written_once(field: str) -> None:
    message = {"content": "<think>\nhm\n</think>\n\nB", field: "hm"}
    assert read(body_of({"message": message}), 1).choices[0].text == "<think>\nhm\n</think>\n\nB"


def whole(text: str, name: str | None = None) -> bytes:
    choice = {"index": 0, "message": {"content": text}, "finish_reason": "stop"}
    named = {} if name is None else {"id": name}
    return body_of(choice, **named, usage={"prompt_tokens": 5, "completion_tokens": 4})


BETWEEN = (b"\n", b"\r\n\r\n", b" ", b"")


@pytest.mark.parametrize("between", BETWEEN)
def test_whole_completions_in_one_reply_are_the_choices_that_were_asked_for(between: bytes) -> None:
    found = read(between.join(map(whole, "ABC")), 3)
    assert [found.choices[place].text for place in range(3)] == ["A", "B", "C"]
    assert (found.completion_tokens, found.prompt_tokens) == (12, 15)
    # One that is missing is asked for again; two alike are two, but for one that is told twice.
    assert [choice.text for choice in read(between.join(map(whole, "AB")), 3).choices.values()] == ["A", "B"]
    assert len(read(between.join(map(whole, "AA")), 2).choices) == 2
    assert len(read(between.join([whole("A", "x"), whole("A", "x")]), 2).choices) == 1


@pytest.mark.parametrize("between", BETWEEN)
def test_of_whole_completions_that_differ_none_is_taken_where_one_was_asked_for(between: bytes) -> None:
    with pytest.raises(SeveralCompletions):
        read(between.join(map(whole, "AB")), 1)
    with pytest.raises(SeveralCompletions):
        read(between.join(map(whole, "ABC")), 2)
    with pytest.raises(SeveralCompletions):
        read(b"data: " + whole("A") + b"\n\ndata: " + whole("B") + b"\n\ndata: [DONE]\n\n", 1)
    found = read(between.join([whole("A"), whole("A")]), 1)
    assert ([choice.text for choice in found.choices.values()], found.completion_tokens) == (["A"], 4)


@pytest.mark.parametrize("junk", [b"<!-- cached -->", b"\n\0\0", b" ok", b"\xff\xfe", b"}", b',{"a": 1}', b"\nOK\n"])
def test_what_stands_behind_a_whole_reply_and_is_none_changes_nothing(junk: bytes) -> None:
    assert read(whole("B") + junk, 1).choices[0].text == "B"


@pytest.mark.parametrize("between", BETWEEN)
def test_an_error_behind_a_whole_reply_is_one(between: bytes) -> None:
    with pytest.raises(Reported):
        read(whole("B") + between + b'{"error": {"message": "died"}}', 1)
