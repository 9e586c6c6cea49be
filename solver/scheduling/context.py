"""Earlier answers of the same problem, put before a question: who waits for whom, and what is then said. Pure.

A question waits until the one before it in its problem is decided by the same model; then that one's answer, and with
``chain`` the first chain that gave it, stand at the end of the problem's text. Measured on a 1.5B model this harms the
vote, since samples that copy one chain err together (docs/log.md, "Real models"): the default is none.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from solver.extraction.thoughts import outside
from solver.problems.prompt import is_chinese
from solver.problems.question import Question
from solver.sampling.sample import Sample
from solver.scheduling.open_question import OpenQuestion
from solver.scheduling.outcome import Outcome
from solver.voting.tally import Verdict

Kind = Literal["none", "answers", "chain"]


class Known(NamedTuple):
    """An answered question."""

    question: Question
    answer: int
    """Answer class."""
    chain: str
    """A chain that gave it, without thoughts; empty where none is told."""


class Context:
    """What is known of the earlier questions, by problem and model.

    Args:
        opened: the questions in the order of their problems.
        earlier: outcomes of questions of the same problems that were solved before, in their order.
    """

    def __init__(self, kind: Kind, opened: Sequence[OpenQuestion], earlier: Iterable[Outcome] = ()) -> None:
        self._kind = kind
        self._lines: dict[tuple[str, str], list[OpenQuestion]] = {}
        """Open questions by problem and model; the first one is not waiting."""
        self._known: dict[tuple[str, str], list[Known]] = {}
        self._chains: dict[tuple[int, int], tuple[int, str]] = {}
        """Place of the question and answer class -> index and text of the first chain that gave it."""
        if kind == "none":
            return
        for one in opened:
            self._lines.setdefault(_line_of(one), []).append(one)
        models = {one.model for one in opened}
        for outcome in earlier:
            if outcome.answer is not None:
                spoken = outcome.chain(outcome.answer)
                known = Known(outcome.asked, outcome.answer, self._told(spoken.text if spoken else ""))
                for model in models:
                    self._known.setdefault((outcome.problem_id, model), []).append(known)

    def blocks(self, one: OpenQuestion) -> bool:
        """Tell whether a question waits for another."""
        return self._kind != "none" and (line := self._lines[_line_of(one)])[:1] != [one] and one in line

    def heard(self, one: OpenQuestion, sample: Sample) -> None:
        """Take note of a sample, whole."""
        if self._kind == "chain" and sample.option_class is not None:
            place = (one.place, sample.option_class)
            if place not in self._chains or sample.index < self._chains[place][0]:
                self._chains[place] = (sample.index, sample.text)

    def decided(self, one: OpenQuestion, verdict: Verdict) -> OpenQuestion | None:
        """Take note of a verdict; returns who waited for it."""
        if self._kind == "none":
            return None
        line = self._lines[_line_of(one)]
        is_first = line[:1] == [one]
        line.remove(one)
        if verdict.answer is not None:
            chain = self._chains.get((one.place, verdict.answer), (0, ""))[1]
            self._known.setdefault(_line_of(one), []).append(Known(one.question, verdict.answer, self._told(chain)))
        self._chains = {place: found for place, found in self._chains.items() if place[0] != one.place}
        return line[0] if is_first and line else None

    def of(self, one: OpenQuestion) -> Question:
        """Return a question with what is known at the end of its problem."""
        known = self._known.get(_line_of(one), ()) if self._kind != "none" else ()
        return with_known(one.question, known)

    def _told(self, chain: str) -> str:
        return chain[slice(*outside(chain))].strip() if self._kind == "chain" else ""


def with_known(question: Question, known: Sequence[Known]) -> Question:
    """Return a question whose problem ends with what is known.

    >>> from solver.problems.question import question_of
    >>> first = question_of("p#0", problem="P.", text="Who?", options=("Ann", "Bob"))
    >>> print(with_known(first, [Known(first, 1, "")]).problem)
    P.
    <BLANKLINE>
    Answered before:
    Question: Who?
    Answer: Bob
    """
    if not known:
        return question
    words = _CHINESE if is_chinese(question) else _ENGLISH
    parts = [words.heading]
    for one in known:
        parts.append(words.question + one.question.text.strip())
        parts += [words.chain + one.chain] if one.chain else []
        parts.append(words.answer + one.question.options[one.answer].strip())
    return dataclasses.replace(question, problem=f"{question.problem.strip()}\n\n" + "\n".join(parts))


class _Words(NamedTuple):
    heading: str
    question: str
    chain: str
    answer: str


_CHINESE = _Words("此前已解答：", "问题：", "推理：", "答案：")
_ENGLISH = _Words("Answered before:", "Question: ", "Reasoning: ", "Answer: ")


def _line_of(one: OpenQuestion) -> tuple[str, str]:
    return one.question.problem_id, one.model
