"""Files of makers of quizzes: choices with one right answer are read, all else is named with its line."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from solver.base.errors import InputError
from solver.problems.jsonl import questions_of
from solver.problems.shapes.container import Input
from solver.problems.shapes.load import container_of, load_opened
from tests.support.linear_time import is_linear

Found = list[tuple[str, str, tuple[str, ...], int | None]]


def found_in(name: str, text: str) -> Found:
    loaded = load_opened([Input(name, text.encode())])
    assert loaded.bad == ()
    return [(one.problem, one.text, one.options, one.gold) for one in questions_of(loaded.problems)]


def faults_in(name: str, text: str) -> list[tuple[int, str, str]]:
    return [(one.line, one.field, one.message) for one in load_opened([Input(name, text.encode())]).bad]


GIFT = """// made by hand
$CATEGORY: $course$/logic

::first::Who is tallest? {
~Ann#Look again.
=Tom#Yes.
// ~Kim
~%-50%Bob
####Tom is.
}

It rains.{F#No.}

[html]<p>Is x<sub>1</sub> &lt; 2?</p>{~%100%<b>yes</b> ~no}

The city {~Oslo =Lima} lies in Peru.

Which set is \\{1\\}? {=a \\= 1\\: one ~b \\~ 2 ~\\frac\\{1\\}\\{2\\}}

Who lies? {~B =A}
"""


@pytest.mark.parametrize("name", ["q.gift", "q.txt", "stdin"])
def test_gift_is_read(name: str) -> None:
    assert found_in(name, GIFT) == [
        ("", "Who is tallest?", ("Ann", "Tom", "Bob"), 1),
        ("", "It rains.", ("True", "False"), 1),
        ("", "Is x_1 < 2?", ("yes", "no"), 0),
        ("", "The city _____ lies in Peru.", ("Oslo", "Lima"), 1),
        ("", "Which set is {1}?", ("a = 1: one", "b ~ 2", "\\frac{1}{2}"), 0),
        ("", "Who lies?", ("B", "A"), 1),
    ]


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("Who? {=Ann =Anne}", "a short answer: there are no wrong options"),
        ("Match. {=a -> b =c -> d}", "pairs to match"),
        ("How many? {#3:1}", "a number"),
        ("Write. {}", "an essay"),
        ("Who? {~%50%Ann ~%50%Tom ~Bob}", "0 right answers, where one is wanted"),
        ("Who? {=Ann =Tom ~Bob}", "2 right answers"),
        ("Read this text first.", "a text without answers in braces"),
        ("Who {=Ann ~Tom} and {=Kim ~Bob}?", "braces that are not one pair"),
        ("Who? {Ann or Tom}", "not marked by = or ~"),
        ('[html]<img src="a.png">Who? {=Ann ~Tom}', "holds 'img'"),
    ],
)
def test_what_is_no_choice_is_named_with_its_line(question: str, told: str) -> None:
    ((line, _, message),) = faults_in("q.gift", f"{GIFT}\n// below\n{question}\n")
    assert line == GIFT.count("\n") + 3
    assert message.startswith(told)


AIKEN = "Who is tallest?\nOf all?\nA. Ann\nB) Tom\nANSWER: B\n\n\nWho lies?\nA. B\nB. A\nANSWER: A\n"


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_aiken_is_read(end: str) -> None:
    assert found_in("q.txt", AIKEN.replace("\n", end)) == [
        ("", "Who is tallest?\nOf all?", ("Ann", "Tom"), 1),
        ("", "Who lies?", ("B", "A"), 0),
    ]


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("Who?\nA. x\nB. y\nANSWER: C", (13, "ANSWER", "C is none of the options A/B")),
        ("Who?\nA. x\nC. y\nANSWER: A", (13, "options", "the letters AC, where A, B, C … are wanted")),
        ("Who?\nA. x\nand y\nB. y\nANSWER: A", (13, "options", "'and y' is no option")),
        ("Who?\nA. x\nB. y", (13, "ANSWER", "'B. y' ends a question without its answer")),
    ],
)
def test_a_question_that_is_not_aiken_is_named_with_its_line(question: str, told: tuple[int, str, str]) -> None:
    ((line, field, message),) = faults_in("q.txt", f"{AIKEN}\n{question}\n")
    assert (line, field, message[: len(told[2])]) == told


def test_a_text_that_people_type_is_no_aiken() -> None:
    text = f"Ann is taller than Tom.\n\n{AIKEN}"
    assert container_of(Input("q.txt", text.encode())) is None


LOGIQA = "\nb\nTom is tall.\nWho is?\nA.Ann\nB.Tom\nC.Bob\nD.Kim\n\na\nAll is one.\nMore.\nWhat?\nA.w\nB.x\nC.y\nD.z\n"


def test_the_text_of_logiqa_is_read_and_what_is_cut_is_named() -> None:
    assert found_in("Train.txt", LOGIQA) == [
        ("Tom is tall.", "Who is?", ("Ann", "Tom", "Bob", "Kim"), 1),
        ("All is one.\nMore.", "What?", ("w", "x", "y", "z"), 0),
    ]
    assert [fault[:2] for fault in faults_in("Train.txt", f"{LOGIQA}\nc\nA text.\nWhat?\nA.w\nB.x\n")] == [
        (19, "question")
    ]


def quiz(*questions: str) -> str:
    return f'<?xml version="1.0"?>\n<quiz>{"".join(questions)}</quiz>\n'


def multichoice(asked: str, *points: str, kind: str = "multichoice") -> str:
    answers = "".join(
        f'<answer fraction="{one}"><text>{text}</text></answer>' for one, text in zip(points, "xyz", strict=False)
    )
    return (
        f'<question type="{kind}"><questiontext format="html"><text>{asked}</text></questiontext>{answers}</question>'
    )


CATEGORY = '<question type="category"><category><text>logic</text></category></question>'


def test_a_quiz_of_moodle_is_read_and_what_is_no_choice_is_named_with_its_place() -> None:
    good = [multichoice("<![CDATA[<p>Who?</p>]]>", "0", "100", "-33.33"), multichoice("Is it?", "100", "0")]
    assert found_in("q.xml", quiz(CATEGORY, *good)) == [("", "Who?", ("x", "y", "z"), 1), ("", "Is it?", ("x", "y"), 0)]
    bad = [
        multichoice("Two?", "50", "50"),
        multichoice("Write.", kind="essay"),
        multichoice("&lt;img src='a'&gt;", "100", "0"),
    ]
    assert [fault[:2] for fault in faults_in("q.xml", quiz(CATEGORY, good[0], *bad))] == [
        (2, "answer"),
        (3, "type"),
        (4, "questiontext"),
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (quiz("<question>"), "no readable XML"),
        ('<?xml version="1.0"?>\n<quiz><!DOCTYPE a [<!ENTITY b "c">]></quiz>', "declarations of its own"),
    ],
)
def test_a_quiz_that_cannot_be_read_is_refused(text: str, told: str) -> None:
    with pytest.raises(InputError, match=rf"^q\.xml: .*{told}"):
        load_opened([Input("q.xml", text.encode())])


@pytest.mark.parametrize(
    "piece", ["{=", "::", "~%", "\\", "<", "<!--", " ", "\n ", "A. x\n", "ANSWER: A\n", "b\n", "&lt;"]
)
@pytest.mark.parametrize("name", ["q.gift", "q.txt"])
def test_quizzes_of_any_length_are_read_in_linear_time(name: str, piece: str) -> None:
    def make(size: int) -> Callable[[], object]:
        text = f"{AIKEN}\n[html]{piece * (size // len(piece))}"

        def read() -> None:
            found = Input(name, text.encode())
            if container_of(found) is not None:
                load_opened([found])

        return read

    good, times = is_linear(make, 60_000)
    assert good, times
