"""Rows and pairs from the samples of a run that is there already."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from solver.base.errors import InputError
from solver.problems.jsonl import load_problems, questions_of
from solver.problems.option_order import class_behind, permutation
from solver.problems.prompt import load_template
from solver.sampling.sample import Sample, Status
from solver.scheduling.store import Store
from synth.cli import main
from synth.distill.harvest import read_run
from train.dpo.pairs import load_pairs
from train.sft.row_files import load_rows

OPTIONS = ["甲", "乙", "丙"]


def _problems(path: Path) -> Path:
    lines = [
        {
            "id": f"p{number}",
            "problem": f"甲乙丙排队，第{number}次。",
            "questions": [{"question": "谁在前？", "options": OPTIONS, "answer": "A"}],
        }
        for number in range(6)
    ]
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    return path


def _run(folder: Path, data: Path, prompt: str = "reason", *, shuffles: bool = False) -> Path:
    """Record four samples a question: two right, one wrong, one cut off."""
    folder.mkdir()
    binding = {"prompt": prompt, "prompt_sha256": load_template(prompt).digest, "seed": 3, "shuffle_options": shuffles}
    (folder / "config.json").write_text(json.dumps({"binding": binding}), encoding="utf-8")
    samples = []
    for question in questions_of(load_problems([data]).problems):
        for index, option in enumerate((0, 0, 1, None)):
            order = permutation(question, run_seed=3, index=index, is_on=shuffles)
            letter = None if option is None else "ABC"[order.index(option)]
            samples.append(
                Sample(
                    key=f"{question.id}/{index}",
                    question_id=question.id,
                    model="m",
                    index=index,
                    status=Status.TRUNCATED if letter is None else Status.ANSWERED,
                    text=f"第{index}种想法：先看条件，再排除其余。" + ("" if letter is None else f"\n答案是：{letter}"),
                    shown_letter=letter,
                    option_class=None if letter is None else class_behind(question, order, letter),
                    rule=None,
                    span=None,
                    finish_reason="length" if letter is None else "stop",
                    is_closed=False,
                    prompt_tokens=1,
                    completion_tokens=1,
                    mean_logprob=None,
                    letter_logprob=None,
                    launched_at=0.0,
                    finished_at=0.0,
                    retries=0,
                    error=None,
                )
            )

    async def keep() -> None:
        with Store(folder) as store:
            await store.append(samples)

    asyncio.run(keep())
    return folder


def _said(tmp_path: Path, run: Path, data: Path, *words: str) -> int:
    return main(["harvest", str(run), "--data", str(data), "--out", str(tmp_path / "out"), *words])


@pytest.mark.parametrize("shuffles", [False, True])
def test_a_run_becomes_rows_and_pairs_that_the_trainers_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], shuffles: bool
) -> None:
    data = _problems(tmp_path / "data.jsonl")
    run = _run(tmp_path / "run", data, shuffles=shuffles)
    assert _said(tmp_path, run, data, "--format", "messages", "--format", "dpo", "--json") == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["questions"], report["samples"], report["solve_rate"]) == (6, 24, 0.5)
    rows = load_rows([tmp_path / "out" / "train.messages.jsonl"])
    assert len(rows) == 12
    assert "封闭世界" in rows[0].prompt[-1].content, "the prompt is the run's own"
    pairs = load_pairs([tmp_path / "out" / "train.dpo.jsonl"])
    # Where each sample shows another order, right and wrong chains seldom share a prompt.
    assert len(pairs) == 6 if not shuffles else len(pairs) < 6
    left = (tmp_path / "out" / "rejected_chains.jsonl").read_text(encoding="utf-8").splitlines()
    reasons = [json.loads(line)["reason"] for line in left]
    assert sorted(set(reasons)) == ["truncated", "wrong: says B, the answer is A"]


def test_questions_outside_of_the_window_give_no_rows_and_say_why(tmp_path: Path) -> None:
    data = _problems(tmp_path / "data.jsonl")
    run = _run(tmp_path / "run", data)
    assert _said(tmp_path, run, data, "--window", "0.1", "0.4") == 0
    assert (tmp_path / "out" / "train.messages.jsonl").read_text(encoding="utf-8") == ""
    rejected = [
        json.loads(line) for line in (tmp_path / "out" / "rejected.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    assert [one["reasons"][0]["reason"] for one in rejected] == ["solved too often: 2 of 4"] * 6
    assert _said(tmp_path, run, data, "--window", "0.5", "0.5") == 0
    assert (tmp_path / "out" / "rejected.jsonl").read_text(encoding="utf-8") == ""


def test_another_file_of_problems_or_another_wording_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = _problems(tmp_path / "data.jsonl")
    run = _run(tmp_path / "run", data)
    assert _said(tmp_path, run, data, "--prompt", "cot") == 2
    assert "asked with another wording than cot has now" in capsys.readouterr().err
    twins = tmp_path / "twins.jsonl"
    twins.write_text(
        data.read_text(encoding="utf-8").replace('["甲", "乙", "丙"]', '["甲", "甲", "丙"]'), encoding="utf-8"
    )
    assert _said(tmp_path, run, twins) == 2
    assert "give the file that the run was made with" in capsys.readouterr().err
    other = _run(tmp_path / "other", data, prompt="cot")
    assert main(["harvest", str(run), str(other), "--data", str(data), "--out", str(tmp_path / "out")]) == 2
    assert "asked with different prompts (cot, reason)" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_what_is_no_run_of_ours_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text("{}\n", encoding="utf-8")
    with pytest.raises(InputError, match="a file; give the folder of a run"):
        read_run(tmp_path / "rows.jsonl")
    (tmp_path / "config.json").write_text('{"binding": {"imported_from": "inspect"}}', encoding="utf-8")
    with pytest.raises(InputError, match="was imported from inspect, which does not tell the whole prompt"):
        read_run(tmp_path)


def test_where_nothing_can_be_kept_it_is_said_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = _problems(tmp_path / "data.jsonl")
    run = _run(tmp_path / "run", data)
    keyless = tmp_path / "keyless.jsonl"
    keyless.write_text(data.read_text(encoding="utf-8").replace(', "answer": "A"', ""), encoding="utf-8")
    assert _said(tmp_path, run, keyless) == 1
    said = f"no question of {keyless} has both a key and a sample in {run}: there is nothing to keep"
    assert said in capsys.readouterr().err
