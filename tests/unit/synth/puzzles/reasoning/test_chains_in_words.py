"""Chains in words in rows and on the command line; a builder that errs is refused before a word is written."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from dataclasses import replace
from random import Random

import pytest

from synth.commands.generate import _manner, _with_words, declare
from synth.errors import FamilyError, ProofError
from synth.generate.item_lines import to_lines
from synth.puzzles.compose import compose, draw, words
from synth.puzzles.families import FAMILIES
from synth.puzzles.item import Item
from synth.puzzles.reasoning.families.holdings import Counting
from synth.puzzles.reasoning.proof import check
from synth.puzzles.reasoning.reasoner import Puzzle
from synth.puzzles.reasoning.steps import Claim, Deduce, Manner, Step
from synth.puzzles.voice import Lang, Voice


def _item(manner: Manner | None, lang: Lang = "zh") -> Item:
    return compose(FAMILIES["seating"], seed=4, level=3, lang=lang, style="full", item_id="x", manner=manner).item


def _options(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    declare(parser)
    return parser.parse_args(["--count", "1", "--out", "x", *words])


def test_a_row_says_that_its_chain_is_in_words_and_how_it_is_told() -> None:
    item = _item(Manner(register="terse", length="short"))
    wanted = {"chains": "words", "register": "terse", "length": "short"}
    for line in to_lines(item, "messages").splitlines():
        assert wanted.items() <= json.loads(line).items()
    for question in item.contest_row()["questions"]:
        assert wanted.items() <= question.items()


def test_a_trace_is_the_default_and_its_rows_say_nothing_new() -> None:
    (line, *_) = to_lines(_item(None), "messages").splitlines()
    assert set(json.loads(line)) == {"id", "messages", "family", "answer"}
    assert "chains" not in _item(None).contest_row()["questions"][0]
    assert _manner(_options()) is None


def test_words_change_no_problem_no_option_and_no_answer() -> None:
    trace, told = _item(None), _item(Manner())
    assert trace.problem == told.problem
    assert [one.chain for one in trace.questions] != [one.chain for one in told.questions]


def test_a_short_chain_answers_the_prompt_that_asks_for_few_words() -> None:
    def prompts(length: str) -> list[str]:
        item = _item(Manner(length="short" if length == "short" else "long"))
        return [json.loads(line)["messages"][0]["content"] for line in to_lines(item, "messages").splitlines()]

    assert all("尽量简短" in prompt for prompt in prompts("short"))
    assert not any("尽量简短" in prompt for prompt in prompts("long"))


def test_rows_for_writing_questions_keep_the_reasoning_and_lose_the_answer_line() -> None:
    rows = [json.loads(line) for line in to_lines(_item(Manner(register="plain")), "questions").splitlines()]
    assert rows
    for row in rows:
        written = row["messages"][-1]["content"]
        assert "所以" in written or "因此" in written
        assert "答案是：" not in written.partition("</think>")[0]


def test_register_and_length_are_for_words_alone() -> None:
    assert _manner(_options("--chains", "words", "--register", "careful")) == Manner(register="careful")
    with pytest.raises(FamilyError, match="--length long: only chains in words have one; add --chains words"):
        _manner(_options("--length", "long"))


def test_a_family_without_words_is_refused_by_name_and_otherwise_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(FamilyError, match="--family no_such: it has no chains in words yet"):
        _with_words(("cups", "no_such"), is_named=True)
    assert _with_words(("cups", "no_such"), is_named=False) == ("cups",)
    assert "left out, without chains in words: 1 of 2 families" in capsys.readouterr().err


class Miscounting(Counting):
    """Adds one to every number that it derives."""

    def steps(self, p: Puzzle) -> Iterable[Step]:
        for step in super().steps(p):
            if isinstance(step, Deduce) and step.claim.kind == "has":
                *rest, number = step.claim.args
                step = replace(step, claim=Claim("has", (*rest, number + 1)))
            yield step


def test_a_builder_that_errs_is_refused() -> None:
    family, refused = FAMILIES["counting"], 0
    for seed in range(12):
        drawn = draw(family, seed=seed, level=4)
        for one in drawn.asked:
            voice = Voice("zh", "full", Random(0))
            cast = words(family, drawn, "zh").cast
            p = Puzzle(family=family, world=drawn.world, ask=one.ask, shown=one.values, cast=cast, voice=voice)
            right = list(Counting().steps(p))
            check(Counting(), p, right, one.mistakes)
            if any(isinstance(step, Deduce) and step.claim.kind == "has" for step in right):
                with pytest.raises(ProofError, match="not proven"):
                    check(Miscounting(), p, list(Miscounting().steps(p)), one.mistakes)
                refused += 1
    assert refused > 10
