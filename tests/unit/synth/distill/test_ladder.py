from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.base.errors import UsageError
from solver.problems.letters import letter_or_none
from solver.problems.question import Question, question_of
from synth.distill.ladder import Outcome, climb
from synth.distill.ladder_config import Ladder, Rung
from synth.llm.call import Call, Reply, failed
from synth.llm.prompt_templates import blind, load_prompts, render_explain

CHAIN = "先看条件，再逐一排除其余选项，只剩一个。"
OPTIONS = ("甲", "乙", "丙", "丁")
Script = Callable[[Call, str], str | None]
"""Call and rung -> the option's text to answer with, None for no answer."""


def question(gold: str | None = "B", options: tuple[str, ...] = OPTIONS) -> Question:
    return question_of("p#0", problem="甲乙丙丁排队。", text="谁在最前？", options=options, gold_letter=gold)


def rung(name: str, samples: int, agree: int, **changes: object) -> Rung:
    fields: dict[str, object] = {
        "name": name,
        "model": ("base",),
        "prompt": load_prompts({"zh": "cot", "en": "english"}),
        "samples": samples,
        "agree": agree,
        "agree_blind": max(2, agree),
        "orders": samples,
        "temperature": 1.0,
        "max_tokens": 99,
        **changes,
    }
    return Rung(**fields)  # type: ignore[arg-type]


LADDER = Ladder(rungs=(rung("easy", 1, 1), rung("medium", 3, 2), rung("hard", 5, 3, strong=True)))
EXPLAIN = Rung(
    name="explained",
    kind="explain",
    model=("base",),
    prompt=load_prompts("explain", explains=True),
    temperature=0.5,
    max_tokens=99,
)


def shown(prompt: str) -> dict[str, str]:
    """Return letter -> option text as a prompt shows them."""
    return {line[0]: line[3:] for line in prompt.splitlines() if line[1:3] == ". " and line[0] in "ABCDEFGH"}


def replied(call: Call, option: str | None, **changes: object) -> Reply:
    letter = next((one for one, text in shown(call.prompt).items() if text == option), None)
    text = CHAIN if letter is None else f"{CHAIN}\n答案是：{letter}"
    fields = {"finish_reason": "stop", "completion_tokens": 7, "text": text, **changes}
    return dataclasses.replace(failed(call, ""), error=None, **fields)  # type: ignore[arg-type]


def run(
    script: Script, ladder: Ladder = LADDER, gold: str | None = "B", **changes: object
) -> tuple[Outcome, list[Call]]:
    asked: list[Call] = []
    climbing = climb(question(gold), ladder, **changes)  # type: ignore[arg-type]
    try:
        wanted = next(climbing)
        while True:
            asked += wanted
            wanted = climbing.send(tuple(replied(call, script(call, call.stage)) for call in wanted))
    except StopIteration as end:
        return end.value, asked


def test_a_question_climbs_only_when_the_rung_below_failed() -> None:
    outcome, asked = run(lambda call, stage: "乙")
    assert (outcome.status, outcome.rung, len(asked)) == ("accepted", "easy", 1)
    outcome, asked = run(lambda call, stage: "乙" if stage == "medium" else "甲")
    assert (outcome.status, outcome.rung, len(asked)) == ("accepted", "medium", 4)
    assert [rung for rung, _ in outcome.reasons] == ["easy"]


def test_votes_are_for_content_whatever_the_order_and_the_kept_letter_is_the_shown_one() -> None:
    outcome, _ = run(lambda call, stage: "乙" if stage == "hard" else None)
    assert (outcome.rung, outcome.answer) == ("hard", 1)
    assert len({vote.permutation for vote in outcome.votes}) > 1
    (kept,) = outcome.kept
    assert OPTIONS[kept.vote.permutation["ABCD".index(kept.letter)]] == "乙"


def test_every_vote_is_in_the_record() -> None:
    outcome, asked = run(lambda call, stage: "乙" if stage == "hard" else "丁")
    assert [vote.key for vote in outcome.votes] == [call.key for call in asked]
    assert [(vote.rung, vote.choice) for vote in outcome.votes] == [
        ("easy", 3),
        *[("medium", 3)] * 3,
        *[("hard", 1)] * 5,
    ]


def test_no_two_rungs_ask_for_the_same_sample() -> None:
    _, asked = run(lambda call, stage: None)
    assert len({call.key for call in asked}) == len(asked) == 9


def test_a_tie_with_another_letter_is_no_majority() -> None:
    seen: list[int] = []

    def script(call: Call, stage: str) -> str | None:
        seen.append(1)
        return ("乙", "乙", "甲", "甲")[len(seen) % 4]

    ladder = Ladder(rungs=(rung("only", 4, 2),))
    assert run(script, ladder)[0].status == "rejected"
    seen.clear()
    assert run(script, Ladder(rungs=(rung("only", 4, 2, majority=False),)))[0].status == "accepted"


def test_strong_agreement_on_another_letter_is_a_dispute_and_weak_agreement_is_not() -> None:
    outcome, _ = run(lambda call, stage: "丙")
    assert (outcome.status, outcome.rung, outcome.answer) == ("disputed", "hard", 2)
    outcome, _ = run(lambda call, stage: None if stage == "hard" else "丙")
    assert outcome.status == "rejected"
    # Two of five for another letter are the most, but no agreement.
    outcome, _ = run(lambda call, stage: ("丙", "丙", "甲", "丁", None)[call.index % 1000] if stage == "hard" else "甲")
    assert outcome.status == "rejected"


def test_without_an_answer_key_only_agreement_counts_and_a_single_sample_is_passed_over_unpaid() -> None:
    outcome, asked = run(lambda call, stage: "丙", gold=None)
    assert (outcome.status, outcome.rung, outcome.answer) == ("accepted", "medium", 2)
    assert {call.stage for call in asked} == {"medium"}
    turn = itertools.count(1)
    outcome, _ = run(lambda call, stage: OPTIONS[next(turn) % 4], gold=None)
    assert outcome.status == "rejected"


def test_a_blind_run_does_not_look_at_the_gold() -> None:
    outcome, _ = run(lambda call, stage: "丙", gold="B", use_gold=False)
    assert (outcome.status, outcome.answer, outcome.question.gold) == ("accepted", 2, 1)


@pytest.mark.parametrize("reason", ["length", "repetition", "content_filter"])
def test_a_chain_that_was_cut_off_casts_no_vote(reason: str) -> None:
    climbing = climb(question(), Ladder(rungs=(rung("only", 1, 1),)))
    (call,) = next(climbing)
    with pytest.raises(StopIteration) as end:
        climbing.send((replied(call, "乙", finish_reason=reason),))
    assert end.value.value.votes[0].cast == "truncated"
    assert end.value.value.status == "rejected"


def test_a_letter_without_a_chain_is_no_training_data() -> None:
    climbing = climb(question(), Ladder(rungs=(rung("only", 1, 1),)))
    (call,) = next(climbing)
    letter = next(one for one, text in shown(call.prompt).items() if text == "乙")
    with pytest.raises(StopIteration) as end:
        climbing.send((replied(call, None, text=f"答案是：{letter}"),))
    assert end.value.value.status == "rejected"
    assert "no chain can be used" in end.value.value.reasons[0][1]


def test_failed_calls_leave_a_question_open_and_refused_ones_do_not() -> None:
    for is_refused, status in ((False, "open"), (True, "rejected")):
        climbing = climb(question(), Ladder(rungs=(rung("only", 2, 1),)))
        wanted = next(climbing)
        with pytest.raises(StopIteration) as end:
            climbing.send(tuple(failed(call, "down", is_refused=is_refused) for call in wanted))
        assert end.value.value.status == status


def test_a_rule_stops_early_but_not_before_enough_agree() -> None:
    hard = rung("hard", 9, 4, rule="lead:3")
    outcome, asked = run(lambda call, stage: "乙", Ladder(rungs=(hard,)))
    assert (outcome.status, len(asked)) == ("accepted", 4)
    outcome, asked = run(lambda call, stage: "丙", Ladder(rungs=(hard.replaced(strong=True),)))
    assert (outcome.status, len(asked)) == ("disputed", 4)


def test_an_ensemble_takes_turns_and_may_need_several_models_to_agree() -> None:
    both = rung("hard", 2, 2, model=("base", "other"), agree_models=2)
    outcome, asked = run(lambda call, stage: "乙" if call.model == "base" else "甲", Ladder(rungs=(both,)))
    assert sorted(call.model for call in asked) == ["base", "base", "other", "other"]
    assert outcome.status == "rejected"
    single = both.replaced(agree=3, agree_models=1)
    script: Script = lambda call, stage: "乙" if call.model == "base" or call.index % 2 else "甲"  # noqa: E731
    assert run(script, Ladder(rungs=(single,)))[0].status == "accepted"
    assert run(script, Ladder(rungs=(single.replaced(agree_models=2),)))[0].status == "accepted"


def test_samples_of_one_order_share_a_prompt() -> None:
    _, asked = run(lambda call, stage: None, Ladder(rungs=(rung("only", 6, 6, orders=2),)))
    assert [call.prompt for call in asked] == [asked[0].prompt] * 3 + [asked[3].prompt] * 3
    assert [call.seed for call in asked] == [(asked[0].seed or 0) + step for step in range(6)]


@given(gold=st.sampled_from([None, *range(4)]), answer=st.sampled_from([None, *range(4)]), use_gold=st.booleans())
def test_no_prompt_that_may_become_training_data_depends_on_the_gold(
    gold: int | None, answer: int | None, use_gold: bool
) -> None:
    def script(call: Call, stage: str) -> str | None:
        return None if answer is None else OPTIONS[answer]

    ladder = dataclasses.replace(LADDER, explain=EXPLAIN)
    _, reference = run(lambda call, stage: None, LADDER)
    _, asked = run(script, ladder, letter_or_none(gold), use_gold=use_gold)
    prompts = {call.index: call.prompt for call in reference}
    for call in asked:
        if call.stage != "explained":
            assert call.prompt == prompts[call.index]


def test_a_question_that_is_not_blind_cannot_be_rendered() -> None:
    prompts = load_prompts("cot")
    with pytest.raises(ValueError, match="still has its answer"):
        prompts.render(question(), (0, 1, 2, 3))
    assert "谁在最前" in prompts.render(blind(question()), (0, 1, 2, 3))


def test_a_template_that_tells_the_answer_is_refused_where_the_text_is_to_be_learned(tmp_path: Path) -> None:
    path = tmp_path / "told.txt"
    path.write_text("{problem}\n{question}\n{options}\n答案是{answer}", encoding="utf-8")
    with pytest.raises(UsageError, match="tells the answer"):
        load_prompts(str(path))
    assert load_prompts(str(path), explains=True).zh.text.endswith("{answer}")


def test_the_explaining_rung_is_told_the_letter_as_shown_and_its_text_is_kept_apart() -> None:
    ladder = dataclasses.replace(LADDER, explain=EXPLAIN)

    def script(call: Call, stage: str) -> str | None:
        return "乙" if stage == "explained" else None

    outcome, asked = run(script, ladder)
    assert (outcome.status, outcome.kept) == ("rejected", ())
    assert outcome.explained is not None
    letter = next(one for one, text in shown(asked[-1].prompt).items() if text == "乙")
    assert f"已知正确答案是选项{letter}" in asked[-1].prompt
    assert asked[-1].stage == "explained"
    # Nobody can explain an answer that is not known, or not to be looked at.
    assert run(script, ladder, None)[1][-1].stage != "explained"
    assert run(script, ladder, use_gold=False)[1][-1].stage != "explained"


def test_a_field_name_in_the_data_stays_as_it_is() -> None:
    asked = question_of("p#0", problem="写出{answer}和{options}。", text="?", options=("甲", "乙"), gold_letter="B")
    text = render_explain(EXPLAIN.prompt, asked, (1, 0), 1)
    assert "写出{answer}和{options}。" in text
    assert "正确答案是选项A" in text
