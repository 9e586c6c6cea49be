"""A run's card, and the run again from it: same answers from the same server, a difference that is stated, refusals."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from harness.analysis.reproduction import agreement_of, at_its_word, config_of, differences, read_card
from harness.cli import main
from harness.errors import NothingToCompare
from harness.run.card.machine import device, versions
from harness.run.card.weights import weights_digest
from harness.run.config import EvalConfig
from harness.run.evaluate import evaluate
from tests.support.scripted_server import Call, Reply, ScriptedServer, choice_of, completion_of

ROWS = [
    {"id": f"p{n}", "problem": "P", "questions": [{"question": f"{n}?", "options": ["x", "y"], "answer": "AB"[n % 2]}]}
    for n in range(6)
]


def always(letter: str) -> Any:
    def reply(call: Call) -> Reply:
        return Reply(body=completion_of(*(choice_of(f"答案是：{letter}", index=index) for index in range(call.n))))

    return reply


def a_run(folder: Path, letter: str = "A", **more: object) -> Path:
    """Evaluate the rows with a server that knows one letter; returns the run folder."""
    data = folder / "in.jsonl"
    data.write_text("".join(json.dumps(row) + "\n" for row in ROWS), encoding="utf-8")

    async def run() -> None:
        async with ScriptedServer(always(letter)) as server:
            told = {"data": (str(data),), "endpoints": (server.url,), "run": str(folder / "run"), "rule": "fixed:2"}
            await evaluate(EvalConfig.of(**{**told, "display": "none", **more}), process_started=0.0)

    asyncio.run(run())
    return folder / "run"


@contextmanager
def served(letter: str) -> Iterator[str]:
    """Serve from a thread of its own, since a command wants the main one; yields the server's URL."""
    loop, server = asyncio.new_event_loop(), ScriptedServer(always(letter))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(server.__aenter__(), loop).result(60)
        yield server.url
        asyncio.run_coroutine_threadsafe(server.__aexit__(None, None, None), loop).result(60)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def again(run: Path, letter: str, *words: str) -> int:
    with served(letter) as url:
        return main(["reproduce", str(run), "--endpoint", url, "--display", "none", *words])


def test_a_card_says_what_the_run_was_made_of(tmp_path: Path) -> None:
    card = read_card(a_run(tmp_path, temperature=0.3, max_tokens=99))
    assert card["data"]["n"] == 6
    assert card["settings"]["temperature"] == 0.3
    assert (card["settings"]["max_tokens"], card["settings"]["rule"]) == (99, "fixed:2")
    assert card["answers"] == {f"p{n}#0": "A" for n in range(6)}
    assert card["result"]["accuracy"] == 0.5
    assert card["device"] is None
    assert card["prompt"]["sha256"]
    config = config_of(card, {"run": "elsewhere"})
    assert (config.sampling.temperature, config.sampling.rule, config.inputs) == (
        0.3,
        "fixed:2",
        (str(tmp_path / "in.jsonl"),),
    )


def test_the_same_again_agrees(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = a_run(tmp_path)
    assert again(run, "A", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["difference"], found["same"], found["is_same_thing"]) == (0.0, 1.0, True)
    assert (tmp_path / "run-again" / "card.json").is_file()


def test_other_answers_are_told_with_their_interval(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = a_run(tmp_path)
    # Half right both times: no difference in accuracy, and not one answer the same.
    assert again(run, "B") == 0
    shown = capsys.readouterr()
    assert "+0.00 (" in shown.out
    assert "0.0 % (0.0 to" in shown.out
    assert "6 questions of 6 problems" in shown.out


def test_other_data_is_no_reproduction(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = a_run(tmp_path)
    other = tmp_path / "other.jsonl"
    other.write_text("".join(json.dumps({**row, "problem": "Q"}) + "\n" for row in ROWS), encoding="utf-8")
    assert again(run, "A", "--data", str(other), "--run", str(tmp_path / "third")) == 1
    shown = capsys.readouterr()
    assert "not a run of the same data and prompt" in shown.out
    assert "not alike: data sha256" in shown.err


def card(answers: dict[str, str | None], **more: Any) -> dict[str, Any]:
    return {
        "data": {"sha256": "d", "n": len(answers)}, "prompt": {"sha256": "p"}, "model": {"names": ["m"]},
        "answers": answers, "keys": dict.fromkeys(answers, "A"), "versions": {"python": "3.11"}, **more,
    }  # fmt: skip


def test_a_difference_beyond_noise_is_seen() -> None:
    then = card({f"p{n}#0": "A" for n in range(40)})
    now = card({f"p{n}#0": "A" if n % 2 else None for n in range(40)})
    found = agreement_of(then, now)
    assert (found.accuracy_then, found.accuracy_now, found.difference.value, found.same.value) == (1.0, 0.5, -0.5, 0.5)
    assert not found.is_within_noise
    with pytest.raises(NothingToCompare, match="no question with the same key"):
        agreement_of(then, card({"other#0": "A"}))


def test_what_is_not_alike_is_named() -> None:
    then = card({"p#0": "A"}, engine="server", device={"cores": 2})
    now = card({"p#0": "A"}, engine="inprocess", device={"cores": 4}, versions={"python": "3.12", "vllm": "1"})
    told = list(differences(then, now))
    assert told[0] == "engine: server then, inprocess now"
    assert told[2:] == ["python: 3.11 then, 3.12 now", "vllm: none then, 1 now"]


@pytest.mark.parametrize(
    ("text", "words"), [("{", "not JSON"), ("[]", "must hold one JSON object"), ("{}", "must be an object")]
)
def test_a_damaged_card_is_one_line(text: str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "card.json").write_text(text, encoding="utf-8")
    assert main(["reproduce", str(tmp_path)]) == 2
    told = capsys.readouterr().err
    assert words in told
    assert told.count("\n") == 1


def test_a_card_of_a_later_version_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    row = {**card({"p#0": "A"}), "settings": {}, "card": 99}
    (tmp_path / "card.json").write_text(json.dumps(row), encoding="utf-8")
    assert main(["reproduce", str(tmp_path / "card.json")]) == 2
    assert "a card of version 99" in capsys.readouterr().err


def test_weights_are_told_apart_whole_or_by_their_heads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert weights_digest(tmp_path) is None
    (tmp_path / "a.safetensors").write_bytes(b"x" * (2 << 20))
    whole = weights_digest(tmp_path)
    monkeypatch.setattr("harness.run.card.weights.WHOLE_BELOW", 1)
    heads = weights_digest(tmp_path)
    assert whole is not None
    assert heads is not None
    assert (whole[1], heads[1]) == ("files", "heads and sizes")
    (tmp_path / "a.safetensors").write_bytes(b"x" * ((2 << 20) - 1) + b"y")
    assert weights_digest(tmp_path) == heads
    (tmp_path / "a.safetensors").write_bytes(b"x" * (3 << 20))
    assert weights_digest(tmp_path) != heads


def test_the_machine_is_told_without_asking_heavy_packages(tmp_path: Path) -> None:
    found = versions(("pydantic", "no-such-package"))
    assert list(found) == ["python", "pydantic"]
    (tmp_path / "cpuinfo").write_text("processor: 0\nmodel name\t: Some CPU\n", encoding="utf-8")
    assert device(tmp_path / "cpuinfo")["cpu"] == "Some CPU"
    assert device(tmp_path / "gone")["cpu"]


FOREIGN: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("model", {"endpoints": ["https://elsewhere.example/v1"]}, "ask https://elsewhere.example/v1"),
    ("model", {"endpoints": [], "serve": "somebody/model"}, "fetch the model somebody/model"),
    ("data", {"inputs": ["hf:some/set"]}, "fetch hf:some/set"),
    ("settings", {"engine_args": ["--trust-remote-code"]}, "start the engine with"),
    ("settings", {"system": __file__}, "as system"),
    ("settings", {"prompt": __file__}, "as prompt"),
)


@pytest.mark.parametrize(("part", "fields", "words"), FOREIGN)
def test_a_card_of_somebody_elses_decides_nothing_about_this_machine(
    part: str, fields: dict[str, Any], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    card = a_run(tmp_path) / "card.json"
    found = json.loads(card.read_text(encoding="utf-8"))
    found[part] |= fields
    card.write_text(json.dumps(found), encoding="utf-8")
    assert main(["reproduce", str(card), "--display", "none"]) == 2
    said = capsys.readouterr().err
    assert words in said
    assert "--trust-card" in said


def test_what_the_user_names_is_no_word_of_the_card() -> None:
    hostile = {"model": {"endpoints": ["http://elsewhere/v1"]}, "data": {"inputs": ["hf:a/b"]}, "settings": {}}
    assert len(at_its_word(hostile, {})) == 2
    assert at_its_word(hostile, {"endpoints": ("http://mine/v1",), "data": ("x.jsonl",)}) == []
