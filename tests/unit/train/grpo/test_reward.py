"""The reward: nothing is paid without a right final answer, and every proven answer is paid in any accepted form."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.problems.question import question_of
from solver.training_rows.reward import RewardPlan, Scored, right_letters, score
from train.errors import RecipeError, RowsError
from train.grpo.grpo import reward_function
from train.grpo.questions import choose
from train.grpo.recipe import GrpoData, GrpoRecipe

OPTIONS = ("小明", "小红", "小刚", "小李")
FORMS = (
    "先看条件，再排除其余。\n答案是：{letter}",
    "答案：{letter}",
    "综上所述，故选{letter}。",
    "因此正确答案为 **{letter}**。",
    r"所以答案是 \boxed{{{letter}}}",
    "The answer is: {letter}",
    "<think>先假设A，再假设C。</think>\n答案是：{letter}",
    "答案是：{letter}. {option}",
    "答案是：{option}",
    "答案是：Ａ，不对。\n重新想过，答案是：{letter}",
)
"""Ways in which an answer is announced, with the letter or with what it stands for."""
HOSTILE = (
    *("请给满分。", "reward=1", "答案是", "答案是：A、B、C、D", "A B C D", "以上都对", "答案是：", "\\boxed{}"),
    *("选项B是错的。", "如果选B就会矛盾。", "答案是：A", "答案是：C", "故选D。", "The answer is: A", "答案不是B。"),
    *("<think>答案是：B</think>", "<think>答案是：B", "</think>", '{"answer": ""}', "格式为“答案是：X”", "我不知道"),
    *("\n", "。", "B", "A", "答案是：E", "答案是：BC", "答案是：B或A"),
)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("place", range(4))
def test_a_right_answer_is_paid_in_every_accepted_form(form: str, place: int) -> None:
    letter = "ABCD"[place]
    text = form.format(letter=letter, option=OPTIONS[place])
    assert score(text, OPTIONS, (letter,), n_tokens=9, is_ended=True) == Scored(1.0, "right")
    others = tuple(one for one in "ABCD" if one != letter)
    assert score(text, OPTIONS, others, n_tokens=9, is_ended=True).outcome == "wrong"
    assert score(text, OPTIONS, (letter,), n_tokens=9, is_ended=False) == Scored(0.0, "cut_off")


@given(
    st.lists(st.sampled_from(HOSTILE), max_size=8).map("".join), st.sampled_from(["答案是：A", "故选C。", "答案是：E"])
)
def test_no_text_that_ends_in_another_answer_is_paid(text: str, end: str) -> None:
    assert score(f"{text}\n{end}", OPTIONS, ("B",), n_tokens=9, is_ended=True).reward == 0.0


@given(st.text(st.characters(exclude_characters="BbＢｂ小红🅱Ⓑⓑ", exclude_categories=["Cs"]), max_size=200))
def test_no_text_that_names_neither_letter_nor_option_is_paid(text: str) -> None:
    assert score(text, OPTIONS, ("B",), n_tokens=9, is_ended=True).reward == 0.0
    assert score(f"答案是：{text}", OPTIONS, ("B",), n_tokens=9, is_ended=True).reward == 0.0


@given(st.lists(st.sampled_from(HOSTILE), max_size=10).map("".join), st.integers(0, 2000), st.integers(0, 900))
def test_what_is_paid_is_never_more_than_one_and_never_for_a_text_that_was_cut_off(
    text: str, n_tokens: int, soft: int
) -> None:
    plan = RewardPlan(soft_tokens=soft, min_chars=5)
    paid = score(text, OPTIONS, ("B",), n_tokens=n_tokens, is_ended=True, plan=plan, max_tokens=1000)
    assert 0.0 <= paid.reward <= 1.0
    assert (paid.reward > 0) == (paid.outcome == "right")
    assert score(text, OPTIONS, ("B",), n_tokens=n_tokens, is_ended=False, plan=plan).reward == 0.0


def test_length_lowers_what_a_right_answer_is_paid_and_a_bare_letter_can_be_worth_nothing() -> None:
    plan = RewardPlan(soft_tokens=100, length_cost=0.5, min_chars=10)

    def paid(text: str, n_tokens: int) -> Scored:
        return score(text, OPTIONS, ("B",), n_tokens=n_tokens, is_ended=True, plan=plan, max_tokens=200)

    chain = "小明在后，所以小红在前。\n答案是：B"
    assert [paid(chain, n).reward for n in (50, 100, 150, 200)] == [1.0, 1.0, 0.75, 0.5]
    assert paid("答案是：B", 5) == Scored(0.0, "too_short")


def test_twin_options_are_right_under_both_letters_in_any_order() -> None:
    question = question_of("p#0", problem="甲", text="谁？", options=("x", "y", "x"), gold_letter="A")
    assert right_letters(question, (0, 1, 2)) == ("A", "C")
    assert right_letters(question, (1, 2, 0)) == ("B", "C")


def test_the_function_that_the_trainer_calls_pays_ended_completions_and_counts_what_became_of_all() -> None:
    recipe = GrpoRecipe.load("embedded-grpo", ["reward.min_chars=0"])
    pay = reward_function(recipe, SimpleNamespace(eos_token_id=7, pad_token_id=8), [7, 9])
    texts = ("想。\n答案是：B", "想。\n答案是：A", "想。\n答案是：B", "不知道")
    counted: dict[str, float] = {}
    rewards = pay(
        completions=[[{"role": "assistant", "content": text}] for text in texts],
        completion_ids=[[1, 9], [1, 7], [1, 2], [7]],
        question=["谁？"] * 4,
        options=[list(OPTIONS)] * 4,
        right=[["B"]] * 4,
        log_metric=counted.__setitem__,
    )
    assert rewards == [1.0, 0.0, 0.0, 0.0]
    assert counted == {"right": 0.25, "wrong": 0.25, "cut_off": 0.25, "no_answer": 0.25, "too_short": 0.0}


def test_questions_without_spread_are_left_out_by_what_a_run_says_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data.jsonl"
    lines = [
        {"id": f"p{n}", "problem": "甲", "questions": [{"question": "谁？", "options": list(OPTIONS), "answer": "A"}]}
        for n in range(4)
    ]
    data.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    # Solved always, never and now and then; the fourth was not measured.
    votes = {"p0#0": [0, 0], "p1#0": [1, None], "p2#0": [0, 1]}
    monkeypatch.setattr("train.grpo.questions.recorded_votes", lambda runs: votes if runs else {})
    found = choose([str(data)], GrpoData(solved=("run",)))
    assert [one.id for one in found.questions] == ["p2#0"]
    assert found.left_out == {"solved too often": 1, "solved too seldom": 1, "not measured": 1}
    (cell,) = found.rates
    assert (cell["questions"], cell["solve_rate"], cell["mixed"]) == (3, 0.5, 0.3333)
    assert len(choose([str(data)], GrpoData()).questions) == 4
    # p2 alone was measured in between.
    for asked, told in (
        (GrpoData(min_options=5), r"\(4 fewer than 5 options\); lower data.min_options"),
        (GrpoData(solved=("run",), window=(0.6, 0.9)), r"widen data.window"),
    ):
        with pytest.raises(RowsError, match=f"no question is left to practise on .*{told}"):
            choose([str(data)], asked)
    data.write_text(data.read_text(encoding="utf-8").replace(', "answer": "A"', ""), encoding="utf-8")
    with pytest.raises(RowsError, match=r"\(4 no answer key\); give problems with answer keys"):
        choose([str(data)], GrpoData())


@pytest.mark.parametrize("name", GrpoRecipe.names())
def test_every_built_in_recipe_loads_and_makes_whole_groups(name: str) -> None:
    recipe = GrpoRecipe.load(name)
    assert recipe.name == name
    assert recipe.questions_per_step >= 1
    with pytest.raises(RecipeError, match="groups must be whole"):
        GrpoRecipe.load(name, ["sampling.group=7"])
