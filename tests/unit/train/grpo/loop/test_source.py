"""Which question comes next: rounds, a window that moves with the model, and a state that goes on where it stopped."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from solver.problems.question import Question, question_of
from train.grpo.loop.source import Source


def question(name: str, family: str | None = None) -> Question:
    options = ("x", "y", "z")
    return question_of(f"{name}#0", problem=name, text="?", options=options, gold_letter="A", family=family, level=1)


QUESTIONS = [question(f"p{number}") for number in range(6)]


def source(rates: Mapping[str, float] | None = None, *, outside: float = 0.0, seed: int = 1) -> Source:
    return Source(QUESTIONS, rates or {}, window=(0.1, 0.9), outside=outside, rng=Random(seed))


def names(from_: Source, count: int) -> list[str]:
    return [from_.next().question.id for _ in range(count)]


def test_every_question_comes_once_a_round() -> None:
    drawn = names(source(), 12)
    assert Counter(drawn[:6]) == Counter(one.id for one in QUESTIONS)
    assert Counter(drawn[6:]) == Counter(one.id for one in QUESTIONS)


def test_what_is_always_or_never_solved_is_not_asked_until_that_changes() -> None:
    here = source({"p0#0": 1.0, "p1#0": 0.0})
    assert set(names(here, 20)) == {f"p{number}#0" for number in range(2, 6)}
    for _ in range(3):
        here.told(QUESTIONS[0], 0.5)
        here.told(QUESTIONS[2], 1.0)
    drawn = set(names(here, 20))
    assert "p0#0" in drawn
    assert "p2#0" not in drawn


def test_some_of_what_is_outside_of_the_window_is_asked_all_the_same() -> None:
    drawn = Counter(names(source({"p0#0": 1.0}, outside=0.3), 1200))
    assert 0.2 < drawn["p0#0"] / drawn["p1#0"] < 0.4


def test_where_nothing_is_worth_asking_questions_are_asked_all_the_same() -> None:
    assert len(names(source({one.id: 1.0 for one in QUESTIONS}), 5)) == 5


def test_a_question_that_was_never_drawn_is_known_by_its_family() -> None:
    many = [question(f"q{number}", "knights") for number in range(30)]
    here = Source(many, {}, window=(0.1, 0.9), outside=0.0, rng=Random(1))
    for one in many[:12]:
        here.told(one, 1.0)
    assert here.rate(many[20]) > 0.9


@given(st.integers(0, 30), st.integers(0, 5))
def test_a_source_that_goes_on_from_a_state_asks_what_the_first_would_have_asked(before: int, seed: int) -> None:
    first = source({"p0#0": 1.0}, outside=0.5, seed=seed)
    for number in range(before):
        turn = first.next()
        first.told(turn.question, (number % 3) / 2)
    state = json.loads(json.dumps(first.state()))
    second = source(outside=0.5, seed=seed + 1)
    second.restore(state)
    rest = [(turn.question.id, turn.draw) for turn in (first.next() for _ in range(15))]
    assert [(turn.question.id, turn.draw) for turn in (second.next() for _ in range(15))] == rest


def test_a_question_that_was_asked_before_a_kill_comes_again_as_the_same_draw() -> None:
    here = source()
    turn = here.next()
    assert here.again(turn.question.id) == turn
