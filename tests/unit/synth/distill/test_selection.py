"""Rejection sampling: which chains are kept, why others are not, and pairs whose lengths are balanced."""

from __future__ import annotations

import dataclasses
import json
import math
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.problems.question import Question, question_of
from solver.training_rows import Message, Preference
from synth.distill.ladder import Outcome
from synth.distill.ladder_config import DistillPlan, Output
from synth.distill.output_files import asked_with, rejected_chains, rows_of, write
from synth.distill.preferences import MOST_BIAS, MOST_RATIO, balanced, pairs_of
from synth.distill.selection import Keep, sift
from synth.distill.vote import Cast, Vote

QUESTION = question_of("p#0", problem="甲乙排队。", text="谁在前？", options=("甲", "乙"), gold_letter="A")
WRONG = "先看第二个条件，乙在甲的前面，所以乙在前。\n答案是：B"
RIGHT = "先看第一个条件，甲在乙的前面，所以甲在前。\n答案是：A"


def vote(text: str, index: int = 0, cast: Cast = "answered", **changes: object) -> Vote:
    letter = text[-1] if cast == "answered" else None
    made = Vote(
        rung="only",
        model="base",
        index=index,
        permutation=(0, 1),
        shown_letter=letter,
        choice=None if letter is None else "AB".index(letter),
        cast=cast,
        text=text,
        key=f"k{index}",
        prompt_digest="",
        prompt_tokens=1,
        completion_tokens=1,
        cost=None,
    )
    return dataclasses.replace(made, **changes)  # type: ignore[arg-type]


def outcome(*votes: Vote, keep: Keep, question: Question = QUESTION) -> Outcome:
    sifted = sift(question, [one for one in votes if one.choice == question.gold], keep, min_chars=10)
    return Outcome(
        question=question,
        status="accepted",
        rung="only",
        answer=question.gold,
        kept=sifted.kept,
        left=sifted.left,
        votes=votes,
        reasons=(),
    )


def test_several_different_chains_are_kept_and_the_others_say_why_not() -> None:
    votes = (
        vote(RIGHT, 0),
        vote(RIGHT.replace("，", "， "), 1),
        vote("甲\n答案是：A", 2),
        vote("反过来假设乙在前，与条件矛盾。\n答案是：A", 3),
        vote("第三种想法，画一张图就知道了。\n答案是：A", 4),
        vote("乙在前面，因为题目这样说了。\n答案是：B", 5),
        vote("没有说完", 6, "truncated"),
    )
    found = outcome(*votes, keep=Keep(per_question=2))
    assert [kept.vote.index for kept in found.kept] == [0, 3]
    assert {line["index"]: line["reason"] for line in rejected_chains([found])} == {
        1: "says what another one says",
        2: "too short: 7 characters of 10",
        4: "2 of the question are kept already",
        5: "wrong: says B, the answer is A",
        6: "truncated",
    }
    rows = list(rows_of([found], Output(), samples_several=True))
    assert [row.id for row in rows] == ["p#0", "p#0/2"]
    assert {row.meta["verified_by"] for row in rows} == {"key"}


def test_a_proven_puzzle_has_the_prover_s_word() -> None:
    puzzle = dataclasses.replace(QUESTION, family="ordering")
    (row,) = rows_of([outcome(vote(RIGHT), keep=Keep(), question=puzzle)], Output(), samples_several=True)
    assert row.meta["verified_by"] == "prover"


@pytest.mark.parametrize(
    ("prefer", "order"), [("first", [0, 1, 2]), ("short", [2, 1, 0]), ("likely", [1, 2, 0]), ("varied", [2, 0, 1])]
)
def test_what_is_preferred_goes_first(prefer: str, order: list[int]) -> None:
    texts = (
        "另一条路：画图，从最后一个人往前数，再核对每个条件是否成立。\n答案是：A",
        "甲在乙的前面，所以甲在前，没有别的可能。\n答案是：A",
        "甲在乙的前面，所以甲在前。\n答案是：A",
    )
    votes = [
        vote(text, index, logprob=lp) for index, (text, lp) in enumerate(zip(texts, (None, -0.1, -0.2), strict=True))
    ]
    kept = sift(QUESTION, votes, Keep.model_validate({"per_question": 3, "prefer": prefer}), min_chars=10).kept
    assert [one.vote.index for one in kept] == order


def test_the_words_of_before_keep_one_chain_and_bind_as_before() -> None:
    models = {"base": {"model": "embedded"}}
    ladder = [{"name": "only", "model": "base"}]

    def plan(**keep: object) -> DistillPlan:
        return DistillPlan.model_validate({"models": models, "ladder": ladder, **keep})

    for word, prefer in (("first", "first"), ("shortest", "short")):
        found = plan(keep=word)
        assert found.cascade.keep == Keep.model_validate({"prefer": prefer})
        assert found.binding["keep"] == word
    assert plan().binding["keep"] == "first"
    several = plan(keep={"per_question": 4, "prefer": "likely"})
    assert several.cascade.keep.per_question == 4
    assert several.used["base"].extra == {"logprobs": True}, "the likeliest is known where the engine tells"


def test_pairs_stand_under_one_prompt_and_never_far_apart_in_length() -> None:
    wrong = "乙在前面，因为题目就是这样告诉我们的。\n答案是：B"
    votes = (
        vote(RIGHT, 0),
        vote(wrong, 1),
        vote(wrong, 2, permutation=(1, 0), choice=0, shown_letter="B"),
        vote("想。" * 100 + "\n答案是：B", 3),
        vote("说不清楚，大概如此而已。\n答案是：B", 4, model="other"),
    )
    found = outcome(*votes, keep=Keep(per_question=4))
    (pair,) = pairs_of(found, ask=partial(asked_with, Output()), most=2)
    assert (pair.chosen, pair.rejected, pair.letter) == (RIGHT, wrong, "A")
    assert "A. 甲\nB. 乙" in pair.prompt[-1].content


@given(st.lists(st.tuples(st.integers(1, 60), st.integers(1, 60)), max_size=40))
def test_neither_side_is_longer_on_average_whatever_the_lengths(lengths: list[tuple[int, int]]) -> None:
    turn = (Message("user", "?"),)
    pairs = [Preference(prompt=turn, chosen="r" * one, rejected="w" * other) for one, other in lengths]
    kept, left = balanced(pairs)
    assert len(kept) + left == len(pairs)
    ratios = [math.log(len(pair.chosen) / len(pair.rejected)) for pair in kept]
    assert not ratios or abs(sum(ratios)) <= MOST_BIAS * len(ratios) + 1e-9


def test_pairs_and_their_problem_s_rows_are_held_out_together(tmp_path: Path) -> None:
    outcomes = []
    for number in range(30):
        question = dataclasses.replace(QUESTION, id=f"p{number}#0", problem_id=f"p{number}", problem=f"第{number}题")
        outcomes.append(outcome(vote(RIGHT), vote(WRONG, 1), keep=Keep(), question=question))
    output = Output.model_validate({"forms": ["messages", "dpo", "kto"], "dev_share": 0.3})
    written = write(tmp_path, outcomes, output, explains=False, samples_several=True)
    assert written["train.dpo.jsonl"] + written["dev.dpo.jsonl"] > 20
    assert written["train.kto.jsonl"] == 2 * written["train.dpo.jsonl"]
    ids = {
        name: {json.loads(line)["id"] for line in (tmp_path / name).read_text(encoding="utf-8").splitlines()}
        for name in written
    }
    assert ids["dev.dpo.jsonl"]
    assert not ids["train.messages.jsonl"] & ids["dev.dpo.jsonl"]
    assert not ids["train.dpo.jsonl"] & ids["dev.messages.jsonl"]
    for line in (tmp_path / "train.dpo.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        sides = len(row["chosen"][0]["content"]), len(row["rejected"][0]["content"])
        assert max(sides) <= MOST_RATIO * min(sides)
