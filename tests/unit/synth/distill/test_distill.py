"""``python -m synth distill`` from its arguments to its files, against a scripted server."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from solver.sampling.retry import RetryPolicy
from synth.cli import main
from tests.support.command import serving
from tests.support.scripted_server import Call, Reply, ScriptedServer, choice_of, completion_of, shown_letters
from train.sft.row_files import load_rows

CHAIN = "先看题目给出的条件，再逐一检验每个选项，其余都不成立。"
PLAN = """
models:
  base: {{endpoint: "{url}", model: scripted, price: {{prompt: 1, completion: 2}}}}
ladder:
  - {{name: easy, model: base, samples: 1, agree: 1, expect: 0.5, max_tokens: 100}}
  - {{name: hard, model: base, samples: 3, agree: 2, max_tokens: 100, prompt: {{zh: verify, en: verify_english}}}}
  - {{name: told, kind: explain, model: base, max_tokens: 100}}
output: {{dev_share: 0.3}}
"""
Says = Callable[[Call], str | None]
"""The text of the option to answer with."""


def problems(folder: Path, count: int = 6) -> Path:
    path = folder / "problems.jsonl"
    lines = [
        {
            "id": f"p{number}",
            "problem": f"第{number}题：四个人排成一行。",
            "questions": [
                {"question": "谁在左边？", "options": ["小明", "小红", "小刚"], "answer": "B"},
                {"question": "谁在右边？", "options": ["小李", "小王"], "answer": "A"},
            ],
            "family": "seating",
        }
        for number in range(count)
    ]
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    return path


def right(call: Call) -> str:
    return "小红" if "小明" in call.prompt else "小李"


def wrong(call: Call) -> str:
    return "小明" if "小明" in call.prompt else "小王"


def only_hard(call: Call) -> str:
    return right(call) if "严谨" in call.prompt else wrong(call)


@contextmanager
def server(says: Says) -> Iterator[ScriptedServer]:
    def script(call: Call) -> Reply:
        lines = call.prompt.splitlines()
        choices = []
        for index in range(call.n):
            said = says(call)
            letter = next((one for one in shown_letters(call.prompt) if f"{one}. {said}" in lines), None)
            text = CHAIN if letter is None else f"{CHAIN}\n答案是：{letter}"
            choices.append({**choice_of(text, logprobs=False), "index": index})
        return Reply(body=completion_of(*choices, completion_tokens=20 * call.n))

    with serving(script) as found:
        yield found


def distill(folder: Path, url: str, *words: object, count: int = 6, plan: str = PLAN) -> int:
    config = folder / "plan.yaml"
    config.write_text(plan.format(url=url), encoding="utf-8")
    data = problems(folder, count)
    arguments = ["distill", config, data, "--out", folder / "out", "--display", "none", *words]
    return main([str(word) for word in arguments])


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


def report(folder: Path) -> dict[str, Any]:
    return rows(folder / "out" / "report.json")[0]


def test_what_is_written_is_what_the_fine_tuning_reads(tmp_path: Path) -> None:
    with server(only_hard) as found:
        assert distill(tmp_path, found.url) == 0
    out = tmp_path / "out"
    for form in ("messages", "alpaca", "contest"):
        read = load_rows([out / f"train.{form}.jsonl", out / f"dev.{form}.jsonl"])
        assert len(read) == 12
        for row in read:
            assert row.letter is not None
            shown = dict(line.split(". ") for line in row.prompt[-1].content.splitlines() if line[1:3] == ". ")
            assert shown[row.letter] in ("小红", "小李")
    parts = [{row["meta"]["key"] for row in rows(out / f"{part}.messages.jsonl")} for part in ("train", "dev")]
    assert not parts[0] & parts[1]
    problem_ids = [
        {row["id"].split("#")[0] for row in rows(out / f"{part}.messages.jsonl")} for part in ("train", "dev")
    ]
    assert not problem_ids[0] & problem_ids[1]
    assert problem_ids[1]


def test_the_record_keeps_permutation_votes_rung_model_tokens_and_cost(tmp_path: Path) -> None:
    with server(only_hard) as found:
        distill(tmp_path, found.url)
    meta = rows(tmp_path / "out" / "train.messages.jsonl")[0]["meta"]
    assert (meta["rung"], meta["model"], meta["family"]) == ("hard", "base", "seating")
    assert [vote["rung"] for vote in meta["votes"]] == ["easy", "hard", "hard", "hard"]
    assert sorted(meta["permutation"]) == list(range(len(meta["permutation"])))
    assert (meta["prompt_tokens"], meta["completion_tokens"]) == (200, 80)
    assert Decimal(meta["cost"]) == Decimal("0.00036")
    assert Decimal(report(tmp_path)["cost"]) < 12 * Decimal("0.00036")
    assert [one["accepted"] for one in report(tmp_path)["rungs"]] == [0, 12]


def test_agreement_on_another_letter_goes_to_a_person_with_the_evidence(tmp_path: Path) -> None:
    with server(wrong) as found:
        assert distill(tmp_path, found.url) == 0
        assert not any("已知正确答案" in call.prompt for call in found.calls)
    disputed = rows(tmp_path / "out" / "disputed.jsonl")
    assert len(disputed) == 12
    assert (disputed[0]["gold"], disputed[0]["models_say"]) == ("B", "A")
    votes = {name: one["votes"] for name, one in disputed[0]["voters"].items()}
    assert votes == {"easy/base": {"A": 1}, "hard/base": {"A": 3}}
    assert all(CHAIN in vote["text"] for vote in disputed[0]["votes"])
    assert rows(tmp_path / "out" / "train.messages.jsonl") == []


def test_explanations_are_labelled_and_in_no_training_file(tmp_path: Path) -> None:
    with server(lambda call: right(call) if "已知正确答案" in call.prompt else None) as found:
        assert distill(tmp_path, found.url) == 0
        told = [call for call in found.calls if "已知正确答案是选项" in call.prompt]
    assert len(told) == 12
    explained = rows(tmp_path / "out" / "explained.jsonl")
    assert len(explained) == 12
    assert all(row["explained"] and row["knew_the_answer"] for row in explained)
    assert all("已知正确答案" not in row["messages"][0]["content"] for row in explained)
    for path in (tmp_path / "out").glob("*.messages.jsonl"):
        assert rows(path) == []


def test_exactly_n_rows_and_not_one_request_beyond(tmp_path: Path) -> None:
    with server(only_hard) as found:
        assert distill(tmp_path, found.url, "--accept", 5) == 0
        assert report(tmp_path)["status"] == {"accepted": 5}
        assert sum(call.n for call in found.calls) == 5 * 4
        # More of the same: nothing is paid again.
        assert distill(tmp_path, found.url, "--accept", 7) == 0
        assert sum(call.n for call in found.calls) == 7 * 4


def test_an_input_that_is_exhausted_is_said_to_be(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with server(right) as found:
        assert distill(tmp_path, found.url, "--accept", 13, "--display", "plain") == 1
    told = capsys.readouterr().err
    assert "exhausted: 13 accepted questions were asked for, the input of 12 gave 12" in told
    assert (
        len(load_rows([tmp_path / "out" / "train.messages.jsonl"]))
        + len(load_rows([tmp_path / "out" / "dev.messages.jsonl"]))
        == 12
    )


def test_a_limit_stops_cleanly_and_the_same_command_goes_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with server(only_hard) as found:
        assert distill(tmp_path, found.url, "--max-requests", 10, "--display", "plain") == 1
        assert found.number == 10
        assert "incomplete: --max-requests 10 reached; the same command goes on" in capsys.readouterr().err
        assert distill(tmp_path, found.url, "--max-cost", "0.001") == 1
        assert distill(tmp_path, found.url) == 0
        # 12 questions, one chain on the first rung and three on the second.
        assert sum(call.n for call in found.calls) == 12 * 4
    assert report(tmp_path)["complete"]


def test_a_dry_run_asks_nothing_and_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with server(right) as found:
        assert distill(tmp_path, found.url, "--dry-run") == 0
        assert found.connections == 0
        assert distill(tmp_path, found.url, "--dry-run", plan=PLAN.replace("prompt: 1, ", "")) == 0
    assert not (tmp_path / "out").exists()
    known, unknown = capsys.readouterr().out.split("at most, and as expected; nothing was asked")[1:]
    cells = next(line for line in known.splitlines() if line.startswith("hard")).split()
    assert cells[2:5] == ["12", "6", "36"]
    assert "unknown" in next(line for line in unknown.splitlines() if line.startswith("all"))


def test_the_forecast_of_an_upper_bound_holds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with server(lambda call: None) as found:
        distill(tmp_path, found.url, "--dry-run", "--json")
        told = json.loads(capsys.readouterr().out)
        distill(tmp_path, found.url)
        # Two options have two orders only, so some samples share a prompt and a request.
        assert 0.7 * sum(one["requests"] for one in told) < found.number <= sum(one["requests"] for one in told)
        assert sum(call.n for call in found.calls) == sum(one["samples"] for one in told)


def test_a_changed_configuration_is_refused_with_the_field_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with server(right) as found:
        assert distill(tmp_path, found.url) == 0
        assert distill(tmp_path, found.url, plan=PLAN.replace("samples: 3", "samples: 5")) == 2
        assert "ladder.hard.samples: 3 there, 5 now" in capsys.readouterr().err
        assert distill(tmp_path, found.url, "--blind") == 2
        assert "gold_used: true there, false now" in capsys.readouterr().err


def test_a_blind_run_reports_the_share_of_right_answers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with server(lambda call: wrong(call) if "第1题" in call.prompt else right(call)) as found:
        assert distill(tmp_path, found.url, "--blind") == 0
        assert {call.prompt for call in found.calls if "严谨" not in call.prompt} == set()
    share = report(tmp_path)["right"][0]
    assert (share["judged"], share["right"], share["proven"], share["problems"]) == (12, 10, 12, 6)
    assert share["low"] < 10 / 12 < share["high"]
    assert "all: 10 of 12 = 83.3%" in capsys.readouterr().out


def test_questions_whose_requests_fail_stay_open_for_the_next_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("synth.llm.asker._RETRIES", RetryPolicy(first_back_off_s=0.001))
    with serving(lambda call: Reply(body=b"no json") if "第1题" in call.prompt else None) as found:
        assert distill(tmp_path, found.url, "--display", "plain") == 1
        err = " ".join(capsys.readouterr().err.split())
        assert "incomplete: 2 questions had requests that failed (most: " in err
        assert "JSON" in err.partition("(most: ")[2]
        assert report(tmp_path)["status"]["open"] == 2


def test_bad_input_and_bad_flags_are_one_line_and_exit_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def said(*words: object) -> str:
        assert main([str(word) for word in ("distill", *words, "--out", tmp_path / "o")]) == 2
        return capsys.readouterr().err

    bad = tmp_path / "bad.jsonl"
    bad.write_text('{"id": "p", "problem": "x", "questions": [{"question": "?", "options": ["a"]}]}\n')
    assert "bad.jsonl:1:questions[0].options" in said("embedded", bad)
    assert "nowhere: cannot be read: no such file; give a YAML file" in said("nowhere", bad)
    assert "no data" in said("embedded")
    assert "--accept 0: at least 1" in said("embedded", bad, "--accept", 0)
    assert "--max-cost 'much'" in said("embedded", bad, "--max-cost", "much")
    assert "the price of cheap, strongest is unknown" in said("distill", bad, "--max-cost", 5)
    assert not (tmp_path / "o").exists()


def test_nothing_listens_is_one_line_and_exit_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert distill(tmp_path, "http://127.0.0.1:9", "--display", "plain") == 1
    assert "no endpoint answers" in capsys.readouterr().err
