"""``python -m harness eval`` from end to end, against the scripted server: no model, no network."""

from __future__ import annotations

import json
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.command import (
    answers_of,
    ended,
    evaluated,
    problems_file,
    rows_of,
    seeds_of,
    serving,
    started,
    wait_until,
)
from tests.support.scripted_server import Call, Reply, choice_of, completion_of

KEYS = {
    *("accuracy", "ci_low", "ci_high", "n_questions", "n_problems", "single_sample_accuracy", "samples_per_question"),
    *("completion_tokens", "no_answer_rate", "truncated_rate", "failed", "wall_s", "complete"),
}


def slow(call: Call) -> Reply:
    """Answer A after a while."""
    choices = [choice_of("答案是：A", index=index) for index in range(call.n)]
    return Reply(body=completion_of(*choices, completion_tokens=6 * call.n), delay_s=0.15)


def endless(call: Call) -> Reply:
    """Never answer."""
    return Reply(fault="hang")


def test_a_run_prints_a_table_and_leaves_every_file_and_a_second_start_needs_no_server(tmp_path: Path) -> None:
    data, run = problems_file(tmp_path), tmp_path / "run"
    with serving() as server:
        words = (data, "--endpoint", server.url, "--run", run)
        first = evaluated(*words)
        calls = len(server.calls)
    assert first.code == 0
    assert "accuracy" in first.out
    assert "INCOMPLETE" not in first.out
    assert "16 questions" in first.err
    assert calls > 0
    again = evaluated(*words, "--json", "--slots", "3")
    assert again.code == 0
    summary = again.summary
    assert summary.keys() >= KEYS
    assert (summary["n_questions"], summary["n_problems"], summary["complete"]) == (16, 8, True)
    assert summary["ci_low"] <= summary["accuracy"] <= summary["ci_high"]
    assert summary["attempts"] == 1
    assert summary["models"] == ["scripted"]
    results = rows_of(run / "results.jsonl")
    assert len(results) == 16
    assert sum(row["samples"] for row in results) == summary["n_samples"]
    submitted = rows_of(run / "submission.jsonl")
    assert [row["id"] for row in submitted] == [f"p{number:03d}" for number in range(8)]
    assert all(letter in ("A", "B", "C") for letter in answers_of(run))
    assert json.loads((run / "config.json").read_text(encoding="utf-8"))["hash"] == summary["config_hash"]


def test_bad_lines_stop_the_run_before_any_request_and_skip_bad_goes_on_without_them(tmp_path: Path) -> None:
    data, run = problems_file(tmp_path), tmp_path / "run"
    with data.open("a", encoding="utf-8") as file:
        file.write('{"id": "bad", "problem": "x", "questions": [{"question": "q", "options": ["one"]}]}\nno json\n')
    with serving() as server:
        refused = evaluated(data, "--endpoint", server.url, "--run", run)
        assert refused.code == 2
        assert f"{data}:9" in refused.err
        assert f"{data}:10" in refused.err
        assert "--skip-bad" in refused.err
        assert server.calls == []
        skipped = evaluated(data, "--endpoint", server.url, "--run", run, "--skip-bad", "--json", "--rule", "fixed:1")
    assert skipped.code == 0
    summary = skipped.summary
    assert (summary["n_questions"], summary["n_lines"], summary["n_rejected_lines"]) == (16, 10, 2)
    assert len(rows_of(run / "rejects.jsonl")) == 2


@pytest.mark.parametrize(
    "words",
    [
        ("--rule", "nonsense:3"),
        ("--prompt", "no-such-prompt"),
        ("--ensemble", "nonsense"),
        ("--temperature", "9"),
        ("--deadline", "soon"),
        ("--price-prompt", "cheap"),
        ("--requests-per-minute", "0"),
        ("max_sampels=3",),
        ("--endpoint", "ftp://x"),
    ],
)
def test_bad_usage_is_two_before_any_request(tmp_path: Path, words: tuple[str, ...]) -> None:
    ending = evaluated(problems_file(tmp_path), "--endpoint", "http://127.0.0.1:9", "--run", tmp_path / "run", *words)
    assert ending.code == 2
    assert ending.err.startswith("harness: ")


def test_an_endpoint_where_nobody_listens_is_one_with_advice(tmp_path: Path) -> None:
    ending = evaluated(problems_file(tmp_path), "--endpoint", "http://127.0.0.1:9", "--run", tmp_path / "run")
    assert ending.code == 1
    assert "no endpoint answers" in ending.err


def test_a_changed_configuration_is_named_field_by_field(tmp_path: Path) -> None:
    data, run = problems_file(tmp_path, 2), tmp_path / "run"
    with serving() as server:
        words = ("--endpoint", server.url, "--run", run, "--rule", "fixed:1")
        assert evaluated(data, *words).code == 0
        calls = len(server.calls)
        changed = evaluated(data, *words, "--temperature", "0.9", "--seed", "5")
        assert changed.code == 2
        assert "temperature: 0.7 there, 0.9 now" in changed.err
        assert "seed: 0 there, 5 now" in changed.err
        problems_file(tmp_path, 3)
        other = evaluated(data, *words)
        assert other.code == 2
        assert "data_sha256" in other.err
        assert len(server.calls) == calls


def test_an_endpoint_that_serves_another_model_now_is_not_mixed_in(tmp_path: Path) -> None:
    data, run = problems_file(tmp_path, 4), tmp_path / "run"
    with serving(slow) as server:
        words = (data, "--run", run, "--rule", "fixed:1", "--token-budget", "30", "--max-tokens", "6")
        assert evaluated(*words, "--endpoint", server.url).code == 1
    with serving(slow, models=("other",)) as server:
        ending = evaluated(data, "--run", run, "--rule", "fixed:1", "--max-tokens", "6", "--endpoint", server.url)
        assert ending.code == 2
        assert "asked_models: ['scripted'] there, ['other'] now" in ending.err
        assert not server.calls


def test_a_model_that_is_not_served_is_named_with_what_is(tmp_path: Path) -> None:
    with serving() as server:
        words = (problems_file(tmp_path, 2), "--endpoint", server.url, "--run", tmp_path / "run")
        ending = evaluated(*words, "--model", "script")
        assert ending.code == 1
        assert "scripted" in ending.err
        assert not server.calls


def test_a_second_process_is_refused_while_the_first_runs(tmp_path: Path) -> None:
    is_held = True

    def script(call: Call) -> Reply:
        """Answer A once the second process has ended."""
        choices = [choice_of("答案是：A", index=index) for index in range(call.n)]
        return Reply(body=completion_of(*choices, completion_tokens=6 * call.n), may_go=lambda: not is_held)

    data, run = problems_file(tmp_path), tmp_path / "run"
    with serving(script) as server:
        words = (data, "--endpoint", server.url, "--run", run, "--slots", "1")
        first = started(*words)
        wait_until(lambda: len(server.calls) > 0)
        second = evaluated(*words)
        is_held = False
        assert second.code == 1
        assert "in use" in second.err
        assert str(first.pid) in second.err
        assert ended(first).code == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_well_and_the_same_command_continues(tmp_path: Path, number: signal.Signals) -> None:
    is_told = False

    def script(call: Call) -> Reply:
        """Answer A; from the sixth call on once the signal was sent, which is so never too late."""
        return replace(slow(call), may_go=lambda: call.number < 5 or is_told)

    data, run = problems_file(tmp_path), tmp_path / "run"
    with serving(script) as server:
        words = (data, "--endpoint", server.url, "--run", run, "--slots", "4", "--json")
        process = started(*words)
        wait_until(lambda: len(server.calls) > 5)
        process.send_signal(number)
        is_told = True
        stopped = ended(process)
        assert stopped.code == 130
        assert f"--run {run}" in stopped.err
        assert len(answers_of(run)) == 16
        summary = stopped.summary
        assert (summary["complete"], summary["stopped_by"]) == (False, "interrupted")
        assert summary["n_samples"] > 0
        continued = ended(started(*words))
        assert continued.code == 0
        assert (continued.summary["complete"], continued.summary["n_samples"]) == (True, 48)
        assert continued.summary["attempts"] == 2
        assert continued.summary["wall_s"] > summary["wall_s"]


def test_a_second_signal_leaves_at_once(tmp_path: Path) -> None:
    with serving(endless) as server:
        process = started(problems_file(tmp_path), "--endpoint", server.url, "--run", tmp_path / "run")
        wait_until(lambda: len(server.calls) > 0)
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGTERM)
        # What is on its way never lands: whoever waited for it would be here for ever.
        assert ended(process).code == 130


def test_a_deadline_ends_in_time_with_every_question_in_the_submission(tmp_path: Path) -> None:
    run = tmp_path / "run"
    with serving(endless) as server:
        words = (problems_file(tmp_path), "--endpoint", server.url, "--run", run, "--deadline", "6s", "--json")
        # In time by the clock: ``test_deadline``. Here nothing ever lands, and it ends all the same.
        ending = ended(started(*words))
    assert ending.code == 1
    assert "deadline" in ending.err
    assert ending.summary["stopped_by"] == "deadline"
    # Nothing was answered: the submission is complete with guesses, and says how many.
    assert answers_of(run) == ["A"] * 16
    assert ending.summary["n_filled"] == 16


def test_a_token_budget_gives_every_question_one_sample_first(tmp_path: Path) -> None:
    run = tmp_path / "run"
    with serving(slow) as server:
        words = (problems_file(tmp_path), "--endpoint", server.url, "--run", run, "--token-budget", "120", "--json")
        ending = evaluated(*words, "--max-tokens", "6")
    assert ending.code == 1
    summary = ending.summary
    assert summary["stopped_by"] == "token budget"
    assert 96 <= summary["completion_tokens"] <= 120
    assert answers_of(run) == ["A"] * 16


def test_limit_asks_the_first_questions_and_submits_all(tmp_path: Path) -> None:
    run = tmp_path / "run"
    with serving() as server:
        words = ("--endpoint", server.url, "--run", run, "--limit", "3", "--rule", "fixed:1", "--json")
        ending = evaluated(problems_file(tmp_path), *words)
    assert ending.code == 0
    assert ending.summary["n_questions"] == 3
    answers = answers_of(run)
    assert len(answers) == 16
    assert None not in answers[:3]
    assert answers[3:] == [None] * 13


def test_shuffled_options_are_shown_in_other_orders_and_counted_by_content(tmp_path: Path) -> None:
    def first_name(call: Call) -> Reply:
        """Choose the option 小红 or 小王 wherever it stands."""
        lines = [line for line in call.prompt.split("\n") if line[1:2] == "." and line[2:].strip() in ("小红", "小王")]
        return Reply(body=completion_of(choice_of(f"答案是：{lines[0][0]}"), completion_tokens=6))

    run = tmp_path / "run"
    with serving(first_name) as server:
        words = ("--endpoint", server.url, "--run", run, "--shuffle-options", "--rule", "fixed:4", "--json")
        ending = evaluated(problems_file(tmp_path), *words)
        prompts = {call.prompt for call in server.calls}
    assert ending.code == 0
    assert len(prompts) > 16
    assert answers_of(run) == ["B"] * 16
    assert all(set(row["votes"]) == {1} for row in rows_of(run / "results.jsonl"))


def test_an_ensemble_keeps_each_members_answers(tmp_path: Path) -> None:
    def by_model(call: Call) -> Reply:
        letter = "A" if call.body["model"] == "good" else "B"
        choices = [choice_of(f"答案是：{letter}", index=index) for index in range(call.n)]
        return Reply(body=completion_of(*choices, completion_tokens=6 * call.n))

    run = tmp_path / "run"
    with serving(by_model, models=("good", "bad")) as server:
        words = ("--endpoint", server.url, "--run", run, "--model", "good", "--model", "bad", "--rule", "fixed:2")
        ending = evaluated(problems_file(tmp_path), *words, "--json")
        assert ending.code == 0
        assert len(seeds_of(server.calls)) == 16 * 2 * 2
        assert len(set(seeds_of(server.calls))) == 16 * 2 * 2
    for row in rows_of(run / "results.jsonl"):
        assert {name: member["answer"] for name, member in row["members"].items()} == {"good": 0, "bad": 1}
        assert row["answer"] == 0
    assert ending.summary["models"] == ["good", "bad"]


def test_a_question_that_is_always_refused_leaves_the_others_answered(tmp_path: Path) -> None:
    refusing = True

    def script(call: Call) -> Reply | None:
        if refusing and "第3题" in call.prompt:
            return Reply(status=400, body={"error": {"message": "this one not", "code": 400}})
        return None

    run = tmp_path / "run"
    with serving(script) as server:
        words = (problems_file(tmp_path), "--endpoint", server.url, "--run", run, "--rule", "fixed:2", "--json")
        ending = evaluated(*words)
        assert ending.code == 1
        assert "this one not" in ending.err
        summary = ending.summary
        assert (summary["complete"], summary["failed"]) == (False, 4)
        assert [place for place, answer in enumerate(answers_of(run)) if answer is None] == [6, 7]
        # Once healed, the same command draws the failed samples and nothing else.
        refusing = False
        server.calls.clear()
        healed = evaluated(*words)
        assert healed.code == 0
        assert healed.summary["failed"] == 0
        assert len(seeds_of(server.calls)) == 4


def test_a_server_that_stumbles_first_costs_retries_and_nothing_else(tmp_path: Path) -> None:
    def script(call: Call) -> Reply | None:
        if call.number % 4 == 0:
            return Reply(status=500, body={"error": {"message": "oops"}})
        if call.number % 4 == 1:
            return Reply(status=429, body={"error": {"message": "slowly"}}, headers=(("Retry-After", "0"),))
        return None

    run = tmp_path / "run"
    with serving(script) as server:
        words = ("--endpoint", server.url, "--run", run, "--rule", "fixed:2", "--json", "--slots", "8")
        ending = evaluated(problems_file(tmp_path, 4), *words)
    assert ending.code == 0
    assert (ending.summary["failed"], ending.summary["n_samples"]) == (0, 16)
    assert ending.summary["retries"] > 0


def test_a_gap_in_the_store_is_filled_with_the_seeds_of_its_own_samples(tmp_path: Path) -> None:
    """The server leaves out choice 1 for good at first; the next attempt may not ask for a neighbour's seed."""
    is_lame = True

    def script(call: Call) -> Reply | None:
        if not is_lame:
            return None
        if call.n == 1:
            return Reply(status=400, body={"error": {"message": "not alone"}})
        choices = [choice_of("答案是：A", index=index) for index in (0, 2)]
        return Reply(body=completion_of(*choices, completion_tokens=12))

    words = (problems_file(tmp_path, 1), "--rule", "fixed:5", "--run", tmp_path / "run", "--json", "--limit", "1")
    with serving(script) as server:
        assert evaluated(*words, "--endpoint", server.url).code == 1
    with serving() as server:
        is_lame = False
        server.calls.clear()
        assert evaluated(*words, "--endpoint", server.url).code == 0
        base = json.loads((tmp_path / "run" / "config.json").read_text(encoding="utf-8"))["all"]["seed"]
        seeds = seeds_of(server.calls)
    assert base == 0
    assert len(seeds) == len(set(seeds))
    from solver.problems.option_order import seed_of
    from solver.scheduling.store import read_samples

    assert [sample.index for sample in read_samples(tmp_path / "run")] == [0, 1, 2, 3, 4]
    assert set(seeds) <= {seed_of(0, "p000#0", "scripted", index) for index in range(5)}


def test_a_broken_store_is_a_message(tmp_path: Path) -> None:
    run = tmp_path / "run"
    run.mkdir()
    (run / "samples.sqlite").write_bytes(b"no database at all, but long enough to look like one " * 100)
    ending = evaluated(problems_file(tmp_path), "--endpoint", "http://127.0.0.1:9", "--run", run)
    assert ending.code == 1
    assert "samples.sqlite" in ending.err or "cannot keep samples" in ending.err
