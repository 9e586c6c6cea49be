"""Which rows a run takes: what becomes of those that are too long, and which are held out. None is ever cut."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Generic, Literal, NamedTuple, Protocol, TypeVar

from solver.base.display.figures import counted
from train.errors import RowsError
from train.lora.recipe import LoraRecipe

SHOWN = 10
"""Rows that a message names; the others are counted."""


class Tokenised(Protocol):
    """A row as tokens."""

    @property
    def group(self) -> str:
        """Rows of one problem share it; they are held out together."""

    @property
    def where(self) -> str:
        """``file:line``."""

    @property
    def longest(self) -> int:
        """Tokens of its longest sequence."""


RowT = TypeVar("RowT", bound=Tokenised)


class Fitted(NamedTuple, Generic[RowT]):
    """Rows that fit a length."""

    rows: list[RowT]
    max_length: int
    """The length asked for, or the longest row's where over-long rows are kept."""
    over: list[tuple[str, int]]
    """``file:line`` and tokens of each row longer than the length asked for."""


class Selected(NamedTuple, Generic[RowT]):
    """The rows of a run."""

    train: list[RowT]
    eval: list[RowT]
    max_length: int
    over: list[tuple[str, int]]
    """``file:line`` and tokens of over-long rows."""

    @property
    def all(self) -> list[RowT]:
        """Those to train on and those held out."""
        return [*self.train, *self.eval]


def select(recipe: LoraRecipe, train: Sequence[RowT], held: Sequence[RowT]) -> Selected[RowT]:
    """Deal with over-long rows and hold some out, as a recipe says.

    Args:
        held: rows of files to evaluate on; where there are none, ``data.eval_share`` of ``train`` is held out.

    Raises:
        RowsError: over-long rows are an error, or no row is left on a side.
    """
    data = recipe.data
    fitted = fit(train, max_length=data.max_length, choice=data.over_length)
    if held:
        also = fit(held, max_length=fitted.max_length, choice=data.over_length)
        return Selected(fitted.rows, also.rows, also.max_length, fitted.over + also.over)
    if data.eval_share:
        sides = held_out(fitted.rows, share=data.eval_share, seed=recipe.run.seed)
        return Selected(*sides, fitted.max_length, fitted.over)
    return Selected(fitted.rows, [], fitted.max_length, fitted.over)


def fit(rows: Sequence[RowT], *, max_length: int, choice: Literal["error", "drop", "keep"]) -> Fitted[RowT]:
    """Deal with rows longer than ``max_length`` tokens as the recipe chose.

    Raises:
        RowsError: there are such rows and the choice is ``error``, or no row is left.
    """
    over = [(one.where, one.longest) for one in rows if one.longest > max_length]
    longest = max((length for _, length in over), default=max_length)
    if over and choice == "error":
        raise RowsError(
            f"{described(over, len(rows), max_length)}\nNone is cut. Choose: data.over_length=drop leaves them "
            f"out, data.over_length=keep trains with max_length {longest}, or set data.max_length yourself"
        )
    if choice == "keep":
        return Fitted(list(rows), longest, over)
    kept = [one for one in rows if one.longest <= max_length]
    if not kept:
        raise RowsError(
            f"every one of {counted(len(rows), 'row')} is longer than data.max_length {max_length}; raise it"
        )
    return Fitted(kept, max_length, over)


def described(over: Sequence[tuple[str, int]], rows: int, max_length: int) -> str:
    """Count over-long rows and name the first ten.

    Args:
        over: ``file:line`` and tokens.
        rows: how many there are in all.
    """
    shown = "\n".join(f"  {where}: {length} tokens" for where, length in over[:SHOWN])
    more = f"\n  … and {len(over) - SHOWN} more" if len(over) > SHOWN else ""
    return f"{len(over)} of {rows} rows are longer than data.max_length {max_length} tokens:\n{shown}{more}"


def held_out(rows: Sequence[RowT], *, share: float, seed: int) -> tuple[list[RowT], list[RowT]]:
    """Split rows into those to train on and those to evaluate on; all rows of a problem go to one side.

    Raises:
        RowsError: one of the sides would be empty.
    """
    groups = sorted({one.group for one in rows})
    Random(f"held out/{seed}").shuffle(groups)
    chosen = set(groups[: max(1, round(share * len(groups)))])
    sides = [one for one in rows if one.group not in chosen], [one for one in rows if one.group in chosen]
    if not all(sides):
        raise RowsError(
            f"{counted(len(groups), 'problem is', 'problems are')} too few to hold out a share of {share}; give "
            "data.eval files"
        )
    return sides
