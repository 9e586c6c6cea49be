"""What eval notices of its samples, and which setting it says to try."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from harness.cli import main
from harness.run.notices import ENOUGH, notices_of
from solver.problems.prompt import Template, load_template
from solver.problems.question import question_of
from solver.sampling.parameters import Sampling
from solver.scheduling.outcome import Outcome, outcome_of
from solver.voting.tally import verdict_of
from tests.support.command import problems_file, serving
from tests.support.run_folders import a_sample_of
from tests.support.scripted_server import Call, Reply, choice_of, completion_of

REASON, DIRECT = load_template("reason"), load_template("direct")


def outcome(place: int, texts: list[str], *, tokens: int = 200, model: str = "m", stop: str = "rule") -> Outcome:
    question = question_of(f"p{place}#0", problem="P", text="?", options=("a", "b"))
    samples = [
        replace(a_sample_of(question.id, index, 0, text=text, model=model), completion_tokens=tokens)
        for index, text in enumerate(texts)
    ]
    return outcome_of(question, verdict_of(question.id, [0] * len(texts), stop_reason=stop, model=model), samples)


def noticed(outcomes: list[Outcome], template: Template = REASON, **sampling: object) -> list[str]:
    return list(notices_of(outcomes, template, Sampling.of(**sampling)))


def test_replies_that_are_too_short_for_reasoning_are_noticed_by_model_with_the_setting_to_try() -> None:
    short = [outcome(place, ["x", "y"], tokens=5, model="answers-at-once") for place in range(ENOUGH)]
    long = [outcome(place, ["x", "y"], model="reasons") for place in range(ENOUGH)]
    (line,) = noticed([*short, *long])
    assert "answers-at-once have at most 5 tokens (at least 100 are usual)" in line
    assert "--prompt reason-system" in line
    assert "reasons have" not in line
    (line,) = noticed(short, load_template("cot"))
    assert "try --prompt reason, or harness tune" in line


@pytest.mark.parametrize(
    ("template", "tokens", "n"), [(REASON, 100, ENOUGH), (DIRECT, 2, ENOUGH), (REASON, 5, ENOUGH - 1)]
)
def test_long_replies_prompts_that_want_the_letter_alone_and_a_handful_of_questions_are_not(
    template: Template, tokens: int, n: int
) -> None:
    assert noticed([outcome(place, ["x", "y"], tokens=tokens) for place in range(n)], template) == []


def test_letters_asked_for_before_a_deadline_and_failures_are_not_counted() -> None:
    late = [outcome(place, ["x", "y"], tokens=2, stop="deadline") for place in range(ENOUGH)]
    assert noticed(late) == []


def test_samples_that_hardly_differ_are_noticed_and_more_spread_is_proposed() -> None:
    alike = [outcome(place, ["x"] * 7 + ["y"]) for place in range(ENOUGH)]
    (line,) = noticed(alike)
    assert "14% are new texts" in line
    assert "--temperature 1 --top-p 1" in line
    (line,) = noticed(alike, temperature=1.0, top_p=1.0)
    assert "--temperature 1.2" in line
    assert noticed([outcome(place, ["x", "x", "y"]) for place in range(ENOUGH)]) == []
    assert noticed(alike, DIRECT) == []


def test_one_fixed_seed_and_greedy_samples_are_told_apart() -> None:
    same = [outcome(place, ["x"] * 3) for place in range(ENOUGH)]
    assert "one fixed seed" in noticed(same)[0]
    assert "--rule fixed:1" in noticed(same, temperature=0.0)[0]
    assert noticed([outcome(place, ["x"]) for place in range(ENOUGH)], temperature=0.0) == []
    # A sure model's letters are all the same, and so are its chains on a handful of questions.
    assert noticed(same, DIRECT) == []
    assert noticed(same[1:]) == []


def test_every_prompt_that_asks_for_reasoning_says_how_long_that_is() -> None:
    assert load_template("short").expects == 40
    assert load_template("direct").expects is None


def test_a_prompt_of_ones_own_that_asks_for_reasoning_has_an_expectation_too(tmp_path: Path) -> None:
    (tmp_path / "p.txt").write_text("---\nreasons: yes\n---\n{problem}{question}{options}")
    assert load_template(str(tmp_path / "p.txt")).expects == 20


@pytest.mark.parametrize("is_reasoning", [True, False])
def test_eval_says_it_in_one_line_at_the_end_and_in_the_summary(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], is_reasoning: bool
) -> None:
    def script(call: Call) -> Reply:
        chain = f"因为第{call.number}步，" * 40 if is_reasoning else ""
        choices = [choice_of(f"{chain}{index}。答案是：A", index=index, logprobs=False) for index in range(call.n)]
        return Reply(body=completion_of(*choices, completion_tokens=call.n * (150 if is_reasoning else 5)))

    with serving(script) as server:
        words = ("eval", str(problems_file(tmp_path)), "--endpoint", server.url, "--run", str(tmp_path / "run"))
        assert main(words) == 0
    err = capsys.readouterr().err
    lines = [line for line in err.splitlines() if "asks for reasoning" in line]
    assert len(lines) == (0 if is_reasoning else 1)
    noted = json.loads((tmp_path / "run" / "summary.json").read_text())["notices"]
    assert [f"harness: warning: {line}" for line in noted] == lines
