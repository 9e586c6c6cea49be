"""Learn ``balance.json`` anew: what tells right options from wrong ones in each family before questions are kept.

    python -m synth.giveaways.rebalance [--questions 1500] [--rounds 2] [FAMILY …]

To be run when a family's asks or wrong values change. The first round learns from all questions, each later one from
those that the table so far keeps, and adds to it. Needs numpy; seeds are beside those of all streams.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence

from solver.base.display.printing import print_text
from synth.giveaways.choice_model import choices_of, fitted
from synth.giveaways.looks import Row
from synth.puzzles.balance import TABLE, rows_of, weights
from synth.puzzles.compose import AnyFamily, draw, questions_of
from synth.puzzles.families import FAMILIES

SEED = 2**90
LEVELS = (1, 2, 3, 4, 5, 7, 9)
SMALLEST = 0.03
"""Weights below it are left out."""


def learnt(family: AnyFamily, count: int, round_: int) -> dict[str, float]:
    """Return a weight for every look of an option."""
    found = list(_judged(family, count, round_))
    choices = choices_of([rows for rows, _ in found], [right for _, right in found])
    names = list(dict.fromkeys(name for rows, _ in found for row in rows for name in row))
    fit = fitted(choices)
    return {name: round(float(weight), 2) for name, weight in zip(names, fit, strict=True)}


def _judged(family: AnyFamily, count: int, round_: int) -> Iterator[tuple[Sequence[Row], int]]:
    done = 0
    while count > 0:
        level = LEVELS[done % len(LEVELS)]
        drawn = draw(family, seed=SEED + round_ * 2**30 + done, level=level, is_balanced=round_ > 0)
        questions = questions_of(family, drawn)
        for place, (one, question) in enumerate(zip(drawn.asked, questions, strict=True)):
            yield rows_of(question, questions[:place] + questions[place + 1 :]), one.gold
        count -= len(questions)
        done += 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("families", nargs="*", metavar="FAMILY", help="default: all")
    parser.add_argument("--questions", type=int, default=1500, help="a family and round (default 1500)")
    parser.add_argument("--rounds", type=int, default=2, help="default 2")
    parser.add_argument("--more", action="store_true", help="add rounds to the table there is")
    words = parser.parse_args()
    table = {name: dict(found) for name, found in weights().items()}
    for name in words.families or FAMILIES.names:
        if not words.more:
            table[name] = {}
        for round_ in range(words.rounds):
            for look, weight in learnt(FAMILIES[name], words.questions, round_ + words.more * 10).items():
                table[name][look] = round(table[name].get(look, 0.0) + weight, 2)
            TABLE.write_text(_text(table), encoding="utf-8")
            weights.cache_clear()
        print_text(f"{name}: {len(table[name])} looks")


def _text(table: dict[str, dict[str, float]]) -> str:
    """Write the table, a line a family."""
    lines = []
    for name in sorted(table):
        kept = {look: weight for look, weight in sorted(table[name].items()) if abs(weight) >= SMALLEST}
        lines.append(f"{json.dumps(name)}: {json.dumps(kept)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


if __name__ == "__main__":
    main()
