"""Perturbing generated puzzles with proof: the world behind a row is made again, and told in another way.

A generated row carries all it needs: its id names family, stream and index (in any of the three forms that this
package writes), and ``difficulty`` (``level`` in older files) and ``lang`` stand beside it; what is not written (the
style) is tried. The world counts as the row's only if telling it again gives the row's very bytes, so a row that was
edited, or made by another version, is never taken for proven.

``compose`` itself then tells the perturbed puzzle and proves every option of it, so that a perturbed row is as sure as
a generated one:

* ``reword``: same world and names, other wordings;
* ``rename``: same world and wordings, other names;
* ``reorder``: the same facts in another order, where order means nothing (``Family.order_free``);
* ``change``: one number of the facts is another one (``Family.changes``); the answers are computed anew and at least
  one is different.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any, Literal

from synth.errors import FamilyError, ProofError
from synth.puzzles.benchmark import SEED
from synth.puzzles.compose import VERSION, AnyFamily, Drawn, Refusal, compose, tell
from synth.puzzles.families import FAMILIES
from synth.puzzles.family import Ask, Change
from synth.puzzles.item import Item
from synth.puzzles.options import Shown
from synth.puzzles.refusal import refuses_built_in
from synth.puzzles.voice import Lang, Style, Voice

Kind = Literal["reword", "rename", "reorder", "change"]
KINDS: tuple[Kind, ...] = ("reword", "rename", "reorder", "change")
_TRIES = 200
"""Casts, orders or changes tried before a kind is given up for a row."""
_BENCHMARK_ID = re.compile(r"^3-(?:seen|harder|hardest|unseen)-(\d{3})-(\w+)$")
_STREAM_ID = re.compile(r"^(\w+)-(\d+)-(\d+)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A row's world, made again."""

    family: AnyFamily
    drawn: Drawn
    seed: int
    difficulty: int
    lang: Lang
    style: Style
    item: Item
    """The row as the generator makes it."""
    refuses: Refusal | None = None
    """What no row to learn from may be, perturbed or not; None for a benchmark's own rows."""

    @property
    def world(self) -> Any:
        return self.drawn.world

    @property
    def asks(self) -> tuple[Ask[Any], ...]:
        return tuple(one.ask for one in self.drawn.asked)


def rebuild(row: Mapping[str, Any]) -> Known | None:
    """Make the world behind a generated row again.

    Args:
        row: a problem in the contest's form, as ``synth generate`` and ``synth benchmark`` write it.

    Returns:
        None where the row is not, byte for byte, what this version's generator makes.
    """
    difficulty = row.get("difficulty", row.get("level"))
    found = _source(str(row.get("id", "")))
    if found is None or type(difficulty) is not int:
        return None
    family, seed, refuses = found
    langs: tuple[Lang, ...] = ("zh", "en") if row.get("lang") not in ("zh", "en") else (row["lang"],)
    for lang in langs:
        for style in ("full", "brief"):
            known = known_of(
                family,
                seed=seed,
                difficulty=difficulty,
                lang=lang,
                style=style,
                item_id=str(row["id"]),
                refuses=refuses,
            )
            if known is not None and _says(known.item, row):
                return known
    return None


def known_of(
    family: AnyFamily,
    *,
    seed: int,
    difficulty: int,
    lang: Lang,
    style: Style,
    item_id: str,
    refuses: Refusal | None = None,
) -> Known | None:
    """Make an item with its world; None where the generator refuses it."""
    try:
        item, drawn = compose(
            family, seed=seed, level=difficulty, lang=lang, style=style, item_id=item_id, refuses=refuses
        )
    except (FamilyError, ProofError):
        return None
    return Known(
        family=family,
        drawn=drawn,
        seed=seed,
        difficulty=difficulty,
        lang=lang,
        style=style,
        item=item,
        refuses=refuses,
    )


def cast_of(known: Known) -> Any:
    """Return the names and wordings of the row's own telling."""
    return known.family.cast(known.world, _voice(known, f"{known.drawn.seed}/{known.lang}"))


def perturb(known: Known, kind: Kind, salt: int) -> Item | None:
    """Perturb a puzzle.

    Args:
        salt: which of the many perturbations of that kind; the same salt gives the same item anywhere.

    Returns:
        A proven item that reads differently; None where this kind cannot be had of this puzzle.
    """
    rng = Random(f"perturb/{VERSION}/{known.item.id}/{kind}/{salt}")
    for item in _WAYS[kind](known, rng, f"{known.item.id}-{kind}{salt}"):
        if item.problem_text != known.item.problem_text and not (known.refuses and known.refuses(item)):
            return item
    return None


def _source(row_id: str) -> tuple[AnyFamily, int, Refusal | None] | None:
    """Read family and seed out of an id, and what its source refuses."""
    benchmark = _BENCHMARK_ID.match(row_id)
    if benchmark is not None and benchmark[2] in FAMILIES:
        return FAMILIES[benchmark[2]], -(SEED * 10_000 + int(benchmark[1])), None
    stream = _STREAM_ID.match(row_id)
    if stream is None or stream[1] not in FAMILIES:
        return None
    # ``generate`` pads the index to seven digits and counts from 2**64; ``training_problem`` does neither.
    base = 2**64 if len(stream[3]) == 7 else 0
    return FAMILIES[stream[1]], base + int(stream[2]) * 2**40 + int(stream[3]), refuses_built_in


def _says(item: Item, row: Mapping[str, Any]) -> bool:
    """Tell whether an item reads, and answers, as the row does."""
    if item.problem_text != row.get("problem") or not isinstance(row.get("questions"), list):
        return False
    made = [(one.question.text, list(one.question.options), one.gold_letter) for one in item.questions]
    return made == [(one.get("question"), one.get("options"), one.get("answer")) for one in row["questions"]]


def _told(
    known: Known, item_id: str, world: Any, asked: Sequence[Shown], wording: Callable[[Voice], Any], salt: str = ""
) -> Item:
    return tell(
        known.family,
        known.drawn._replace(world=world, asked=tuple(asked), chinese=None),
        difficulty=known.difficulty,
        lang=known.lang,
        style=known.style,
        item_id=item_id,
        wording=wording,
        salt=salt,
    )


def _reword(known: Known, rng: Random, item_id: str) -> Iterator[Item]:
    def wording(voice: Voice) -> Any:
        cast = known.family.cast(known.world, voice)
        voice.rng.seed(f"reword/{rng.random()}")
        return cast

    for _ in range(_TRIES // 20):
        yield _told(known, item_id, known.world, known.drawn.asked, wording, f"/reword/{rng.random()}")


def _rename(known: Known, rng: Random, item_id: str) -> Iterator[Item]:
    first = cast_of(known)
    for _ in range(_TRIES):
        other = known.family.cast(known.world, _voice(known, f"rename/{rng.random()}"))
        if _is_renamed(first, other):

            def wording(voice: Voice, other: Any = other) -> Any:
                # The first cast is drawn and dropped, so that every later choice of wording stays as it was.
                known.family.cast(known.world, voice)
                return other

            yield _told(known, item_id, known.world, known.drawn.asked, wording)


def _voice(known: Known, seed: str) -> Voice:
    return Voice(known.lang, known.style, Random(seed))


def _is_renamed(first: Any, other: Any) -> bool:
    """Tell whether two casts differ in names alone, and in all of one group of names at least."""
    is_new = False
    for one, two in zip(_parts(first), _parts(other), strict=True):
        if one == two:
            continue
        if not (_is_names(one) and _is_names(two)) or set(one) & set(two):
            return False
        # Names of one make: letters stay letters, words words.
        if one[0].isascii() != two[0].isascii():
            return False
        is_new = True
    return is_new


def _parts(cast: Any) -> tuple[Any, ...]:
    """Return the fields of a cast; some families' casts are a bare group of names."""
    return tuple(cast) if hasattr(cast, "_fields") else (cast,)


def _is_names(value: Any) -> bool:
    """Tell whether a part of a cast is a group of names and not of wordings."""
    if not isinstance(value, tuple) or not value or not all(isinstance(one, str) for one in value):
        return False
    return not any("{" in one or len(one) > 12 for one in value)


def _reorder(known: Known, rng: Random, item_id: str) -> Iterator[Item]:
    names = known.family.order_free
    for _ in range(_TRIES // 20 if names else 0):
        parts = {name: tuple(rng.sample(getattr(known.world, name), len(getattr(known.world, name)))) for name in names}
        world = replace(known.world, **parts)
        if world == known.world:
            continue
        asked = known.drawn.asked
        answered = [_answered(known.family, world, one) for one in asked]
        if all(now is not None and now.gold == one.gold for now, one in zip(answered, asked, strict=True)):
            yield _told(known, item_id, world, asked, lambda voice: known.family.cast(known.world, voice))


def _change(known: Known, rng: Random, item_id: str) -> Iterator[Item]:
    ways = known.family.changes
    for _ in range(_TRIES if ways else 0):
        name, way = rng.choice(list(ways.items()))
        world = replace(known.world, **{name: changed(getattr(known.world, name), way, rng)})
        if world == known.world or not known.family.is_sound(world):
            continue
        try:
            answered = [(_answered(known.family, world, one), one) for one in known.drawn.asked]
            if any(now is not None and now.gold != before.gold for now, before in answered):
                asked = [now for now, _ in answered if now is not None]
                yield _told(known, item_id, world, asked, lambda voice: known.family.cast(known.world, voice))
        except (ProofError, ArithmeticError, LookupError, ValueError, TypeError, StopIteration):
            # The change broke a rule of the game (a block moved from an empty stack): another one is tried.
            continue


def _answered(family: AnyFamily, world: Any, one: Shown) -> Shown | None:
    """Answer a question anew in another world, with the same options; None where not exactly one of them is right."""
    right = [place for place, value in enumerate(one.values) if family.holds(world, one.ask, value)]
    if len(right) != 1:
        return None
    others = tuple(value for place, value in enumerate(one.values) if place != right[0])
    return Shown(replace(one.ask, right=one.values[right[0]], wrong=others), one.values, right[0])


def changed(value: Any, way: Change, rng: Random) -> Any:
    """Change one value inside nested tuples and records; the very value given where that cannot be done soundly.

    >>> changed((3, 3), "more", Random(1)) in ((4, 3), (5, 3), (6, 3), (3, 4), (3, 5), (3, 6))
    True
    """
    if way == "flip" and isinstance(value, bool):
        return not value
    if way in ("more", "last") and isinstance(value, int):
        return value + rng.randint(1, 3)
    if not isinstance(value, tuple) or not value:
        return value
    place = rng.randrange(len(value))
    if way == "flip" and hasattr(value, "__len__") and any(isinstance(one, bool) for one in value):
        place = rng.choice([at for at, one in enumerate(value) if isinstance(one, bool)])
    if way == "last" and isinstance(value[-1], int):
        place = len(value) - 1
    old = value[place]
    if way in ("bit", "digit") and isinstance(old, int):
        new = 1 - old if way == "bit" else rng.choice(value)
    elif way == "other" and isinstance(old, tuple):
        # The same place of another entry, so that an index stays one of its kind.
        part = rng.randrange(len(old))
        mate = rng.choice(value)
        new = _with(old, part, mate[part]) if type(mate) is type(old) and len(mate) == len(old) else old
        if new in value or len(set(new)) < len(set(old)):
            return value
    elif way == "other":
        return value
    else:
        new = changed(old, way, rng)
    return _with(value, place, new)


def _with(value: Any, place: int, new: Any) -> Any:
    parts = [*value[:place], new, *value[place + 1 :]]
    return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)


_WAYS: Mapping[Kind, Callable[[Known, Random, str], Iterator[Item]]] = {
    "reword": _reword,
    "rename": _rename,
    "reorder": _reorder,
    "change": _change,
}
