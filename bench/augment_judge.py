"""Are the questions that ``synth augment`` accepted right? The families' provers judge those that they can read.

For a question on a generated problem, the world is made again (``synth.perturb.world.rebuild``), and every question
that its family can ask about it is worded in many ways. Where the new question is one of these, and every option is the
wording of a value, ``Family.holds`` says which options are right. The others are counted as not judged. ::

    python -m bench.augment_judge runs/augment/accepted.jsonl --problems data/some.jsonl
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from random import Random
from typing import Any, Literal

from bench.augment_gold import HEAD
from solver.base.display.progress import bar
from solver.base.intervals import share_interval
from solver.problems.letters import index_of
from synth.augment.option_meaning import plain
from synth.perturb.world import Known, cast_of, rebuild
from synth.puzzles.family import Ask
from synth.puzzles.voice import Voice

_DRAWS = 60
"""Draws of a world's questions."""
_WORDINGS = 24
"""Wordings tried of each; families have up to about six, and headings are taken off."""


def judged(known: Known, text: str, options: list[str], answer: str) -> Literal["right", "wrong", "not judged"]:
    """Judge one question: right where exactly one option is, and it is the accepted one."""
    family, world, cast = known.family, known.world, cast_of(known)
    wanted = plain(HEAD.sub("", text))
    found: Ask[Any] | None = None
    values: dict[str, dict[str, Any]] = {}
    for draw in range(_DRAWS):
        for ask in family.asks(world, Random(f"judge/{draw}")):
            voice = Voice(known.lang, known.style, Random(0))
            told = values.setdefault(ask.kind, {})
            for value in (ask.right, *ask.wrong):
                told[family.option(world, ask, value, cast, voice).strip()] = value
            for wording in range(_WORDINGS if found is None else 0):
                voice = Voice(known.lang, known.style, Random(f"wording/{wording}"))
                if plain(HEAD.sub("", family.question(world, ask, cast, voice))) == wanted:
                    found = ask
                    break
    if found is None or any(option not in values[found.kind] for option in options):
        return "not judged"
    right = [family.holds(world, found, values[found.kind][option]) for option in options]
    return "right" if right.count(True) == 1 and right[index_of(answer)] else "wrong"


def main() -> None:
    """Judge a file."""
    parser = argparse.ArgumentParser(description="Judge accepted questions by the provers of the families.")
    parser.add_argument("accepted", type=Path, help="accepted.jsonl of synth augment")
    parser.add_argument("--problems", type=Path, action="append", required=True, help="what it was given")
    parser.add_argument("--wrong", type=Path, help="write the wrong ones here")
    options = parser.parse_args()
    rows = {row["id"]: row for path in options.problems for row in map(json.loads, path.open(encoding="utf-8"))}
    verdicts, wrong = [], []
    accepted = [json.loads(line) for line in options.accepted.open(encoding="utf-8")]
    with bar("judging", len(accepted)) as tick:
        for number, row in enumerate(accepted, 1):
            known = rebuild(rows[row["meta"]["of"]])
            asked = row["questions"][0]
            verdict = "not judged"
            if known is not None:
                verdict = judged(known, asked["question"], asked["options"], asked["answer"])
            verdicts.append((verdict, row["meta"]["of"]))
            if verdict == "wrong":
                wrong.append(row)
            tick(number)
    if options.wrong:
        options.wrong.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in wrong), encoding="utf-8")
    sure = [(verdict == "right", of) for verdict, of in verdicts if verdict != "not judged"]
    print(f"{len(verdicts)} accepted, {len(sure)} judged")
    if sure:
        found = share_interval([float(hit) for hit, _ in sure], [of for _, of in sure])
        bounds = f"{found.low:.1%} to {found.high:.1%}"
        print(f"exactly one right option, and that one accepted: {found.value:.1%} ({bounds}, n = {len(sure)})")


if __name__ == "__main__":
    main()
