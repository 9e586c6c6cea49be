"""Outputs that speak of options by their letters in English, and conclude on one of them in words, made up."""

from __future__ import annotations

import pytest

from solver.extraction.extract import extract

TOWNS = ("The mill closed in May.", "The mayor owns two boats.", "Rents fell last year.", "Few trains stop there.")
WEAKENS = "Which one of the following, if true, most weakens the argument?"
SUPPORTS = "Which one of the following most strongly supports the claim?"
EXPLAINS = "Which of the following best explains the drop?"
SIMILAR = "The reasoning in which one of the following is most similar to that above?"
EXCEPT = "Each of the following supports the claim EXCEPT:"
CANNOT = "Which one of the following cannot be true?"
COULD = "Which one of the following could be true?"
MUST = "Which one of the following must be true?"
Row = tuple[str, str, str | None]

KINDS: dict[str, tuple[Row, ...]] = {
    "a conclusion on a letter": (
        ("Rents are no cause.\nTherefore, option C most seriously weakens the argument.", WEAKENS, "C"),
        ("Rents are no cause.\nTherefore, option C does not weaken the argument.", WEAKENS, None),
        ("Rents are no cause.\nTherefore, options B and C weaken the argument.", WEAKENS, None),
        ("Rents are no cause.\nTherefore, option B and option C weaken the argument most.", WEAKENS, None),
        ("Rents are no cause.\nSo the only statement that could be true is D.", COULD, "D"),
        ("Rents are no cause.\nSo the only statement that could not be true is D.", COULD, None),
        ("The pattern is plain.\nThis is similar to option A.", SIMILAR, "A"),
        ("The pattern is plain.\nThis is not similar to option A.", SIMILAR, None),
        ("The reasoning in answer choice B is most similar to the one above.", SIMILAR, "B"),
        ("Therefore, B appears to be the correct answer.", SUPPORTS, "B"),
        ("If option B is true, the argument is weakened most.", WEAKENS, None),
    ),
    "one of which well is spoken": (
        ("Option A is irrelevant.\nOption B is irrelevant.\nOption D explains the drop.", EXPLAINS, "D"),
        ("Option A is irrelevant.\nOption B explains the drop.\nOption D explains it as well.", EXPLAINS, None),
        ("Option A is irrelevant.\nOption B also explains it.\nOption D is the best explanation.", EXPLAINS, "D"),
        ("Option A explains it.\nOption D is too, so option D could also be true.", EXPLAINS, None),
        ("Choice A is irrelevant.\nChoice B is supported by the data.", SUPPORTS, "B"),
        ("Choice A is irrelevant.\nChoice B is not supported by the data.", SUPPORTS, None),
        ("Choice A is irrelevant.\nChoice B might be supported, if rents fell.", SUPPORTS, None),
        ("Choice B is the strongest, as it says that trains do not stop, which supports the claim.", SUPPORTS, "B"),
        ("Option A suggests a lot.\nAmong the choices, B seems to provide the best explanation.", EXPLAINS, "B"),
        ("Option A suggests that it fell.\nOption B seems to be more relevant to the claim.", SUPPORTS, "B"),
        ("Choice A is irrelevant.\nNone of the choices supports the claim.", SUPPORTS, None),
        (
            "Choice A supports the claim.\nWe look at the mill again.\nIt is old.\nIt is red.\nIt is far.",
            SUPPORTS,
            None,
        ),
        ("Choice A is irrelevant.\nChoice B supports the", SUPPORTS, None),
    ),
    "asked, reported, denied before the letter": (
        ("Does option B weaken the argument? We have to look at the boats.", WEAKENS, None),
        ("Option A is irrelevant.\nIs option B the best one? Let us look at each of them again.", WEAKENS, None),
        ("It is false that option B most weakens the argument.", WEAKENS, None),
        ("There is no reason to believe that option B weakens the argument.", WEAKENS, None),
        ("Many would say that option B most weakens the argument.", WEAKENS, None),
        ("The trap here is that option B looks like the best answer.", WEAKENS, None),
        ("Therefore, the claim that option B most weakens the argument is mistaken.", WEAKENS, None),
        ("Therefore, any option but option B weakens the argument.", WEAKENS, None),
        ("Unlike option B, the argument is supported by data.", SUPPORTS, None),
        ("We reject option B, which is supported by the data.", SUPPORTS, None),
        ("There is a better choice than option B, which is plausible.", SUPPORTS, None),
        ("So we must check option B, which could weaken the argument.", WEAKENS, None),
    ),
    "spoilt behind the letter": (
        ("Option B is hardly the best answer.", WEAKENS, None),
        ("Option B is anything but correct.", WEAKENS, None),
        ("Option B barely weakens the argument.", WEAKENS, None),
        ("Therefore, option B is the worst answer.", WEAKENS, None),
        ("Therefore, option B is too weak to be the best answer.", WEAKENS, None),
        ("Therefore, option B is open to question.", WEAKENS, None),
        ("Option B contradicts the premises and is thus to be rejected.", WEAKENS, None),
        ("Option B could be correct, but so could option D.", WEAKENS, None),
        ("Option B explains nothing.", EXPLAINS, None),
        ("Option B is only about boats.", SUPPORTS, None),
        ("Option B is the most distant from the claim.", SUPPORTS, None),
        ("Option B is true, yet beside the point.", SUPPORTS, None),
        ("Then option B must be looked at.", COULD, None),
        ("Option B must be dropped.", COULD, None),
        ("Therefore, option B could be true.", MUST, None),
    ),
    "taken back behind it": (
        ("Option B supports the claim. Wait. The mayor has no boats.", SUPPORTS, None),
        ("Option B supports the claim. Hmm, that is about boats.", SUPPORTS, None),
    ),
    "well and ill by what is asked": (
        ("Option A is about boats.\nOption D contradicts the argument.", WEAKENS, "D"),
        ("Option A is about boats.\nOption D contradicts the argument.", SUPPORTS, None),
        ("Option A is about boats.\nOption D supports the argument.", WEAKENS, None),
        ("Options A, B and D support the claim.\nTherefore, option C does not support the claim.", EXCEPT, "C"),
        ("Option A is about boats.\nTherefore, option C supports the claim.", EXCEPT, None),
        ("Option A holds.\nTherefore, D cannot be true.", CANNOT, "D"),
        ("Option A holds.\nThus, D is not a correct answer.", CANNOT, None),
    ),
    "letters that are names": (
        ("K comes on Monday.\nTherefore, B fits behind K, the best of all.", "Q1. Where may K and B be?", None),
        ("K comes on Monday.\nTherefore, option B is right.", "Q1. Where may K and B be?", "B"),
    ),
}
CASES = [pytest.param(*row, id=f"{kind}{place}") for kind, rows in KINDS.items() for place, row in enumerate(rows)]


@pytest.mark.parametrize(("text", "question", "letter"), CASES)
def test_the_approved_option_is_the_answer_or_none(text: str, question: str, letter: str | None) -> None:
    assert extract(text, len(TOWNS), TOWNS, question).letter == letter


def test_without_the_question_nobody_knows_what_speaks_well_of_an_option() -> None:
    assert extract("Option A is about boats.\nOption D contradicts the argument.", 4, TOWNS).letter is None
