"""Pairs of a right and a wrong chain: read strictly, cut into tokens, held out by problem, ordered by length.

Tokens are made as for fine-tuning (``train.sft.tokens``), so that an adapter learns the very ids that a server sends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from solver.base.display.printing import command_line
from solver.training_rows import Preference, TrainingRow, read_preference
from train.recipe_file import digest_of_lines
from train.sft import tokens
from train.sft.row_files import read_files

_WINDOW = 50
"""Batches whose rows are sorted by length together (transformers' length grouping takes as many)."""


class Pair(NamedTuple):
    """A pair as tokens."""

    prompt: list[int]
    chosen: list[int]
    """The answer and the end of the turn."""
    rejected: list[int]
    group: str
    """Pairs of one problem share it; they are held out together."""
    where: str
    """``file:line``."""

    @property
    def longest(self) -> int:
        """Tokens of the longer side, prompt included."""
        return len(self.prompt) + max(len(self.chosen), len(self.rejected))


def load_pairs(paths: Iterable[str | Path], *, tick: Callable[[int], None] = lambda read: None) -> list[Preference]:
    """Read and check files of pairs.

    Args:
        tick: told how many bytes are read.

    Raises:
        RowsError: a file is missing or empty, or a line is no pair; names the first ten as ``file:line: field: …``.
    """
    return read_files(
        paths,
        lambda row, where: [read_preference(row, where=where)],
        kind="pairs",
        source=made_by(),
        tick=tick,
    )


def made_by() -> str:
    """Return a command that makes such files."""
    return command_line("synth", "distill", "embedded", "problems.jsonl", "--format", "dpo", "--out", "runs/pairs")


def encode(pairs: Sequence[Preference], tok: Any, *, tick: Callable[[int], None] = lambda done: None) -> list[Pair]:
    """Tokenise pairs with the base's chat template.

    Raises:
        TokenizerError: there is no chat template, or it does not fit prompt and answer.
        RowsError: a text holds a special token.
    """
    rows = [
        TrainingRow(prompt=pair.prompt, answer=answer, id=pair.id, where=pair.where)
        for pair in pairs
        for answer in (pair.chosen, pair.rejected)
    ]
    examples = tokens.encode(rows, tok, tick=tick)
    return [
        Pair(
            prompt=chosen.ids[: chosen.prompt_length],
            chosen=chosen.ids[chosen.prompt_length :],
            rejected=rejected.ids[rejected.prompt_length :],
            group=chosen.group,
            where=chosen.where,
        )
        for chosen, rejected in zip(examples[::2], examples[1::2], strict=True)
    ]


def by_length(pairs: Sequence[Pair], *, batch: int, seed: int) -> list[Pair]:
    """Order pairs so that those of a batch are about as long, and batches come in no order of length.

    The order is data, not the trainer's randomness: a run that goes on finds the same one.

    >>> pairs = [Pair([0], [0] * n, [0], "", "") for n in (9, 1, 8, 2)]
    >>> sorted(tuple(len(one.chosen) for one in by_length(pairs, batch=2, seed=1)[at : at + 2]) for at in (0, 2))
    [(2, 1), (9, 8)]
    """
    rng = Random(f"by length/{seed}")
    order = list(pairs)
    rng.shuffle(order)
    batches: list[list[Pair]] = []
    window = batch * _WINDOW
    for start in range(0, len(order), window):
        some = sorted(order[start : start + window], key=lambda one: -one.longest)
        batches += [some[at : at + batch] for at in range(0, len(some), batch)]
    # A short batch goes last: every other stays whole however many processes share them.
    whole = [one for one in batches if len(one) == batch]
    rng.shuffle(whole)
    return [pair for one in (*whole, *(one for one in batches if len(one) < batch)) for pair in one]


def digest(pairs: Sequence[Pair]) -> str:
    """Return the digest of all tokens, in order."""
    return digest_of_lines(f"{one.prompt}:{one.chosen}:{one.rejected}" for one in pairs)
