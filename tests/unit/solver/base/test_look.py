"""Widths, bars, and model text made harmless."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from solver.base.display.theme import (
    bar,
    cleaned,
    cropped,
    glyphs_of,
    is_colourless,
    one_line,
    padded,
    width_of,
    wrapped,
)

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


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(), max_size=60))
def test_cleaned_text_holds_nothing_that_a_terminal_obeys(text: str) -> None:
    assert all(char == "\n" or (ord(char) >= 32 and not 0x7F <= ord(char) < 0xA0) for char in cleaned(text))


def test_an_escape_sequence_becomes_visible() -> None:
    assert cleaned("a\x1b]0;title\x07b\x9b2J") == "a␛]0;title␇b\ufffd2J"
    assert cleaned("left\u202eright\u2066x\r\n\ud800") == "leftrightx\n\ufffd"


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


def test_no_color_counts_only_when_it_is_not_empty() -> None:
    assert is_colourless({"NO_COLOR": "1"})
    assert not is_colourless({"NO_COLOR": ""})
    assert not is_colourless({})
