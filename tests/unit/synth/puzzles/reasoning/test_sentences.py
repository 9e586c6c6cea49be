"""What no chain in words may say: outdated states, true options called wrong, refusals that say nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from random import Random

from synth.puzzles.compose import compose, draw, words
from synth.puzzles.families import FAMILIES
from synth.puzzles.options import Shown
from synth.puzzles.reasoning.chain import chain
from synth.puzzles.reasoning.families.holdings import Blocks
from synth.puzzles.reasoning.reasoner import Puzzle
from synth.puzzles.reasoning.steps import Claim, Deduce, Manner, Rejected, Upheld
from synth.puzzles.reasoning.wordings import frames
from synth.puzzles.voice import Lang, Voice


@cache
def _chains(family: str, lang: Lang, seeds: int = 6) -> tuple[str, ...]:
    """Return long chains, which say most."""
    items = (
        compose(
            FAMILIES[family],
            seed=seed,
            level=4,
            lang=lang,
            style="full",
            item_id="x",
            manner=Manner(length="long"),
        )
        for seed in range(seeds)
    )
    return tuple(one.chain for item in items for one in item.questions)


def _puzzles(family: str, seeds: int) -> Iterator[tuple[Puzzle, Shown]]:
    for seed in range(seeds):
        drawn = draw(FAMILIES[family], seed=seed, level=4)
        told = words(FAMILIES[family], drawn, "en")
        for one in drawn.asked:
            cast, world = told.cast, drawn.world
            voice = Voice("en", "full", Random(seed))
            yield (
                Puzzle(family=FAMILIES[family], world=world, ask=one.ask, shown=one.values, cast=cast, voice=voice),
                one,
            )


def test_of_a_stack_only_the_newest_state_is_a_reason() -> None:
    seen = 0
    for p, _ in _puzzles("block_world", 30):
        newest: dict[int, Claim] = {}
        for step in Blocks().steps(p):
            if not isinstance(step, Deduce):
                continue
            for claim in step.because:
                if claim.kind in ("starts", "held"):
                    assert newest.get(claim.args[0], claim) == claim
                    seen += 1
                else:
                    # A line on two stacks would be cited as a whole when one of them is out of date.
                    assert claim.kind == "move"
            if step.claim.kind == "held":
                newest[step.claim.args[0]] = step.claim
    assert seen > 20


def test_a_true_option_is_not_called_wrong_where_the_false_one_is_asked_for() -> None:
    seen = 0
    for family, at in (("accounts", 0), ("moving_objects", 1), ("league_table", 0)):
        for p, one in _puzzles(family, 24):
            if one.ask.kind != "true" or one.ask.args[at] or len(one.values) == 2:
                continue
            options = [str(value) for value in one.values]
            made = chain(p, one, manner=Manner(length="long"), options=options, question="Which one is false?")
            upheld = [step for step in made.steps if isinstance(step, Upheld)]
            assert upheld
            assert made.text.count("is true, so it is not the one asked for") == len(upheld)
            assert "wrong" not in made.text
            seen += 1
    assert seen > 3


def test_a_refusal_says_what_went_wrong_or_is_left_out() -> None:
    said = {name for table in frames().values() for name in table["rejected"]}
    assert not said & {"another one", "a few too many", "a few too few", "far too many", "far too few"}
    empty = re.compile(
        r"not what was found|so [A-F] is wrong\.|a little too|far too|in several places|wrong order|"
        r"偏[大小]了一点|结果[大小]得多|推出的不是|与推出的结果不一致|不止一"
    )
    for family in ("calendar_days", "recursion", "matching", "shortest_path", "list_operations"):
        told = (*_chains(family, "zh"), *_chains(family, "en"))
        assert not [one for one in told if empty.search(one)]


def test_only_what_was_counted_is_counted_once_too_often() -> None:
    """An element of a list, a length of a way or a price is no count."""
    for family in ("shortest_path", "list_operations", "pricing"):
        for p, one in _puzzles(family, 12):
            options = [str(value) for value in one.values]
            made = chain(p, one, manner=Manner(length="long"), options=options, question="")
            miscounted = [step for step in made.steps if isinstance(step, Rejected) and " too " in step.mistake]
            assert not miscounted or one.ask.kind in ("length", "how_many_free", "count"), made.text
