"""Likeness with a benchmark is exact: the index finds what comparing with every problem finds."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from synth.puzzles.benchmark_overlap import LIKE, THRESHOLD, Benchmark, shingles

TEXTS = st.text("甲乙丙 x", min_size=1, max_size=40)


def by_comparing(text: str, problems: list[str]) -> float:
    grams = shingles(text)
    return max(len(grams & one) / len(grams | one) for one in map(shingles, problems))


@given(TEXTS, st.lists(TEXTS, min_size=1, max_size=6), st.data())
def test_the_index_finds_the_likest_problem_wherever_one_is_like_the_text(
    text: str, problems: list[str], data: st.DataObject
) -> None:
    if data.draw(st.booleans()):
        # Two texts that are drawn apart are seldom alike: a problem with some characters cut off is.
        problem = data.draw(st.sampled_from(problems))
        text = problem[: data.draw(st.integers(1, len(problem)))]
    lines = [json.dumps({"id": str(at), "problem": problem}) for at, problem in enumerate(problems)]
    benchmark, likeness = Benchmark(lines), by_comparing(text, problems)
    assert benchmark.nearest(text) == (likeness if likeness >= LIKE else 0.0)
    found = benchmark.overlap([("text", text), *(("own", problem) for problem in problems)])
    assert (found.checked, found.against, found.highest) == (1 + len(problems), len(problems), 1.0)
    assert found.over == ("text",) * (likeness >= THRESHOLD) + ("own",) * len(problems)
