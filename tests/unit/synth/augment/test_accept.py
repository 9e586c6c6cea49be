"""Acceptance without a key: who wins, who is torn, what overlaps, who loses a duel."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import pytest

from solver.problems.question import Question, question_of
from synth.augment.augment_config import Panel, Solver
from synth.augment.option_meaning import contradicts, covers, overlapping, plain, same_meaning
from synth.augment.panel import Finding, examine
from synth.llm.call import Call, Reply

PANEL = Panel(solvers=(Solver(model="a", samples=3), Solver(model="b", prompt="concise", samples=3)), duels=2)


def _question(*options: str) -> Question:
    return question_of("p#0", problem="乙比甲高，乙比丙高。", text="谁最高？", options=options)


def _shown(call: Call) -> dict[str, str]:
    return {line[3:]: line[0] for line in call.prompt.splitlines() if line[1:3] == ". "}


def _ask(pick: Callable[[Call, dict[str, str]], str], asked: list[Call]) -> Callable[..., object]:
    async def ask(calls: Sequence[Call]) -> tuple[Reply, ...]:
        asked.extend(calls)
        return tuple(
            Reply(
                key=call.key,
                model=call.model,
                text=pick(call, _shown(call)),
                finish_reason="stop",
                prompt_tokens=1,
                completion_tokens=2,
                cost=None,
                error=None,
                stage=call.stage,
            )
            for call in calls
        )

    return ask


def _examined(question: Question, pick: Callable[[Call, dict[str, str]], str]) -> tuple[Finding, list[Call]]:
    asked: list[Call] = []
    return asyncio.run(examine(question, PANEL, _ask(pick, asked))), asked  # type: ignore[arg-type]


def test_an_option_that_all_solvers_choose_in_any_order_is_accepted() -> None:
    question = _question("甲", "乙", "丙")
    finding, asked = _examined(question, lambda call, shown: f"答案是：{shown['乙']}")
    assert finding.answer == 1
    assert finding.reason == "accepted"
    assert [(duel.won, duel.lost) for duel in finding.duels] == [(2, 0), (2, 0)]
    assert finding.samples == len(asked) == 10
    assert len({call.key for call in asked}) == 10
    assert finding.witness is not None
    assert finding.witness.letter == _shown(asked[0])["乙"]
    assert len({call.prompt for call in asked[:3]}) > 1  # options in more than one order


def test_a_liking_for_a_letter_is_no_agreement() -> None:
    finding, asked = _examined(_question("甲", "乙", "丙"), lambda call, shown: "答案是：A")
    assert finding.answer is None
    assert finding.reason == "split"
    assert len(asked) == 3  # the second solver is not paid any more


def test_solvers_that_each_agree_on_another_option_do_not_agree() -> None:
    finding, _ = _examined(
        _question("甲", "乙", "丙"), lambda call, shown: f"答案是：{shown['乙' if call.model == 'a' else '丙']}"
    )
    assert (finding.answer, finding.reason) == (None, "split")


def test_two_right_options_lose_the_duel_in_which_the_other_stands_first() -> None:
    def pick(call: Call, shown: dict[str, str]) -> str:
        return f"答案是：{'A' if call.stage == 'duels' and '丙' in shown else shown['乙']}"

    finding, _ = _examined(_question("甲", "乙", "丙"), pick)
    assert (finding.answer, finding.reason) == (None, "lost_duel")
    assert [(duel.other, duel.won, duel.lost) for duel in finding.duels] == [(0, 2, 0), (2, 0, 2)]


def test_solvers_that_find_an_answer_which_no_option_has_are_torn() -> None:
    finding, asked = _examined(
        _question("12", "14", "15"), lambda call, shown: f"共13。\n“13”是选项{shown['12']}。\n答案是：{shown['12']}"
    )
    assert (finding.answer, finding.reason) == (None, "torn")
    assert len(asked) == 3


def test_an_option_that_names_the_right_one_among_others_is_refused() -> None:
    finding, asked = _examined(_question("甲或乙", "乙", "丙"), lambda call, shown: f"答案是：{shown['乙']}")
    assert (finding.answer, finding.reason) == (None, "overlap")
    assert len(asked) == 6  # no duel is fought


def test_silence_is_no_vote() -> None:
    finding, _ = _examined(_question("甲", "乙", "丙"), lambda call, shown: "不知道")
    assert (finding.answer, finding.reason) == (None, "unread")


@pytest.mark.parametrize(
    ("one", "other"),
    [("4", "四"), ("4个", "4"), ("是甲", "甲"), ("第3", "第三"), ("Bob", "it is bob."), ("３", "3"), ("3加1", "4")],
)
def test_options_that_say_the_same_in_other_words_are_one(one: str, other: str) -> None:
    assert same_meaning(one, other)


@pytest.mark.parametrize(
    ("one", "other"), [("14", "4"), ("甲", "甲、乙"), ("小明", "小明明"), ("[a, b]", "[b, a]"), ("是", "否")]
)
def test_options_that_differ_stay_different(one: str, other: str) -> None:
    assert not same_meaning(one, other)
    assert overlapping([one, other], 0) is None


def test_plain_never_empties_an_option() -> None:
    assert all(plain(word) for word in ("个", "是", "the", "有", "4个", "人"))


def test_a_disjunction_covers_its_parts_and_a_conjunction_does_not() -> None:
    assert covers("甲或者丙", "甲")
    assert covers("Ann or Bob", "bob")
    assert not covers("甲和丙", "甲")


@pytest.mark.parametrize(
    ("text", "letter", "is_torn"),
    [
        ("“乙”是选项B。\n答案是：B", "B", False),
        ("“丁”是选项B。\n答案是：B", "B", True),
        ("即丁，选项B。\n答案是：B", "B", True),
        ("故选B. 乙", "B", False),
        ("The answer is: B. Carl", "B", True),
        ("The answer is: B.\nCarl was wrong.", "B", False),
        ("答案是：B", "B", False),
        ("先看：“丁”是选项A。不对。\n“乙”是选项B。\n答案是：B", "B", False),
    ],
)
def test_a_sample_is_torn_where_the_text_it_names_is_not_its_option(text: str, letter: str, is_torn: bool) -> None:
    assert contradicts(text, letter, ["甲", "乙"]) is is_torn
