"""Letters printed inside data: keys, votes and labelled options. All data are made up for these tests."""

from __future__ import annotations

import pytest

from solver.problems.labels import LabelContradiction, bare_options, letter_in

MEN = ("甲", "乙", "丙")


@pytest.mark.parametrize(
    "value",
    [
        "B",
        "b",
        "(B)",
        "（B）",
        "[b]",
        "B.",
        "B)",
        "B、",
        "B：",
        " B ",
        "option B",
        "选项B",
        "答案：B",
        "乙",
        "B. 乙",
        "(B)乙",
    ],
)
def test_every_spelling_of_a_key_is_read_as_its_letter(value: str) -> None:
    reading = letter_in(value, MEN)
    assert reading.letter == "B"
    assert (reading.note is None) == (value.strip() == "B")


@pytest.mark.parametrize(
    ("value", "base", "letter"), [(0, 0, "A"), (1, 0, "B"), (1, 1, "A"), ("2", 1, "B"), (2.0, 0, "C")]
)
def test_an_index_counts_from_the_base_that_is_told(value: object, base: int, letter: str) -> None:
    assert letter_in(value, MEN, base=1 if base else 0).letter == letter


@pytest.mark.parametrize(
    "value", [None, "", " ", "?", "？", "-", "N/A", "n/a", "null", float("nan"), "暂无", "TBD", "略"]
)
def test_placeholders_are_no_votes(value: object) -> None:
    assert letter_in(value, MEN).letter is None


def test_a_placeholder_that_is_an_options_text_is_that_option() -> None:
    assert letter_in("-", ("+", "-")).letter == "B"


@pytest.mark.parametrize("value", ["y", "Y"])
def test_a_letter_beyond_the_options_that_is_an_options_text_is_that_option(value: str) -> None:
    assert letter_in(value, ("x", "y")).letter == "B"


def test_a_number_that_is_an_options_text_needs_no_base() -> None:
    assert letter_in(4, ("2", "4", "8")).letter == "B"


@pytest.mark.parametrize(
    ("value", "options", "reason"),
    [
        ("A. 乙", MEN, "names A, and the text of B"),
        ("A. 戊", MEN, "a text that no option has"),
        ("D", MEN, "none of A/B/C"),
        ("戊", MEN, "names none of the 3 options"),
        (1, MEN, "count from 0 or 1"),
        ("b", ("b", "a"), "write the letter as a capital"),
    ],
)
def test_what_says_two_things_or_none_is_refused_with_its_reason(
    value: object, options: tuple[str, ...], reason: str
) -> None:
    with pytest.raises(LabelContradiction, match=reason):
        letter_in(value, options)


def test_an_index_outside_the_options_is_refused() -> None:
    with pytest.raises(LabelContradiction, match="counted from 1"):
        letter_in(0, MEN, base=1)


def test_a_lone_capital_is_a_letter_whatever_the_options_say() -> None:
    assert letter_in("A", ("B", "A")).letter == "A"


@pytest.mark.parametrize(
    "options",
    [
        ("A. 甲", "B. 乙", "C. 丙"),
        ("(A)甲", "(B)乙", "(C)丙"),
        ("A、甲", "B、乙", "C、丙"),
        ("（A） 甲", "B) 乙", "c：丙"),
    ],
)
def test_options_lose_the_labels_of_their_own_places_with_a_note(options: tuple[str, ...]) -> None:
    bare = bare_options(options)
    assert bare.texts == MEN
    assert bare.note is not None


@pytest.mark.parametrize(
    "options", [MEN, ("C. elegans", "E. coli"), ("A. 甲", "乙", "丙"), ("A", "B", "C"), ("A型血", "B型血"), ()]
)
def test_options_without_labels_of_all_places_stay_as_they_are(options: tuple[str, ...]) -> None:
    assert bare_options(options) == (options, None, None)


@pytest.mark.parametrize("key", ["②", "2", 2, "(2)", "（2）", "2.", "2、"])
@pytest.mark.parametrize("options", [("①甲", "②乙", "③丙"), ("1. 甲", "2. 乙", "3. 丙")])
def test_a_key_names_the_number_that_its_option_carried(key: object, options: tuple[str, ...]) -> None:
    bare = bare_options(options)
    assert letter_in(key, bare.texts, base=bare.base).letter == "B"


def test_without_numbers_on_the_options_a_number_is_not_guessed() -> None:
    assert bare_options(("A. 甲", "B. 乙")).base is None


@pytest.mark.parametrize(
    "options",
    [
        ("**A.** 甲", "**B.** 乙"),
        ("**A. 甲**", "**B. 乙**"),
        ("<b>A)</b> 甲", "<B>B)</B> 乙"),
        ("__A__. 甲", "__B__. 乙"),
    ],
)
def test_labels_in_bold_face_are_labels(options: tuple[str, ...]) -> None:
    assert bare_options(options).texts == ("甲", "乙")


@pytest.mark.parametrize(
    "options", [("**甲**", "**乙**"), ("J. Smith", "K. Lee", "R. Roe"), ("A. Smith", "C. Lee", "D. Roe")]
)
def test_bold_face_and_initials_are_no_labels(options: tuple[str, ...]) -> None:
    assert bare_options(options).texts == options


def test_labels_of_which_one_is_left_out_are_refused() -> None:
    with pytest.raises(LabelContradiction, match="option C carries the label of D"):
        bare_options(("A. 甲", "B. 乙", "D. 丙"))


def test_labels_of_other_places_are_refused() -> None:
    with pytest.raises(LabelContradiction, match="option A carries the label of B"):
        bare_options(("(B)乙", "(A)甲"))


@pytest.mark.parametrize("key", ["Ｂ", "（Ｂ）", "**B**", "【B】", ["B"], "Ｂ．乙"])
def test_full_width_letters_marks_and_lists_of_one_are_read(key: object) -> None:
    assert letter_in(key, ("甲", "乙", "丙")).letter == "B"


@pytest.mark.parametrize(
    "options",
    [
        ("Ａ．甲", "Ｂ．乙"),
        ("选项A：甲", "选项B：乙"),
        ("Option A: 甲", "Option B: 乙"),
        ("A\t甲", "B\t乙"),
        ("【A】甲", "【B】乙"),
    ],
)
def test_labels_of_every_spelling_are_taken_off(options: tuple[str, ...]) -> None:
    assert bare_options(options).texts == ("甲", "乙")
