"""What no chain in words may say: outdated states, true options called wrong, refusals that say nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from random import Random

from synth.puzzles.compose import compose, draw, words
from synth.puzzles.families import FAMILIES
from synth.puzzles.families.pricing import BOTH
from synth.puzzles.options import Shown
from synth.puzzles.reasoning.chain import chain
from synth.puzzles.reasoning.families.holdings import Blocks
from synth.puzzles.reasoning.reasoner import Puzzle
from synth.puzzles.reasoning.registry import reasoner_of
from synth.puzzles.reasoning.steps import Claim, Deduce, Given, Manner, Rejected, Telling, Upheld
from synth.puzzles.reasoning.telling import Teller
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
        ).item
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
        for p, one in _puzzles(family, 60):
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


def test_a_conclusion_is_news() -> None:
    """That 7 = 7 tells nobody anything."""
    empty = re.compile(r"(?<![\d.+×÷-])(\d+) ?[=≠<>≤≥] ?\d+[。.](?!\d)")
    for family in ("accounts", "counting", "modular", "sequences"):
        for told in (*_chains(family, "zh"), *_chains(family, "en")):
            assert not empty.search(told), told


def test_what_is_compared_is_named_and_what_is_counted_is_counted_in_all() -> None:
    """The first of what? And nobody "makes 2", nor is nothing what fits."""
    loose = re.compile(r"the first is (?:less|more)|前一个[多少]|, which makes \d|\b(?:is|are) none[,.;]")
    for family in ("counting", "table_lookup", "pricing", "fact_rules", "sequences", "intervals"):
        for told in (*_chains(family, "en", 30), *_chains(family, "zh", 30)):
            assert not loose.search(told), told


def test_no_number_runs_into_a_foreign_name() -> None:
    for family in ("accounts", "counting", "eligibility"):
        for told in _chains(family, "zh", 40):
            assert not re.search(r"[A-Za-z]{3,}\d+[\u4e00-\u9fff]", told), told


def test_a_way_is_not_told_with_the_same_ground_twice() -> None:
    for lang, sentence in (
        ("zh", re.compile("经.{1,6}到.{1,6}至少要[^，。]+")),
        ("en", re.compile("[Tt]o .{1,12} by .{1,12} it takes [^,.]+")),
    ):
        for told in _chains("shortest_path", lang, 40):
            said = [one.lower() for one in sentence.findall(told)]
            assert len(said) == len(set(said)), told


def test_nothing_is_said_to_be_stated_that_is_not() -> None:
    lead = re.compile(
        r"(?:题目说|明确给出：|按照题目，|由题意，|已知|先记下来：)[^。]*没有(?:说明|写)|"
        r"(?:stated|says|told|note|see) that nothing"
    )
    for family in ("taxonomy", "closed_world", "fact_rules"):
        for told in (*_chains(family, "zh", 10), *_chains(family, "en", 10)):
            assert not lead.search(told), told


def test_what_cannot_be_derived_is_not_derived() -> None:
    for told in (*_chains("closed_world", "zh", 10), *_chains("closed_world", "en", 10)):
        assert "推不出" not in told
        assert "it does not follow" not in told


def test_none_is_no_number_and_no_place_in_a_row() -> None:
    for family in ("card_rules", "calendar_days", "taxonomy"):
        for told in (*_chains(family, "zh", 16), *_chains(family, "en", 16)):
            assert not re.search("第没有|，共0[局个人]|none, which makes 0|the days none", told), told


def test_a_rule_ends_a_list_of_grounds_so_that_no_fact_seems_a_part_of_it() -> None:
    seen = 0
    for family in ("entailment", "closed_world", "fact_rules"):
        found = reasoner_of(family)
        assert found is not None
        for p, _ in _puzzles(family, 10):
            teller = Teller(found.reasoner, p, found.clauses, Telling(register="plain", length="short"), (), "")
            for step in found.reasoner.steps(p):
                rules = [one for one in step.because if one.kind == "rule"] if isinstance(step, Deduce) else []
                if isinstance(step, Deduce) and len(rules) == 1 < len(step.because):
                    assert teller._joined(step.because).endswith(teller.clause(rules[0]).lstrip("\x01"))
                    seen += 1
    assert seen > 10


def test_times_of_flights_do_not_follow_from_the_rule_of_changing() -> None:
    seen = 0
    for p, _ in _puzzles("flights", 40):
        found = reasoner_of("flights")
        assert found is not None
        steps = list(found.reasoner.steps(p))
        for step in steps:
            if isinstance(step, Deduce) and step.claim.kind in ("fits", "misses"):
                assert not step.because
                seen += p.ask.kind == "connects" and steps[0] == Given(Claim("gap", ()))
    assert seen > 2


def test_a_fee_is_told_of_who_pays_it() -> None:
    seen = 0
    for p, _ in _puzzles("accounts", 40):
        found = reasoner_of("accounts")
        assert found is not None
        for step in found.reasoner.steps(p):
            for claim in step.because if isinstance(step, Deduce) else ():
                if claim.kind == "giveFee":
                    assert isinstance(step, Deduce)
                    assert step.claim.args[0] == claim.args[1]
                    seen += 1
    assert seen > 2


def test_only_the_larger_reduction_is_taken_off_where_the_rule_says_so() -> None:
    seen = 0
    for p, _ in _puzzles("pricing", 60):
        found = reasoner_of("pricing")
        assert found is not None
        for step in found.reasoner.steps(p):
            if isinstance(step, Deduce) and {"cut", "member"} <= {one.kind for one in step.because}:
                assert step.claim.kind == ("saved" if p.world.combine == BOTH else "larger")
                seen += step.claim.kind == "larger"
    assert seen


def test_a_sentence_that_leaves_out_what_was_just_said_joins_on_to_it() -> None:
    for registers in frames().values():
        for roles in registers.values():
            assert not [one for one in roles.get("next", ()) if one.startswith("{why}")]
