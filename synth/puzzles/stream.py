"""The endless stream of training problems: item ``index`` of stream ``seed`` is the same everywhere.

Training sees the trained families at difficulties 1 to 5 only. The benchmark draws its seeds from another range, has
families and difficulties of its own, and a problem that stands in a shipped benchmark all the same is refused
(``synth.puzzles.refusal``).
"""

from __future__ import annotations

from random import Random

from synth.puzzles.compose import compose
from synth.puzzles.families import trained
from synth.puzzles.item import Item
from synth.puzzles.refusal import refuses_built_in
from synth.puzzles.voice import Lang, Style

LEVELS = (1, 2, 3, 4, 5)
"""Difficulties that training may see."""
_LEVEL_WEIGHTS = (2, 3, 4, 5, 6)
_ENGLISH_SHARE = 0.25
_BRIEF_SHARE = 0.12
"""Of the Chinese items; English has one prompt for both styles, so its chains are always full."""


def training_problem(seed: int, index: int) -> Item:
    """Make training problem ``index`` of stream ``seed``.

    Args:
        seed: the stream, 0 to 2**20 - 1.
        index: the position in it, from 0.
    """
    rng = Random(f"training/{seed}/{index}")
    families = trained()
    family = families[int(rng.random() * len(families))]
    level = rng.choices(LEVELS, _LEVEL_WEIGHTS)[0]
    lang: Lang = "en" if rng.random() < _ENGLISH_SHARE else "zh"
    style: Style = "brief" if lang == "zh" and rng.random() < _BRIEF_SHARE else "full"
    return compose(
        family,
        seed=seed * 2**40 + index,
        level=level,
        lang=lang,
        style=style,
        item_id=f"{family.name}-{seed}-{index}",
        refuses=refuses_built_in,
    ).item
