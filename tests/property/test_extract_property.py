"""Properties of answer extraction: total, in range, blind to dress, and the last declaration wins."""

from __future__ import annotations

import string

from hypothesis import example, given
from hypothesis import strategies as st

from solver.extraction.extract import ExtractionRule, extract
from solver.problems.letters import letter_of

PIECES = st.sampled_from(
    [
        "答案是",
        "答案",
        "：",
        "A",
        "B",
        "Ｃ",
        "d",
        "\n",
        "选",
        "故选",
        "选项",
        "正确",
        "<think>",
        "</think>",
        "\\boxed{",
        "}",
        "[[",
        "]]",
        '{"answer": "',
        '"}',
        "answer is ",
        "(",
        ")",
        "，",
        "不对",
        "和",
        "或",
        "选择题 2：",
        "因此",
        "如果",
        "<output>",
        "</output>",
        "$",
        "甲",
        "乙",
        "没有",
        "格式：",
        "**",
        "`",
        " ",
        "\\text{",
        "ⓑ",
        "Ⓩ",
        "�",
        "\x00",
        "<|im_end|>",
        "而是",
    ]
)
TEXTS = st.one_of(st.text(max_size=80), st.lists(PIECES, max_size=25).map("".join))
COUNTS = st.integers(2, 26)
OPTIONS = st.one_of(
    st.none(), st.lists(st.sampled_from(["甲", "乙", "A和B", "没有", "b", "", "B超", "42"]), min_size=2, max_size=8)
)
DECLARATIONS = st.sampled_from(
    [
        "答案是：{}",
        "因此答案是：{}",
        "最终答案为{}。",
        "【答案】{}",
        "故选{}",
        "应选{}。",
        "正确答案：{}",
        "\\boxed{{{}}}",
        "[[{}]]",
        "The answer is {}.",
        "The correct answer is ({}).",
        "Answer: {}",
        '{{"answer": "{}"}}',
        "答案是：\n{}",
        "答案是**{}**",
        "答案是${}$",
        "答案是「{}」",
        "答案是（{}）",
        "正确选项是{}",
        "答案是{}，因为其余都不成立",
    ]
)
LETTERS = st.sampled_from("ABCD")
FULL_WIDTH = {ord(char): ord(char) + 0xFEE0 for char in string.ascii_letters + string.digits + ':()[]{}.$*\\"_'}
DRESSES = st.sampled_from(
    ["{}", "**{}**", "*{}*", "`{}`", "> {}", "# {}", "- {}", "__{}__", "```\n{}\n```", "***{}***", "“{}”"]
)


@given(TEXTS, COUNTS, OPTIONS)
@example("<think>", 2, None)
@example("答案是：" + "Ⓩ", 2, None)
def test_any_text_gives_a_letter_in_range_or_none(text: str, n_options: int, options: list[str] | None) -> None:
    count = n_options if options is None else len(options)
    found = extract(text, count, options)
    assert found.letter is None or found.letter in {letter_of(index) for index in range(count)}
    assert isinstance(found.rule, ExtractionRule)
    if found.span is not None:
        assert 0 <= found.span[0] < found.span[1] <= len(text)
    if found.letter is not None:
        assert found.span is not None


@given(
    TEXTS, COUNTS, st.sampled_from(["", " ", "\n", "\n\n\t ", "　"]), st.sampled_from(["", " ", "\n", " \n\n", "　\n"])
)
@example("<think>答案A", 2, "　", "")
def test_surrounding_white_space_changes_nothing(text: str, n_options: int, before: str, after: str) -> None:
    bare, padded = extract(text.strip(), n_options), extract(before + text.strip() + after, n_options)
    assert (bare.letter, bare.rule) == (padded.letter, padded.rule)


@given(DECLARATIONS, LETTERS, DRESSES)
def test_a_declaration_reads_the_same_in_any_markdown_dress(declaration: str, letter: str, dress: str) -> None:
    assert extract(dress.format(declaration.format(letter)), 4).letter == letter


@given(DECLARATIONS, LETTERS)
def test_full_width_reads_like_half_width(declaration: str, letter: str) -> None:
    assert extract(declaration.format(letter).translate(FULL_WIDTH), 4).letter == letter


@given(
    st.lists(st.sampled_from("甲乙丙丁说高矮，。；ABCD 选项正确错误因为所以答案是：\n(){}*x1 "), max_size=60).map(
        "".join
    ),
    DECLARATIONS,
    LETTERS,
)
def test_a_trailing_declaration_always_wins(text: str, declaration: str, letter: str) -> None:
    assert extract(text + "\n" + declaration.format(letter), 4).letter == letter


@given(DECLARATIONS, LETTERS, DECLARATIONS, LETTERS)
def test_of_two_declarations_the_later_wins(first: str, earlier: str, second: str, later: str) -> None:
    assert extract(f"{first.format(earlier)}\n再核对一遍。\n{second.format(later)}", 4).letter == later


@given(st.sampled_from("EFGHJKLMNOPQRSTUVWYZ"), DECLARATIONS)
def test_a_letter_that_is_no_option_is_no_answer(letter: str, declaration: str) -> None:
    assert extract(declaration.format(letter), 4).letter is None


@given(DECLARATIONS, st.sampled_from(["A和B", "A、C", "B或D", "A, C", "AC", "B and D", "C/D", "A，D"]))
def test_two_letters_in_one_declaration_are_no_answer(declaration: str, letters: str) -> None:
    assert extract(declaration.format(letters), 4).letter is None
