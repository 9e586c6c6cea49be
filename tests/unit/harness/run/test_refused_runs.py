"""Runs against servers that refuse: a field is learnt, what holds for all ends the run, nothing is called 0.0 %."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from harness.cli import main
from tests.support.command import problems_file, serving
from tests.support.scripted_server import Call, Reply, Script, choice_of, completion_of
from tests.support.strict_servers import FOR_ALL, error, refusing


def evaluated(folder: Path, script: Script, *words: str, n_problems: int = 20) -> tuple[int, Path, int]:
    """Run ``eval`` in this process; returns exit code, run folder, requests."""
    run = folder / "run"
    with serving(script) as server:
        data = str(problems_file(folder, n_problems))
        plain = ("--prompt", "direct", "--display", "plain", "--run", str(run))
        code = main(["eval", data, "--endpoint", server.url, *plain, *words])
        return code, run, server.number


@pytest.mark.parametrize("name", ["no balance", "spent quota", "wrong path", "nothing tells", "error in a good reply"])
def test_a_refusal_for_all_ends_the_run_at_once_and_nothing_is_scored(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, run, requests = evaluated(tmp_path, lambda call: FOR_ALL[name])
    out, err = capsys.readouterr()
    assert code == 1
    assert requests <= 4
    assert out == ""
    assert not (run / "summary.json").exists()
    assert "every request is refused" in err
    assert f"the same command continues: --run {run}" in err


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("spent for hours", "its quota is used up for longer than a run waits"),
        ("no template", "serve it with a chat template"),
        ("forbidden", "ask another endpoint"),
        ("no channel", "check the model's name"),
    ],
)
def test_what_to_do_is_no_wrong_hint(name: str, hint: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert evaluated(tmp_path, lambda call: FOR_ALL[name], n_problems=2)[0] == 1
    assert hint in capsys.readouterr().err


def test_a_run_whose_samples_all_failed_has_no_table_and_no_accuracy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, run, _ = evaluated(tmp_path, lambda call: error("Content Exists Risk"), n_problems=1)
    out, err = capsys.readouterr()
    assert (code, out) == (1, "")
    assert not (run / "summary.json").exists()
    assert "samples failed, so nothing is scored" in err
    assert "Content Exists Risk" in err


def test_the_same_command_goes_on_once_the_account_is_filled(tmp_path: Path) -> None:
    spent = [True]

    def script(call: Call) -> Reply | None:
        return FOR_ALL["no balance"] if spent[0] and call.number >= 3 else None

    assert evaluated(tmp_path, script)[0] == 1
    spent[0] = False
    assert evaluated(tmp_path, script)[0] == 0


def test_a_run_that_ends_refused_leaves_its_submission_where_there_is_a_deadline(tmp_path: Path) -> None:
    script: Script = lambda call: FOR_ALL["no balance"] if call.number >= 3 else None  # noqa: E731
    code, run, _ = evaluated(tmp_path, script, "--deadline", "24h")
    assert code == 1
    assert (run / "submission.jsonl").exists()


def test_a_deadline_is_told_as_it_was_understood(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``--deadline 90`` is a minute and a half, whatever its writer meant."""
    evaluated(tmp_path, lambda call: FOR_ALL["no balance"], "--deadline", "90", n_problems=1)
    told = "deadline 1m30s from the start of the process; the last 5s are for deciding and writing"
    assert told in capsys.readouterr().err.splitlines()


def test_a_field_that_is_not_taken_is_said_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, _ = evaluated(tmp_path, refusing("n", "max_tokens", "whole replies"))
    err = capsys.readouterr().err
    assert code == 0
    assert err.count("n is left out: samples are asked one by one") == 1
    assert err.count("max_tokens is not taken: max_completion_tokens bounds the tokens") == 1
    assert err.count("it answers in streams only") == 1


def test_one_prompt_that_is_refused_leaves_its_question_open_and_scores_the_rest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script: Script = lambda call: error("Content Exists Risk") if "第3题" in call.prompt else None  # noqa: E731
    code, run, _ = evaluated(tmp_path, script)
    assert code == 1
    assert (run / "summary.json").exists()
    assert "Content Exists Risk" in capsys.readouterr().err


def test_a_run_without_a_word_of_content_warns_and_does_not_exit_0(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def script(call: Call) -> Reply:
        return Reply(body=completion_of(*(choice_of("", index=index, logprobs=False) for index in range(call.n))))

    code, _, _ = evaluated(tmp_path, script, "--no-close", n_problems=2)
    assert code == 1
    assert "no sample had any content" in capsys.readouterr().err


@pytest.mark.parametrize("usage", [None, {"prompt_tokens": 1, "completion_tokens": 1}])
def test_a_token_budget_holds_without_the_servers_word(
    usage: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def script(call: Call) -> Reply:
        choices = [choice_of("推理" * 400 + "\n答案是：A", index=index, logprobs=False) for index in range(call.n)]
        return Reply(body={**completion_of(*choices), "usage": usage})

    code, run, _ = evaluated(
        tmp_path, script, "token_budget=1000", "--rule", "fixed:8", "--slots", "8", "--max-tokens", "50"
    )
    assert code == 1
    assert json.loads((run / "summary.json").read_text())["n_samples"] in range(1, 17)
    assert "estimated from the text" in " ".join(capsys.readouterr().err.split())


def test_of_several_models_the_one_asked_is_named_and_of_a_catalogue_none_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = str(problems_file(tmp_path, 1))
    words = ("--prompt", "direct", "--display", "plain")
    with serving(models=("one", "two")) as server:
        assert main(["eval", data, "--endpoint", server.url, *words, "--run", str(tmp_path / "a")]) == 0
        assert {call.body["model"] for call in server.calls} == {"one"}
        assert "2 models are served, one is asked; --model names another" in capsys.readouterr().err
    with serving(models=tuple(f"m{number}" for number in range(30))) as server:
        assert main(["eval", data, "--endpoint", server.url, *words, "--run", str(tmp_path / "b")]) == 2
        assert "30 models are served" in capsys.readouterr().err
        assert server.number == 0


def test_a_key_that_no_head_can_carry_ends_the_run_before_the_first_request(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-“1”")
    code, _, requests = evaluated(tmp_path, lambda call: None)
    assert (code, requests) == (2, 0)
    err = capsys.readouterr().err
    assert "OPENAI_API_KEY holds the character U+201C" in err
    assert "sk-" not in err


def test_a_folder_that_a_failed_start_left_takes_the_corrected_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert evaluated(tmp_path, lambda call: None, "--model", "scriptd")[0] == 1
    code, run, _ = evaluated(tmp_path, lambda call: None, "--model", "scripted")
    assert code == 0
    err = capsys.readouterr().err
    assert f"nothing was sampled in {run} so far; its settings are replaced:" in err
    assert "models: ['scriptd'] there, ['scripted'] now" in err
    # What was drawn binds.
    assert evaluated(tmp_path, lambda call: None, "--model", "scripted", "--rule", "fixed:2")[0] == 2
    assert "rule: 'lead:3' there, 'fixed:2' now" in capsys.readouterr().err


def test_a_file_whose_name_is_not_utf_8_is_evaluated_and_its_run_goes_on(tmp_path: Path) -> None:
    """Archives of Chinese Windows bring such names."""
    data = problems_file(tmp_path, 2).rename(Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xcc\xe2.jsonl")))
    with serving() as server:
        words = [str(data), "--endpoint", server.url, "--display", "none", "--run", str(tmp_path / "run")]
        assert [main(["eval", *words]), main(["eval", *words])] == [0, 0]
        run = str(tmp_path / "run")
        assert main(["reread", run, "-o", str(tmp_path / "again")]) == 0
        assert main(["export", run, "--to", "inspect", "-o", str(tmp_path / "logs")]) == 0
        assert main(["reproduce", run, "--run", str(tmp_path / "anew"), "--display", "none"]) == 0
    (log,) = (tmp_path / "logs").glob("*.json")
    assert json.loads(log.read_text("utf-8"))["samples"][0]["choices"] == ["小明", "小红", "小刚"]
    inputs = [
        json.loads((tmp_path / name / "card.json").read_text("utf-8"))["data"]["inputs"] for name in ("run", "anew")
    ]
    assert inputs[0] == inputs[1]
    assert inputs[0][0].endswith("/%CC%E2.jsonl")
