"""Errors in any form and words, and replies written in any way: read, waited for, or told with what to do."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

import harness.cli
from tests.support.dialect_servers import right_answer
from tests.support.raw_server import RawScript, chunked, raw_serving, whole
from tests.support.scripted_server import Call
from tests.unit.test_dialects import data
from tests.unit.test_odd_replies import completion
from tests.unit.test_odd_servers import events, found_in, once, packed

_STREAM = "text/event-stream"
Falls = Callable[[Call], bool]


def always(body: object, *lines: str, status: int = 200) -> RawScript:
    return lambda call: [whole(body, *lines, status=status)]


def refused(name: str, body: object, *lines: str, status: int = 400) -> RawScript:
    """Make a script that refuses a field in its own words."""
    is_sent: Falls = (lambda call: call.n > 1) if name == "n" else (lambda call: name in call.body)
    return lambda call: [whole(body, *lines, status=status)] if is_sent(call) else [whole(found_in(call))]


def said(form: Callable[[str], object]) -> RawScript:
    return lambda call: [whole(completion(call, form(right_answer(call.body))))]


def streamed(form: Callable[[bytes], bytes]) -> RawScript:
    return lambda call: [chunked([form(one) for one in events(call)], kind=_STREAM)]


def zipped(call: Call) -> bytes:
    return gzip.compress(packed(call))


def as_a_dict(call: Call) -> list[bytes | None]:
    found = found_in(call)
    return [whole({**found, "choices": {str(one["index"]): one for one in found["choices"]}})]


TAKEN: dict[str, RawScript] = {
    "raw deflate": lambda call: [whole(zlib.compress(packed(call))[2:-4], "Content-Encoding: deflate")],
    "two packed pieces": lambda call: [
        whole(gzip.compress(packed(call)[:50]) + gzip.compress(packed(call)[50:]), "Content-Encoding: gzip")
    ],
    "called packed, and is not": lambda call: [whole(packed(call), "Content-Encoding: gzip")],
    "called deflated, and is not": lambda call: [whole(packed(call), "Content-Encoding: deflate")],
    "packed events": lambda call: [
        whole(gzip.compress(b"".join(events(call))), "Content-Encoding: gzip", kind=_STREAM)
    ],
    "an end in small letters": streamed(lambda one: one.replace(b"[DONE]", b"[done]")),
    "parts in a list in a list": said(lambda text: {"content": [[{"type": "text", "text": text}]]}),
    "a thought in a list in a list": said(
        lambda text: {"content": [[{"type": "thinking", "thinking": "答案是：Z"}], text]}
    ),
    "choices by number": as_a_dict,
    "line feeds in texts as they are": lambda call: [whole(packed(call).replace(b"\\n", b"\n"))],
    "a function's answer": lambda call: [whole({"statusCode": 200, "body": packed(call).decode()})],
}
LEARNT: dict[str, RawScript] = {
    "an error in an error": refused("top_p", {"error": {"error": {"message": "Unsupported parameter: top_p"}}}),
    "a detail that holds an error": refused("top_p", {"detail": {"error": "top_p is not supported"}}),
    "a detail that holds a message": refused("top_p", {"detail": {"msg": "top_p is not supported"}}),
    "a list of errors": refused("temperature", {"error": [{"message": "temperature is not supported"}]}),
    "errors by field": refused("n", {"errors": {"n": ["must be equal to 1"]}}, status=422),
    "names of its own": refused("top_p", {"fehler": {"text": "top_p is not supported"}}),
    "UTF-16": refused("top_p", json.dumps({"error": {"message": "top_p is not supported"}}).encode("utf-16")),
    "GBK": refused("n", json.dumps({"error": {"message": "参数 n 不支持大于 1"}}, ensure_ascii=False).encode("gbk")),
    "a mark before it": refused("n", b"\xef\xbb\xbf" + json.dumps({"error": {"message": "n must be 1"}}).encode()),
}
WAITED: dict[str, RawScript] = {
    "loading, as a conflict": once(always({"error": {"message": "please retry"}}, status=409), 4),
    "loading, as a refusal": once(always({"error": {"message": "model x is still loading"}}, status=400), 4),
    "half of a packed reply": once(lambda call: [whole(zipped(call)[:60], "Content-Encoding: gzip")]),
    "packed twice": once(lambda call: [whole(gzip.compress(zipped(call)), "Content-Encoding: gzip")]),
}
_LATER = {"error": {"message": "down for maintenance"}}
ENDED: dict[str, tuple[RawScript, str]] = {
    "a title alone": (
        always({"type": "about:blank", "title": "No model of that name"}, status=404),
        "No model of that",
    ),
    "another language": (always({"fehler": "Guthaben aufgebraucht"}, status=402), "Guthaben aufgebraucht"),
    "GBK": (
        always(json.dumps({"error": {"message": "余额不足"}}, ensure_ascii=False).encode("gbk"), status=402),
        "余额不足",
    ),
    "UTF-16": (always(json.dumps({"error": {"message": "no such key"}}).encode("utf-16"), status=401), "no such key"),
    "back in two hours": (always(_LATER, "Retry-After: 7200", status=503), "down for maintenance"),
    "back in a year": (
        always(_LATER, "Retry-After: Fri, 01 Jan 2100 00:00:00 GMT", status=429),
        "down for maintenance",
    ),
}


def eval_of(script: RawScript, folder: Path) -> tuple[int, int]:
    """Return the exit code, and how many requests there were."""
    with raw_serving(script) as server:
        words = ["--endpoint", server.url, "--rule", "fixed:3", "--run", str(folder / "run"), "--display", "none"]
        return harness.cli.main(["eval", data(folder), *words]), len(server.calls)


def accuracy_in(folder: Path) -> float:
    return float(json.loads((folder / "run" / "summary.json").read_text())["accuracy"])


@pytest.mark.parametrize("name", TAKEN)
def test_what_is_right_is_read_and_paid_once(name: str, tmp_path: Path) -> None:
    assert eval_of(TAKEN[name], tmp_path) == (0, 6)
    assert accuracy_in(tmp_path) == 1.0


@pytest.mark.parametrize("name", LEARNT)
def test_a_field_that_is_refused_in_any_form_is_refused_once(name: str, tmp_path: Path) -> None:
    code, requests = eval_of(LEARNT[name], tmp_path)
    assert (code, accuracy_in(tmp_path)) == (0, 1.0)
    assert requests in (7, 1 + 18)  # where it is ``n``, one sample a request


@pytest.mark.parametrize("name", WAITED)
def test_what_passes_is_asked_again(name: str, tmp_path: Path) -> None:
    assert eval_of(WAITED[name], tmp_path)[0] == 0
    assert accuracy_in(tmp_path) == 1.0


@pytest.mark.parametrize("name", ENDED)
def test_what_no_run_can_wait_for_ends_it_at_once_with_the_servers_words(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script, words = ENDED[name]
    assert eval_of(script, tmp_path) == (1, 1)
    told = capsys.readouterr()
    assert words in told.err
    assert "the same command continues" in told.err
    assert "0.0 %" not in told.out
