"""Thoughts in every container: what holds for one holds for all. All sentences are made up for these tests."""

from __future__ import annotations

import pytest

from solver.extraction.extract import extract
from solver.extraction.thoughts import find, outside

OPTIONS = ("红", "黄", "蓝", "绿")
PAIRS = {
    "think": ("<think>", "</think>"),
    "capitals": ("<THINK>", "</Think>"),
    "attributes": ('<think type="deep" budget="9">', "</think>"),
    "thinking": ("<thinking>", "</thinking>"),
    "thought": ("<thought>", "</thought>"),
    "reasoning": ("<reasoning>", "</reasoning>"),
    "reflection": ("<reflection>", "</reflection>"),
    "seed": ("<seed:think>", "</seed:think>"),
    "brackets": ("[THINK]", "[/THINK]"),
    "triangles": ("◁think▷", "◁/think▷"),
    "tokens": ("<|START_THINKING|>", "<|END_THINKING|>"),
    "begin": ("<|begin_of_thought|>", "<|end_of_thought|>"),
    "scratch pad": ("<scratch_pad>", "</scratch_pad>"),
    "another maker's name": ("<mm:think>", "</mm:think>"),
    "never used": (f"<think_never_used_{'5e' * 16}>", f"</think_never_used_{'5e' * 16}>"),
    "assistant": ("<assistant_thinking>", "</assistant_thinking>"),
    "prefix": ("<|inner_prefix|>", "<|inner_suffix|>"),
    "bare tokens": ("<|thinking|>", "<|/thinking|>"),
    "details": ('<details type="reasoning" done="true">\n<summary>3 s</summary>', "</details>"),
    "channel tokens": ("<|channel>thought", "<channel|>"),
    "numbered": ("<unused94>thought", "<unused95>"),
    "channels": ("<|channel|>analysis<|message|>", "<|end|><|start|>assistant<|channel|>final<|message|>"),
    "bare channels": ("analysis", "assistantfinal"),
    "words": ("Here is my thought process:", "\nHere is my response:"),
    "command line": ("Thinking...\n", "\n...done thinking."),
    "fence": ("```thinking\n", "\n```\n"),
}
AT_THE_START = ("words", "command line", "fence")
"""Words that mean a thought at the very start alone, and an end behind those alone."""
DRAFT = "\n试红：答案是：A。不行，红不能在首位。\n"

containers = pytest.mark.parametrize(("opener", "closer"), PAIRS.values(), ids=PAIRS)


@containers
@pytest.mark.parametrize(
    ("said", "letter"),
    [
        ("\nC", "C"),
        ("答案是：C", "C"),
        ("\n\nC. 蓝", "C"),
        ("\n蓝", "C"),
        ("\n条件不够，得不出结论。", None),
        ("\n**答案是：C**\n", "C"),
    ],
)
def test_only_what_is_said_outside_counts(opener: str, closer: str, said: str, letter: str | None) -> None:
    assert extract(f"{opener}{DRAFT}{closer}{said}", 4, OPTIONS).letter == letter


@containers
def test_an_unclosed_thought_is_a_chain_cut_short(opener: str, closer: str) -> None:
    assert extract(f"{opener}{DRAFT}再试黄，把它放进第二个条件，于是", 4, OPTIONS).letter is None


@containers
def test_a_thought_that_only_forgot_its_closer_is_read_at_its_last_line(opener: str, closer: str) -> None:
    assert extract(f"{opener}{DRAFT}再试蓝，都成立。\n答案是：C", 4, OPTIONS).letter == "C"


@pytest.mark.parametrize(
    ("opener", "closer"), [pair for name, pair in PAIRS.items() if name not in (*AT_THE_START, "details")]
)
def test_a_lone_closer_closes_from_the_start(opener: str, closer: str) -> None:
    assert extract(f"试红：答案是：A。不行。{closer}\nC", 4, OPTIONS).letter == "C"


@pytest.mark.parametrize(
    ("opener", "closer"), [pair for name, pair in PAIRS.items() if name not in (*AT_THE_START, "bare channels")]
)
def test_a_second_thought_after_the_answer_takes_nothing_back(opener: str, closer: str) -> None:
    assert extract(f"{opener}{DRAFT}{closer}\n答案是：C\n{opener}{DRAFT}{closer}", 4, OPTIONS).letter == "C"


@pytest.mark.parametrize(
    "output",
    [
        "analysis of the clues: red cannot stand first.\nAnswer: C",
        "Analysis\n红不能在首位。\n答案是：C",
        "请在 <think> 标签里推理。\n推理如下：红不行。\n答案是：C",
        "Here is my response: 答案是：C",
        "<details>\n<summary>过程</summary>\n红不行。\n答案是：C\n</details>",
        "```\n红不行\n```\n答案是：C",
        "Thinking... red cannot stand first.\nAnswer: C",
    ],
)
def test_words_that_look_like_a_container_hide_nothing(output: str) -> None:
    assert extract(output, 4, OPTIONS).letter == "C"


@pytest.mark.parametrize(
    "output",
    [
        "<thinking>\n红不行。\n因此答案是：C\n\n<reflection>\n没有疑问。",
        "<thinking>\n红不行。\n因此答案是：C\n\n<reflection>没有疑问。</reflection>",
        "<thinking>\n红不行。\n<output>\n因此答案是：C\n</output>",
        "<thinking>\n红不行。\n因此答案是：C\n\n<reflection>\n检验答案：没有疑问。",
        "<thinking>\n红不行。\n因此，答案是：\n\nC. 蓝\n\n<reflection>\n没有疑问。",
    ],
)
def test_an_answer_before_an_afterthought_counts_though_the_first_thought_was_never_closed(output: str) -> None:
    assert extract(output, 4, OPTIONS).letter == "C"


@pytest.mark.parametrize(
    "line",
    [
        "[[C]](蓝色最",
        "答案是：C，因为黄在首位时",
        "若答案是：C",
        "也许答案是：C。",
        "先看首位。答案是：C",
        "Maybe the answer is C.",
    ],
)
def test_a_cut_thought_whose_last_line_is_more_than_an_answer_says_nothing(line: str) -> None:
    assert extract(f"<think>\n红不行。\n{line}", 4, OPTIONS).letter is None


def test_places_are_those_of_the_text() -> None:
    text = "◁think▷甲◁/think▷乙<thought>丙</thought>丁"
    assert [text[start:end] for start, end in find(text).stretches] == ["乙", "丁"]
    assert text[slice(*outside("<think>a"))] == ""


TRADITIONAL = (
    "答案應為 C",
    "正確答案是：C",
    "選項 C 正確",
    "答案應該是 C",
    "故本題答案為（C）。",
    "我選擇 C",
    "所以選 C。",
    "結論：答案為「藍」",
)


@pytest.mark.parametrize("output", TRADITIONAL)
def test_traditional_characters_are_read_like_simplified_ones(output: str) -> None:
    found = extract(f"依條件推論，紅不成立。\n{output}", 4, OPTIONS)
    assert found.letter == "C"
    assert found.span is not None


def test_options_in_traditional_characters_match_either_way() -> None:
    assert extract("答案是：蓝", 4, ("紅", "黃", "藍", "綠")).letter == "C"
    assert extract("無法確定答案。", 4, OPTIONS).letter is None
