"""What follows from statements: all cases tried, truth tables, Venn regions."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

from synth.puzzles.family import Ask


def truth_tellers(world: Any, ask: Ask[Any]) -> Callable[[Any], bool]:
    """All assignments of the two kinds under which everybody's words fit."""

    def is_so(claim: Any, honest: tuple[bool, ...]) -> bool:
        one = honest[claim.first]
        if claim.form < 2:
            return one == (claim.form == 0)
        two = honest[claim.second]
        return (one == two, one != two, one and two, not one and not two, one or two, not (one and two))[claim.form - 2]

    fitting = [
        honest
        for honest in product((False, True), repeat=world.size)
        if all(is_so(claim, honest) == honest[claim.speaker] for claim in world.claims)
        and (world.anchor < 0 or honest[world.anchor] == world.is_anchor_honest)
    ]
    assert fitting, "nothing fits"
    assert world.anchor >= 0 or len(fitting) == 1, "the text says that only one assignment fits"
    args = ask.args

    def holds_in(honest: tuple[bool, ...], value: Any) -> bool:
        if ask.kind == "is":
            return honest[args[0]] == value
        if ask.kind == "count":
            return sum(honest) == value
        if ask.kind == "who":
            return honest[value] == bool(args[0])
        assert ask.kind == "all", ask.kind
        return value == int("".join("01"[one] for one in reversed(honest)), 2)

    return lambda value: all(holds_in(honest, value) for honest in fitting)


def one_culprit(world: Any, ask: Ask[Any]) -> Callable[[Any], bool]:
    """Each suspect tried as the culprit."""

    def verdicts(culprit: int) -> list[bool]:
        """For each speaker whether the statement is true."""
        found = []
        for claim in world.claims:
            named = {claim.first, claim.second} - {-1}
            found.append((culprit not in named) if claim.is_denial else (culprit in named))
        return found

    suspects = range(len(world.claims))
    fitting = [culprit for culprit in suspects if verdicts(culprit).count(True) == world.true_count]
    assert fitting, "nothing fits"
    args = ask.args
    if ask.kind == "who":
        return lambda value: fitting == [value]
    if ask.kind == "is":
        assert fitting == [args[0]] or args[0] not in fitting
        return lambda value: (fitting == [args[0]]) == value
    if ask.kind == "speaker":
        return lambda value: all(verdicts(culprit)[value] == bool(args[0]) for culprit in fitting)
    assert ask.kind == "count", ask.kind
    return lambda value: verdicts(args[0]).count(True) == value


def entailment(world: Any, ask: Ask[Any]) -> Callable[[Any], bool]:
    """Truth tables as whole numbers: bit n of a proposition's table is its value in case n."""
    cases = 1 << world.size
    every = (1 << cases) - 1

    def table(literal: tuple[int, bool]) -> int:
        period = 1 << literal[0]
        bits = sum(((1 << period) - 1) << start for start in range(period, cases, 2 * period))
        return bits if literal[1] else every & ~bits

    models = every
    for fact in world.facts:
        models &= table(fact)
    for rule in world.rules:
        if rule.form == 1:  # either … or
            models &= table(rule.body[0]) | table(rule.head)
            assert len(rule.body) == 1
        else:
            met = every
            for literal in rule.body:
                met &= table(literal)
            models &= (every & ~met) | table(rule.head)
    assert models, "the statements contradict each other"

    def follows(prop: int, sign: bool) -> bool:
        return models & ~table((prop, sign)) == 0

    args = ask.args
    if ask.kind == "status":
        status = 0 if follows(args[0], True) else 1 if follows(args[0], False) else 2
        return lambda value: value == status
    if ask.kind == "must":
        return lambda value: follows(args[0], bool(args[1])) == value
    if ask.kind == "which":
        return lambda value: follows(value // 2, value % 2 == 1)
    assert ask.kind == "count", ask.kind
    return lambda value: sum(follows(prop, True) for prop in range(world.size)) == value


def syllogism(world: Any, ask: Ask[Any]) -> Callable[[Any], bool]:
    """Search for a counter-model among Venn regions, with and without empty classes.

    A model is the set of inhabited regions (sets of classes). Universal statements forbid regions; the model of all
    other regions satisfies an existential one if any model does. So a set of statements can be true together exactly
    if that model satisfies them.
    """
    regions = range(1 << world.size)

    def inside(region: int, form: int, subject: int, predicate: int) -> bool:
        """Whether a region has the subject and (SOME, NO) or without (SOME_NOT, ALL) the predicate."""
        has = bool(region >> predicate & 1)
        return bool(region >> subject & 1) and has == (form in (1, 2))

    def possible(statements: list[tuple[int, int, int]], no_class_empty: bool) -> bool:
        general = [one for one in statements if one[1] >= 0]
        forbidden = [one for one in general if one[0] in (0, 1)]
        left = [region for region in regions if not any(inside(region, *one) for one in forbidden)]
        for one in general:
            if one[0] in (2, 3) and not any(inside(region, *one) for region in left):
                return False
        if no_class_empty and not all(any(region >> kind & 1 for region in left) for kind in range(world.size)):
            return False
        said = [(predicate, form == 0) for form, subject, predicate in statements if subject < 0]
        return any(all(bool(region >> one & 1) == sign for one, sign in said) for region in left)

    def follows(statement: tuple[int, int, int], no_class_empty: bool) -> bool:
        form, subject, predicate = statement
        opposite = (1, 0)[form] if subject < 0 else (3, 2, 1, 0)[form]
        premises = [tuple(one) for one in world.premises]
        return not possible([*premises, (opposite, subject, predicate)], no_class_empty)

    def denied(statement: tuple[int, int, int], no_class_empty: bool) -> bool:
        return not possible([*(tuple(one) for one in world.premises), statement], no_class_empty)

    assert possible([tuple(one) for one in world.premises], True), "the premises contradict each other"

    def in_both_readings(judge: Callable[[bool], Any]) -> Any:
        strict, lax = judge(True), judge(False)
        assert strict == lax, "the answer depends on whether classes may be empty"
        return strict

    if ask.kind == "which":

        def must(value: int) -> bool:
            statement = (value // 100, value // 10 % 10 - 1, value % 10)
            return bool(in_both_readings(lambda mode: follows(statement, mode)))

        return must
    query = (ask.args[0], ask.args[1], ask.args[2])
    if ask.kind == "status":
        status = in_both_readings(lambda mode: 0 if follows(query, mode) else 1 if denied(query, mode) else 2)
        return lambda value: value == status
    assert ask.kind == "follows", ask.kind
    return lambda value: in_both_readings(lambda mode: follows(query, mode)) == value
