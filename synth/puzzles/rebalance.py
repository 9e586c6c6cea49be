"""Learn ``balance.json`` anew: what tells right options from wrong ones in each family before questions are kept.

    python -m synth.puzzles.rebalance [--questions 4000] [--rounds 3] [FAMILY …]

To be run when a family's asks or wrong values change. The first round learns from all questions, each later one from
those that the table so far keeps, and adds to it. Fewer questions leave more to chance: what weights have of it is
something that a later attack can learn. Needs numpy; seeds are beside those of all streams.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from solver.base.config.bounds import MOST
from solver.base.display.printing import print_text
from solver.base.typed_numbers import Whole
from synth.giveaways.choice_model import RIDGE as FIRST
from synth.giveaways.choice_model import choices_of, fitted
from synth.giveaways.looks import Row
from synth.puzzles.balance import TABLE, rows_of, weights
from synth.puzzles.compose import AnyFamily, draw, questions_of
from synth.puzzles.families import FAMILIES

SEED = 2**90
LEVELS = (1, 2, 3, 4, 5, 1, 2, 3, 4, 5, 1, 2, 3, 4, 5, 1, 2, 3, 4, 5, 7, 9)
"""Mostly those of training, as often as ``synth generate`` has them: what is right oftener at low levels may be right
seldom at 9."""
RIDGE = 20.0
"""Of all rounds but the first: what is left then are weights of some .2, and a kind that is seldom kept has few
questions to learn them from."""
SAID, FEW = "says ", 8
"""Looks at what options say, and how many sayings a kind may have for them to be learnt: words and no names."""
SMALLEST = 0.03
"""Weights below it are left out."""
SIBLING, TIED = ("offered ", "asked "), 0.5
"""Looks at siblings, and how much of their weights a round adds: what ties two questions (who has the pen; what has
Ann?) is judged from both sides, and would be overdone."""


def learnt(family: AnyFamily, count: int, round_: int) -> dict[str, dict[str, float]]:
    """Return a weight for every look of an option, by kind of question."""
    found: dict[str, list[tuple[Sequence[Row], int]]] = defaultdict(list)
    for kind, rows, right in _judged(family, count, round_):
        found[kind].append((rows, right))
    return {kind: _weights(cases, RIDGE if round_ else FIRST) for kind, cases in found.items()}


def _weights(cases: Sequence[tuple[Sequence[Row], int]], ridge: float) -> dict[str, float]:
    names = dict.fromkeys(name for rows, _ in cases for row in rows for name in row)
    if sum(name.startswith(SAID) and not name.endswith(", negated") for name in names) > FEW:
        names = dict.fromkeys(name for name in names if not name.startswith(SAID))
        cases = [([{name: row[name] for name in row if name in names} for row in rows], right) for rows, right in cases]
    fit = fitted(choices_of([rows for rows, _ in cases], [right for _, right in cases]), ridge=ridge)
    return {
        name: float(weight) * (TIED if name.startswith(SIBLING) else 1) for name, weight in zip(names, fit, strict=True)
    }


def _judged(family: AnyFamily, count: int, round_: int) -> Iterator[tuple[str, Sequence[Row], int]]:
    done = 0
    while count > 0:
        level = LEVELS[done % len(LEVELS)]
        drawn = draw(family, seed=SEED + round_ * 2**30 + done, level=level, is_balanced=round_ > 0)
        questions = questions_of(family, drawn)
        for place, (one, question) in enumerate(zip(drawn.asked, questions, strict=True)):
            yield one.ask.kind, rows_of(question, questions[:place] + questions[place + 1 :]), one.gold
        count -= len(questions)
        done += 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("families", nargs="*", metavar="FAMILY", help="default: all")
    parser.add_argument("--questions", type=Whole(1, MOST), default=4000, help="a family and round (default 4000)")
    parser.add_argument("--rounds", type=Whole(1, 1000), default=3, help="default 3")
    parser.add_argument(
        "--more", type=Whole(0, 1000), default=0, metavar="N", help="add rounds to a table that has had N already"
    )
    words = parser.parse_args()
    for name in words.families or FAMILIES.names:
        mine = defaultdict(dict, {kind: dict(looks) for kind, looks in weights().get(name, {}).items() if words.more})
        for round_ in range(words.rounds):
            for kind, looks in learnt(FAMILIES[name], words.questions, round_ + words.more).items():
                for look, weight in looks.items():
                    mine[kind][look] = mine[kind].get(look, 0.0) + weight
            TABLE.write_text(_text({**weights(), name: mine}), encoding="utf-8")
            weights.cache_clear()
        print_text(f"{name}: {sum(map(len, mine.values()))} looks of {len(mine)} kinds")


def _text(table: Mapping[str, Mapping[str, Mapping[str, float]]]) -> str:
    """Write the table, a line a kind of question."""
    families = []
    for name, kinds in sorted(table.items()):
        lines = [f"  {json.dumps(kind)}: {json.dumps(_kept(looks))}" for kind, looks in sorted(kinds.items())]
        families.append(f"{json.dumps(name)}: {{\n" + ",\n".join(lines) + "\n}")
    return "{\n" + ",\n".join(families) + "\n}\n"


def _kept(looks: Mapping[str, float]) -> dict[str, float]:
    return {look: round(weight, 2) for look, weight in sorted(looks.items()) if abs(weight) >= SMALLEST}


if __name__ == "__main__":
    main()
