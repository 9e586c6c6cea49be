"""One kind of question of a family, in one record: how it is made, when a value answers it, its words and its chain.

A family lists its kinds; making, proving and wording a question go to the kind that an ask names. The sentence of the
question is the entry ``question.NAME`` of the family's table (``synth.puzzles.kinds.wordings``). A new kind is one
record in the family's list and one entry there.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any, ClassVar, Generic, TypeVar

from solver.problems.letters import letter_of
from synth.puzzles.family import Ask, CastT, Change, WorldT
from synth.puzzles.kinds.wordings import Telling, wordings_of
from synth.puzzles.voice import Voice

Args = tuple[int, ...]
Plan = tuple[Any, ...]
"""A kind's name, and what its ``made`` is given beside the world and random choices."""
Value = TypeVar("Value")
Case = TypeVar("Case")


@dataclass(frozen=True, slots=True)
class Kind(Generic[WorldT, CastT]):
    """One kind of question. Values are what the family says they are; each kind knows the form of its own."""

    name: str
    """As in ``Ask.kind`` and in the table of sentences."""
    made: Callable[..., Ask[Any] | None]
    """Makes a question about a world, with its right value and wrong ones; None where there is none. It is given the
    world, random choices, and what the family's ``asks`` adds."""
    holds: Callable[[WorldT, Args, Any], bool]
    """``holds(world, args, value)``: see ``Family.holds``."""
    option: Callable[[Any, Telling[CastT]], str]
    """``option(value, telling)``: see ``Family.option``."""
    chain: Callable[[WorldT, Ask[Any], Telling[CastT], Sequence[Any]], str]
    """``chain(world, ask, telling, shown)``: see ``Family.chain``."""
    slots: Callable[[Args, Telling[CastT]], Mapping[str, object]] = lambda args, telling: {}
    """``slots(args, telling)``: what fills the question's sentence."""
    variant: Callable[[Args, Telling[CastT]], str] = lambda args, telling: ""
    """Where a kind is asked in several sentences: which one, as in ``question.NAME.VARIANT``."""
    operations: Callable[[WorldT, Args], int | None] = lambda world, args: None
    """``operations(world, args)``: see ``Family.operations``."""
    is_two_valued: bool = False
    """Whether it has two values whatever the world: one cannot be asked where no more questions may have two."""
    about: Callable[[Ask[Any], Any], bool] | None = None
    """``about(ask, fact)``: False where the prover surely does not look at a fact when it is asked for the right
    answer. Such a fact is not needed; nobody has to leave it out to see that. None: it may look at all."""


def whether(
    name: str,
    made: Callable[..., Ask[Any] | None],
    is_so: Callable[[WorldT, Args], bool],
    chain: Callable[[WorldT, Ask[Any], Telling[CastT], Sequence[Any]], str],
    **more: Any,
) -> Kind[WorldT, CastT]:
    """Return a kind that is answered yes or no. ``is_so(world, args)`` proves it; ``more`` as of ``Kind``."""
    more = {"is_two_valued": True, **more}
    return Kind(name, made, lambda world, args, value: is_so(world, args) == bool(value), yes_or_no, chain, **more)


def worked_out(
    name: str,
    made: Callable[..., Ask[Any] | None],
    answer: Callable[[WorldT, Args], Any],
    chain: Callable[[WorldT, Ask[Any], Telling[CastT], Sequence[Any]], str],
    option: Callable[[Any, Telling[CastT]], str] = lambda value, telling: str(value),
    **more: Any,
) -> Kind[WorldT, CastT]:
    """Return a kind with one answer that can be worked out, a number where ``option`` says nothing else.

    ``answer(world, args)`` proves it; ``more`` as of ``Kind``.
    """
    return Kind(name, made, lambda world, args, value: answer(world, args) == value, option, chain, **more)


def asserted(
    name: str,
    kind: Kind[WorldT, CastT],
    chain: Callable[[WorldT, Ask[Any], Telling[CastT], Sequence[Any]], str],
    among: int | None = 1,
    **more: Any,
) -> Kind[WorldT, CastT]:
    """Return a kind that says a value of another kind, right or wrong, and asks whether it is so.

    The value is the last argument; those before it are the other kind's.

    Args:
        among: how many of the wrong values, likeliest slips first, a false claim is one of; None: all.
    """

    def made(world: WorldT, rng: Random, *given: Any) -> Ask[bool] | None:
        ask = kind.made(world, rng, *given)
        if ask is None:
            return None
        is_so = rng.random() < 0.5
        claim = ask.right if is_so else ask.wrong[0] if among == 1 else rng.choice(ask.wrong[:among])
        return claimed(name, (*ask.args, claim), claim == ask.right)

    return whether(name, made, lambda world, args: kind.holds(world, args[:-1], args[-1]), chain, **more)


def in_all(
    cases: Callable[[WorldT], Iterable[Case]], read: Callable[[Case, Args], Any]
) -> Callable[[WorldT, Args, Any], bool]:
    """Prove an answer in every case that the facts leave, of which there must be one.

    Args:
        read: ``read(case, args)`` reads the answer off a case.
    """

    def holds(world: WorldT, args: Args, value: Any) -> bool:
        found = (read(case, args) == value for case in cases(world))
        return next(found, False) and all(found)

    return holds


def is_greatest(marks: Sequence[int], which: int) -> bool:
    """Say whether one of several is greater than every other."""
    return all(marks[which] > mark for at, mark in enumerate(marks) if at != which)


def sign_of(one: int, other: int) -> str:
    """Return how two numbers compare: ``<``, ``=`` or ``>``."""
    return "<" if one < other else "=" if one == other else ">"


def alike(*kinds: Kind[WorldT, CastT], **shared: Any) -> tuple[Kind[WorldT, CastT], ...]:
    """Return kinds with what they have in common, as of ``Kind``, said once."""
    return tuple(replace(kind, **shared) for kind in kinds)


def claimed(name: str, args: Args, is_so: bool) -> Ask[bool]:
    """Ask whether something is so."""
    return Ask(name, args, is_so, (not is_so,))


def yes_or_no(value: Any, telling: Telling[Any]) -> str:
    """Word a truth value, as ``option.yes`` or ``option.no`` of the table."""
    return telling.say("option.yes" if value else "option.no")


def tried(
    shown: Sequence[Value],
    is_right: Callable[[Value], bool],
    line: Callable[[Value], str],
    telling: Telling[Any],
    mark: str | None = None,
) -> list[str]:
    """Try options in the order shown, a line each, headed by its letter, up to the one that is right.

    Args:
        mark: what stands after the letter; a colon where nothing is given.
    """
    after, lines = telling.say("colon") if mark is None else mark, []
    for place, value in enumerate(shown):
        lines.append(f"{letter_of(place)}{after}{line(value)}")
        if is_right(value):
            break
    return lines


class Family(ABC, Generic[WorldT, CastT]):
    """One puzzle family, made of kinds of questions."""

    name: ClassVar[str]
    """Snake-case name, as on the command line."""
    title: ClassVar[str]
    """What the family is about, in a few English words, for tables and cards."""
    is_trained: ClassVar[bool] = True
    """False where only the benchmark has the family, and training never sees it."""
    order_free: ClassVar[tuple[str, ...]] = ()
    """Fields of the world whose order is only that of telling: ``synth perturb`` may reorder them. The prover is asked
    again all the same."""
    facts: ClassVar[tuple[str, ...]] = ()
    """Fields of the world of which any entry may be left out, as facts, steps or rules, to see whether an answer needs
    it; empty: those of ``order_free``."""
    is_layered: ClassVar[bool] = False
    """Whether an answer that needs one fact needs more beside it, which no fact is (the kinds that inherit it), or that
    fact has to be found, which is what is asked."""
    figures: ClassVar[tuple[str, ...]] = ()
    """Fields of the world whose entries are stated too but cannot be left out: rows of a table, rules that are asked by
    place. One is of use where another value of it changes an answer."""
    changes: ClassVar[Mapping[str, Change]] = {}
    """Fields of the world in which one value may become another, and how, for ``synth perturb``. None where the world
    holds a solution beside the clues: a changed clue would make it stale. Which fields are sound was measured: wherever
    the prover finds exactly one right option in the changed world, the second solver of the tests finds the same one.
    """

    kinds: ClassVar[Sequence[Kind[Any, Any]]]
    _by_name: ClassVar[Mapping[str, Kind[Any, Any]]]
    table: ClassVar[str]
    """Whose sentences it speaks: its own; a family made from another, with its kinds, speaks that one's."""
    _telling: Telling[Any] | None = None
    """Of the last option: the options of a question, which are worded most often, share it."""

    def __init_subclass__(cls) -> None:
        cls._by_name = {kind.name: kind for kind in cls.kinds}
        assert len(cls._by_name) == len(cls.kinds), "two kinds of one name"
        if "kinds" in vars(cls):
            cls.table = cls.name

    @property
    def help(self) -> str:
        """What the family is about."""
        return self.title

    @abstractmethod
    def world(self, rng: Random, level: int) -> WorldT:
        """Make the facts.

        Args:
            level: difficulty from 1 (smallest) to 9; grows the number of entities, facts or steps about linearly.
        """

    @abstractmethod
    def asks(self, world: WorldT, rng: Random, *, may_be_two: bool = True) -> list[Ask[Any]]:
        """Return up to 5 different questions about the world, each with its right value and wrong values.

        Args:
            may_be_two: False where none with two values is wanted: kinds that always have two are left out. Only then
                there may be no question.
        """

    @abstractmethod
    def cast(self, world: WorldT, voice: Voice) -> CastT:
        """Choose names and the wordings that stay fixed through the problem."""

    @abstractmethod
    def tell(self, world: WorldT, cast: CastT, voice: Voice) -> str:
        """Tell the problem's text (all facts, and the rules of the game)."""

    def is_sound(self, world: WorldT) -> bool:
        """Tell whether a world in which a value was changed (``changes``) still keeps to the rules of its kind."""
        return True

    def told(self, cast: CastT, voice: Voice, world: WorldT | None = None, args: Args = ()) -> Telling[CastT]:
        """Return how a problem is told."""
        return Telling(wordings_of(self.table), voice, cast, world, args)

    def kind(self, name: str) -> Kind[WorldT, CastT]:
        """Return the kind of a name."""
        return self._by_name[name]

    def made(self, name: str, world: WorldT, rng: Random, *more: Any) -> list[Ask[Any]]:
        """Make a question of a kind; none where there is none."""
        ask = self.kind(name).made(world, rng, *more)
        return [] if ask is None else [ask]

    def wanted(self, names: Sequence[str], may_be_two: bool) -> list[str]:
        """Return the names of kinds without those that always have two values, where none may have two."""
        return [name for name in names if may_be_two or not self.kind(name).is_two_valued]

    def drawn(self, names: Sequence[str], rng: Random, may_be_two: bool, most: int = 3) -> list[str]:
        """Draw some of the kinds that are wanted; one that is named twice is likelier."""
        names = self.wanted(names, may_be_two)
        return rng.sample(names, min(most, len(names)))

    def some(
        self, names: Sequence[str], world: WorldT, rng: Random, *more: Any, may_be_two: bool = True
    ) -> list[Ask[Any]]:
        """Make different questions of some of these kinds; one that is named twice is likelier."""
        asks = [ask for name in self.drawn(names, rng, may_be_two) for ask in self.made(name, world, rng, *more)]
        return list({(ask.kind, ask.args): ask for ask in asks}.values())

    def first(
        self, plans: Sequence[Plan], world: WorldT, rng: Random, *, may_be_two: bool = True, most: int = 3
    ) -> list[Ask[Any]]:
        """Make different questions as planned, in any order, until there are enough."""
        asks: dict[tuple[str, Args], Ask[Any]] = {}
        for name, *more in rng.sample(plans, len(plans)):
            if may_be_two or not self.kind(name).is_two_valued:
                for ask in self.made(name, world, rng, *more):
                    asks.setdefault((ask.kind, ask.args), ask)
            if len(asks) == most:
                break
        return list(asks.values())

    def mixed(self, world: WorldT, rng: Random, *more: Any, may_be_two: bool = True) -> list[Ask[Any]]:
        """Make questions of some of all kinds."""
        return self.first([(kind.name, *more) for kind in self.kinds], world, rng, may_be_two=may_be_two)

    def operations(self, world: WorldT, ask: Ask[Any]) -> int | None:
        """Return how many operations, each on the result of others, lead to an answer; None where it is not known."""
        return self.kind(ask.kind).operations(world, ask.args)

    def holds(self, world: WorldT, ask: Ask[Any], value: Any) -> bool:
        """Prove from the facts given to the reader, independently of ``asks``, whether ``value`` answers ``ask``."""
        return self._by_name[ask.kind].holds(world, ask.args, value)

    def question(self, world: WorldT, ask: Ask[Any], cast: CastT, voice: Voice) -> str:
        """Word the question."""
        telling = self.told(cast, voice, world)
        kind = self.kind(ask.kind)
        variant = kind.variant(ask.args, telling)
        slots = kind.slots(ask.args, telling)
        return telling.pick(f"question.{ask.kind}.{variant}" if variant else f"question.{ask.kind}", **slots)

    def option(self, world: WorldT, ask: Ask[Any], value: Any, cast: CastT, voice: Voice) -> str:
        """Word one option; two different values must give two different texts. No randomness per call."""
        telling, args = self._telling, ask.args
        is_same = telling is not None and telling.voice is voice and telling.cast is cast
        if telling is None or not is_same or telling.world is not world or telling.args is not args:
            telling = self._telling = self.told(cast, voice, world, args)
        return self._by_name[ask.kind].option(value, telling)

    def chain(self, world: WorldT, ask: Ask[Any], cast: CastT, voice: Voice, shown: tuple[Any, ...]) -> str:
        """Derive the answer step by step from the facts, up to the value itself. No randomness.

        Args:
            shown: the options' values in the order shown; a chain that has to try options tries them in this order,
                headed by their letters, up to the one that holds.
        """
        return self.kind(ask.kind).chain(world, ask, self.told(cast, voice, world), shown)
