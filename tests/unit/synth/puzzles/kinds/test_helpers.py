"""What many families share: yes and no, values worked out, several sentences of one kind, common words."""

from __future__ import annotations

from random import Random
from typing import Any

from synth.puzzles.family import Ask
from synth.puzzles.kinds.kind import (
    Family,
    Kind,
    alike,
    asserted,
    claimed,
    in_all,
    is_greatest,
    sign_of,
    tried,
    whether,
    worked_out,
)
from synth.puzzles.kinds.wordings import Telling, Wordings, wordings_of
from synth.puzzles.voice import Lang, Voice


def telling(table: dict[str, Any] | None = None, lang: Lang = "en") -> Telling[None]:
    wordings = wordings_of("") if table is None else Wordings.of(table)
    return Telling(wordings, Voice(lang, "full", Random(0)), None)


def no_chain(world: int, ask: Ask[Any], told: Telling[None], shown: Any) -> str:
    return ""


IS_EVEN: Kind[int, None] = whether(
    "is_even", lambda world, rng: claimed("is_even", (), world % 2 == 0), lambda world, args: world % 2 == 0, no_chain
)
DOUBLE: Kind[int, None] = worked_out(
    "double", lambda world, rng: Ask("double", (), 2 * world, (world,)), lambda world, args: 2 * world, no_chain
)


def test_a_question_of_yes_or_no_is_proven_and_worded_for_both_answers() -> None:
    assert (IS_EVEN.holds(4, (), True), IS_EVEN.holds(4, (), False), IS_EVEN.holds(3, (), False)) == (True, False, True)
    assert [IS_EVEN.option(value, telling()) for value in (True, False)] == ["Yes", "No"]
    assert claimed("is_even", (), False) == Ask("is_even", (), False, (True,))


def test_what_is_worked_out_has_one_right_value() -> None:
    assert [value for value in range(9) if DOUBLE.holds(4, (), value)] == [8]
    assert DOUBLE.option(8, telling()) == "8"


def test_a_value_of_another_kind_is_claimed_rightly_as_often_as_wrongly() -> None:
    is_double = asserted("is_double", DOUBLE, no_chain)
    asks = [is_double.made(4, Random(seed)) for seed in range(200)]
    claims = [(ask.args, ask.right) for ask in asks if ask is not None]
    assert set(claims) == {((8,), True), ((4,), False)}
    assert 70 < claims.count(((8,), True)) < 130
    assert is_double.holds(4, (8,), True)
    assert is_double.holds(4, (7,), False)
    assert not is_double.holds(4, (7,), True)


def test_a_false_claim_is_one_of_as_many_wrong_values_as_are_asked_for() -> None:
    near = worked_out("near", lambda world, rng: Ask("near", (3,), 0, (1, 2, 3)), lambda world, args: 0, no_chain)
    for among, claims in ((1, {0, 1}), (2, {0, 1, 2}), (None, {0, 1, 2, 3})):
        kind = asserted("near_is", near, no_chain, among=among)
        made = [kind.made(0, Random(seed)) for seed in range(200)]
        assert {ask.args for ask in made if ask is not None} == {(3, claim) for claim in claims}
    none = worked_out("none", lambda world, rng: None, lambda world, args: 0, no_chain)
    assert asserted("none_is", none, no_chain).made(0, Random(0)) is None


def test_an_answer_to_clues_holds_in_all_cases_and_of_none_nothing_holds() -> None:
    def cases(world: int) -> range:
        return range(world)

    holds = in_all(cases, lambda case, args: case // args[0])
    assert (holds(3, (3,), 0), holds(4, (3,), 0), holds(4, (3,), 1), holds(0, (3,), 0)) == (True, False, False, False)


def test_the_greatest_is_greater_than_every_other() -> None:
    assert [is_greatest([2, 5, 3], which) for which in range(3)] == [False, True, False]
    assert not any(is_greatest([5, 5], which) for which in range(2))
    assert [sign_of(*pair) for pair in ((1, 2), (2, 2), (3, 2))] == ["<", "=", ">"]


def test_what_kinds_have_in_common_is_said_once() -> None:
    one, two = alike(DOUBLE, IS_EVEN, operations=lambda world, args: world)
    assert (one.name, two.name, one.operations(7, ()), two.operations(8, ())) == ("double", "is_even", 7, 8)
    assert (one.holds(4, (), 8), DOUBLE.operations(7, ())) == (True, None)


def test_options_are_tried_up_to_the_right_one_behind_their_letters() -> None:
    assert tried([1, 2, 3], lambda value: value == 2, str, telling()) == ["A: 1", "B: 2"]
    assert tried([1, 2, 3], lambda value: value == 2, str, telling(), mark=" ") == ["A 1", "B 2"]


def test_a_setting_that_is_not_named_has_the_wording_of_all_others() -> None:
    table = Wordings.of({"scenes": ["a", "b", "c"], "x": {"en": {"b": "second", "other": "any"}}})
    assert [table.texts["en", scene]["x"] for scene in range(3)] == [("any",), ("second",), ("any",)]


def test_a_family_s_own_yes_goes_before_the_common_one() -> None:
    told = Telling(wordings_of("shortest_path"), Voice("zh", "full", Random(0)), None)
    assert (told.say("option.yes"), told.say("comma"), telling(lang="zh").say("option.yes")) == ("能", "，", "是")


def test_which_sentence_asks_may_depend_on_what_is_asked() -> None:
    class Numbers(Family[int, None]):
        name = "accounts"
        kinds = (
            Kind(
                "true",
                lambda world, rng: None,
                holds=lambda world, args, value: True,
                option=lambda value, told: f"{told.args[0]}{value}",
                chain=no_chain,
                slots=lambda args, told: {"end": "at last"},
                variant=lambda args, told: "right" if args[0] else "wrong",
            ),
        )

        world = cast = tell = asks = None  # type: ignore[assignment]

    voice = Voice("en", "full", Random(0))
    asked = [Numbers().question(0, Ask("true", (sign,), 0, (1,)), None, voice) for sign in (1, 0)]
    assert asked == ["Which statement is true at last?", "Which statement is false at last?"]
    assert Numbers().option(0, Ask("true", (7,), 0, (1,)), 5, None, voice) == "75"
