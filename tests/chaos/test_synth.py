"""``distill`` and ``augment`` against the faults of ``eval``: what they write is what an undisturbed run writes."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from synth.cli import main
from tests.chaos.invariants import no_trace
from tests.support.command import serving
from tests.support.fault_server import HEALED, Flaky, Trouble
from tests.support.scripted_server import Call, Reply, choice_of, completion_of, shown_letters
from tests.unit.synth.distill.test_distill import CHAIN, PLAN, problems, right

# What a lone repeated request cannot heal at once, or what takes seconds each: seen with ``eval`` already.
FAULTS = [name for name in HEALED if name not in ("hang", "slow first byte", "missing usage", "usage beyond reason")]
AUGMENT = """
models:
  base: {{endpoint: "{url}", model: scripted, price: {{prompt: 1, completion: 2}}}}
writer: {{model: base, shots: 0, attempts: 2, max_tokens: 100}}
panel:
  solvers:
    - {{model: base, samples: 3}}
  duels: 0
near: 0.9
grounded: false
"""


class Scribe:
    """The proper answers: right ones for questions, one new question for each request to write one."""

    def __call__(self, call: Call) -> Reply:
        """Reply to a call; what is written depends on the prompt alone."""
        lines = call.prompt.splitlines()
        choices = []
        for index in range(call.n):
            if "新问题" in call.prompt:
                text = json.dumps({"question": "小李在谁旁边？", "options": ["小李", "小王"]}, ensure_ascii=False)
            else:
                letter = next(
                    (one for one in shown_letters(call.prompt) if f"{one}. {right(call)}" in lines),
                    shown_letters(call.prompt)[0],
                )
                text = f"{CHAIN}\n答案是：{letter}"
            choices.append({**choice_of(text, logprobs=False), "index": index})
        return Reply(body=completion_of(*choices, completion_tokens=20 * call.n))


def run(command: str, folder: Path, url: str, capsys: pytest.CaptureFixture[str]) -> int:
    """Run a command of ``synth`` in this process; no trace may reach the user."""
    folder.mkdir(exist_ok=True)
    config = folder / "plan.yaml"
    config.write_text((PLAN if command == "distill" else AUGMENT).format(url=url), encoding="utf-8")
    words = [command, config, problems(folder, 3), "--out", folder / "out"]
    code = main([*map(str, words), *(("--display", "none") if command == "distill" else ())])
    no_trace(capsys.readouterr().err)
    return code


def written(folder: Path) -> dict[str, Counter[str]]:
    """Return the lines of every file of rows, without what a retry may change; none holds an error's text."""
    found = {}
    for path in sorted((folder / "out").glob("*.jsonl")):
        text = path.read_text(encoding="utf-8")
        assert "POISON" not in text, path
        found[path.name] = Counter(
            json.dumps(_lasting(json.loads(line)), sort_keys=True) for line in text.split("\n") if line
        )
    return found


def _lasting(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _lasting(one) for key, one in value.items() if "token" not in key and "cost" not in key}
    return [_lasting(one) for one in value] if isinstance(value, list) else value


@pytest.mark.parametrize("command", ["distill", "augment"])
def test_faults_that_pass_change_nothing_that_is_written(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(Scribe()) as server:
        assert run(command, tmp_path / "good", server.url, capsys) == 0
        expected = written(tmp_path / "good")
        assert any(expected.values())
        for number, fault in enumerate(FAULTS[:: 2 if command == "augment" else 1]):
            folder = tmp_path / str(number)
            server.script = Trouble(fault, first=1, only="第1题", made_up=Scribe())  # type: ignore[arg-type]
            code = run(command, folder, server.url, capsys)
            if code != 0:  # what failed for good is asked for again by the same command
                server.script = Scribe()
                code = run(command, folder, server.url, capsys)
            assert (fault, code) == (fault, 0)
            assert written(folder) == expected, fault


@pytest.mark.parametrize("command", ["distill", "augment"])
def test_a_flaky_server_costs_attempts_and_nothing_else(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(Scribe()) as server:
        assert run(command, tmp_path / "good", server.url, capsys) == 0
        server.script = Flaky(5, 0.3, in_a_row=2, made_up=Scribe())  # type: ignore[arg-type]
        slow = {"hang", "slow first byte"}
        for name in slow:
            assert name in HEALED
        for _ in range(3):
            if run(command, tmp_path / "flaky", server.url, capsys) == 0:
                break
        server.script = Scribe()
        assert run(command, tmp_path / "flaky", server.url, capsys) == 0
    assert written(tmp_path / "flaky") == written(tmp_path / "good")
