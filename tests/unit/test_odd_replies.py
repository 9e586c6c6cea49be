"""Right answers in odd clothes, and servers that fail in their own words: all right, or one line and no exit code 0."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import harness.cli
from tests.support.command import serving
from tests.support.dialect_servers import right_answer
from tests.support.scripted_server import Call, Reply, Script
from tests.unit.test_dialects import data

_DRAFT = "先设答案是：C，不对。\n答案是：C"
Body = dict[str, Any]


def completion(call: Call, message: object = None, end: str = "stop", **choice: object) -> Body:
    message = message or {"role": "assistant", "content": right_answer(call.body)}
    choices = [{"index": place, "message": message, "finish_reason": end, **choice} for place in range(call.n)]
    usage = {"prompt_tokens": 40, "completion_tokens": 30 * call.n}
    return {"object": "chat.completion", "choices": choices, "usage": usage}


def packed(pack: Callable[[bytes], bytes], coding: str) -> Script:
    def script(call: Call) -> Reply:
        return Reply(body=pack(json.dumps(completion(call)).encode()), headers=(("Content-Encoding", coding),))

    return script


def before(head: bytes) -> Script:
    return lambda call: Reply(body=head + json.dumps(completion(call)).encode())


def said(form: Callable[[str], object]) -> Script:
    return lambda call: Reply(body=completion(call, {"role": "assistant", "content": form(right_answer(call.body))}))


def with_field(name: str, value: object) -> Script:
    def script(call: Call) -> Reply:
        return Reply(body=completion(call, {"content": right_answer(call.body), name: value}))

    return script


def changed(change: Callable[[Body], object]) -> Script:
    return lambda call: Reply(body=change(completion(call)))


def all_of_one_index(found: Body) -> Body:
    return {**found, "choices": [{**choice, "index": 0} for choice in found["choices"]]}


def as_plain_completions(found: Body) -> Body:
    choices = [{"index": one["index"], "text": one["message"]["content"]} for one in found["choices"]]
    return {"object": "text_completion", "choices": choices}


def a_choice_a_line(found: Body) -> bytes:
    return b"\n".join(json.dumps({**found, "choices": [choice]}).encode() for choice in found["choices"])


RIGHT: dict[str, Script] = {
    "gzip, though none was asked for": packed(gzip.compress, "gzip"),
    "deflate, though none was asked for": packed(zlib.compress, "deflate"),
    "an encoding called none": packed(bytes, "none"),
    "an encoding without a name": packed(bytes, ""),
    "an encoding that is a charset": packed(bytes, "UTF-8"),
    "comments of a stream before JSON": before(b": PROCESSING\n\n: PROCESSING\n\n"),
    "choices that are all the first": changed(all_of_one_index),
    "in an envelope": changed(lambda found: {"code": 0, "msg": "ok", "data": found}),
    "JSON in a text of JSON": changed(lambda found: json.dumps(json.dumps(found)).encode()),
    "plain completions": changed(as_plain_completions),
    "an object a line": changed(a_choice_a_line),
    "in a list": changed(lambda found: [found]),
    "parts with values": said(lambda text: [{"type": "text", "text": {"value": text, "annotations": []}}]),
    "a thought in details": with_field("reasoning_details", [{"type": "reasoning.text", "text": _DRAFT}]),
    "a thought in blocks": with_field("thinking_blocks", [{"type": "thinking", "thinking": _DRAFT}]),
    "a scratch pad": said(lambda text: f"<scratch_pad>{_DRAFT}</scratch_pad>\n{text}"),
    "a channel of tokens": said(lambda text: f"<|channel>thought\n{_DRAFT}<channel|>{text}"),
}


def eval_of(script: Script, folder: Path) -> tuple[int, int]:
    """Return the exit code, and how many requests there were."""
    with serving(script) as server:
        words = ["--endpoint", server.url, "--rule", "fixed:3", "--run", str(folder / "run"), "--display", "none"]
        return harness.cli.main(["eval", data(folder), *words]), len(server.calls)


def accuracy_in(folder: Path) -> float:
    return float(json.loads((folder / "run" / "summary.json").read_text())["accuracy"])


@pytest.mark.parametrize("name", RIGHT)
def test_what_is_right_is_read_in_every_form_and_paid_once(name: str, tmp_path: Path) -> None:
    assert eval_of(RIGHT[name], tmp_path) == (0, 6)
    assert accuracy_in(tmp_path) == 1.0


COUNTS: dict[str, Script] = {
    "far more than was asked for": changed(
        lambda found: {**found, "usage": {"prompt_tokens": 40, "completion_tokens": 10**8}}
    ),
    "negative": changed(lambda found: {**found, "usage": {"prompt_tokens": -1, "completion_tokens": -90}}),
    "in words": changed(lambda found: {**found, "usage": {"completion_tokens": "ninety"}}),
    "infinite": changed(lambda found: {**found, "usage": {"completion_tokens": float("inf")}}),
}


@pytest.mark.parametrize("name", COUNTS)
def test_tokens_that_cannot_be_are_estimated(name: str, tmp_path: Path) -> None:
    assert eval_of(COUNTS[name], tmp_path) == (0, 6)
    summary = json.loads((tmp_path / "run" / "summary.json").read_text())
    # Each of the 18 texts is some 20 tokens long.
    assert 18 * 10 < summary["completion_tokens"] < 18 * 40


@pytest.mark.parametrize("entries", [1, 2])
def test_log_probabilities_of_some_tokens_are_no_count_of_all(entries: int, tmp_path: Path) -> None:
    content = [{"token": "A", "logprob": -0.5}] * entries
    script = lambda call: Reply(body=completion(call, logprobs={"content": content}))  # noqa: E731
    assert eval_of(script, tmp_path) == (0, 6)
    assert json.loads((tmp_path / "run" / "summary.json").read_text())["completion_tokens"] == 18 * 30


_OVERLOADED = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
_PASSING: dict[str, Reply] = {
    "a rate in an envelope": Reply(
        body={"choices": None, "base_resp": {"status_code": 1002, "status_msg": "rate limit"}}
    ),
    "overloaded in a stream": Reply(body=f"event: error\ndata: {json.dumps(_OVERLOADED)}\n\n".encode()),
    "requests a second": Reply(body={"error_code": 18, "error_msg": "Open api qps request limit reached"}),
    "a status of its own": Reply(status=498, body={"error": {"message": "Flex tier capacity exceeded"}}),
    "two times to wait": Reply(status=429, headers=(("retry-after-ms", "20"), ("Retry-After", "900"))),
}


@pytest.mark.parametrize("name", _PASSING)
def test_what_passes_is_waited_for_however_it_is_said(name: str, tmp_path: Path) -> None:
    # Four times in a row, which is more than a reply that is only nonsense is asked for again.
    assert eval_of(lambda call: _PASSING[name] if call.number < 4 else Reply(body=completion(call)), tmp_path)[0] == 0
    assert accuracy_in(tmp_path) == 1.0


@pytest.mark.parametrize("end", ["insufficient_system_resource", "network_error"])
def test_a_chain_that_its_server_broke_off_is_drawn_again(end: str, tmp_path: Path) -> None:
    def script(call: Call) -> Reply:
        draft = {"content": _DRAFT}
        return Reply(body=completion(call, draft, end) if call.number % 2 == 0 else completion(call))

    assert eval_of(script, tmp_path) == (0, 12)
    assert accuracy_in(tmp_path) == 1.0


def test_a_field_that_the_server_behind_a_relay_refuses_is_left_out(tmp_path: Path) -> None:
    raw = json.dumps({"error": {"message": "temperature is not supported"}})
    refusal = {"error": {"message": "Provider returned error", "code": 400, "metadata": {"raw": raw}}}

    def script(call: Call) -> Reply:
        return Reply(body=refusal if "temperature" in call.body else completion(call))

    assert eval_of(script, tmp_path) == (0, 7)


def test_a_bound_is_made_smaller_where_inputs_and_new_tokens_do_not_fit(tmp_path: Path) -> None:
    words = "`inputs` tokens + `max_new_tokens` must be <= 700. Given: 200 `inputs` tokens and 1024 `max_new_tokens`"

    def script(call: Call) -> Reply:
        is_long = call.body["max_tokens"] > 500
        return Reply(status=422, body={"error": words}) if is_long else Reply(body=completion(call))

    assert eval_of(script, tmp_path)[0] == 0
    assert accuracy_in(tmp_path) == 1.0


_PAGE = b"<!doctype html><html><head><title>Log in</title></head></html>"
NONSENSE: dict[str, tuple[Reply, str]] = {
    "a page": (Reply(body=_PAGE, content_type="text/html"), "a page for browsers (Log in)"),
    "foreign JSON": (Reply(body={"status": "ok"}), "has the fields status and is no chat completion"),
    "a text": (Reply(body=b"upstream connect error"), "no JSON"),
    "nothing": (Reply(body=b""), "the reply is empty"),
    "no choices": (Reply(body={"choices": []}), "no usable choice"),
    "an error in its own words": (Reply(body={"error": "Unexpected endpoint or method"}), "Unexpected endpoint"),
    "a stream of something else": (Reply(body=b'data: {"tick": 1}\n\ndata: [DONE]\n\n'), "no usable choice"),
}


@pytest.mark.parametrize("name", NONSENSE)
def test_what_every_request_gets_ends_the_run_within_a_handful_of_requests(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reply, words = NONSENSE[name]
    code, requests = eval_of(lambda call: reply, tmp_path)
    assert code == 1
    assert requests == 5  # the first prompt three times, two more once
    said = capsys.readouterr()
    assert words in said.err
    assert "0.0 %" not in said.out


def test_nonsense_that_each_prompt_gets_once_ends_nothing(tmp_path: Path) -> None:
    seen: set[str] = set()

    def script(call: Call) -> Reply:
        is_new = call.prompt not in seen
        seen.add(call.prompt)
        return Reply(body=_PAGE) if is_new else Reply(body=completion(call))

    assert eval_of(script, tmp_path) == (0, 12)
    assert accuracy_in(tmp_path) == 1.0


def test_nonsense_that_one_prompt_gets_leaves_that_question_open(tmp_path: Path) -> None:
    script = lambda call: Reply(body=_PAGE) if "第1队" in call.prompt else Reply(body=completion(call))  # noqa: E731
    assert eval_of(script, tmp_path)[0] == 1
    assert accuracy_in(tmp_path) == pytest.approx(5 / 6)


_ANTHROPIC = {"id": "x", "type": "message", "role": "assistant", "content": [{"type": "text", "text": "答案是：A"}]}
REFUSED: dict[str, tuple[Reply, str]] = {
    "another API's form": (Reply(body=_ANTHROPIC), "has the fields id, type, role, content and is no chat completion"),
    "no funds, in an envelope": (
        Reply(body={"choices": None, "base_resp": {"status_code": 1008, "status_msg": "insufficient balance"}}),
        "insufficient balance; top up the account",
    ),
    "no funds, in another": (
        Reply(body={"Response": {"Error": {"Code": "X", "Message": "资源包余量已用尽"}}}),
        "资源包余量已用尽; top up the account",
    ),
    "paused at a limit": (
        Reply(status=429, body={"error": {"code": "SetLimitExceeded", "message": "the model service has been paused"}}),
        "the model service has been paused",
    ),
    "not in good standing": (
        Reply(status=400, body={"error": {"code": "Arrearage", "message": "your account is not in good standing"}}),
        "top up the account",
    ),
    "fallen": (
        Reply(status=400, body={"error": "The model has crashed. (Exit code: 18)"}),
        "look into its log, start it again",
    ),
    "more than a minute's tokens": (
        Reply(status=413, body={"error": {"message": "too large: tokens per minute (TPM): Limit 9, Requested 1500"}}),
        "a smaller --max-tokens",
    ),
    "another compression": (
        Reply(body=b"x", headers=(("Content-Encoding", "br"),)),
        "a compressed reply (br), though none was asked for; a proxy",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_one_line_that_says_what_to_do(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reply, words = REFUSED[name]
    assert eval_of(lambda call: reply, tmp_path)[0] == 1
    said = capsys.readouterr()
    assert words in said.err
    assert "0.0 %" not in said.out


def no_closing(reply: Callable[[Call], Body]) -> Script:
    return lambda call: Reply(status=400, body={"error": "no"}) if call.is_closing else Reply(body=reply(call))


MUTE: dict[str, tuple[Script, str]] = {
    "thoughts alone": (
        no_closing(lambda call: completion(call, {"content": None, "reasoning_content": _DRAFT})),
        "they are thoughts without an answer behind them",
    ),
    "thoughts that are not closed": (
        no_closing(lambda call: completion(call, {"content": f"<think>\n{_DRAFT}，再看"}, "length")),
        "they are thoughts without an answer behind them",
    ),
    "refusals": (
        lambda call: Reply(body=completion(call, {"content": None, "refusal": "I cannot help. Answer: C"})),
        "look at the texts",
    ),
    "chains cut off": (no_closing(lambda call: completion(call, {"content": "先看甲"}, "length")), "more --max-tokens"),
    "no letter at all": (no_closing(lambda call: completion(call, {"content": "你好。"})), "another --prompt"),
}


@pytest.mark.parametrize("name", MUTE)
def test_a_run_in_which_no_sample_names_an_option_says_why_and_does_not_exit_0(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script, words = MUTE[name]
    assert eval_of(script, tmp_path)[0] == 1
    told = capsys.readouterr().err
    assert "no sample named an option, so nothing was measured" in told
    assert words in told
