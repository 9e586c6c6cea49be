"""``eval --allocation``: a budget over all questions, spent where most is gained, and never paid twice."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.cli import main
from solver.scheduling.store import read_samples
from tests.support.command import problems_file, serving
from tests.support.scripted_server import Call, Reply, choice_of, completion_of


def wavering(call: Call) -> Reply:
    """Half of the problems are always answered alike, by the others it is another letter each time."""
    text = json.dumps(call.body, ensure_ascii=False)
    is_sure = sum(map(ord, text)) % 2 == 0
    letter = "A" if is_sure else "AB"[call.number % 2]
    choices = (choice_of(f"答案是：{letter}", index=index) for index in range(call.n))
    return Reply(body=completion_of(*choices, completion_tokens=10 * call.n))


def test_a_mean_budget_is_kept_finished_and_never_paid_twice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    with serving(wavering) as server:
        words = ["eval", str(problems_file(tmp_path, 12)), "--endpoint", server.url, "--display", "plain"]
        words += ["--prompt", "direct", "--no-close", "--allocation", "gain", "--max-samples", "6", "--slots", "4"]
        words += ["--run", str(run), "--max-tokens", "64"]
        asked = [*words, "--mean-tokens", "15"]
        assert main(asked) == 0
        said = capsys.readouterr()
        assert "allocation gain" in said.err
        first = server.number
        spent = sum(sample.completion_tokens for sample in read_samples(run))
        assert 24 <= first < 6 * 24
        assert spent <= 15 * 24
        rows = [json.loads(line) for line in (run / "results.jsonl").read_text(encoding="utf-8").splitlines()]
        assert {row["stop_reason"] for row in rows} <= {"gain", "cap"}
        assert all(row["answer_letter"] for row in rows)
        # The same command finds it finished; more tokens go on from what is there.
        assert main(asked) == 0
        assert server.number == first
        assert main([*words, "--mean-tokens", "22"]) == 0
        assert server.number > first
        keys = [sample.key for sample in read_samples(run)]
        assert len(keys) == len(set(keys)) == server.number
        # Another allocation is another run.
        capsys.readouterr()
        assert main([*words, "--allocation", "even"]) == 2
        assert "allocation" in capsys.readouterr().err
