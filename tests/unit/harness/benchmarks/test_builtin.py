"""The built-in benchmark by name, and the third of it that is taken where no data is named."""

from __future__ import annotations

from collections import Counter

import pytest

from harness.benchmarks.builtin import THIRD, WHOLE, load_builtin, part_of
from harness.run.config import EvalConfig
from harness.run.data import load_data
from solver.base.errors import InputError, UsageError
from solver.base.places import BENCHMARK
from solver.problems.question import Problem, question_of


def problem(name: str, **known: object) -> Problem:
    asked = question_of(f"{name}#0", problem="甲", text="?", options=("x", "y"), gold_letter="A", **known)  # type: ignore[arg-type]
    return Problem(id=name, text="甲", questions=(asked,))


def test_the_third_has_a_third_of_every_split_and_family() -> None:
    whole, third = (load_builtin(name).problems for name in (WHOLE, THIRD))
    assert 3 * len(third) == len(whole)
    for kind in ("split", "family"):
        all_of, some = (Counter(getattr(one.questions[0], kind) for one in found) for found in (whole, third))
        assert all(abs(some[value] - n / 3) < 1 for value, n in all_of.items())
    assert abs(sum(len(one.questions) for one in third) - sum(len(one.questions) for one in whole) / 3) < 1


def test_the_part_is_the_same_whatever_the_order_and_keeps_it() -> None:
    problems = [problem(f"p{n}", family="ab"[n % 2], split="xyz"[n % 3]) for n in range(24)]
    found = part_of(problems, 3)
    assert part_of(problems[::-1], 3) == found[::-1]
    assert [one.id for one in found] == [one.id for one in problems if one in found]
    assert Counter(one.questions[0].family for one in found) == {"a": 4, "b": 4}
    assert part_of([], 3) == ()


def test_both_are_benchmarks_with_a_name() -> None:
    assert len(load_data([THIRD]).problems) == 100
    assert len(load_data([WHOLE]).problems) == 300
    with pytest.raises(InputError, match="did you mean builtin or builtin-third"):
        load_data(["built"])


@pytest.mark.parametrize(
    ("told", "inputs"),
    [
        ({}, (THIRD,)),
        ({"full": True}, (str(BENCHMARK),)),
        ({"limit": 300}, (str(BENCHMARK),)),
        ({"data": "mine.jsonl"}, ("mine.jsonl",)),
    ],
)
def test_a_limit_or_data_keep_their_meaning(told: dict[str, object], inputs: tuple[str, ...]) -> None:
    config = EvalConfig.of(**told)
    assert config.inputs == inputs == config.binding["data"]
    assert EvalConfig.of(**told, details=True).digest == config.digest


def test_all_of_named_data_is_taken_anyway() -> None:
    with pytest.raises(UsageError, match="--full is all of the built-in benchmark"):
        EvalConfig.of(full=True, data="mine.jsonl")
