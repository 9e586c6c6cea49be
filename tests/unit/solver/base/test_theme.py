"""Widths, bars, line breaks."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from solver.base.display.theme import (
    bar,
    cropped,
    glyphs_of,
    padded,
    width_of,
    wrapped,
)
from solver.base.text_safety import cleaned, one_line

MIXED = st.text(st.sampled_from("甲乙，。（“1aB \t\n\x1b\x07\u202e…🙂é") | st.characters(codec="utf-8"), max_size=80)
WIDTH = st.integers(2, 40)


@settings(max_examples=60, deadline=None)
@given(MIXED, WIDTH)
def test_wrapped_lines_fit_and_lose_nothing_but_space(text: str, width: int) -> None:
    text = cleaned(text)
    lines = wrapped(text, width)
    assert all(width_of(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


@settings(max_examples=60, deadline=None)
@given(MIXED, WIDTH)
def test_padded_text_has_exactly_its_width(text: str, width: int) -> None:
    assert width_of(padded(one_line(text), width)) == width


def test_a_chinese_line_does_not_begin_with_a_mark() -> None:
    lines = wrapped("甲在乙前，乙在丙前，丙在丁前。", 10)
    assert lines == ["甲在乙前，", "乙在丙前，", "丙在丁前。"]
    assert all(line[0] not in "，。" for line in wrapped("甲在乙前，乙在丙前，丙在丁前。", 8))


def test_wide_characters_are_never_cut_in_two() -> None:
    assert cropped("三人排队", 4) == "三…"
    assert padded("三人排队", 5) == "三人…"


def test_a_single_vote_among_many_is_seen() -> None:
    assert bar(1, 1000, 10).count("█") == 1
    assert bar(3, 3, 4) == "████"


def test_the_locale_decides_about_box_drawing() -> None:
    assert glyphs_of({"LANG": "zh_CN.UTF-8"}).full == "█"
    assert glyphs_of({"LANG": "C", "LC_CTYPE": "C.UTF-8"}).full == "#"
    assert glyphs_of({"LC_ALL": "C", "LANG": "en_US.UTF-8"}).full == "#"
    assert glyphs_of({}).full == "#"
    assert all(char.isascii() for part in glyphs_of({}) for char in part)
